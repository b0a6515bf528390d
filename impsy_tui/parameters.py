"""Registry of parameters: every value that a performer changes while a player plays, declared once.

Command, completion, help, OSC address, ramp, configuration key, scene, saved session and status line derive from the
declaration. The value itself is an attribute of the player that implements it, under the parameter's name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from impsy_tui import choices, modes
from impsy_tui.ranges import Range


class Kind(Enum):
    """Form of a parameter's values."""

    NUMBER = "number"
    TIME = "time"
    CHOICE = "choice"
    WORDS = "words"


ENGINE: Final = "engine"
"""Scope of a parameter that belongs to no player."""
MDRNN: Final = "mdrnn"
AGENT: Final = "agent"
ENSEMBLE: Final = "ensemble"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Declaration of one parameter.

    Attributes:
        name: command, and attribute of the player.
        kind: form of its values.
        scope: kinds of player that have it, or ``ENGINE``.
        help: one line for the help, the reference page and the configuration.
        example: a command line; empty if no command sets it.
        default: value at the start. None is "off".
        within: allowed numbers.
        choices: allowed words; of ``Kind.WORDS``, some of them.
        more: words that the command and the general tables of the configuration take, too.
        argument: name of the value in usage lines.
        none: word for the value None or for no words, empty if there is always a value.
        knob: values at both ends of a control that ``map`` gives no others; both ends of ``within`` if None.
        ramp: "linear", "log" (equal ratios), or empty if it cannot ramp.
        osc: OSC address behind ``/impsy/``; the name if empty.
        key: key in the configuration; empty if none.
        earlier: its name in files of earlier versions.
        inverse: name of the parameter whose inverse it is: it has no value of its own.
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
    knob: tuple[float, float] | None = None
    ramp: str = ""
    osc: str = ""
    key: str = ""
    earlier: str = ""
    inverse: str = ""

    @property
    def unit(self) -> str:
        """Unit in command lines."""
        return "s" if self.kind is Kind.TIME else ""

    @property
    def limits(self) -> Range:
        """The allowed numbers."""
        return self.within or Range(0.0, 0.0, 0.0)

    @property
    def is_mappable(self) -> bool:
        """True if ``map`` can give it a control: it has numbers and a command."""
        return self.within is not None and bool(self.example)

    @property
    def span(self) -> tuple[float, float]:
        """Values at both ends of a control that ``map`` gives no others."""
        return self.knob or (self.limits.clamp(self.limits.low), self.limits.high)

    @property
    def none_is_zero(self) -> bool:
        """True if files hold 0 for None, because 0 is no value of it."""
        return bool(self.none) and self.within is not None and 0.0 not in self.within and self.within.low == 0.0

    def check(self, value: Any) -> Any:
        """Returns a saved value in the form that players take.

        Raises:
            ValueError: The value is not allowed; the message says which values are.
        """
        if self.none and (value is None or value == self.none):
            return () if self.kind is Kind.WORDS else None
        if self.none_is_zero and value == 0 and not isinstance(value, bool):
            return None
        match self.kind:
            case Kind.CHOICE:
                if value in self.choices:
                    return value
                raise ValueError(f"{self.name}: {value!r} is not one of {', '.join(self.choices)}")
            case Kind.WORDS:
                if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
                    return tuple(value)
                raise ValueError(f"{self.name}: {value!r} is not a list of words")
            case _:
                if not isinstance(value, bool) and value in self.limits:
                    return float(value)
                raise ValueError(f"{self.name}: {value!r} is out of range ({self.limits})")

    def typed(self, given: Any) -> "tuple[Parameter, Any]":
        """Returns the parameter that a command with this argument sets, and its value."""
        if self.inverse:
            return PARAMETERS[self.inverse], 1.0 / given
        if self.none and given == self.none:
            return self, () if self.kind is Kind.WORDS else None
        return self, tuple(given.replace(",", " ").split()) if self.kind is Kind.WORDS else given

    def shown(self, value: Any) -> str:
        """Returns a value as replies and status have it."""
        if not isinstance(value, float):
            return self.written(value)
        if self.kind is Kind.TIME:
            return f"{value:g}s"
        return f"{value:g} {self.limits.unit}".rstrip()

    def written(self, value: Any) -> str:
        """Returns a value as a command line has it."""
        match value:
            case None | ():
                return self.none
            case tuple():
                return " ".join(value)
            case float() | int():
                return shown_number(value) + self.unit
            case _:
                return str(value)


def shown_number(value: float) -> str:
    """A number in as few digits as give it back exactly."""
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


MODE: Final = register(
    Parameter(
        "mode",
        Kind.CHOICE,
        (MDRNN,),
        "how you and the player share the instrument",
        "mode battle",
        "callresponse",
        choices=tuple(modes.MODES),
        more=(modes.FILTER,),
        argument="mode",
        key="interaction.mode",
    )
)

TEMP: Final = register(
    Parameter(
        "temp",
        Kind.NUMBER,
        (MDRNN, ENSEMBLE),
        "pi temperature: how adventurous the choice between ideas is",
        "temp 1.3",
        1.0,
        # Logits are divided by it before the softmax.
        Range(0.0, 100.0, 1.0, above=True),
        argument="temperature",
        ramp="linear",
        osc="pitemp",
        key="model.pitemp",
        earlier="pi_temperature",
        knob=(0.1, 3.0),
    )
)

SIGMA: Final = register(
    Parameter(
        "sigma",
        Kind.NUMBER,
        (MDRNN,),
        "sigma temperature: how far it strays from an idea",
        "sigma 0.02",
        0.01,
        # The covariance of the chosen mixture component is multiplied by it.
        Range(0.0, 100.0, 0.01),
        argument="temperature",
        ramp="log",
        osc="sigmatemp",
        key="model.sigmatemp",
        earlier="sigma_temperature",
        knob=(0.001, 1.0),
    )
)

TIMESCALE: Final = register(
    Parameter(
        "timescale",
        Kind.NUMBER,
        (MDRNN,),
        "stretches its time: 2 is twice as slow, 0 answers at once",
        "timescale 0.5",
        1.0,
        Range(0.0, 1000.0, 1.0),
        argument="factor",
        ramp="log",
        key="model.timescale",
        knob=(0.1, 10.0),
    )
)

SPEED: Final = register(
    Parameter(
        "speed",
        Kind.NUMBER,
        (MDRNN,),
        "its tempo: 2 is twice as fast (the inverse of timescale)",
        "speed 2",
        1.0,
        # Each speed in this range is a timescale in its range.
        Range(1.0 / TIMESCALE.limits.high, 1000.0, 1.0),
        argument="factor",
        ramp="log",
        inverse="timescale",
        knob=(0.1, 10.0),
    )
)

THRESHOLD: Final = register(
    Parameter(
        "threshold",
        Kind.TIME,
        (MDRNN,),
        "seconds of silence before it answers, in callresponse",
        "threshold 500ms",
        0.1,
        Range(0.0, 3600.0, 0.1, "s"),
        argument="silence",
        ramp="linear",
        key="interaction.threshold",
        knob=(0.0, 5.0),
    )
)

MAX_RESPONSE: Final = register(
    Parameter(
        "max_response",
        Kind.TIME,
        (MDRNN,),
        "the longest it may answer before it falls silent by itself, in callresponse",
        "max_response 20s",
        None,
        Range(0.0, 86400.0, 60.0, "s", above=True),
        argument="time",
        none="off",
        key="interaction.max_response",
        knob=(1.0, 60.0),
    )
)

CLIPS: Final = register(
    Parameter(
        "clips",
        Kind.CHOICE,
        (ENSEMBLE,),
        "which clips of a gesture a band plays: any, or those nearest to where and how fast you play",
        "clips nearest",
        "random",
        choices=("random", "nearest"),
        argument="how",
        key="player.clips",
    )
)

AIM: Final = register(
    Parameter(
        "aim",
        Kind.CHOICE,
        (AGENT,),
        "what an agent makes of your sound: the same, the opposite, what comes next, or something of its own",
        "aim contrast",
        "imitate",
        choices=("imitate", "contrast", "anticipate", "wander"),
        argument="aim",
        key="player.aim",
    )
)

HEAR: Final = register(
    Parameter(
        "hear",
        Kind.WORDS,
        (AGENT,),
        "which descriptors of your sound matter to an agent",
        "hear loudness chroma",
        (),
        choices=choices.DESCRIPTORS,
        argument="descriptors",
        none="learned",
        key="player.hear",
    )
)

STEER: Final = register(
    Parameter(
        "steer",
        Kind.CHOICE,
        (AGENT,),
        "who moves an agent's synth: the network that has learned, or seek, which steps to the nearest sound",
        "steer seek",
        "network",
        choices=("network", "seek"),
        argument="policy",
        key="player.steer",
    )
)

BUDGET: Final = register(
    Parameter(
        "budget",
        Kind.NUMBER,
        (AGENT,),
        "how far an agent may move all parameters together in a second",
        "budget 0.5",
        None,
        Range(0.0, 1000.0, 1.0, "a second", above=True),
        argument="amount",
        none="off",
        ramp="log",
        key="player.budget",
        knob=(0.01, 10.0),
    )
)

SMOOTH: Final = register(
    Parameter(
        "smooth",
        Kind.TIME,
        (AGENT,),
        "the time in which an agent's synth comes after it",
        "smooth 200ms",
        0.0,
        # In this time the synth comes two thirds nearer to where the agent is.
        Range(0.0, 60.0, 0.0, "s"),
        argument="time",
        ramp="linear",
        key="player.smooth",
        knob=(0.0, 5.0),
    )
)

REST: Final = register(
    Parameter(
        "rest",
        Kind.NUMBER,
        (AGENT,),
        "how soft you are when an agent rests, in dBFS",
        "rest -50",
        -60.0,
        Range(-120.0, 0.0, -60.0, "dBFS"),
        argument="level",
        none="off",
        ramp="linear",
        key="player.rest",
    )
)

EVERY: Final = register(
    Parameter(
        "every",
        Kind.TIME,
        (AGENT,),
        "seconds between an agent's moves; 0 moves with each frame heard",
        "",  # "every" is the command that repeats a line
        0.0,
        Range(0.0, 10.0, 0.0, "s"),
        key="player.every",
    )
)

TEMPO: Final = register(
    Parameter(
        "tempo",
        Kind.NUMBER,
        (ENGINE,),
        "beats a minute",
        "tempo 120",
        120.0,
        Range(20.0, 400.0, 120.0, "bpm"),
        argument="beats",
        ramp="linear",
        knob=(40.0, 240.0),
    )
)

SWING: Final = register(
    Parameter(
        "swing",
        Kind.NUMBER,
        (ENGINE,),
        "how late every second line of the grid is: 50% is straight, 66% a triplet",
        "swing 60%",
        0.5,
        Range(0.5, 0.75, 0.5, "%"),
        argument="share",
        ramp="linear",
    )
)
