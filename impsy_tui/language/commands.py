"""The one table of commands.

Parser, help, completions and the OSC address space all read it; nothing about a command is
written anywhere else but in its handler.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from impsy_tui import terms
from impsy_tui.terms import Range


class Kind(Enum):
    """What an argument is, and so how it is read and completed."""

    NUMBER = "number"
    DURATION = "duration"
    CHOICE = "choice"
    SWITCH = "switch"
    MODEL = "model"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command.

    Attributes:
        name: shown in usage lines.
        kind: how it is read.
        within: for numbers and durations, the range allowed.
        choices: for choices, the words allowed; for durations, words allowed instead of a time.
        optional: it may be left out.
    """

    name: str
    kind: Kind
    within: Range | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    @property
    def allowed(self) -> str:
        """What the performer may type here, in words."""
        words = " or ".join((", ".join(self.choices[:-1]), self.choices[-1])) if len(self.choices) > 1 else ""
        words = words or "".join(self.choices)
        match self.kind:
            case Kind.NUMBER:
                return f"a number, {self.within}"
            case Kind.DURATION:
                return f"a time such as 5s or 200ms, {self.within}" + (f", or {words}" if words else "")
            case Kind.SWITCH:
                return "on or off"
            case Kind.MODEL:
                return "the name of a model"
            case Kind.COMMAND:
                return "the name of a command"
            case Kind.CHOICE:
                return words

    @property
    def usage(self) -> str:
        """How the argument is written in a usage line."""
        match self.kind:
            case Kind.SWITCH:
                shown = "on|off"
            case Kind.CHOICE:
                shown = "|".join(self.choices)
            case _:
                shown = "|".join((self.name.upper(), *self.choices))
        return f"[{shown}]" if self.optional else shown


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: its word.
        help: what it does, one line.
        example: a line that a performer could type.
        arguments: in order.
        filler: a word that may stand before the arguments (``load model m`` is ``load m``).
        osc: its OSC address is ``/impsy/`` and this; the name if empty.
        osc_off: the command that its OSC message stands for when its number is 0.
        ends: it ends or deletes something, so it is never taken from another host or from OSC,
            and the console asks before it is done.
    """

    name: str
    help: str
    example: str
    arguments: tuple[Argument, ...] = ()
    filler: str = ""
    osc: str = ""
    osc_off: str = ""
    ends: bool = False

    @property
    def usage(self) -> str:
        """How the command is written, arguments included."""
        return " ".join((self.name, *(argument.usage for argument in self.arguments)))


def _number(name: str, within: Range) -> tuple[Argument, ...]:
    return (Argument(name, Kind.NUMBER, within),)


COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for command in (
        Command(
            "mode",
            "how you and the player share the instrument",
            "mode battle",
            (Argument("mode", Kind.CHOICE, choices=terms.MODE_NAMES),),
        ),
        Command(
            "temp",
            "pi temperature: how adventurous the choice between ideas is",
            "temp 1.3",
            _number("temperature", terms.PI_TEMPERATURE),
            osc="pitemp",
        ),
        Command(
            "sigma",
            "sigma temperature: how far it strays from an idea",
            "sigma 0.02",
            _number("temperature", terms.SIGMA_TEMPERATURE),
            osc="sigmatemp",
        ),
        Command(
            "timescale",
            "stretches its time: 2 is twice as slow, 0 answers at once",
            "timescale 0.5",
            _number("factor", terms.TIMESCALE),
        ),
        Command(
            "speed",
            "its tempo: 2 is twice as fast (the inverse of timescale)",
            "speed 2",
            _number("factor", terms.SPEED),
        ),
        Command(
            "threshold",
            "how long you must be silent before it answers, in callresponse",
            "threshold 500ms",
            (Argument("silence", Kind.DURATION, terms.THRESHOLD),),
        ),
        Command(
            "max_response",
            "the longest it may answer before it falls silent by itself, in callresponse",
            "max_response 20s",
            (Argument("time", Kind.DURATION, terms.MAX_RESPONSE, choices=("off",)),),
        ),
        Command("take", "you take the turn: the player falls silent and listens", "take"),
        Command("give", "you give the turn to the player: it plays now", "give"),
        Command(
            "pause",
            "the player is silent and goes on listening; thru and log go on",
            "pause",
            osc_off="resume",
        ),
        Command("resume", "the player may play again", "resume"),
        Command("reset", "the player forgets what it has heard", "reset"),
        Command(
            "thru",
            "passes what you play on to every output; without on or off, switches over",
            "thru on",
            (Argument("switch", Kind.SWITCH, optional=True),),
        ),
        Command(
            "log",
            "writes what is played to a file; new begins another file",
            "log new",
            (Argument("switch", Kind.CHOICE, choices=("on", "off", "new")),),
        ),
        Command(
            "load",
            "changes the model, between two events; the old one plays until then",
            "load model m",
            (Argument("model", Kind.MODEL),),
            filler="model",
        ),
        Command("unload", "puts the model away; the dummy player takes its place", "unload"),
        Command("panic", "everything off at once, and paused", "panic"),
        Command(
            "fade",
            "outputs glide to their safe values, then the player is paused",
            "fade 5s",
            (Argument("time", Kind.DURATION, terms.FADE, optional=True),),
        ),
        Command("status", "what the engine is doing now", "status"),
        Command(
            "help",
            "what can be typed",
            "help mode",
            (Argument("command", Kind.COMMAND, optional=True),),
        ),
        Command("shutdown", "ends the engine: silence, log closed", "shutdown", ends=True),
    )
}
