"""What a MIDI channel knows of each device: what sounds there, what was sent to it, who has its knobs.

Pure bookkeeping: messages go in and out as bytes, links are only kept here.
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
from impsy_tui.ensemble.touches.surfaces import MidiPad

_KNOBS: Final = ("control_change", "control_change_14", "pitch_bend")
_NEAR: Final = 2 / 127 + 1e-9
"""A knob this near to its value has reached it."""
_MOST_REMEMBERED: Final = 1024


class EchoFilter:
    """What was sent to a device, for as long as it may come back."""

    def __init__(self, within: float) -> None:
        self._within = within
        self._sent: dict[bytes, float] = {}

    def sent(self, message: bytes, now: float) -> None:
        """A message goes out."""
        sent = self._sent
        key = _alike(message)
        sent.pop(key, None)
        sent[key] = now
        oldest = next(iter(sent))
        while len(sent) > _MOST_REMEMBERED or now - sent[oldest] > self._within:
            del sent[oldest]
            oldest = next(iter(sent))

    def echoes(self, message: bytes, at: float) -> bool:
        """Whether a message that came in at this time is one that has just gone out."""
        then = self._sent.get(_alike(message))
        return then is not None and 0.0 <= at - then <= self._within


def _alike(message: bytes) -> bytes:
    """Note-offs are written in two ways, and with any velocity."""
    kind = message[0] & 0xF0
    if kind == NOTE_OFF or (kind == NOTE_ON and len(message) > 2 and not message[2]):
        return bytes((NOTE_OFF | message[0] & 0x0F, message[1]))
    return message


class Takeover:
    """The knobs of a controller that is sent predictions: each acts once it has passed its value.

    Args:
        entries: of the controller's mapping.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._knobs = [index for index, entry in enumerate(entries) if entry[0] in _KNOBS]
        self._stands: dict[int, float] = {}
        self._awaits: dict[int, float] = {}

    def moved(self, values: Sequence[float]) -> None:
        """Somebody else gives the values: knobs that stand elsewhere wait."""
        for index in self._knobs:
            if index < len(values):
                value = min(max(values[index], 0.0), 1.0)
                stands = self._stands.get(index)
                if stands is not None and abs(stands - value) <= _NEAR:
                    self._awaits.pop(index, None)
                else:
                    self._awaits[index] = value

    def admitted(self, updates: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """Those of the musician's updates that act."""
        return [(index, value) for index, value in updates if self._acts(index, value)]

    def _acts(self, index: int, value: float) -> bool:
        stood = self._stands.get(index)
        self._stands[index] = value
        awaited = self._awaits.get(index)
        if awaited is None:
            return True
        near = abs(value - awaited) <= _NEAR
        crossed = stood is not None and (stood - awaited) * (value - awaited) <= 0.0
        if near or crossed:
            del self._awaits[index]
            return True
        return False


class MidiOutput:
    """A device that is sent to.

    Args:
        name: as in the settings.
        mappings: what values are sent as.
        within: seconds that an echo may take.

    Attributes:
        link: the way there, None while it is not there.
        takeovers: of the controllers that see here where their knobs should be.
    """

    def __init__(self, name: str, mappings: Sequence[OutputMapping], within: float) -> None:
        self.name = name
        self.link: OutLink | None = None
        self.mappings = list(mappings)
        self.takeovers: list[Takeover] = []
        self.echoes = EchoFilter(within)
        self._owed: list[bytes] = []
        self._unconfirmed: dict[tuple[int, int], None] = {}
        self._passed: dict[str, set[tuple[int, int]]] = {}
        self._passed_channels: set[int] = set()

    @property
    def there(self) -> bool:
        """Whether what is sent now is taken."""
        return self.link is not None and self.link.alive()

    def play(
        self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED, said: frozenset[int] | None = None
    ) -> list[bytes]:
        """The messages of a vector."""
        for takeover in self.takeovers:
            takeover.moved(values)
        return [message for mapping in self.mappings for message in mapping.messages(values, muted, said)]

    def passes(self, source: str, message: bytes) -> None:
        """A message of an input is passed on to here: what it leaves sounding is remembered."""
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
        """Note-offs for what these values left sounding."""
        return [message for mapping in self.mappings for message in mapping.end_notes(indices)]

    def silence(self) -> list[bytes]:
        """Note-offs for what the player left sounding."""
        return [message for mapping in self.mappings for message in mapping.silence()]

    def strike(self, player: str, channel: int, note: int, loudness: int) -> list[bytes]:
        """The messages of a virtual player's note, which ends the one before; it ends as a note passed on does.

        Args:
            player: who plays.
            channel: MIDI channel, from 1.
            note: MIDI note.
            loudness: MIDI velocity, from 1.
        """
        ended = self.silence_passed(player)
        struck = bytes((NOTE_ON | channel - 1, note, loudness))
        self.passes(player, struck)
        return [*ended, struck]

    def sounds(self, player: str, channel: int, note: int) -> bool:
        """Whether a virtual player's note sounds."""
        return (channel - 1, note) in self._passed.get(player, ())

    def silence_passed(self, source: str | None = None) -> list[bytes]:
        """Note-offs for what an input, or each of them, left sounding."""
        found: dict[tuple[int, int], None] = {}
        for name in [source] if source is not None else list(self._passed):
            found.update(dict.fromkeys(sorted(self._passed.pop(name, ()))))
        return [bytes((NOTE_OFF | channel, note, 0)) for channel, note in found]

    def still_off(self, messages: Sequence[bytes]) -> list[bytes]:
        """Those of these messages that are note-offs, of notes that do not sound again."""
        sounding = set[tuple[int, int]]().union(
            *(mapping.sounding for mapping in self.mappings), *self._passed.values()
        )
        return [
            message
            for message in messages
            if message[0] & 0xF0 == NOTE_OFF and (message[0] & 0x0F, message[1]) not in sounding
        ]

    def panic(self) -> list[bytes]:
        """Everything off, on every channel that was ever sent on."""
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
        """Records a message that goes out."""
        self.echoes.sent(message, now)
        if message[0] & 0xF0 in (NOTE_ON, NOTE_OFF) and len(message) > 1:
            self._unconfirmed[message[0] & 0x0F, message[1]] = None

    def confirm(self) -> None:
        """The device was there a moment ago: the notes sent before arrived."""
        self._unconfirmed.clear()

    def lose(self) -> None:
        """The device has gone; what sounds there, or may sound there, is turned off when it is back."""
        self.link = None
        uncertain = [bytes((NOTE_OFF | channel, note, 0)) for channel, note in self._unconfirmed]
        self._unconfirmed.clear()
        self._owed = list(dict.fromkeys((*self._owed, *uncertain, *self.silence(), *self.silence_passed())))

    def regain(self, link: OutLink) -> list[bytes]:
        """The device is there: returns what has to be sent to it first.

        Notes may sound there that an engine left behind when it was killed, so every channel with notes is silenced.
        """
        self.link = link
        channels = {channel for mapping in self.mappings for channel in mapping.note_channels}
        for mapping in self.mappings:
            mapping.forget()
        owed, self._owed = self._owed, []
        return [*owed, *all_off(channels | self._passed_channels)]


class MidiInput:
    """A device that is heard.

    Args:
        name: as in the settings.
        entries: what its messages mean.
        outputs: that it is passed on to.
        lights: its own output, if it is to show predictions.

    Attributes:
        link: the way there, None while it is not there.
        entries: what its messages mean now.
        pad: two of its controllers that are a touch pad, None where none are.
        sends_back: outputs whose messages may come back here.
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
        self._lights = lights
        self._shown: OutputMapping | None = None
        self.map(entries)

    def map(self, entries: Sequence[Entry]) -> list[bytes]:
        """From now on its messages mean this; what has to be sent to its lights."""
        self.entries = tuple(entries)
        self.mapping = InputMapping(entries)
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
        """The values that a message sets."""
        found = self.mapping.updates(message)
        if self._shown is not None:
            self._shown.heard(message)
        return self.admitted(found)

    def admitted(self, updates: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
        """Returns those of the musician's updates that act."""
        return updates if self.takeover is None else self.takeover.admitted(updates)
