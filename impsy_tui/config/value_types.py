"""The kinds of value a setting can have: what is allowed, in words, and the check of it."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from impsy_tui import parameters
from impsy_tui.errors import UserError
from impsy_tui.hosts import HOSTS, is_host
from impsy_tui.parameters import Parameter
from impsy_tui.ranges import DIMENSION, Range

CURVE_NAMES: Final = ("exp", "log", "inverted")
"""Words that may stand at the end of an entry of a MIDI mapping."""


class InvalidValueError(UserError):
    """A value that is not allowed.

    The message, if any, stands in place of what the kind allows; ``at`` is the position in a
    list, or the name in a table, of the part that is wrong.
    """

    def __init__(self, message: str = "", at: str = "") -> None:
        super().__init__(message)
        self.at = at


class ValueType(Protocol):
    """A kind of setting."""

    @property
    def allowed(self) -> str:
        """What may be written, for an error or a help line."""

    def check(self, value: Any) -> Any:
        """The value in the form the program uses.

        Raises:
            InvalidValueError: it is not allowed.
        """


@dataclass(frozen=True, slots=True)
class Text:
    """Any string."""

    allowed: str = "text in quotes"

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class Host:
    """An IP address or the name of a machine; empty where the program chooses."""

    allowed: str = HOSTS

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or (value and not is_host(value)):
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false."""

    allowed: str = "true or false"

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a range."""

    within: Range

    @property
    def allowed(self) -> str:
        return f"a number, {self.within}"

    def check(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value not in self.within:
            raise InvalidValueError
        return float(value)


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number, ends included."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(f'"{word}"' for word in self.words)

    def check(self, value: Any) -> str:
        if value not in self.words:
            raise InvalidValueError
        return str(value)


@dataclass(frozen=True, slots=True)
class Address:
    """An OSC address."""

    allowed: str = 'an OSC address such as "/prediction"'

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not value.startswith("/") or len(value) < 2:
            raise InvalidValueError
        if any(c in ' #*,?[]{}"' or not c.isascii() or not c.isprintable() for c in value):
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class OscControl:
    """An OSC address of one value, with ``{n}`` for its number, and the position of its argument if not the first."""

    allowed: str = (
        'one address for all values such as "/1/fader{n}", or a list with an address for each such as '
        '["/1/fader1", "/3/xy 1", "/3/xy 2", ""]: a number is the position of the argument, "" is no address'
    )

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidValueError
        address, *position = value.split() or [""]
        if position and not (len(position) == 1 and position[0] in _POSITIONS):
            raise InvalidValueError
        if address:
            Address().check(address.replace("{n}", "1"))
        elif value.strip():
            raise InvalidValueError
        return " ".join([address, *position])


_POSITIONS = tuple(map(str, range(1, 65)))


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a web page, as browsers send it."""

    allowed: str = 'the origin of a web page such as "https://editor.p5js.org", or "null" for pages opened from disk'

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not (value == "null" or _ORIGIN.fullmatch(value)):
            raise InvalidValueError
        return value


_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """One value, or a list of them; always a tuple for the program."""

    of: ValueType
    least: int = 0

    @property
    def allowed(self) -> str:
        return f"{self.of.allowed}, or a list of such"

    def check(self, value: Any) -> tuple[Any, ...]:
        values = value if isinstance(value, list) else [value]
        if len(values) < self.least:
            raise InvalidValueError
        return tuple(self.of.check(item) for item in values)


@dataclass(frozen=True, slots=True)
class Vector:
    """A list of numbers from 0 to 1, one a value of the instrument; empty for none."""

    allowed: str = "a list of numbers from 0 to 1, such as [0.0, 0.5]"

    def check(self, value: Any) -> tuple[float, ...]:
        if not isinstance(value, list):
            raise InvalidValueError
        for number in value:
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1:
                raise InvalidValueError
        return tuple(float(number) for number in value)


@dataclass(frozen=True, slots=True)
class Ends:
    """Two numbers that differ: those of the two ends of something."""

    allowed: str = "two different numbers, such as [0, 1024]"

    def check(self, value: Any) -> tuple[float, float]:
        ends = tuple(value) if isinstance(value, list) else ()
        if any(isinstance(end, bool) or not isinstance(end, int | float) or not abs(end) < 1e300 for end in ends):
            raise InvalidValueError
        if len(ends) != 2 or ends[0] == ends[1]:
            raise InvalidValueError
        low, high = map(float, ends)
        return low, high


@dataclass(frozen=True, slots=True)
class Controllers:
    """The two MIDI controllers of a touch pad."""

    allowed: str = "the numbers of two controllers, left to right and bottom to top, such as [16, 17]"

    def check(self, value: Any) -> tuple[int, int]:
        numbers = tuple(value) if isinstance(value, list) else ()
        if len(numbers) != 2 or numbers[0] == numbers[1]:
            raise InvalidValueError
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 127:
                raise InvalidValueError
        return numbers[0], numbers[1]


_PLAYER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,23}")


@dataclass(frozen=True, slots=True)
class PlayerName:
    """What a player is called: by commands behind ``@``, and in the names of its logs."""

    allowed: str = 'a name of at most 24 letters, digits, _ and -, that begins with a letter; not "all"'

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not _PLAYER_NAME.fullmatch(value) or value == "all":
            raise InvalidValueError
        return value


_DIMENSIONS = re.compile(r"x(\d{1,4})(?:-x(\d{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Values of the instrument, by the names that commands have for them; one by one for the program."""

    allowed: str = 'values such as "x1-x4", or ["x1", "x3"], each once'

    def check(self, value: Any) -> tuple[str, ...]:
        names: list[str] = []
        for part in value.split() if isinstance(value, str) else value if isinstance(value, list) else [value]:
            found = _DIMENSIONS.fullmatch(part) if isinstance(part, str) else None
            if found is None:
                raise InvalidValueError
            first, last = int(found[1]), int(found[2] or found[1])
            if not 1 <= first <= last < DIMENSION.high:
                raise InvalidValueError(f"{shown(part)} is not there: values are x1 to x{DIMENSION.high - 1:.0f}")
            names += [f"x{number}" for number in range(first, last + 1)]
        if not names or len(set(names)) < len(names):
            raise InvalidValueError
        return tuple(names)


_CHANNEL = ("MIDI channel", 1, 16)
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
    "control_change_14": ((_CHANNEL, ("controller", 0, 31)),),
    "pitch_bend": ((_CHANNEL,),),
    "program_change": ((_CHANNEL,),),
    "channel_pressure": ((_CHANNEL,),),
    "unused": ((),),
}

MappingEntry = tuple[str | int, ...]
"""A checked entry: its kind, then its numbers, e.g. ``("control_change", 1, 42, 0, 127)``."""


@dataclass(frozen=True, slots=True)
class MidiMapping:
    """A list with one entry a value: what MIDI message carries it."""

    allowed: str = (
        'a list of entries such as ["note_on", 1], ["note_on", 1, 100], ["note_velocity", 1], '
        '["control_change", 1, 42], ["control_change", 1, 42, 0, 127], ["control_change_14", 1, 7], '
        '["control_change_relative", 1, 7] for endless encoders, '
        '["pitch_bend", 1], ["program_change", 1] ["channel_pressure", 1] or ["unused"]; '
        '"exp", "log" or "inverted" may stand at the end'
    )

    def check(self, value: Any) -> tuple[MappingEntry, ...]:
        if not isinstance(value, list):
            raise InvalidValueError
        return tuple(_entry(position, entry) for position, entry in enumerate(value, 1))


def _entry(position: int, entry: Any) -> MappingEntry:
    def refuse(why: str) -> InvalidValueError:
        return InvalidValueError(f"entry {position}, {shown(entry)}: {why}", str(position - 1))

    if not isinstance(entry, list) or not entry or entry[0] not in _ENTRIES:
        raise refuse("must begin with one of " + ", ".join(f'"{kind}"' for kind in _ENTRIES))
    shapes = _ENTRIES[entry[0]]
    given = list(entry)
    while len(given) > 1 and given[-1] in CURVE_NAMES:
        given.pop()
    shape = next((shape for shape in shapes if len(shape) == len(given) - 1), None)
    if shape is None:
        takes = " or ".join(", ".join(name for name, _, _ in shape) for shape in shapes)
        raise refuse(f"{entry[0]} is followed by {takes}")
    for number, (name, low, high) in zip(given[1:], shape, strict=True):
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise refuse(f"{name} must be a whole number from {low} to {high}")
    return tuple(entry)


@dataclass(frozen=True, slots=True)
class ByDevice:
    """A table from device name to one setting each, such as ``input."X-TOUCH" = […]``."""

    of: ValueType
    what: str = field(default="a device")

    @property
    def allowed(self) -> str:
        return f"for {self.what} each, {self.of.allowed}"

    def check(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise InvalidValueError
        checked = {}
        for name, item in value.items():
            try:
                checked[name] = self.of.check(item)
            except InvalidValueError as refused:
                why = str(refused) or f"{shown(item)} is not allowed; it must be {self.of.allowed}"
                at = f"{name}.{refused.at}" if refused.at else name
                raise InvalidValueError(why, at) from None
        return checked


def setting(kind: ValueType, default: Any, help: str) -> Any:
    """A field of a table in the configuration.

    Args:
        kind: what is allowed.
        default: without it in the file.
        help: one line for whoever writes it.
    """
    metadata = {"kind": kind, "help": help}
    if isinstance(default, dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def live(parameter: Parameter, *, own: bool = False) -> Any:
    """A field for the value of a parameter at the start.

    Args:
        parameter: which.
        own: it is of one player, for whom the general tables of the configuration count without it.
    """
    default = None if own else parameter.default
    match parameter.kind:
        case parameters.Kind.CHOICE:
            kind: ValueType = Choice(parameter.choices if own else (*parameter.choices, *parameter.more))
        case parameters.Kind.WORDS:
            kind = OneOrMany(Text())
        case _:
            within = parameter.limits
            if parameter.none_is_zero:
                within = Range(0.0, within.high, 0.0, f"{within.unit}; 0 is {parameter.none}")
                default = default if own else default or 0.0
            kind = Number(within)
    return setting(kind, default, parameter.help)


def shown(value: Any) -> str:
    """A value as it would be written in the file, shortened for an error line."""
    try:
        text = "{…}" if isinstance(value, dict) else written(value)
    except ValueError:  # hexadecimal digits without end are read, and cannot be written as decimal ones
        return "a number of too many digits"
    return text if len(text) <= 60 else text[:59] + "…"


def written(value: Any) -> str:
    """A value as it is written in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return str(value)
