"""Dimension of the instrument of a configuration, without an engine."""

from pathlib import Path

from impsy_tui.agent.file import SUFFIX as AGENT_SUFFIX
from impsy_tui.engine.models.configured_settings import routing_of
from impsy_tui.engine.models.loader import ModelFolders
from impsy_tui.engine.options import EngineOptions, configured_file, model_folders, usual_dimension
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.check import SUFFIXES
from impsy_tui.model_files.shape import shape_of_file


def configured_dimension(options: EngineOptions) -> int:
    """Returns the dimension with which an engine of these options plays; see ``initial_players``.

    The model files give it, and the dimensions that the players hear and play; without any, the longest mapping does.
    """
    config = options.config
    routings = [routing_of(player) for player in config.player]
    files = [config.model.file if player.file is None else player.file for player in config.player]
    known = [_dimension_of_model(options, file) for file in files or [config.model.file] if file]
    needed = max([*known, *(routing.most + 1 for routing in routings if routing.fixed)], default=0)
    if needed and len(config.player) <= 1 and not any(routing.fixed for routing in routings):
        return needed
    return max(config.model.dimension, needed) or usual_dimension(config, config.model.file)


def _dimension_of_model(options: EngineOptions, name: str) -> int:
    """Returns the dimension of a configured model; 0 if it is unknown."""
    folders = ModelFolders(model_folders(options), suffixes=(*SUFFIXES, AGENT_SUFFIX))
    try:
        file = configured_file(options, name) or folders.find(Path(name).name, exact=True)
    except (UserError, OSError, ValueError):
        return 0  # the dummy plays
    return shape_of_file(file)[0]
