"""Opens the channels of a configuration and reports channels that cannot be opened."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from impsy_tui.channels.base import Channel, Listener
from impsy_tui.channels.demo.faders import DemoChannel
from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.config.channel_schema import names_of
from impsy_tui.config.schema import Config
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.runtime.loop import describe_error
from impsy_tui.errors import UserError


async def open_channels(config: Config, listener: Listener, dimension: int, notify: Notify) -> list[Channel]:
    """Makes and opens every channel of a configuration.

    A channel whose address, port or device is missing opens later by itself.

    Args:
        config: Configuration.
        listener: Listener of the channels.
        dimension: Dimension of the instrument.
        notify: Reports to the performer.

    Returns:
        The channels, those in the state "error" included.
    """
    opened = []
    for channel in make_channels(config, notify):
        try:
            await channel.open(listener, dimension)
        except UserError as problem:
            notify("error", channel.name, str(problem))
        except Exception as error:
            # Drivers may raise any error, and the engine starts with the other channels.
            notify("error", channel.name, f"cannot be opened and is left out: {describe_error(error)}")
            continue
        opened.append(channel)
    return opened


def make_channels(config: Config, notify: Notify) -> list[Channel]:
    """Returns every channel of a configuration, not yet open; reports drivers that cannot be loaded."""
    channels: list[Channel] = []
    for name, tables, make in _kinds(config):
        for table, full in zip(tables, names_of(name, tables), strict=True):
            try:
                channels.append(make(table, full))
            except Exception as error:
                notify("error", full, f"cannot be used and is left out: {describe_error(error)}")
    return channels


def _kinds(config: Config) -> list[tuple[str, Sequence[Any], Callable[[Any, str], Channel]]]:
    """Returns name, tables and factory of each kind of channel."""
    # IMPSY names a MIDI port in [serial], too; such a port carries no lines of numbers.
    midi_ports = {wire.port for wire in config.serialmidi} | ({""} if config.serialmidi else set())
    lines = [wire for wire in config.serial if wire.port not in midi_ports and "" not in midi_ports]
    fallback = config.serial[0].port if config.serial else ""

    # Drivers take memory and time, so each is imported only if configured.
    def midi(table: Any, name: str) -> Channel:
        from impsy_tui.channels.midi.channel import MidiChannel

        return MidiChannel(table, name)

    def serial(table: Any, name: str) -> Channel:
        from impsy_tui.channels.serial.lines import SerialChannel

        return SerialChannel(table, name)

    def serial_midi(table: Any, name: str) -> Channel:
        from impsy_tui.channels.serial.midi import SerialMidiChannel

        return SerialMidiChannel(table, table.port or fallback, name)

    def websocket(table: Any, name: str) -> Channel:
        from impsy_tui.channels.web.channel import WebSocketChannel

        return WebSocketChannel(table, name)

    def audio(table: Any, name: str) -> Channel:
        from impsy_tui.channels.audio.channel import AudioChannel

        return AudioChannel(table, name)

    def webui(table: Any, name: str) -> Channel:
        from impsy_tui.channels.webui import WebUiChannel

        return WebUiChannel(table)

    def demo(table: Any, name: str) -> Channel:
        from impsy_tui.channels.demo.touches import TouchDemoChannel

        return TouchDemoChannel(table) if table.touches else DemoChannel(table)

    return [
        ("osc", config.osc, partial(OscChannel, is_demo=config.demo is not None)),
        ("midi", config.midi, midi),
        ("serial", lines, serial),
        ("serialmidi", config.serialmidi, serial_midi),
        ("websocket", config.websocket, websocket),
        ("audio", config.audio, audio),
        ("webui", () if config.webui is None else (config.webui,), webui),
        ("demo", () if config.demo is None else (config.demo,), demo),
    ]
