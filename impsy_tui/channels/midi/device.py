"""State of each device of a MIDI channel: sounding notes, sent messages, soft takeover of its knobs.

Messages go in and out as bytes. No input or output happens here.
"""

from collections.abc import Sequence
from typing import Final

from impsy_tui.channels.base import NONE_MUTED
from impsy_tui.channels.midi.mapping import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    SUSTAIN,
    Entry,
    InputMapping,
)
from impsy_tui.channels.midi.output_mapping import OutputMapping, all_off
from impsy_tui.channels.midi.system.client import InLink, OutLink
from impsy_tui.config.mapping_targets import targets_of
from impsy_tui.ensemble.touches.surfaces import MidiPad

_CONTINUOUS: Final = ("control_change", "control_change_14", "nrpn", "pitch_bend")
_NEAR: Final = 2 / 127 + 1e-9
"""Greatest distance at which a knob has reached its value."""
_MOST_REMEMBERED: Final = 1024


class EchoFilter:
    """Filter for messages that a device sends back soon after it received them."""

    def __init__(self, within: float) -> None:
        self._within = within
        self._sent: dict[bytes, float] = {}

    def sent(self, message: bytes, now: float) -> None:
        """Notes a message that goes out."""
        sent = self._sent
        key = _alike(message)
        sent.pop(key, None)
        sent[key] = now
        oldest = next(iter(sent))
        while len(sent) > _MOST_REMEMBERED or now - sent[oldest] > self._within:
            del sent[oldest]
            oldest = next(iter(sent))

    def echoes(self, message: bytes, at: float) -> bool:
        """Returns True if a message that came in at this time has just gone out."""
        then = self._sent.get(_alike(message))
        return then is not None and 0.0 <= at - then <= self._within


def _alike(message: bytes) -> bytes:
    """Returns one form for note-offs, which have two forms and any velocity."""
    kind = message[0] & 0xF0
    if kind == NOTE_OFF or (kind == NOTE_ON and len(message) > 2 and not message[2]):
        return bytes((NOTE_OFF | message[0] & 0x0F, message[1]))
    return message


class Takeover:
    """Soft takeover: each knob of a controller that shows predictions acts after it has passed the current value.

    Args:
        entries: entries of the mapping of the controller.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._continuous = [
            index for index, entry in enumerate(entries) if any(one[0] in _CONTINUOUS for one in targets_of(entry))
        ]
        self._positions: dict[int, float] = {}
        self._targets: dict[int, float] = {}

    def moved(self, values: Sequence[float]) -> None:
        """Notes the values of a player: knobs at other positions do not act until they pass them."""
        for index in self._continuous:
            if index < len(values):
                value = min(max(values[index], 0.0), 1.0)
                position = self._positions.get(index)
                if position is not None and abs(position - value) <= _NEAR:
                    self._targets.pop(index, None)
                else:
                    self._targets[index] = value

    def admitted(self, updates: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """Returns the updates of the musician that act."""
        return [(index, value) for index, value in updates if self._acts(index, value)]

    def _acts(self, index: int, value: float) -> bool:
        before = self._positions.get(index)
        self._positions[index] = value
        target = self._targets.get(index)
        if target is None:
            return True
        near = abs(value - target) <= _NEAR
        crossed = before is not None and (before - target) * (value - target) <= 0.0
        if near or crossed:
            del self._targets[index]
            return True
        return False


class MidiOutput:
    """Output device.

    Args:
        name: name in the configuration.
        mappings: mappings of dimensions to messages.
        within: longest time of an echo in seconds.

    Attributes:
        link: connection to the device; None while the device is missing.
        takeovers: soft takeovers of the controllers that this device shows.
    """

    def __init__(self, name: str, mappings: Sequence[OutputMapping], within: float) -> None:
        self.name = name
        self.link: OutLink | None = None
        self.mappings = list(mappings)
        self.takeovers: list[Takeover] = []
        self.echoes = EchoFilter(within)
        self._pending_offs: list[bytes] = []
        self._unconfirmed: dict[tuple[int, int], None] = {}
        self._passed: dict[str, set[tuple[int, int]]] = {}
        self._passed_channels: set[int] = set()

    @property
    def there(self) -> bool:
        """True while the device can be sent to."""
        return self.link is not None and self.link.alive()

    def play(
        self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED, said: frozenset[int] | None = None
    ) -> list[bytes]:
        """Returns the messages of a vector."""
        for takeover in self.takeovers:
            takeover.moved(values)
        return [message for mapping in self.mappings for message in mapping.messages(values, muted, said)]

    def passes(self, source: str, message: bytes) -> None:
        """Notes a message of an input that is passed on to this device, and the note that it begins or ends."""
        if len(message) < 3 or message[0] >= 0xF0:
            return
        kind, channel, note = message[0] & 0xF0, message[0] & 0x0F, message[1]
        self._passed_channels.add(channel)
        sounding = self._passed.setdefault(source, set())
        if kind == NOTE_ON and message[2]:
            sounding.add((channel, note))
        elif kind in (NOTE_ON, NOTE_OFF):
            sounding.discard((channel, note))

    def end_notes(self, indices: frozenset[int]) -> list[bytes]:
        """Returns note-offs for the sounding notes of these dimensions."""
        return [message for mapping in self.mappings for message in mapping.end_notes(indices)]

    def silence(self) -> list[bytes]:
        """Returns note-offs for the sounding notes of the players."""
        return [message for mapping in self.mappings for message in mapping.silence()]

    def strike(self, player: str, channel: int, note: int, loudness: int) -> list[bytes]:
        """Returns the messages that begin a note of an ensemble player and end the note before it.

        Args:
            player: name of the player.
            channel: MIDI channel, from 1.
            note: MIDI note.
            loudness: MIDI velocity, from 1.
        """
        ended = self.silence_passed(player)
        struck = bytes((NOTE_ON | channel - 1, note, loudness))
        self.passes(player, struck)
        return [*ended, struck]

    def sounds(self, player: str, channel: int, note: int) -> bool:
        """Returns True if this note of an ensemble player sounds."""
        return (channel - 1, note) in self._passed.get(player, ())

    def silence_passed(self, source: str | None = None) -> list[bytes]:
        """Returns note-offs for the notes that an input, or every input, left sounding."""
        found: dict[tuple[int, int], None] = {}
        for name in [source] if source is not None else list(self._passed):
            found.update(dict.fromkeys(sorted(self._passed.pop(name, ()))))
        return [bytes((NOTE_OFF | channel, note, 0)) for channel, note in found]

    def still_off(self, messages: Sequence[bytes]) -> list[bytes]:
        """Returns the note-offs among these messages, without notes that sound again."""
        sounding = set[tuple[int, int]]().union(
            *(mapping.sounding for mapping in self.mappings), *self._passed.values()
        )
        return [
            message
            for message in messages
            if message[0] & 0xF0 == NOTE_OFF and (message[0] & 0x0F, message[1]) not in sounding
        ]

    def panic(self) -> list[bytes]:
        """Returns the messages that turn everything off, on every channel that was sent on."""
        found = self.silence_passed()
        covered: set[int] = set()
        for mapping in self.mappings:
            found += mapping.panic()
            covered.update(mapping.channels)
        for channel in sorted(self._passed_channels - covered):
            for controller in (SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF):
                found.append(bytes((CONTROL_CHANGE | channel, controller, 0)))
        return found

    def sent(self, message: bytes, now: float) -> None:
        """Notes a message that goes out."""
        self.echoes.sent(message, now)
        if message[0] & 0xF0 in (NOTE_ON, NOTE_OFF) and len(message) > 1:
            self._unconfirmed[message[0] & 0x0F, message[1]] = None

    def confirm(self) -> None:
        """Notes that the device is still connected, so that earlier notes have arrived."""
        self._unconfirmed.clear()

    def lose(self) -> None:
        """Notes that the device is missing; notes that may sound there are turned off when the device is back."""
        self.link = None
        uncertain = [bytes((NOTE_OFF | channel, note, 0)) for channel, note in self._unconfirmed]
        self._unconfirmed.clear()
        self._pending_offs = list(
            dict.fromkeys((*self._pending_offs, *uncertain, *self.silence(), *self.silence_passed()))
        )

    def regain(self, link: OutLink) -> list[bytes]:
        """Notes that the device is back; returns the messages that must be sent first.

        Notes may sound there that an engine left behind when it was killed, so every channel with notes is silenced.
        """
        self.link = link
        channels = {channel for mapping in self.mappings for channel in mapping.note_channels}
        for mapping in self.mappings:
            mapping.forget()
        pending, self._pending_offs = self._pending_offs, []
        return [*pending, *all_off(channels | self._passed_channels)]


class MidiInput:
    """Input device.

    Args:
        name: name in the configuration.
        entries: entries of its mapping.
        outputs: outputs that its messages are passed on to.
        lights: its own output if the device shows predictions, else None.

    Attributes:
        link: connection to the device; None while the device is missing.
        mapping: mapping of its messages to dimensions.
        entries: entries of the present mapping.
        pad: touch pad made of two controllers, else None.
        sends_back: outputs whose messages may come back from this device.
    """

    def __init__(
        self, name: str, entries: Sequence[Entry], outputs: Sequence[MidiOutput], lights: MidiOutput | None
    ) -> None:
        self.name = name
        self.link: InLink | None = None
        self.pad: MidiPad | None = None
        self.sends_back: Sequence[MidiOutput] = ()
        self.outputs = outputs
        self.takeover: Takeover | None = None
        self.mapping = InputMapping(entries)
        self._lights = lights
        self._shown: OutputMapping | None = None
        self.show(entries)

    def show(self, entries: Sequence[Entry]) -> list[bytes]:
        """Sets the entries for the lights and knobs; returns the messages that must be sent to the lights."""
        self.entries = tuple(entries)
        if self._lights is None:
            return []
        found: list[bytes] = []
        if self._shown is not None and self.takeover is not None:
            found = self._shown.silence()
            self._lights.mappings.remove(self._shown)
            self._lights.takeovers.remove(self.takeover)
        self.takeover, self._shown = Takeover(entries), OutputMapping(entries)
        self._lights.mappings.append(self._shown)
        self._lights.takeovers.append(self.takeover)
        return found

    def updates(self, message: bytes) -> Sequence[tuple[int, float]]:
        """Returns the dimensions (index from 0, value 0 to 1) that a message sets."""
        found = self.mapping.updates(message)
        if self._shown is not None:
            self._shown.received(message)
        return self.admitted(found)

    def admitted(self, updates: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
        """Returns those of the musician's updates that act."""
        return updates if self.takeover is None else self.takeover.admitted(updates)
