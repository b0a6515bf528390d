"""Types of settings: the allowed values in words, and their check."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from impsy_tui.config.toml_text import shown
from impsy_tui.errors import UserError
from impsy_tui.hosts import HOSTS, is_host
from impsy_tui.parameters import Kind, Parameter
from impsy_tui.ranges import DIMENSION, Range


class InvalidValueError(UserError):
    """Value that is not allowed.

    Args:
        message: Message instead of the allowed values of the type.
        at: Position in a list, or name in a table, of the wrong part.
    """

    def __init__(self, message: str = "", at: str = "") -> None:
        super().__init__(message)
        self.at = at


class ValueType(Protocol):
    """Type of a setting."""

    @property
    def allowed(self) -> str:
        """Returns the allowed values, for a message or a help line."""

    def check(self, value: Any) -> Any:
        """Returns the value in the form of the program.

        Raises:
            InvalidValueError: The value is not allowed.
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
class TextOf:
    """Text of a certain form.

    Attributes:
        is_valid: True for a text of this form.
    """

    allowed: str
    is_valid: Callable[[str], bool]

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not self.is_valid(value):
            raise InvalidValueError
        return value


HOST = TextOf(HOSTS, lambda text: not text or is_host(text))
"""An IP address or the name of a machine; empty if the program chooses."""


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false."""

    allowed: str = "true or false"

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class Real:
    """Number in a range."""

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
    """Whole number; both ends are allowed."""

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
    """OSC address."""

    allowed: str = 'an OSC address such as "/prediction"'

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not value.startswith("/") or len(value) < 2:
            raise InvalidValueError
        if any(c in ' #*,?[]{}"' or not c.isascii() or not c.isprintable() for c in value):
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class Origin:
    """Origin of a web page in the form of the browsers."""

    allowed: str = 'the origin of a web page such as "https://editor.p5js.org", or "null" for pages opened from disk'

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not (value == "null" or _ORIGIN.fullmatch(value)):
            raise InvalidValueError
        return value


# Some programs that show pages have other schemes: "file://", "app://name".
_ORIGIN = re.compile(
    r"(?!https?:/*$)[a-z][a-z0-9+.-]*://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])?(?::[0-9]{1,5})?/?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """One value, or a list; the program receives a tuple."""

    of: ValueType
    least: int = 0

    @property
    def allowed(self) -> str:
        return f"{self.of.allowed}, or a list"

    def check(self, value: Any) -> tuple[Any, ...]:
        values = value if isinstance(value, list) else [value]
        if len(values) < self.least:
            raise InvalidValueError
        return tuple(self.of.check(item) for item in values)


@dataclass(frozen=True, slots=True)
class Vector:
    """List of numbers from 0 to 1, one for each dimension; may be empty."""

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
    """Two different numbers: the ends of an axis."""

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
    """Two MIDI controllers of a touch pad."""

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
PLAYER_NAME = TextOf(
    'a name of at most 24 letters, digits, _ and -, that begins with a letter; not "all"',
    lambda text: bool(_PLAYER_NAME.fullmatch(text)) and text != "all",
)
"""Name of a player: after ``@`` in commands, and in the names of logs."""


_DIMENSIONS = re.compile(r"x(\d{1,4})(?:-x(\d{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Dimensions by the names of commands; the program receives each name."""

    allowed: str = 'dimensions such as "x1-x4", or ["x1", "x3"], each once'

    def check(self, value: Any) -> tuple[str, ...]:
        names: list[str] = []
        for part in value.split() if isinstance(value, str) else value if isinstance(value, list) else [value]:
            found = _DIMENSIONS.fullmatch(part) if isinstance(part, str) else None
            if found is None:
                raise InvalidValueError
            first, last = int(found[1]), int(found[2] or found[1])
            if not 1 <= first <= last < DIMENSION.high:
                raise InvalidValueError(
                    f"{shown(part)} does not exist: dimensions are x1 to x{DIMENSION.high - 1:.0f}"
                )
            names += [f"x{number}" for number in range(first, last + 1)]
        if not names or len(set(names)) < len(names):
            raise InvalidValueError
        return tuple(names)


@dataclass(frozen=True, slots=True)
class ByDevice:
    """Table of device names with one setting each, such as ``input."X-TOUCH" = […]``."""

    of: ValueType
    what: str = field(default="a device")

    @property
    def allowed(self) -> str:
        return f"for each {self.what.split(maxsplit=1)[-1]}, {self.of.allowed}"

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


@dataclass(frozen=True, slots=True)
class Live:
    """Value of a parameter at the start.

    Attributes:
        parameter: Declaration of the parameter.
        own: True for a table of one player, which takes no ``more`` words.
    """

    parameter: Parameter
    own: bool

    @property
    def allowed(self) -> str:
        match self.parameter.kind:
            case Kind.CHOICE:
                return Choice((*self.parameter.choices, *self._more)).allowed
            case Kind.WORDS:
                return OneOrMany(Text()).allowed
            case Kind.SWITCH:
                return Switch().allowed
            case Kind.FILE:
                return Text().allowed
            case Kind.WHOLE:
                return Integer(int(self._within.low), int(self._within.high)).allowed
            case _:
                zero = f"; 0 is {self.parameter.none}" if self.parameter.none_is_zero else ""
                words = "".join(f' or "{word}"' for word in self._more)
                return f"{Real(self._within).allowed}{words}{zero}"

    @property
    def _more(self) -> tuple[str, ...]:
        return () if self.own else self.parameter.more

    @property
    def _within(self) -> Range:
        return replace(self.parameter.limits, above=False) if self.parameter.none_is_zero else self.parameter.limits

    def check(self, value: Any) -> Any:
        if self.parameter.kind is Kind.WORDS and isinstance(value, str):
            value = [value]
        if value in self._more or (self.parameter.none_is_zero and value == 0 and not isinstance(value, bool)):
            return value if self._more else 0.0
        if why := self.parameter.refusal(value):
            raise InvalidValueError(f"{shown(value)} {why}")
        return self.parameter.check(value)


def setting(kind: ValueType, default: Any, help: str) -> Any:
    """Returns a field of a table of the configuration.

    Args:
        kind: Type of the setting.
        default: Value without an entry in the file.
        help: Help line.
    """
    metadata = {"kind": kind, "help": help}
    if isinstance(default, dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def live(parameter: Parameter, *, own: bool = False, default: str = "") -> Any:
    """Returns a field for the value of a parameter at the start.

    Args:
        parameter: Declaration of the parameter.
        own: True for a table of one player: the general tables of the configuration give the default.
        default: Word that is the default in place of the parameter's.
    """
    value: Any = None if own else default or parameter.default
    if parameter.none_is_zero and not own:
        value = value or 0.0
    help = parameter.help
    if own and parameter.key.startswith("player."):
        help = f"{help}; default {parameter.written(parameter.default)}"
    return setting(Live(parameter, own), value, help)
