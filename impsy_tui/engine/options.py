"""Options of the engine."""

import re
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path
from typing import Final

from impsy_tui import ranges
from impsy_tui.config import LoadedConfig
from impsy_tui.config.schema import Config
from impsy_tui.paths import shipped_folder

_DIMENSION: Final = re.compile(r"(?:^|[-_])(?:dim(\d{1,4})(?!\d)|(\d{1,4})d(?![^-_.]))")


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Options of the engine.

    Attributes:
        loaded: Configuration and its file.
        given: Keys given on the command line; they override the resumed session.
        logs: Folder of performance logs.
        socket: Control socket; None for the default of the user.
        datasets: Folder of datasets.
        models: Folder of the user's models.
        resume: True to resume the saved session, False not to, None to resume a session that did not end on purpose.
        seed: Random seed, None for another performance each time.
        sound: Pure Data patch that runs as long as the engine.
        arguments: Arguments of ``impsy-tui run``, with which a console restarts the engine.
    """

    loaded: LoadedConfig
    given: frozenset[str]
    logs: Path
    socket: Path | None
    datasets: Path = Path("datasets")
    models: Path = Path("models")
    resume: bool | None = None
    seed: int | None = None
    sound: Path | None = None
    arguments: tuple[str, ...] = ()

    @property
    def config(self) -> Config:
        """Configuration."""
        return self.loaded.config

    @property
    def config_file(self) -> Path | None:
        """File of the configuration, None for the defaults."""
        return self.loaded.path


def model_folders(options: EngineOptions) -> list[Path]:
    """Returns the folders of models, in order."""
    folders = [options.models]
    if options.config_file is not None:
        folders.append(options.config_file.parent / "models")
    players = options.config.player
    files = (options.config.model.file, *(file for player in players for file in (player.file, player.classifier)))
    # pathlib's expanduser raises an error for an unknown user.
    named = [Path(expanduser(file)).parent for file in files if file]
    folders += named
    if options.config_file is not None:
        folders += [options.config_file.parent / folder for folder in named]
    return [*folders, shipped_folder("models")]


def configured_file(options: EngineOptions, name: str) -> Path | None:
    """Returns an existing file of the current folder or of the configuration's folder; None if there is none."""
    path = Path(expanduser(name))  # not pathlib's, which raises an error if there is no user of this name
    places = [path]
    if options.config_file is not None:
        places.append(options.config_file.parent / path)
    return next((place.absolute() for place in places if place.is_file()), None)


def usual_dimension(config: Config, file: str = "") -> int:
    """Returns the dimension of an instrument without a configured dimension and without a model.

    The name of the model's file (``…-dim9-…``, ``…-9d-…``) gives the dimension, or else the longest mapping.
    """
    named = _DIMENSION.search(Path(file).name)
    if named is not None and (dimension := int(named[1] or named[2])) in ranges.DIMENSION:
        return dimension
    mappings = [entries for midi in config.midi for entries in (*midi.input.values(), *midi.output.values())]
    mappings += [entries for web in config.websocket for entries in (web.input, web.output)]
    mappings += [entries for wire in config.serialmidi for entries in (wire.input, wire.output)]
    longest = max(map(len, mappings), default=0)
    return int(min(longest + 1, ranges.DIMENSION.high) if longest else ranges.DIMENSION.default)
