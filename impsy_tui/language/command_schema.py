"""Schema of commands and their arguments, with their usage lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import Final

from impsy_tui import choices, parameters
from impsy_tui.parameters import PARAMETERS, Parameter
from impsy_tui.ranges import Range


class ArgumentKind(Enum):
    """Kind of an argument, by which it is read and completed."""

    NUMBER = "number"
    WHOLE = "whole"
    DURATION = "duration"
    CHOICE = "choice"
    SWITCH = "switch"
    MODEL = "model"
    COMMAND = "command"
    DIMENSIONS = "dimensions"
    DATASET = "dataset"
    FILE = "file"
    NAME = "name"
    TEXT = "text"
    LINE = "line"
    SETTINGS = "settings"
    MOMENT = "moment"
    GRID = "grid"
    DEFINITION = "definition"
    LOG = "log"
    CHANNELS = "channels"


class Source(Flag):
    """Sources of a command besides the keyboard, ``impsy-tui send`` and the engine itself."""

    FILE = auto()
    """Set lists and recordings."""
    CHANNEL = auto()
    """OSC messages, and MIDI messages that are bound to a command."""
    NETWORK = auto()
    """OSC messages from other machines, without ``[osc] remote_commands``."""


KEYBOARD: Final = Source(0)
"""Source of commands that write settings or files, run programs, delete or end."""
MUSIC: Final = Source.FILE | Source.CHANNEL
PARAMETER: Final = MUSIC | Source.NETWORK

_NAMED: Final = {
    "scene": "a scene",
    "cue": "a cue",
    "set": "a set list",
    "output": "an output",
    "table": "a look-up table",
    "corpus": "a corpus",
    "host": "a machine",
}
"""Descriptions of named objects, by the word for the argument that takes their name."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command.

    Attributes:
        name: name in usage lines.
        kind: kind, by which the argument is read.
        within: allowed range of a number or duration.
        choices: allowed words of a choice; words allowed instead of a time for a duration; some of the
            names for a name.
        optional: True if the argument may be left out.
        keyword: True if the argument is typed as its name and its value, after the others, in any order.
        pattern: True if a pattern in quotes can stand for the value.
        relative: True if the argument takes changes such as +0.1, -10% and *2.
        spans: True if the argument takes ranges such as 0.2..0.5.
        word: word for the value in usage lines; empty for the name.
    """

    name: str
    kind: ArgumentKind
    within: Range | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    keyword: bool = False
    pattern: bool = False
    relative: bool = False
    spans: bool = False
    word: str = ""

    @property
    def allowed(self) -> str:
        """Allowed values as text for the performer."""
        words = " or ".join((", ".join(self.choices[:-1]), self.choices[-1])) if len(self.choices) > 1 else ""
        words = words or "".join(self.choices)
        match self.kind:
            case ArgumentKind.NUMBER:
                span = f" or a range such as 0.2{parameters.SPAN}0.5" if self.spans else ""
                return f"a number, {self.within}{span}" + (f", or {words}" if words else "")
            case ArgumentKind.WHOLE:
                return f"a whole number, {self.within}" + (f", or {words}" if words else "")
            case ArgumentKind.DURATION:
                span = f" or a range such as 100ms{parameters.SPAN}1s" if self.spans else ""
                return f"a time such as 5s or 200ms, {self.within}{span}" + (f", or {words}" if words else "")
            case ArgumentKind.SWITCH:
                return "on or off"
            case ArgumentKind.MODEL:
                return "the name of a model"
            case ArgumentKind.COMMAND:
                return "the name of a command"
            case ArgumentKind.CHOICE:
                return words
            case ArgumentKind.DIMENSIONS:
                return "dimensions such as x3, or x1 x2, or x1-x4" + (f", or {words}" if words else "")
            case ArgumentKind.DATASET:
                return "the name of a dataset"
            case ArgumentKind.NAME if (self.word or self.name) in _NAMED:
                return f"the name of {_NAMED[self.word or self.name]}"
            case ArgumentKind.NAME if self.choices:
                return f'names such as {self.choices[0]}, several in quotes: "{" ".join(self.choices[:2])}"'
            case ArgumentKind.FILE | ArgumentKind.NAME:
                return "a name"
            case ArgumentKind.TEXT:
                return words or "a value"
            case ArgumentKind.LINE:
                return "one or more commands"
            case ArgumentKind.SETTINGS:
                return "settings such as temp 0.6 sigma 0.02, or a scene"
            case ArgumentKind.MOMENT:
                return "call, response, silence 5s, event 100, bar, trained, or a time of day such as 18:00"
            case ArgumentKind.GRID:
                return f"a note length such as 1/16, or {words}"
            case ArgumentKind.DEFINITION:
                return "a name, its arguments, = and commands, such as drop = mode battle"
            case ArgumentKind.LOG:
                return "the name of a log"
            case ArgumentKind.CHANNELS:
                return f"names of channels, or {words}"

    @property
    def usage(self) -> str:
        """Form of the argument in a usage line."""
        word = (self.word or self.name).upper()
        match self.kind:
            case ArgumentKind.SWITCH:
                shown = "on|off"
            case ArgumentKind.CHOICE:
                shown = "|".join(self.choices)
            case ArgumentKind.DIMENSIONS:
                shown = "|".join(("X…", *self.choices))
            case ArgumentKind.CHANNELS:
                shown = "|".join(("CHANNEL…", *self.choices))
            case ArgumentKind.LINE | ArgumentKind.SETTINGS:
                shown = f"{word}…"
            case ArgumentKind.DEFINITION:
                shown = "NAME ARGUMENT… = COMMANDS…"
            case ArgumentKind.NAME:
                shown = word
            case _:
                shown = "|".join((word, *self.choices))
        shown = f"{self.name} {shown}" if self.keyword else shown
        return f"[{shown}]" if self.optional else shown


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: name of the command.
        help: effect of the command in one line.
        example: line that a performer could type.
        arguments: arguments in order.
        filler: word that may stand before the arguments (``load model m`` is ``load m``).
        osc: OSC address after ``/impsy/``; the name if empty.
        osc_off: command of its OSC message when the number is 0.
        sources: allowed sources.
        ends: True if the command ends or deletes something: the console asks first, and the stage lock
            refuses it.
        console: True for a command of the console itself, which the engine does not know.
        player: True for a command of a player; ``@name`` before it selects the player.
        about: kinds of player: "values" (players of the instrument's dimensions), "mdrnn" (those of them
            with an MDRNN), "ensembles" (ensembles), "models" ("mdrnn" and ensembles), or "any" (all).
        own: True if dimensions behind ``@name`` have the player's numbers: x1 is its first one.
        to_all: True if the command without ``@name`` is for all players, not for the focused player.
        ramp: kind of ramp by ``over``: "linear", "log" (in equal ratios), "scene" (all at once), "ends" (low and high
            of a target), or empty.
        undo: True if ``undo`` reverts the command.
        parameter: parameter that the command sets; None for other commands.
    """

    name: str
    help: str
    example: str
    arguments: tuple[Argument, ...] = ()
    filler: str = ""
    osc: str = ""
    osc_off: str = ""
    sources: Source = MUSIC
    ends: bool = False
    console: bool = False
    player: bool = False
    about: str = "values"
    own: bool = False
    to_all: bool = False
    ramp: str = ""
    undo: bool = False
    parameter: Parameter | None = None

    def argument(self, name: str) -> Argument:
        """Returns the argument with this name."""
        return next(argument for argument in self.arguments if argument.name == name)

    @property
    def is_lockable(self) -> bool:
        """True if the stage lock refuses the command."""
        return self.ends or self.name in _LOCKABLE

    @property
    def takes_rest(self) -> bool:
        """True if the last argument takes the rest of the line, semicolons included."""
        return any(argument.kind in _TAKE_REST for argument in self.arguments)

    @property
    def usage(self) -> str:
        """Usage line of the command."""
        return " ".join((self.name, *(argument.usage for argument in self.arguments)))


_LOCKABLE: Final = ("rename", "quit")
"""Commands besides those that end or delete something that the stage lock refuses."""
_TAKE_REST = (ArgumentKind.LINE, ArgumentKind.SETTINGS, ArgumentKind.DEFINITION)


_KINDS: Final = {
    parameters.Kind.NUMBER: ArgumentKind.NUMBER,
    parameters.Kind.WHOLE: ArgumentKind.WHOLE,
    parameters.Kind.TIME: ArgumentKind.DURATION,
    parameters.Kind.CHOICE: ArgumentKind.CHOICE,
    parameters.Kind.SWITCH: ArgumentKind.SWITCH,
    parameters.Kind.WORDS: ArgumentKind.TEXT,
    parameters.Kind.FILE: ArgumentKind.NAME,
}


def parameter_commands(kind: str) -> Iterator[Command]:
    """Yields the commands of the parameters of a kind; the first of several kinds lists a parameter."""
    return (parameter_command(one) for one in PARAMETERS.values() if one.example and one.scope[0] == kind)


def parameter_command(parameter: Parameter) -> Command:
    """Returns the command that sets a parameter."""
    items = _ITEMS.get(parameter.scope[0])
    switches_over = parameter.kind is parameters.Kind.SWITCH and items is None
    return Command(
        parameter.name,
        f"{parameter.help}; without on or off, switches over" if switches_over else parameter.help,
        parameter.example,
        _arguments(parameter) if items is None else (items, *_arguments(parameter)),
        osc=parameter.osc,
        sources=PARAMETER if parameter.kind in _FROM_NETWORK and items is None else MUSIC,
        player=parameter.scope[0] not in (parameters.ENGINE, parameters.OUTPUT),
        about=_ABOUT.get(parameter.scope, "values"),
        ramp=parameter.ramp,
        undo=parameter.in_scenes,
        parameter=parameter,
    )


def _arguments(parameter: Parameter) -> tuple[Argument, ...]:
    """Returns the arguments of the value."""
    kind = _KINDS.get(parameter.kind, ArgumentKind.NUMBER)
    pattern = kind not in (ArgumentKind.TEXT, ArgumentKind.NAME)
    if parameter.kind is parameters.Kind.PAIR:
        return tuple(Argument(end, kind, parameter.within, pattern=pattern) for end in parameters.ENDS)
    words = (*parameter.choices, *parameter.more, *((parameter.none,) if parameter.none else ()))
    is_switch = parameter.kind is parameters.Kind.SWITCH
    name = "switch" if is_switch and parameters.DIMENSION in parameter.scope else parameter.argument
    relative = parameter.kind in _FROM_NETWORK and parameter.scope[0] not in _ITEMS
    return (
        Argument(
            name,
            kind,
            parameter.within,
            words,
            optional=is_switch,
            pattern=pattern,
            relative=relative,
            spans=parameter.spans,
        ),
    )


FOLLOWER: Final = Argument("player", ArgumentKind.CHOICE, choices=choices.FOLLOWERS)

_ITEMS: Final = {
    parameters.DIMENSION: Argument("dimensions", ArgumentKind.DIMENSIONS),
    parameters.FOLLOWER: FOLLOWER,
    parameters.OUTPUT: Argument("output", ArgumentKind.NAME),
}
"""Arguments that name the part with the parameter, by scope."""

_FROM_NETWORK: Final = (parameters.Kind.NUMBER, parameters.Kind.TIME)
"""Kinds of the parameters that other machines may set."""

_ABOUT: Final = {
    (parameters.MDRNN,): "mdrnn",
    (parameters.MDRNN, parameters.ENSEMBLE): "models",
    (parameters.ENSEMBLE,): "ensembles",
    (parameters.FOLLOWER,): "ensembles",
}
