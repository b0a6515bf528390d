"""MIDI messages of vectors by a mapping. No input or output happens here."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from impsy_tui.channels.midi.high_resolution import DATA_ENTRY, PARAMETER_NUMBERS
from impsy_tui.channels.midi.mapping import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CHANNEL_PRESSURE,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    OF_14_BITS,
    PITCH_BEND,
    PROGRAM_CHANGE,
    SUSTAIN,
    Entry,
    Value,
    values_of,
)
from impsy_tui.channels.played_target import PlayedTarget
from impsy_tui.config.mapping_targets import text_of

_DATA: Final = (DATA_ENTRY, DATA_ENTRY + 32)
_FULL: Final = 127
_FULL_14: Final = 16383
_NONE: Final[frozenset[int]] = frozenset()


class OutputMapping:
    """Mapping of dimensions to MIDI messages; keeps the sounding notes and the last value of each control.

    Args:
        entries: one for each dimension, in order.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._sounding: dict[tuple[int, Entry], tuple[int, int]] = {}
        self._sent: dict[tuple[str, int, int], int] = {}
        self._last: dict[tuple[int, Entry], int] = {}
        """Last number of each target."""
        self._channels: set[int] = set()
        self.note_channels: set[int] = set()
        """MIDI channels of the present and of earlier notes, 0 to 15."""
        self.map(entries)

    def map(self, entries: Sequence[Entry]) -> list[bytes]:
        """Sets the entries; returns note-offs for the notes of entries that are gone."""
        self.entries = tuple(entries)
        self._values = values_of(entries)
        self._velocity = {value.channel: value for value in reversed(self._values) if value.kind == "note_velocity"}
        self._channels.update(value.channel for value in self._values)
        self.note_channels.update(value.channel for value in self._values if value.kind == "note_on")
        self._texts = [text_of(value.entry) for value in self._values]
        there = {(value.index, value.entry) for value in self._values}
        self._last = {key: number for key, number in self._last.items() if key in there}
        return self._end([key for key in self._sounding if key not in there])

    @property
    def channels(self) -> list[int]:
        """MIDI channels of the present and of earlier entries, 0 to 15."""
        return sorted(self._channels)

    @property
    def played(self) -> list[PlayedTarget]:
        """Targets with their last numbers; a note has one while it sounds."""
        found = []
        for value, text in zip(self._values, self._texts, strict=True):
            key = value.index, value.entry
            is_there = key in (self._sounding if value.kind == "note_on" else self._last)
            found.append(PlayedTarget(value.index + 1, text, str(self._last[key]) if is_there else ""))
        return found

    @property
    def sounding(self) -> set[tuple[int, int]]:
        """Sounding notes: channel (0 to 15) and note."""
        return set(self._sounding.values())

    def messages(
        self, values: Sequence[float], muted: frozenset[int] = _NONE, said: frozenset[int] | None = None
    ) -> list[bytes]:
        """Returns the messages of a vector.

        Args:
            values: the dimensions, clipped to 0..1 here; dimensions beyond the mapping are ignored.
            muted: indices that begin no note; their sounding notes are turned off.
            said: indices that are played; None for all.
        """
        found: list[bytes] = []
        for value in self._values:
            if value.index >= len(values):
                break
            if said is not None and value.index not in said:
                continue
            number = _number(value, values)
            self._last[value.index, value.entry] = number
            match value.kind:
                case "note_on":
                    found += self._note(value, number, values, muted=value.index in muted)
                case "control_change" | "control_change_relative":
                    if self._changed("cc", value.channel, value.number, number):
                        found.append(bytes((CONTROL_CHANGE | value.channel, value.number, number)))
                case "control_change_14":
                    if self._changed("cc14", value.channel, value.number, number):
                        found.append(bytes((CONTROL_CHANGE | value.channel, value.number, number >> 7)))
                        found.append(bytes((CONTROL_CHANGE | value.channel, value.number + 32, number & 0x7F)))
                case "nrpn":
                    if self._changed("nrpn", value.channel, value.number, number):
                        found += _nrpn(value.channel, value.number, number)
                case "pitch_bend":
                    if self._changed("bend", value.channel, 0, number):
                        found.append(bytes((PITCH_BEND | value.channel, number & 0x7F, number >> 7)))
                case "program_change" | "channel_pressure":
                    status = PROGRAM_CHANGE if value.kind == "program_change" else CHANNEL_PRESSURE
                    if self._changed(value.kind, value.channel, 0, number):
                        found.append(bytes((status | value.channel, number)))
        return found

    def forget(self) -> None:
        """Forgets the last values, so that a new device gets all of them."""
        self._sent.clear()

    def received(self, message: bytes) -> None:
        """Notes a message of the device itself: the last value that was sent to this control is no longer valid."""
        if len(message) < 2:
            return
        kind, channel, first = message[0] & 0xF0, message[0] & 0x0F, message[1]
        match kind:
            case 0xB0:
                stale = [("cc", channel, first), ("cc14", channel, first % 32)]
                if first in _DATA:
                    stale += [key for key in self._sent if key[:2] == ("nrpn", channel)]
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
        """Returns note-offs for the notes of these dimensions, unless another dimension sounds the same note."""
        ended = set(indices)
        return self._end([key for key in sorted(self._sounding, key=_index_of) if key[0] in ended])

    def _end(self, keys: Iterable[tuple[int, Entry]]) -> list[bytes]:
        ended = dict.fromkeys([self._sounding.pop(key) for key in keys])
        still = set(self._sounding.values())
        return [bytes((NOTE_OFF | channel, note, 0)) for channel, note in ended if (channel, note) not in still]

    def silence(self) -> list[bytes]:
        """Returns note-offs for all sounding notes."""
        sounding = dict.fromkeys(self._sounding.values())
        self._sounding.clear()
        return [bytes((NOTE_OFF | channel, note, 0)) for channel, note in sounding]

    def panic(self) -> list[bytes]:
        """Returns note-offs, then sustain off, all sound off and all notes off for each channel."""
        found = self.silence()
        for channel in self.channels:
            for controller in (SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF):
                found.append(bytes((CONTROL_CHANGE | channel, controller, 0)))
        self.forget()
        return found

    def _note(self, value: Value, note: int, values: Sequence[float], *, muted: bool) -> list[bytes]:
        found = []
        key = value.index, value.entry
        before = self._sounding.pop(key, None)
        if before is not None and before not in self._sounding.values():
            found.append(bytes((NOTE_OFF | before[0], before[1], 0)))
        if not muted:
            found.append(bytes((NOTE_ON | value.channel, note, self._loudness(value, values))))
            self._sounding[key] = (value.channel, note)
        return found

    def _loudness(self, value: Value, values: Sequence[float]) -> int:
        velocity = self._velocity.get(value.channel)
        if velocity is not None and velocity.index < len(values):
            # Velocity 0 would be a note-off.
            return max(1, _number(velocity, values))
        return min(max(value.number, 1), _FULL) if value.number >= 0 else _FULL

    def _changed(self, kind: str, channel: int, number: int, value: int) -> bool:
        key = (kind, channel, number)
        if self._sent.get(key) == value:
            return False
        self._sent[key] = value
        return True


def _index_of(key: tuple[int, Entry]) -> int:
    return key[0]


def all_off(channels: Iterable[int]) -> list[bytes]:
    """Returns "all sound off" and "all notes off" for channels 0..15."""
    return [
        bytes((CONTROL_CHANGE | channel, controller, 0))
        for channel in sorted(channels)
        for controller in (ALL_SOUND_OFF, ALL_NOTES_OFF)
    ]


def _number(value: Value, values: Sequence[float]) -> int:
    """Returns the number that is sent to a target for a vector."""
    share = value.shape(min(max(values[value.index], 0.0), 1.0))
    low = 0 if value.kind == "control_change_relative" else value.low
    most = _FULL_14 if value.kind in OF_14_BITS else _FULL
    return min(max(math.floor(low + share * (value.high - low) + 0.5), 0), most)


def _nrpn(channel: int, parameter: int, number: int) -> list[bytes]:
    """Returns the messages that set a parameter: its number, then its value, the coarse half of each first."""
    fine, coarse = PARAMETER_NUMBERS[:2]
    halves = ((coarse, parameter >> 7), (fine, parameter & 0x7F), (_DATA[0], number >> 7), (_DATA[1], number & 0x7F))
    return [bytes((CONTROL_CHANGE | channel, controller, half)) for controller, half in halves]
