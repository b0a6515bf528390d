"""How an engine is to be started, and what follows from that."""

import re
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path
from typing import Final

from impsy_tui import ranges
from impsy_tui.config import LoadedConfig
from impsy_tui.config.schema import Config
from impsy_tui.paths import shipped_folder

_DIMENSION: Final = re.compile(r"(?:^|[-_])dim(\d{1,4})(?!\d)")


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine is to be started.

    Attributes:
        loaded: what to do, and where that was read.
        given: keys that were given as options, and so go before what is resumed.
        logs: the folder of the performance logs.
        socket: the control socket; None for the user's own place.
        datasets: the folder of data sets.
        models: the folder of the user's models.
        resume: True to resume the saved session, False not to, None to resume one that did not end on purpose.
        seed: of all chance, None for a different performance each time.
        sound: a Pure Data patch to run for as long as the engine does.
        arguments: words behind ``impsy-tui run``, for a console that starts the engine again.
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
        """What to do."""
        return self.loaded.config

    @property
    def config_file(self) -> Path | None:
        """Where that was read."""
        return self.loaded.path


def model_folders(options: EngineOptions) -> list[Path]:
    """Where models are taken from by name, the first first."""
    folders = [options.models]
    if options.config_file is not None:
        folders.append(options.config_file.parent / "models")
    players = options.config.player
    files = (options.config.model.file, *(file for player in players for file in (player.file, player.classifier)))
    # Not pathlib's, which gives up where there is no user of this name.
    named = [Path(expanduser(file)).parent for file in files if file]
    folders += named
    if options.config_file is not None:
        folders += [options.config_file.parent / folder for folder in named]
    return [*folders, shipped_folder("models")]


def usual_dimension(config: Config, file: str = "") -> int:
    """The dimension of an instrument whose configuration and model do not say it.

    It is taken from the name of the model's file (``…-dim9-…``), or else from the longest mapping.
    """
    named = _DIMENSION.search(Path(file).name)
    if named is not None and int(named[1]) in ranges.DIMENSION:
        return int(named[1])
    mappings = [entries for midi in config.midi for entries in (*midi.input.values(), *midi.output.values())]
    mappings += [entries for web in config.websocket for entries in (web.input, web.output)]
    mappings += [entries for wire in config.serialmidi for entries in (wire.input, wire.output)]
    longest = max(map(len, mappings), default=0)
    return int(min(longest + 1, ranges.DIMENSION.high) if longest else ranges.DIMENSION.default)
