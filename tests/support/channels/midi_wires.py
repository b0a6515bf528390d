"""MIDI on pseudo-terminals: a channel, and its sent messages."""

from collections.abc import Sequence

from impsy_tui.channels.midi.stream import MidiStream
from impsy_tui.channels.serial.midi import SerialMidiChannel
from impsy_tui.config import SerialMidi
from impsy_tui.config.mapping_targets import MappingEntry
from tests.support.channels.pseudo_terminals import Wire
from tests.support.waiting import until

KNOBS: tuple[MappingEntry, ...] = (("control_change", 1, 7), ("control_change", 1, 8))
KEYS: tuple[MappingEntry, ...] = (("note_on", 1), ("note_velocity", 1))
NOTES: tuple[MappingEntry, ...] = (("note_on", 1), ("note_on", 2))
MIXED: tuple[MappingEntry, ...] = (("note_on", 1), ("control_change", 1, 7))


def channel_on(
    wire: Wire, inputs: Sequence[MappingEntry] = KNOBS, outputs: Sequence[MappingEntry] = NOTES
) -> SerialMidiChannel:
    """Returns a closed channel on a pseudo-terminal."""
    return SerialMidiChannel(SerialMidi(input=tuple(inputs), output=tuple(outputs)), str(wire.path))


def messages(wire: Wire) -> list[bytes]:
    """Returns the sent messages after the silencing at the beginning; all of them are complete."""
    stream = MidiStream()
    found = stream.feed(wire.read())
    assert stream.stray == 0
    assert b"".join(found) == wire.got
    while found and found[0][0] & 0xF0 == 0xB0 and found[0][1] in (120, 123):
        del found[0]
    return found


def sounding(messages: Sequence[bytes]) -> set[tuple[int, int]]:
    """Returns the sounding notes after these messages, with their channels."""
    on: set[tuple[int, int]] = set()
    for message in messages:
        note = (message[0] & 0x0F, message[1])
        if message[0] & 0xF0 == 0x90:
            on.add(note)
        elif message[0] & 0xF0 == 0x80:
            on.discard(note)
    return on


async def silenced(channel: SerialMidiChannel, wire: Wire) -> None:
    """Waits until the channel has silenced the device, and the wire is free."""
    port = channel._port
    assert port is not None
    await until(lambda: wire.read() != b"" and port._free_at <= port._scheduler.now())
