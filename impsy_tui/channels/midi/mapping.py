"""Mapping of MIDI messages to dimensions.

No input or output happens here. The rules are those of IMPSY 1.2.1, with more kinds of entries. Messages are bytes as
on the wire: status, then one or two data bytes. Channels are 1 to 16 in a mapping and 0 to 15 on the wire.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from impsy_tui.channels.midi.curves import Curve, curve, position_of
from impsy_tui.channels.midi.endless_encoders import EncoderDetector
from impsy_tui.channels.midi.high_resolution import (
    DATA_ENTRY,
    OTHER_HALF,
    PARAMETER_NUMBERS,
    HighResolutionPair,
    SelectedParameter,
)
from impsy_tui.config.mapping_targets import targets_of

Entry = tuple[str | int, ...]
"""Kind, its numbers, then words of ``curves``: ``("control_change", 1, 42, 0, 127, "exp")``."""

UNUSED: Final[Entry] = ("unused",)
"""Entry of a dimension that no message plays."""

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
"""Status bytes of MIDI clock messages."""

SUSTAIN: Final = 64
ALL_SOUND_OFF: Final = 120
ALL_NOTES_OFF: Final = 123

OF_14_BITS: Final = ("control_change_14", "nrpn", "pitch_bend")
"""Kinds with numbers from 0 to 16383."""
_WITH_ENDS: Final = ("control_change", "control_change_14", "nrpn")
_NOTES: Final = ("note_on", "note_velocity")
_FULL: Final = 127
_FULL_14: Final = 16383
_NONE: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Value:
    """Parsed entry of a mapping.

    Attributes:
        index: index of the dimension, from 0.
        kind: kind of message.
        channel: MIDI channel, 0 to 15.
        number: controller, or a fixed velocity of a note, or -1.
        low, high: MIDI values of 0 and 1.
        shape: curve between MIDI value and dimension.
        entry: entry of the mapping.
    """

    index: int
    kind: str
    channel: int
    number: int
    low: int
    high: int
    shape: Curve
    entry: Entry


def values_of(entries: Iterable[Entry]) -> list[Value]:
    found = []
    for index, entry in ((index, one) for index, several in enumerate(entries) for one in targets_of(several)):
        numbers = [part for part in entry[1:] if isinstance(part, int)]
        words = tuple(part for part in entry[1:] if isinstance(part, str))
        kind, channel = str(entry[0]), numbers[0] - 1
        rest = numbers[1:]
        low, high = 0, _FULL_14 if kind in OF_14_BITS else _FULL
        number = rest[0] if rest else -1
        if kind in _WITH_ENDS:
            low, high = (*rest[1:3], *(low, high)[len(rest[1:3]) :])
        elif kind == "control_change_relative":
            low = rest[1] if len(rest) > 1 else 0  # the value at rest
        found.append(Value(index, kind, channel, number, low, high, curve(words), entry))
    return found


class HalfTimer(Protocol):
    """Time in which halves of controllers wait for each other."""

    def now(self) -> float:
        """Returns the time in seconds since an arbitrary beginning."""

    def at(self, deadline: float, action: Callable[..., None], *arguments: Any) -> Any:
        """Calls ``action`` at an absolute time in seconds."""


class InputMapping:
    """Mapping of incoming messages to dimensions; keeps held keys, pedals and encoder positions.

    Args:
        entries: one for each dimension, in order.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._held: dict[tuple[int, int], None] = {}
        self._pedals: set[int] = set()
        self._keys: dict[int, tuple[int, int]] = {}
        self.released: frozenset[int] = _NONE
        """Indices of the dimensions whose key the last message released."""
        self._pairs: dict[Value, HighResolutionPair] = {}
        self._parameters: dict[int, SelectedParameter] = {}
        self._halves: list[tuple[Value, HighResolutionPair]] = []  # pairs that wait since the last message
        self._turned: dict[int, float] = {}  # positions of endless encoders, by the index of the dimension
        self._watches: dict[Value, EncoderDetector] = {}
        self.endless = ""  # entry for an endless encoder that the last message has shown
        self.map(entries)

    def map(self, entries: Sequence[Entry]) -> frozenset[int]:
        """Sets the entries; returns the indices of the dimensions whose held key plays them no longer."""
        self._values = values_of(entries)
        channels = {value.channel for value in self._values if value.kind in _NOTES}
        self._held = {held: None for held in self._held if held[0] in channels}
        played = {(value.index, value.channel) for value in self._values if value.kind == "note_on"}
        gone = frozenset(index for index, (channel, _) in self._keys.items() if (index, channel) not in played)
        self._keys = {index: key for index, key in self._keys.items() if index not in gone}
        self._forget_halves()
        self._pairs.clear()
        self._watches.clear()
        return gone

    @property
    def holding(self) -> bool:
        """True while a key is held down on a channel with mapped notes."""
        return bool(self._held)

    @property
    def held(self) -> list[int]:
        """Held notes, in the order in which they began."""
        return [note for _, note in self._held]

    @property
    def sustained(self) -> bool:
        """True while a sustain pedal is down on a channel with a held note."""
        return any(channel in self._pedals for channel, _ in self._held)

    def release(self) -> frozenset[int]:
        """Forgets held keys, pedals and waiting halves; returns the indices of the dimensions that keys played."""
        self._held.clear()
        self._pedals.clear()
        keys = frozenset(self._keys)
        self._keys.clear()
        self._forget_halves()
        return keys

    def _forget_halves(self) -> None:
        for pair in self._pairs.values():
            pair.forget()

    def follow(self, values: Sequence[float]) -> None:
        """Sets the positions of endless encoders to these values, which sound now."""
        for value in self._values:
            if value.kind == "control_change_relative" and value.index < len(values):
                self._turned[value.index] = position_of(min(max(values[value.index], 0.0), 1.0), value.shape)

    def updates(self, message: bytes) -> list[tuple[int, float]]:
        """Returns the dimensions (index from 0, value 0 to 1) that a message sets."""
        self.released, self.endless = _NONE, ""
        self._halves.clear()
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
        elif controller in PARAMETER_NUMBERS:
            self._parameters.setdefault(channel, SelectedParameter()).select(controller, data)
        found = []
        for value in self._values:
            if value.channel != channel:
                continue
            if value.kind == "control_change" and value.number == controller:
                found.append((value.index, value.shape(_share(data, value.low, value.high))))
                watch = self._watches.setdefault(value, EncoderDetector())
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
            elif (coarse := self._coarse_half(value)) is not None and controller in (coarse, coarse + 32):
                pair = self._pairs.setdefault(value, HighResolutionPair())
                number = pair.take(data, is_coarse=controller == coarse)
                if number is None:
                    self._halves.append((value, pair))
                else:
                    found.append((value.index, value.shape(_share(number, value.low, value.high))))
        return found

    def _coarse_half(self, value: Value) -> int | None:
        """Returns the controller with the coarse half of a value of 14 bits; None if there is none now."""
        if value.kind == "control_change_14":
            return value.number
        selected = self._parameters.get(value.channel) if value.kind == "nrpn" else None
        return DATA_ENTRY if selected is not None and selected.nrpn == value.number else None

    def wait_for_halves(self, scheduler: HalfTimer, act: Callable[[list[tuple[int, float]]], None]) -> None:
        """Lets a half of a pair act alone if the other half does not come in time.

        Args:
            scheduler: keeps time.
            act: takes the dimensions that the half sets, as ``updates`` returns them. Called only for halves of the
                last message.
        """
        for value, pair in self._halves:
            scheduler.at(scheduler.now() + OTHER_HALF, self._act_alone, value, pair, pair.wait, act)

    def _act_alone(
        self, value: Value, pair: HighResolutionPair, wait: int, act: Callable[[list[tuple[int, float]]], None]
    ) -> None:
        number = pair.act_alone(wait)
        if number is not None:
            act([(value.index, value.shape(_share(number, value.low, value.high)))])

    def _of(self, kind: str, channel: int, share: float) -> list[tuple[int, float]]:
        return [
            (value.index, value.shape(share))
            for value in self._values
            if value.kind == kind and value.channel == channel
        ]


def last_value(entry: Entry, messages: Iterable[bytes]) -> float | None:
    """Returns the value (0 to 1) of a control after its last messages; None for an endless encoder.

    Args:
        entry: entry of the control.
        messages: last message of the control; of a pair of controllers, the last message of each.
    """
    if entry[0] == "control_change_relative":
        return None
    mapping = InputMapping([entry])
    values = [value for message in messages for _, value in mapping.updates(message)]
    return values[-1] if values else None


def _share(data: int, low: int, high: int) -> float:
    """Returns the share of a number between two limits in any order; 0 if the limits are equal."""
    return 0.0 if low == high else min(max((data - low) / (high - low), 0.0), 1.0)


def in_words(message: bytes) -> str:
    """Returns a message for the performer: ``note 60 vel 100 ch 1``."""
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
