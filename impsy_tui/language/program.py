"""Parsed line: steps that run one after the other. ``str`` gives the line again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command
from impsy_tui.language.commands import COMMANDS
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.parameters import SPAN, shown_number

ALL_PLAYERS: Final = "all"
"""Name that addresses all players."""

MOMENTS: Final = ("call", "response", "silence", "event", "bar", "trained")
"""First words of moments."""

TIME_OF_DAY: Final = "time"
"""Word of the moments that come every day, such as 18:00."""

_REPEATING: Final = ("every", "whenever")
_DIGITS: Final = 12
"""Digits of a changed value: a sum of decimal numbers stays short."""
_ONLY_LOOK: Final = ("status", "help", "what", "scenes", "defs", "bindings", "ports", "trash")
_MEANT: Final = frozenset(
    (
        *(word for name in COMMANDS for word in name.split()[1:]),
        *(argument.name for command in COMMANDS.values() for argument in command.arguments if argument.keyword),
        *(command.filler for command in COMMANDS.values()),
        "rand",
    )
) - {"off"}
"""Words that are no names because they have another meaning in a line. ``off`` stands in no place of a name."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Random number between ``low`` and ``high``, in any order, drawn again at each use."""

    low: float
    high: float


class Span(NamedTuple):
    """Range of numbers as a value: ``0.2..0.5``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change:
    """Relative value of a parameter: ``+0.1``, ``-10%`` or ``*2``.

    Attributes:
        sign: "+", "-" or "*".
        number: amount, or the factor after "*".
        of_value: True if the amount is a share of the present value.
    """

    sign: str
    number: float
    of_value: bool = False

    def applied(self, value: float) -> float:
        """Returns the new value for a present value."""
        if self.sign == "*":
            new = value * self.number
        else:
            amount = self.number * value if self.of_value else self.number
            new = value + amount if self.sign == "+" else value - amount
        return float(f"{new:.{_DIGITS}g}")

    def written(self, unit: str) -> str:
        """Returns the change as a command line has it."""
        if self.of_value:
            return f"{self.sign}{shown_number(float(f'{self.number * 100:.{_DIGITS}g}'))}%"
        return f"{self.sign}{shown_number(self.number)}{'' if self.sign == '*' else unit}"


@dataclass(frozen=True, slots=True)
class Moment:
    """Moment at which a command runs.

    Attributes:
        word: "call" (the musician begins), "response" (a player's turn begins), "silence",
            "event", "bar", "trained" (a training has made a model) or ``TIME_OF_DAY``.
        number: seconds of silence, number of events, or minute of the day; 0 for the others.
    """

    word: str
    number: float = 0.0

    @property
    def daily(self) -> bool:
        """True for a time of day, which comes again and again."""
        return self.word == TIME_OF_DAY

    def __str__(self) -> str:
        match self.word:
            case "silence":
                return f"silence {shown_number(self.number)}s"
            case "event":
                return f"event {shown_number(self.number)}"
            case "time":
                return f"{int(self.number) // 60}:{int(self.number) % 60:02d}"
            case _:
                return self.word


@dataclass(frozen=True, slots=True)
class Macro:
    """Macro of the performer.

    Attributes:
        name: name of the macro.
        parameters: names of its arguments; ``$name`` in the body is replaced by the value.
        body: commands as typed.
    """

    name: str
    parameters: tuple[str, ...]
    body: str

    def __str__(self) -> str:
        return " ".join((self.name, *self.parameters, "=", self.body))


@dataclass(frozen=True, slots=True)
class ChannelNames:
    """Names of channels."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(map(quoted, self.names))


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command with its arguments.

    Attributes:
        command: its entry in the table.
        values: values by the name of the argument. Numbers and times (in seconds) are float, ``Chance``, ``Change``
            or ``Span``, switches are bool, and dimensions are a tuple of numbers from 1. Moments, definitions,
            channels and patterns have their classes, and the rest of a line is a ``Program``. Others are str.
            Omitted arguments are absent.
        player: name of a player, "all", or empty for the focused player.
    """

    command: Command
    values: dict[str, "Value"] = field(default_factory=dict)
    player: str = ""

    @property
    def repeats(self) -> bool:
        """True if the command carries out its line again and again."""
        moment = self.values.get("moment")
        return self.command.name in _REPEATING or (isinstance(moment, Moment) and moment.daily)

    def __str__(self) -> str:
        """Returns the line in its plainest form; parsing it gives the same invocation."""
        words = [f"@{self.player}"] if self.player else []
        words.append(self.command.name)
        for argument in self.command.arguments:
            if argument.name in self.values:
                words += [argument.name] if argument.keyword else []
                words.append(_shown(argument, self.values[argument.name]))
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Call:
    """Call of a macro.

    Attributes:
        name: name of the macro.
        words: arguments as typed.
        program: parsed body.
        player: player as in ``Invocation``.
    """

    name: str
    words: tuple[str, ...]
    program: "Program"
    player: str = ""

    def __str__(self) -> str:
        words = [f"@{self.player}"] if self.player else []
        return " ".join((*words, self.name, *map(quoted, self.words)))


Step = Invocation | Call


@dataclass(frozen=True, slots=True)
class Program:
    """Whole line: at least one step; all steps run together, in order."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.steps))

    def walk(self) -> Iterator[Invocation]:
        """Yields every command, also those of macros and those that run later."""
        for step in self.steps:
            if isinstance(step, Call):
                yield from step.program.walk()
                continue
            yield step
            for value in step.values.values():
                if isinstance(value, Program):
                    yield from value.walk()


Value = (
    float
    | bool
    | str
    | tuple[int, ...]
    | Chance
    | Span
    | Change
    | Moment
    | Macro
    | ChannelNames
    | Program
    | CyclicPattern
)


def only_looks(program: Program) -> bool:
    """Returns True if no command of a line changes anything; the engine does not list such a line as an event."""
    return all(each.command.name in _ONLY_LOOK for each in program.walk())


def quoted(name: str, *, always: bool = False) -> str:
    """Returns a name as typed: in quotes if it needs them, with each quote inside doubled."""
    needs = always or name in _MEANT or any(character in ';"' or character.isspace() for character in name)
    return '"' + name.replace('"', '""') + '"' if needs else name


_NAMES: Final = (ArgumentKind.MODEL, ArgumentKind.DATASET, ArgumentKind.FILE, ArgumentKind.NAME, ArgumentKind.LOG)


def _shown(argument: Argument, value: Value) -> str:
    unit = "s" if argument.kind is ArgumentKind.DURATION else ""
    match value:
        case Span():
            return SPAN.join(shown_number(end) + unit for end in value)
        case tuple():
            return " ".join(f"x{number}" for number in value)
        case bool():
            return "on" if value else "off"
        case float():
            return shown_number(value) + unit
        case Chance():
            return f"rand {shown_number(value.low)}{unit} {shown_number(value.high)}{unit}"
        case Change():
            return value.written(unit)
        case Program() if argument.kind is ArgumentKind.SETTINGS:
            return " ".join(map(str, value.steps))
        case str() if argument.kind in _NAMES:
            # Without quotes, a name that begins with a digit could be the number behind an optional name.
            return quoted(
                value, always=argument.kind is ArgumentKind.MODEL and argument.optional and value[:1].isdigit()
            )
        case _:
            return str(value)
