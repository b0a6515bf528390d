"""How an engine is to be started, and what follows from that."""

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path
from typing import Any

from impsy_tui.channels import Channel
from impsy_tui.channels.demo import DemoChannel
from impsy_tui.channels.osc import OscChannel
from impsy_tui.config import LoadedConfig
from impsy_tui.config.schema import Config
from impsy_tui.shipped import shipped_folder


class StartProblem(Exception):
    """The engine cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How an engine is to be started.

    Attributes:
        loaded: what to do, and where that was read.
        given: keys that were given as options, and so go before what is resumed.
        logs: the folder of the performance logs.
        socket: the control socket.
        datasets: the folder of data sets.
        models: the folder of the user's models.
        resume: True to resume the saved session, False not to, None to resume one that did not end on purpose.
        seed: of all chance, None for a different performance each time.
        sound: a Pure Data patch to run for as long as the engine does.
    """

    loaded: LoadedConfig
    given: frozenset[str]
    logs: Path
    socket: Path
    datasets: Path = Path("datasets")
    models: Path = Path("models")
    resume: bool | None = None
    seed: int | None = None
    sound: Path | None = None

    @property
    def config(self) -> Config:
        """What to do."""
        return self.loaded.config

    @property
    def config_file(self) -> Path | None:
        """Where that was read."""
        return self.loaded.path


def model_folders(setup: Setup) -> list[Path]:
    """Where models are taken from by name, the first first."""
    folders = [setup.models]
    if setup.config_file is not None:
        folders.append(setup.config_file.parent / "models")
    players = setup.config.player
    files = (setup.config.model.file, *(file for player in players for file in (player.file, player.classifier)))
    # Not pathlib's, which gives up where there is no user of this name.
    named = [Path(expanduser(file)).parent for file in files if file]
    folders += named
    if setup.config_file is not None:
        folders += [setup.config_file.parent / folder for folder in named]
    return [*folders, shipped_folder("models")]


def make_channels(config: Config) -> list[Channel]:
    """Every channel that the configuration asks for, not yet open."""
    channels: list[Channel] = [OscChannel(osc, name) for name, osc in _named("osc", config.osc)]
    # Imported where they are wanted: drivers take memory, and time to start.
    if config.midi:
        from impsy_tui.channels.midi import MidiChannel

        channels += [MidiChannel(midi, name) for name, midi in _named("midi", config.midi)]
    if config.serial:
        from impsy_tui.channels.serial import SerialChannel

        # A port that carries MIDI carries no lines of numbers: IMPSY names it in [serial] all the same.
        midi_ports = {wire.port for wire in config.serialmidi} | ({""} if config.serialmidi else set())
        lines = [wire for wire in config.serial if wire.port not in midi_ports and "" not in midi_ports]
        channels += [SerialChannel(wire, name) for name, wire in _named("serial", lines)]
    if config.serialmidi:
        from impsy_tui.channels.serial_midi import SerialMidiChannel

        fallback = config.serial[0].port if config.serial else ""
        channels += [
            SerialMidiChannel(wire, wire.port or fallback, name)
            for name, wire in _named("serialmidi", config.serialmidi)
        ]
    if config.websocket:
        from impsy_tui.channels.websocket import WebSocketChannel

        channels += [WebSocketChannel(wire, name) for name, wire in _named("websocket", config.websocket)]
    if config.audio:
        from impsy_tui.channels.audio import AudioChannel

        channels += [AudioChannel(wire, name) for name, wire in _named("audio", config.audio)]
    if config.demo is not None and config.demo.touches:
        from impsy_tui.channels.demo_touches import TouchDemoChannel

        channels.append(TouchDemoChannel(config.demo))
    elif config.demo is not None:
        channels.append(DemoChannel(config.demo))
    return channels


def _named(name: str, tables: Sequence[Any]) -> list[tuple[str, Any]]:
    """Tables with the names of their channels: ``osc``, or ``osc 1``, ``osc 2``."""
    return [(name if len(tables) == 1 else f"{name} {number}", table) for number, table in enumerate(tables, 1)]
