"""What a line means, once it is read: steps, to be done one after the other. All of it prints as it is typed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command
from impsy_tui.language.commands import COMMANDS
from impsy_tui.parameters import shown_number

EVERYBODY: Final = "all"
"""The name that addresses every player."""

MOMENTS: Final = ("call", "response", "silence", "event", "bar")
"""Words that moments begin with."""

_ONLY_LOOK: Final = ("status", "help", "what", "scenes", "defs", "bindings", "ports", "trash")
_MEANT: Final = frozenset(
    (
        *(word for name in COMMANDS for word in name.split()[1:]),
        *(argument.name for command in COMMANDS.values() for argument in command.arguments if argument.keyword),
        *(command.filler for command in COMMANDS.values()),
    )
)
"""Words that would be taken for something else where a name is expected."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A number drawn each time, between ``low`` and ``high``, whichever is typed first."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens.

    Attributes:
        word: "call" (the musician begins), "response" (a player's turn begins), "silence",
            "event" or "bar".
        number: seconds of silence, or how many events; 0 for the others.
    """

    word: str
    number: float = 0.0

    def __str__(self) -> str:
        match self.word:
            case "silence":
                return f"silence {shown_number(self.number)}s"
            case "event":
                return f"event {shown_number(self.number)}"
            case _:
                return self.word


@dataclass(frozen=True, slots=True)
class Macro:
    """A word of the performer's own.

    Attributes:
        name: the word.
        parameters: names of its arguments; ``$name`` stands for one in the body.
        body: the commands that it stands for, as typed.
    """

    name: str
    parameters: tuple[str, ...]
    body: str

    def __str__(self) -> str:
        return " ".join((self.name, *self.parameters, "=", self.body))


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command with its arguments.

    Attributes:
        command: its entry in the table.
        values: argument name to value: numbers and times (seconds) as float or ``Chance``, switches
            as bool, dimensions as a tuple of numbers from 1, moments, definitions, the rest of a
            line as ``Program``, everything else as str; arguments left out are absent.
        player: whom it is for: a name, "all", or empty for whoever has the focus.
    """

    command: Command
    values: dict[str, "Value"] = field(default_factory=dict)
    player: str = ""

    def __str__(self) -> str:
        """The line again, in its plainest form; parsing it gives the same invocation."""
        words = [f"@{self.player}"] if self.player else []
        words.append(self.command.name)
        for argument in self.command.arguments:
            if argument.name in self.values:
                words += [argument.name] if argument.keyword else []
                words.append(_shown(argument, self.values[argument.name]))
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Call:
    """A word of the performer's own, used.

    Attributes:
        name: the word.
        words: its arguments, as typed.
        program: what it stands for.
        player: whom it is for, as in ``Invocation``.
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
    """A whole line: steps to be done together, in order. There is at least one."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.steps))

    def walk(self) -> Iterator[Invocation]:
        """Every command in it: also of macros, and what is to be done later."""
        for step in self.steps:
            if isinstance(step, Call):
                yield from step.program.walk()
                continue
            yield step
            for value in step.values.values():
                if isinstance(value, Program):
                    yield from value.walk()


Value = float | bool | str | tuple[int, ...] | Chance | Moment | Macro | Program


def only_looks(program: Program) -> bool:
    """True if no command of a line changes anything: the engine repeats it in no list of events."""
    return all(each.command.name in _ONLY_LOOK for each in program.walk())


def quoted(name: str, *, always: bool = False) -> str:
    """A name as it is typed: in quotes where it has to be, and a quote in it as two."""
    needs = always or name in _MEANT or any(character in ';"' or character.isspace() for character in name)
    return '"' + name.replace('"', '""') + '"' if needs else name


_NAMES: Final = (ArgumentKind.MODEL, ArgumentKind.DATASET, ArgumentKind.FILE, ArgumentKind.NAME, ArgumentKind.LOG)


def _shown(argument: Argument, value: Value) -> str:
    unit = "s" if argument.kind is ArgumentKind.DURATION else ""
    match value:
        case tuple():
            return " ".join(f"x{number}" for number in value)
        case bool():
            return "on" if value else "off"
        case float():
            return shown_number(value) + unit
        case Chance():
            return f"rand {shown_number(value.low)}{unit} {shown_number(value.high)}{unit}"
        case Program() if argument.kind is ArgumentKind.SETTINGS:
            return " ".join(map(str, value.steps))
        case str() if argument.kind in _NAMES:
            return quoted(value)
        case _:
            return str(value)
