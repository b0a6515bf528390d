"""Targets of dimensions in mappings: MIDI messages and OSC arguments, in lists and as text."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from impsy_tui.choices import MESSAGES
from impsy_tui.config.toml_text import shown
from impsy_tui.config.value_types import Address, InvalidValueError

CURVE_NAMES: Final = ("exp", "log", "inverted")
"""Words that may stand at the end of an entry."""

_CHANNEL = ("MIDI channel", 1, 16)


def _with_ends(*numbers: tuple[str, int, int]) -> tuple[tuple[tuple[str, int, int], ...], ...]:
    """Returns the shapes of an entry of 14 bits, without ends or with both."""
    return numbers, (*numbers, ("lowest", 0, 16383), ("highest", 0, 16383))


_ENTRIES: dict[str, tuple[tuple[tuple[str, int, int], ...], ...]] = {
    "note_on": ((_CHANNEL,), (_CHANNEL, ("velocity", 0, 127))),
    "note_velocity": ((_CHANNEL,),),
    "control_change": (
        (_CHANNEL, ("controller", 0, 127)),
        (_CHANNEL, ("controller", 0, 127), ("lowest", 0, 127)),
        (_CHANNEL, ("controller", 0, 127), ("lowest", 0, 127), ("highest", 0, 127)),
    ),
    "control_change_relative": (
        (_CHANNEL, ("controller", 0, 127)),
        (
            _CHANNEL,
            ("controller", 0, 127),
            ("value at rest (0 or 64)", 0, 64),
        ),
    ),
    "control_change_14": _with_ends(_CHANNEL, ("controller", 0, 31)),
    "nrpn": _with_ends(_CHANNEL, ("parameter", 0, 16383)),
    "pitch_bend": ((_CHANNEL,),),
    "program_change": ((_CHANNEL,),),
    "channel_pressure": ((_CHANNEL,),),
    "unused": ((),),
}

_POSITIONS: Final = tuple(map(str, range(1, 65)))
"""Positions of the arguments of an OSC message, as text."""
_LEAST: Final = 1e-300
"""Number in place of 0 and of numbers below 0, which have no logarithm."""

SEVERAL: Final = "targets"
"""Kind of an entry with several targets for one dimension; its second part is their text."""
KINDS: Final = dict(
    zip(
        MESSAGES,
        (
            "control_change",
            "control_change_14",
            "nrpn",
            "note_on",
            "note_velocity",
            "pitch_bend",
            "program_change",
            "channel_pressure",
            "control_change_relative",
        ),
        strict=True,
    )
)
"""Kinds of entries by their word in commands and texts: ``cc 1 74 0 127``."""

MappingEntry = tuple[str | int, ...]
"""Checked entry: kind and numbers, such as ``("control_change", 1, 42, 0, 127)``."""


@dataclass(frozen=True, slots=True)
class MidiMapping:
    """List of MIDI messages, one for each dimension."""

    allowed: str = (
        'a list of entries such as ["note_on", 1], ["note_on", 1, 100], ["note_velocity", 1], '
        '["control_change", 1, 42], ["control_change", 1, 42, 0, 127], ["control_change_14", 1, 7], '
        '["nrpn", 1, 300], ["control_change_relative", 1, 7] for endless encoders, '
        '["pitch_bend", 1], ["program_change", 1], ["channel_pressure", 1] or ["unused"]; '
        'the last word may be "exp", "log" or "inverted"; '
        'or texts as in the command map: "cc 1 42 0 127", "note 1", "cc 1 7, bend 2" for two messages, "" for none'
    )

    def check(self, value: Any) -> tuple[MappingEntry, ...]:
        if not isinstance(value, list):
            raise InvalidValueError
        return tuple(_entry(position, entry) for position, entry in enumerate(value, 1))


def read_targets(text: str) -> tuple[MappingEntry, ...]:
    """Returns the entries of a text with commas: ``cc 1 74 0 127, note 2``; none for an empty text.

    Raises:
        InvalidValueError: the text is not valid.
    """
    return tuple(_read_target(part.split()) for part in text.split(",")) if text.strip() else ()


def _read_target(words: list[str]) -> MappingEntry:
    if not words or words[0] not in KINDS:
        found = " ".join(words)
        raise InvalidValueError(f"{found!r} does not begin with one of {', '.join(KINDS)}, such as cc 1 74")
    rest = [int(word) if word.isascii() and word.isdecimal() and len(word) < 6 else word for word in words[1:]]
    return _checked([KINDS[words[0]], *rest], " ".join(words), InvalidValueError)


def targets_of(entry: MappingEntry) -> tuple[MappingEntry, ...]:
    """Returns the single entries of an entry; none for ``unused``."""
    if entry[0] == SEVERAL:
        return read_targets(str(entry[1]))
    return () if entry[0] == "unused" else (entry,)


def text_of(entry: MappingEntry) -> str:
    """Returns an entry as text, with commas between several targets; empty for ``unused``."""
    words = {kind: word for word, kind in KINDS.items()}
    return ", ".join(" ".join((words[str(one[0])], *map(str, one[1:]))) for one in targets_of(entry))


def entry_of(text: str) -> MappingEntry:
    """Returns the entry of a text, as ``text_of`` writes it.

    Raises:
        InvalidValueError: the text is not valid.
    """
    found = read_targets(text)
    return found[0] if len(found) == 1 else (SEVERAL, text) if found else ("unused",)


def _entry(position: int, entry: Any) -> MappingEntry:
    def refuse(why: str) -> InvalidValueError:
        return InvalidValueError(f"entry {position}, {shown(entry)}: {why}", str(position - 1))

    if isinstance(entry, str):
        try:
            return entry_of(entry)
        except InvalidValueError as wrong:
            raise refuse(str(wrong)) from None
    return _checked(entry, "", refuse)


def _checked(entry: Any, text: str, refuse: Callable[[str], InvalidValueError]) -> MappingEntry:
    """Returns a checked entry; ``text`` is its text in messages, empty for an entry of a list."""
    if not isinstance(entry, list) or not entry or entry[0] not in _ENTRIES:
        raise refuse("must begin with one of " + ", ".join(f'"{kind}"' for kind in _ENTRIES))
    shapes = _ENTRIES[entry[0]]
    given = list(entry)
    while len(given) > 1 and given[-1] in CURVE_NAMES:
        given.pop()
    shape = next((shape for shape in shapes if len(shape) == len(given) - 1), None)
    if shape is None:
        takes = " or ".join(", ".join(name for name, _, _ in shape) for shape in shapes)
        raise refuse(f"{text.partition(' ')[0] or entry[0]} is followed by {takes}")
    for number, (name, low, high) in zip(given[1:], shape, strict=True):
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise refuse(f"{name} must be a whole number from {low} to {high}")
    return tuple(entry)


@dataclass(frozen=True, slots=True)
class OscTarget:
    """One argument of the messages of an address, which a dimension plays or which plays a dimension.

    Attributes:
        address: address of the messages.
        position: position of the argument, from 1.
        low, high: numbers of 0 and 1; low may be the greater one.
        is_log: True for equal ratios from low to high.
    """

    address: str
    position: int = 1
    low: float = 0.0
    high: float = 1.0
    is_log: bool = False

    def value(self, share: float) -> float:
        """Returns the number of a value from 0 to 1."""
        if self.is_log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def share(self, number: float) -> float:
        """Returns the value of a number: 0 at low, 1 at high, and beyond them outside 0 to 1."""
        if self.is_log:
            return math.log(max(number, _LEAST) / self.low) / math.log(self.high / self.low)
        return (number - self.low) / (self.high - self.low)


def read_osc_target(text: str) -> OscTarget:
    """Returns a target of its text: ``/synth/cutoff 200 8000 log``, or ``/xy 2`` for the second argument.

    Raises:
        InvalidValueError: the text is not valid.
    """
    address, *rest = text.split() or [""]
    if not address:
        raise InvalidValueError("an address is missing, such as /synth/cutoff 200 8000 log")
    try:
        Address().check(address)
    except InvalidValueError:
        raise InvalidValueError(f"{address} is not {Address().allowed}") from None
    is_log = rest[-1:] == ["log"]
    rest = rest[:-1] if is_log else rest
    position = 1
    if len(rest) in (1, 3):
        if rest[0] not in _POSITIONS:
            raise InvalidValueError(f"{rest[0]} is not the position of an argument, 1 to {len(_POSITIONS)}")
        position, rest = int(rest[0]), rest[1:]
    if len(rest) not in (0, 2):
        raise InvalidValueError(f"{address} takes low and high, then log if you like: {address} 200 8000 log")
    try:
        low, high = map(float, rest) if rest else (0.0, 1.0)
    except ValueError:
        raise InvalidValueError(f"{' '.join(rest)} are not two numbers: {address} 200 8000") from None
    if not (math.isfinite(low) and math.isfinite(high) and low != high):
        raise InvalidValueError(f"low and high of {address} must be two different numbers")
    if is_log and min(low, high) <= 0.0:
        raise InvalidValueError(f"log takes numbers above 0: {address} 200 8000 log")
    return OscTarget(address, position, low, high, is_log)


def read_osc_targets(text: str) -> tuple[OscTarget, ...]:
    """Returns the targets of a text with commas; none for an empty text.

    Raises:
        InvalidValueError: the text is not valid.
    """
    return tuple(map(read_osc_target, text.split(","))) if text.strip() else ()


@dataclass(frozen=True, slots=True)
class OscTargets:
    """OSC messages of one dimension, with commas between them and ``{n}`` for its number; an empty text for none."""

    allowed: str = (
        'one text for all dimensions such as "/1/fader{n}", or a list such as '
        '["/cutoff 200 8000 log", "/xy 2, /pan -1 1", ""]. One number is the position of the argument, '
        "two are its ends"
    )

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidValueError
        read_osc_targets(value.replace("{n}", "1"))
        return ", ".join(" ".join(part.split()) for part in value.split(","))
