"""Detection of the MIDI control that the musician moves, from all messages of a short time.

Some controls send several messages: a pair of controllers with 14 bits, a fader that reports touch as a note. The
control is the one that moves.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from impsy_tui.channels.midi.high_resolution import DATA_ENTRY, PARAMETER_NUMBERS, SelectedParameter
from impsy_tui.channels.midi.mapping import in_words, last_value
from impsy_tui.config.mapping_targets import MappingEntry
from impsy_tui.errors import UserError

STILL: Final = 4
"""Greatest movement of a trembling knob; the musician moves a knob further."""
_MOST: Final = 1024
"""Greatest number of watched controls."""
_DATA_ENTRY: Final = (DATA_ENTRY, DATA_ENTRY + 32, 96, 97)
_NRPN: Final = 128
"""Number of the first parameter (NRPN) in the keys of controls; each has one for both halves of its value."""
_TURN: Final = 16
"""Greatest number of steps of an encoder in one message."""

Place = tuple[str, str]
"""Channel and device."""


@dataclass(slots=True)
class _Control:
    message: bytes
    first: int
    low: int
    high: int
    last: int
    count: int = 1
    repeats: int = 0
    around_0: bool = True
    """Every value is a step around 0: 1 and 127."""
    around_64: bool = True
    """Every value is a step around 64: 65 and 63."""

    def add(self, level: int, message: bytes) -> None:
        self.repeats += level == self.last
        self.low, self.high, self.last = min(self.low, level), max(self.high, level), level
        self.count += 1
        self.message = message

    @property
    def moved(self) -> int:
        return max(self.high - self.first, self.first - self.low)


class FoundControl(NamedTuple):
    """The control that the musician moves.

    Attributes:
        place: channel and device of the control.
        entry: mapping entry of the control.
        words: last message of the control as text for the performer.
        value: last value of the control, 0 to 1; None for an endless encoder, which sends steps.
    """

    place: Place
    entry: MappingEntry
    words: str
    value: float | None


class RecentControls:
    """Controls that sent something since learning began."""

    def __init__(self) -> None:
        self._controls: dict[tuple[Place, int, int], _Control] = {}
        self._selected: dict[tuple[Place, int], SelectedParameter] = {}

    def add(self, place: Place, message: bytes) -> bool:
        """Takes a message; returns True for a message of a control or a key.

        Args:
            place: channel and device of the message.
            message: bytes of the message.
        """
        if len(message) < 2:
            return False
        kind, first, level = message[0] & 0xF0, message[1], message[-1]
        is_note = kind == 0x90 and len(message) > 2 and level > 0
        if not (is_note or kind in (0xD0, 0xE0) or (kind == 0xB0 and first < 120)):
            return False
        if kind == 0xB0 and first in PARAMETER_NUMBERS:
            if len(self._selected) < _MOST:
                self._selected.setdefault((place, message[0]), SelectedParameter()).select(first, level)
            return True
        key = (place, message[0], first if kind in (0x90, 0xB0) else 0)
        if kind == 0xB0 and first in _DATA_ENTRY[:2] and (number := self._parameter(place, message[0])) is not None:
            key = (place, message[0], _NRPN + 2 * number + (first != DATA_ENTRY))
        control = self._controls.get(key)
        if control is not None:
            control.add(level, message)
        elif len(self._controls) < _MOST:
            control = self._controls[key] = _Control(message, level, level, level, level)
        else:
            return True
        control.around_0 = control.around_0 and (0 < level <= _TURN or level >= 128 - _TURN)
        control.around_64 = control.around_64 and level != 64 and abs(level - 64) <= _TURN
        return True

    def _parameter(self, place: Place, status: int) -> int | None:
        """Returns the selected parameter (NRPN) of a MIDI channel; None for none."""
        selected = self._selected.get((place, status))
        return None if selected is None else selected.nrpn

    def decide(self, taken: set[tuple[str, str, MappingEntry]]) -> FoundControl | None:
        """Returns the control that moves; None if none does yet.

        Args:
            taken: controls that were learned already.

        Raises:
            UserError: the control is of a kind that no mapping has.
        """
        found: list[tuple[int, Place, MappingEntry, str]] = []
        done = {(channel, device, *_control_of(entry)) for channel, device, entry in taken}
        for (place, status, number), control in self._controls.items():
            entry, score = self._entry(place, status, number, control)
            if score and (*place, *_control_of(entry)) not in done:
                found.append((score, place, entry, in_words(control.message)))
        if not found:
            return None
        _, place, entry, words = max(found, key=lambda one: one[0])
        selects = any(one == place for one, _ in self._selected)
        if entry[0] in ("control_change", "control_change_14") and entry[2] in _DATA_ENTRY and selects:
            self._controls = {key: one for key, one in self._controls.items() if key[0] != place}
            raise UserError(
                "this control sends RPN messages or steps of a parameter, which no mapping has: "
                "set the control to a controller (CC) on the device"
            )
        return FoundControl(place, entry, words, last_value(entry, self._last_messages(place, entry)))

    def _last_messages(self, place: Place, entry: MappingEntry) -> list[bytes]:
        """Returns the last message of a control; of a pair of controllers, the last message of each."""
        found = [
            control.message
            for key, control in self._controls.items()
            if key[0] == place and self._entry(*key, control)[0] == entry
        ]
        if entry[0] != "nrpn":
            return found
        number, status = int(entry[2]), found[0][0]
        halves = zip(PARAMETER_NUMBERS, (number & 0x7F, number >> 7), strict=False)
        selecting = [bytes((status, controller, half)) for controller, half in halves]
        return [*selecting, *found, *(found if len(found) == 1 else ())]  # one half alone acts the second time

    def _entry(self, place: Place, status: int, number: int, control: _Control) -> tuple[MappingEntry, int]:
        """Returns the mapping entry of a control and its movement; 0 for a trembling knob."""
        channel = (status & 0x0F) + 1
        match status & 0xF0:
            case 0x90:
                return ("note_on", channel), 1  # a touch-sensitive fader sends a note before it moves
            case 0xD0:
                return ("channel_pressure", channel), self._score(control)
            case 0xE0:
                return ("pitch_bend", channel), self._score(control)
        if number >= _NRPN:
            pair = (number - _NRPN) // 2
            both = [self._controls.get((place, status, _NRPN + 2 * pair + half)) for half in (0, 1)]
            return ("nrpn", channel, pair), max(self._score(half) for half in both if half)
        if control.repeats and (control.around_0 or control.around_64):
            entry = ("control_change_relative", channel, number)
            return (entry if control.around_0 else (*entry, 64)), STILL + control.count
        coarse = number % 32
        halves = [self._controls.get((place, status, half)) for half in (coarse, coarse + 32)]
        if number < 64 and None not in halves:
            return ("control_change_14", channel, coarse), max(self._score(half) for half in halves if half)
        return ("control_change", channel, number), self._score(control)

    @staticmethod
    def _score(control: _Control) -> int:
        return control.moved + control.count if control.moved >= STILL else 0


def _control_of(entry: MappingEntry) -> tuple[str | int, ...]:
    """Returns the control of an entry: the same for every kind of entry of a controller."""
    kind = str(entry[0])
    return ("control_change", *entry[1:3]) if kind.startswith("control_change") else entry
