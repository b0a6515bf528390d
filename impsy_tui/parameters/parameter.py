"""Declaration of a parameter, and the registry of all parameters."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from impsy_tui.ranges import Range


class Kind(Enum):
    """Form of a parameter's values."""

    NUMBER = "number"
    WHOLE = "whole"
    TIME = "time"
    CHOICE = "choice"
    SWITCH = "switch"
    WORDS = "words"
    PAIR = "pair"
    FILE = "file"


ENGINE: Final = "engine"
"""Scope of a parameter that belongs to no player."""
DIMENSION: Final = "dimension"
"""Scope of a parameter that each dimension of a player has."""
FOLLOWER: Final = "follower"
"""Scope of a parameter that each follower of an ensemble has."""
OUTPUT: Final = "output"
"""Scope of a parameter that each output has."""
SPAN: Final = ".."
"""Sign between the two numbers of a range that stands for a number."""
ENDS: Final = ("low", "high")
"""Names of the two numbers of ``Kind.PAIR``."""


TRAINED: Final = "trained"
"""Word for the value that the training of the model found."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Declaration of one parameter.

    Attributes:
        name: command, and attribute of the player.
        kind: form of its values.
        scope: kinds of player that have it, or ``ENGINE``, ``DIMENSION``, ``FOLLOWER`` or ``OUTPUT``.
        help: one line for the help, the reference page and the configuration.
        example: a command line; empty if no command sets it.
        default: value at the start; None is "off". The default of ``within`` is not used.
        within: allowed numbers.
        choices: allowed words; of ``Kind.WORDS``, some of them.
        more: words that the command and the general tables of the configuration take, too.
        argument: name of the value in usage lines.
        none: word for the value None or for no words, empty if there is always a value.
        control_range: values at both ends of a control that ``map`` gives no others; both ends of ``within`` if None.
        ramp: "linear", "log" (equal ratios), or empty if it cannot ramp.
        osc: OSC address behind ``/impsy/``; the name if empty.
        key: key in the configuration; empty if none.
        in_scenes: True if scenes and undo include it; otherwise only the saved session does.
        earlier: its name in files of earlier versions.
        inverse: name of the parameter whose inverse it is; an inverse stores no value.
        spans: True if a range of numbers such as ``0.2..0.5`` is a value, too.
    """

    name: str
    kind: Kind
    scope: tuple[str, ...]
    help: str
    example: str
    default: Any
    within: Range | None = None
    choices: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    argument: str = "value"
    none: str = ""
    control_range: tuple[float, float] | None = None
    ramp: str = ""
    osc: str = ""
    key: str = ""
    in_scenes: bool = True
    earlier: str = ""
    inverse: str = ""
    spans: bool = False

    @property
    def unit(self) -> str:
        """Unit in command lines."""
        return "s" if self.kind is Kind.TIME else ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys in scenes and saved sessions, the present key first."""
        return tuple(filter(None, (self.name.replace(" ", "_"), self.earlier)))

    @property
    def limits(self) -> Range:
        """Allowed numbers."""
        return self.within or Range(0.0, 0.0)

    @property
    def is_mappable(self) -> bool:
        """True if ``map`` can give it a control: it has numbers and a command, and belongs to no output."""
        return self.within is not None and bool(self.example) and OUTPUT not in self.scope

    @property
    def span(self) -> tuple[float, float]:
        """Values at both ends of a control that ``map`` gives no others."""
        return self.control_range or (self.limits.clamp(self.limits.low), self.limits.high)

    @property
    def none_is_zero(self) -> bool:
        """True if files hold 0 for None, because 0 is no value of it."""
        return bool(self.none) and self.within is not None and 0.0 not in self.within and self.within.low == 0.0

    def check(self, value: Any, key: str = "") -> Any:
        """Returns a saved value in the form that players take.

        Args:
            value: Saved value.
            key: Name for the message; the name of the parameter if empty.

        Raises:
            ValueError: The value is not allowed; the message says which values are.
        """
        if self.none and (value is None or value == self.none):
            return () if self.kind is Kind.WORDS else None
        if self.none_is_zero and value == 0 and not isinstance(value, bool):
            return None
        if why := self.refusal(value):
            raise ValueError(f"{key or self.name}: {value!r} {why}")
        match self.kind:
            case Kind.WORDS:
                return tuple(value)
            case Kind.PAIR:
                return float(value[0]), float(value[1])
            case _ if self.spans and isinstance(value, list | tuple):
                return float(value[0]), float(value[1])
            case Kind.WHOLE:
                return value
            case _:
                return float(value) if self.within is not None else value

    def refusal(self, value: Any) -> str:
        """Returns the words for a value that is not allowed, with the allowed values; empty if it is allowed."""
        if self.spans and isinstance(value, list | tuple):
            is_span = len(value) == len(ENDS) and not any(isinstance(end, bool) for end in value)
            is_span = is_span and all(end in self.limits for end in value) and value[0] < value[1]
            return "" if is_span else f"is not a range of rising numbers ({self.limits})"
        match self.kind:
            case Kind.CHOICE:
                return "" if value in self.choices else f"is not one of {', '.join(self.choices)}"
            case Kind.SWITCH:
                return "" if isinstance(value, bool) else "is not true or false"
            case Kind.WORDS:
                is_list = isinstance(value, list | tuple) and all(isinstance(word, str) for word in value)
                return "" if is_list else "is not a list of words"
            case Kind.FILE:
                return "" if isinstance(value, str) else "is not the name of a file"
            case Kind.PAIR:
                is_pair = isinstance(value, list | tuple) and len(value) == len(ENDS)
                is_pair = is_pair and not any(isinstance(end, bool) or end not in self.limits for end in value)
                return "" if is_pair else f"is not two numbers ({self.limits})"
            case Kind.WHOLE if isinstance(value, bool) or not isinstance(value, int):
                return f"is not a whole number ({self.limits})"
            case _ if isinstance(value, bool) or not isinstance(value, int | float):
                return f"is not a number ({self.limits})"
            case _:
                return "" if value in self.limits else self.limits.refusal

    def typed(self, given: Any) -> "tuple[Parameter, Any]":
        """Returns the parameter that a command with this argument sets, and its value."""
        if self.inverse:
            return PARAMETERS[self.inverse], 1.0 / given
        if self.none and given == self.none:
            return self, () if self.kind is Kind.WORDS else None
        match self.kind:
            case Kind.WORDS:
                return self, tuple(given.replace(",", " ").split())
            case Kind.WHOLE:
                return self, int(given)
            case _:
                return self, given

    def shown(self, value: Any) -> str:
        """Returns a value as replies and status have it."""
        if self.spans and isinstance(value, tuple):
            return SPAN.join(map(self.shown, value))
        if not isinstance(value, float):
            return self.written(value)
        if self.limits.unit == "%":
            return f"{value:.0%}"
        if self.kind is Kind.TIME:
            return f"{value:g}s"
        return f"{value:g} {self.limits.unit}".rstrip()

    def written(self, value: Any) -> str:
        """Returns a value as a command line has it."""
        match value:
            case None | ():
                return self.none
            case tuple() if self.spans:
                return SPAN.join(shown_number(end) + self.unit for end in value)
            case tuple():
                return " ".join(one if isinstance(one, str) else shown_number(one) for one in value)
            case bool():
                return "on" if value else "off"
            case float() | int():
                return shown_number(value) + self.unit
            case _:
                return str(value)


def shown_number(value: float) -> str:
    """Returns a number in the fewest digits that give exactly this number again."""
    text = f"{value:g}"
    return text if float(text) == value else repr(value)


PARAMETERS: Final[dict[str, Parameter]] = {}
"""All parameters by name."""


def register(parameter: Parameter) -> Parameter:
    """Adds a parameter to the registry."""
    PARAMETERS[parameter.name] = parameter
    return parameter


def parameters_of(*kinds: str) -> list[Parameter]:
    """Returns the parameters with a stored value of any of these kinds of player."""
    return [one for one in PARAMETERS.values() if not one.inverse and any(kind in one.scope for kind in kinds)]


def defaults(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Returns the values at the start, by name."""
    return {one.name: one.default for one in parameters}
