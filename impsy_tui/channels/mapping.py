"""MIDI messages and vectors: what each message means for the values, and what each value is sent as.

Pure: it knows no ports. The rules are those of IMPSY 1.2.1, with more kinds of entries. Messages
are ``bytes`` as on the wire: status, then one or two data bytes. Channels are 1 to 16 in a
mapping and 0 to 15 on the wire.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from impsy_tui.channels.curves import Curve, curve
from impsy_tui.channels.endless import StepWatch
from impsy_tui.channels.fine_pair import FinePair

Entry = tuple[str | int, ...]
"""Kind, its numbers, then words of ``curves``: ``("control_change", 1, 42, 0, 127, "exp")``."""

UNUSED: Final[Entry] = ("unused",)
"""The entry of a value that no message plays."""

NOTE_OFF: Final = 0x80
NOTE_ON: Final = 0x90
CONTROL_CHANGE: Final = 0xB0
PROGRAM_CHANGE: Final = 0xC0
CHANNEL_PRESSURE: Final = 0xD0
PITCH_BEND: Final = 0xE0

SONG_POSITION: Final = 0xF2
TICK: Final = 0xF8
START: Final = 0xFA
CONTINUE: Final = 0xFB
STOP: Final = 0xFC
CLOCK: Final = frozenset((SONG_POSITION, TICK, START, CONTINUE, STOP))
"""Status bytes of the messages that a clock is made of."""

SUSTAIN: Final = 64
ALL_SOUND_OFF: Final = 120
ALL_NOTES_OFF: Final = 123

_FULL: Final = 127
_FULL_14: Final = 16383
_NONE: Final[frozenset[int]] = frozenset()


def with_entry(entries: Sequence[Entry], index: int, entry: Entry) -> tuple[Entry, ...]:
    """Entries with one of them changed; those that were missing before it play nothing."""
    changed = [*entries, *[UNUSED] * (index + 1 - len(entries))]
    changed[index] = entry
    return tuple(changed)


def table_of(name: str) -> str:
    """The configuration's table of a channel: ``midi`` of "midi", ``midi.1`` of "midi 2"."""
    kind, _, number = name.partition(" ")
    return f"{kind}.{int(number) - 1}" if number else kind


@dataclass(frozen=True, slots=True)
class _Value:
    """One entry of a mapping, taken apart.

    Attributes:
        index: of the value, from 0.
        kind: of message.
        channel: 0..15.
        number: controller, or a fixed velocity of a note, or -1.
        low, high: what 0 and 1 are on the wire.
        shape: between wire and value.
    """

    index: int
    kind: str
    channel: int
    number: int
    low: int
    high: int
    shape: Curve


def _values(entries: Iterable[Entry]) -> list[_Value]:
    found = []
    for index, entry in enumerate(entries):
        if entry == UNUSED:
            continue
        numbers = [part for part in entry[1:] if isinstance(part, int)]
        words = tuple(part for part in entry[1:] if isinstance(part, str))
        kind, channel = str(entry[0]), numbers[0] - 1
        rest = numbers[1:]
        low, high = 0, _FULL
        number = rest[0] if rest else -1
        if kind == "control_change":
            low, high = (*rest[1:3], *(0, _FULL)[len(rest[1:3]) :])
        elif kind == "control_change_relative":
            low = rest[1] if len(rest) > 1 else 0  # the value at rest
        found.append(_Value(index, kind, channel, number, low, high, curve(words)))
    return found


class InputMapping:
    """What incoming messages mean.

    Args:
        entries: one a value, in order.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._values = _values(entries)
        self._held: dict[tuple[int, int], None] = {}
        self._pedals: set[int] = set()
        self._keys: dict[int, tuple[int, int]] = {}
        self.released: frozenset[int] = _NONE
        """Indices of the values whose key the last message let go."""
        self._pairs: dict[tuple[int, int], FinePair] = {}
        self._turned: dict[int, float] = {}  # positions of endless encoders, by the index of the value
        self._watches: dict[int, StepWatch] = {}
        self.endless = ""  # entry for an encoder that the last message revealed

    @property
    def holding(self) -> bool:
        """Whether a key is held down on a channel whose notes mean something."""
        return bool(self._held)

    @property
    def held(self) -> list[int]:
        """The notes that are held, in the order in which they began."""
        return [note for _, note in self._held]

    @property
    def sustained(self) -> bool:
        """True while a sustain pedal is down on a channel with a held note."""
        return any(channel in self._pedals for channel, _ in self._held)

    def release(self) -> frozenset[int]:
        """Forgets held keys and pedals; the indices of the values that they played."""
        self._held.clear()
        self._pedals.clear()
        keys = frozenset(self._keys)
        self._keys.clear()
        return keys

    def updates(self, message: bytes) -> list[tuple[int, float]]:
        """The values (index from 0, 0..1) that a message sets; empty for one that sets none."""
        self.released, self.endless = _NONE, ""
        if len(message) < 2:
            return []
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        first, second = message[1], message[2] if len(message) > 2 else 0
        match kind:
            case 0x90 if second:
                return self._note(channel, first, second)
            case 0x80 | 0x90:
                self._held.pop((channel, first), None)
                self._let_go((channel, first))
                return []
            case 0xB0:
                return self._control(channel, first, second)
            case 0xE0:
                share = (second << 7 | first) / _FULL_14
                return self._of("pitch_bend", channel, share)
            case 0xC0:
                return self._of("program_change", channel, first / _FULL)
            case 0xD0:
                return self._of("channel_pressure", channel, first / _FULL)
        return []

    def _note(self, channel: int, note: int, velocity: int) -> list[tuple[int, float]]:
        shares = {"note_on": note / _FULL, "note_velocity": velocity / _FULL}
        found = [
            (value.index, value.shape(shares[value.kind]))
            for value in self._values
            if value.channel == channel and value.kind in shares
        ]
        if found:
            self._held[channel, note] = None
            for value in self._values:
                if value.channel == channel and value.kind == "note_on":
                    self._keys[value.index] = (channel, note)
        return found

    def _let_go(self, key: tuple[int, int]) -> None:
        self.released = frozenset(index for index, playing in self._keys.items() if playing == key)
        for index in self.released:
            del self._keys[index]

    def _control(self, channel: int, controller: int, data: int) -> list[tuple[int, float]]:
        if controller in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            self._held = {held: None for held in self._held if held[0] != channel}
        elif controller == SUSTAIN:
            (self._pedals.add if data >= 64 else self._pedals.discard)(channel)
        found = []
        for value in self._values:
            if value.channel != channel:
                continue
            if value.kind == "control_change" and value.number == controller:
                found.append((value.index, value.shape(_share(data, value.low, value.high))))
                watch = self._watches.setdefault(value.index, StepWatch())
                if (rest := watch.rest(data)) is not None:
                    self.endless = f'["control_change_relative", {channel + 1}, {controller}{", 64" if rest else ""}]'
                    self._values[self._values.index(value)] = replace(value, kind="control_change_relative", low=rest)
                    self._turned[value.index] = watch.before / _FULL
                    return self._control(channel, controller, data)
            elif value.kind == "control_change_relative" and value.number == controller:
                step = (data - value.low + 64) % 128 - 64
                place = min(max(self._turned.get(value.index, 0.0) + step / _FULL, 0.0), 1.0)
                self._turned[value.index] = place
                found.append((value.index, value.shape(place)))
            elif value.kind == "control_change_14" and controller in (value.number, value.number + 32):
                pair = self._pairs.setdefault((value.index, value.number), FinePair())
                share = pair.take(data, is_coarse=controller == value.number)
                found += [] if share is None else [(value.index, value.shape(share))]
        return found

    def _of(self, kind: str, channel: int, share: float) -> list[tuple[int, float]]:
        return [
            (value.index, value.shape(share))
            for value in self._values
            if value.kind == kind and value.channel == channel
        ]


class OutputMapping:
    """What values are sent as; it knows what sounds, and what was sent last.

    Args:
        entries: one a value, in order.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._values = _values(entries)
        self._velocity = {}
        for value in reversed(self._values):
            if value.kind == "note_velocity":
                self._velocity[value.channel] = value
        self._sounding: dict[int, tuple[int, int]] = {}
        self._sent: dict[tuple[str, int, int], int] = {}

    @property
    def channels(self) -> list[int]:
        """The channels that it sends on, 0..15."""
        return sorted({value.channel for value in self._values})

    @property
    def note_channels(self) -> set[int]:
        """The channels that notes are sent on, 0..15."""
        return {value.channel for value in self._values if value.kind == "note_on"}

    def messages(
        self, values: Sequence[float], muted: frozenset[int] = _NONE, said: frozenset[int] | None = None
    ) -> list[bytes]:
        """The messages of a vector.

        Args:
            values: clipped to 0..1 here; those beyond the mapping are left out.
            muted: indices that sound no note; what still sounds of them is turned off.
            said: indices that are played, the others are left as they are; None for all.
        """
        found: list[bytes] = []
        for value in self._values:
            if value.index >= len(values):
                break
            if said is not None and value.index not in said:
                continue
            share = value.shape(min(max(values[value.index], 0.0), 1.0))
            match value.kind:
                case "note_on":
                    found += self._note(value, share, values, muted=value.index in muted)
                case "control_change" | "control_change_relative":
                    low = value.low if value.kind == "control_change" else 0
                    number = _on_wire(share, low, value.high)
                    if self._changed("cc", value.channel, value.number, number):
                        found.append(bytes((CONTROL_CHANGE | value.channel, value.number, number)))
                case "control_change_14":
                    number = math.floor(share * _FULL_14 + 0.5)
                    if self._changed("cc14", value.channel, value.number, number):
                        found.append(bytes((CONTROL_CHANGE | value.channel, value.number, number >> 7)))
                        found.append(bytes((CONTROL_CHANGE | value.channel, value.number + 32, number & 0x7F)))
                case "pitch_bend":
                    number = math.floor(share * _FULL_14 + 0.5)
                    if self._changed("bend", value.channel, 0, number):
                        found.append(bytes((PITCH_BEND | value.channel, number & 0x7F, number >> 7)))
                case "program_change" | "channel_pressure":
                    number = _on_wire(share, 0, _FULL)
                    status = PROGRAM_CHANGE if value.kind == "program_change" else CHANNEL_PRESSURE
                    if self._changed(value.kind, value.channel, 0, number):
                        found.append(bytes((status | value.channel, number)))
        return found

    def forget(self) -> None:
        """Send everything again, whether it has changed or not: whoever hears it is new."""
        self._sent.clear()

    def heard(self, message: bytes) -> None:
        """The device says itself where one of its controls is now: what was sent there last no longer holds."""
        if len(message) < 2:
            return
        kind, channel, first = message[0] & 0xF0, message[0] & 0x0F, message[1]
        match kind:
            case 0xB0:
                stale = [("cc", channel, first), ("cc14", channel, first % 32)]
            case 0xE0:
                stale = [("bend", channel, 0)]
            case 0xC0:
                stale = [("program_change", channel, 0)]
            case 0xD0:
                stale = [("channel_pressure", channel, 0)]
            case _:
                return
        for key in stale:
            self._sent.pop(key, None)
        if kind == 0xB0 and len(message) > 2:
            self._sent["cc", channel, first] = message[2]

    def end_notes(self, indices: Iterable[int]) -> list[bytes]:
        """Note-offs for what these values left sounding, unless another sounds the same note."""
        ended = dict.fromkeys(self._sounding.pop(index) for index in sorted(indices) if index in self._sounding)
        still = set(self._sounding.values())
        return [bytes((NOTE_OFF | channel, note, 0)) for channel, note in ended if (channel, note) not in still]

    def silence(self) -> list[bytes]:
        """Note-offs for all that sounds."""
        sounding = dict.fromkeys(self._sounding.values())
        self._sounding.clear()
        return [bytes((NOTE_OFF | channel, note, 0)) for channel, note in sounding]

    def panic(self) -> list[bytes]:
        """Everything off, whoever began it: note-offs, then sustain, all sound and all notes off on each channel."""
        found = self.silence()
        for channel in self.channels:
            for controller in (SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF):
                found.append(bytes((CONTROL_CHANGE | channel, controller, 0)))
        self.forget()
        return found

    def _note(self, value: _Value, share: float, values: Sequence[float], *, muted: bool) -> list[bytes]:
        found = []
        before = self._sounding.pop(value.index, None)
        if before is not None and before not in self._sounding.values():
            found.append(bytes((NOTE_OFF | before[0], before[1], 0)))
        if not muted:
            note = _on_wire(share, 0, _FULL)
            found.append(bytes((NOTE_ON | value.channel, note, self._loudness(value, values))))
            self._sounding[value.index] = (value.channel, note)
        return found

    def _loudness(self, value: _Value, values: Sequence[float]) -> int:
        velocity = self._velocity.get(value.channel)
        if velocity is not None and velocity.index < len(values):
            # Velocity 0 would be a note-off.
            return max(1, _on_wire(velocity.shape(min(max(values[velocity.index], 0.0), 1.0)), 0, _FULL))
        return min(max(value.number, 1), _FULL) if value.number >= 0 else _FULL

    def _changed(self, kind: str, channel: int, number: int, value: int) -> bool:
        key = (kind, channel, number)
        if self._sent.get(key) == value:
            return False
        self._sent[key] = value
        return True


def all_off(channels: Iterable[int]) -> list[bytes]:
    """Returns "all sound off" and "all notes off" for channels 0..15."""
    return [
        bytes((CONTROL_CHANGE | channel, controller, 0))
        for channel in sorted(channels)
        for controller in (ALL_SOUND_OFF, ALL_NOTES_OFF)
    ]


def _share(data: int, low: int, high: int) -> float:
    """A data byte's place between two others, which may be the wrong way round; 0 where they are one."""
    return 0.0 if low == high else min(max((data - low) / (high - low), 0.0), 1.0)


def _on_wire(share: float, low: int, high: int) -> int:
    return min(max(math.floor(low + share * (high - low) + 0.5), 0), _FULL)


def in_words(message: bytes) -> str:
    """A message for the eye: ``note 60 vel 100 ch 1``."""
    if not message:
        return ""
    kind, channel = message[0] & 0xF0, (message[0] & 0x0F) + 1
    first = message[1] if len(message) > 1 else 0
    second = message[2] if len(message) > 2 else 0
    match kind:
        case 0x90 if second:
            return f"note {first} vel {second} ch {channel}"
        case 0x80 | 0x90:
            return f"note {first} off ch {channel}"
        case 0xB0:
            return f"cc {first} = {second} ch {channel}"
        case 0xC0:
            return f"program {first} ch {channel}"
        case 0xD0:
            return f"pressure {first} ch {channel}"
        case 0xE0:
            return f"bend {second << 7 | first} ch {channel}"
    return message[:4].hex(" ")
