"""The one table of commands.

Parser, help, completions and the OSC address space all read it; nothing about a command is
written anywhere else but in its handler.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from impsy_tui import terms
from impsy_tui.terms import Range


class Kind(Enum):
    """What an argument is, and so how it is read and completed."""

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


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command.

    Attributes:
        name: shown in usage lines.
        kind: how it is read.
        within: for numbers and durations, the range allowed.
        choices: for choices, the words allowed; for durations, words allowed instead of a time.
        optional: it may be left out.
        keyword: it is written as its name and then its value, after the others, in any order.
    """

    name: str
    kind: Kind
    within: Range | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    keyword: bool = False

    @property
    def allowed(self) -> str:
        """What the performer may type here, in words."""
        words = " or ".join((", ".join(self.choices[:-1]), self.choices[-1])) if len(self.choices) > 1 else ""
        words = words or "".join(self.choices)
        match self.kind:
            case Kind.NUMBER:
                return f"a number, {self.within}"
            case Kind.WHOLE:
                return f"a whole number, {self.within}"
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
            case Kind.DIMENSIONS:
                return "dimensions such as x3, or x1 x2, or x1-x4" + (f", or {words}" if words else "")
            case Kind.DATASET:
                return "the name of a data set"
            case Kind.FILE | Kind.NAME:
                return "a name"
            case Kind.TEXT:
                return "a value"

    @property
    def usage(self) -> str:
        """How the argument is written in a usage line."""
        match self.kind:
            case Kind.SWITCH:
                shown = "on|off"
            case Kind.CHOICE:
                shown = "|".join(self.choices)
            case Kind.DIMENSIONS:
                shown = "|".join(("X…", *self.choices))
            case _:
                shown = "|".join((self.name.upper(), *self.choices))
        shown = f"{self.name} {shown}" if self.keyword else shown
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
            the console asks before it is done, and the stage lock keeps it from being done.
        files: it changes the user's files, so it is never taken from OSC either.
        console: it is about the console it is typed in, and the engine knows nothing of it.
    """

    name: str
    help: str
    example: str
    arguments: tuple[Argument, ...] = ()
    filler: str = ""
    osc: str = ""
    osc_off: str = ""
    ends: bool = False
    files: bool = False
    console: bool = False

    @property
    def usage(self) -> str:
        """How the command is written, arguments included."""
        return " ".join((self.name, *(argument.usage for argument in self.arguments)))


_DIMENSIONS = Argument("dimensions", Kind.DIMENSIONS)
_TRIGGERS = ("cc", "note", "program", "osc")
_KIND_OF_FILE = Argument("kind", Kind.CHOICE, choices=("log", "dataset", "model"))
_JOB = Argument("number", Kind.WHOLE, Range(1, 1_000_000, 1), optional=True)


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
        Command(
            "audition",
            "lets another model listen and play in silence beside this one; off ends that",
            "audition m",
            (Argument("model", Kind.MODEL, choices=("off",)),),
        ),
        Command("mute", "these dimensions are not played; the player goes on", "mute x3", (_DIMENSIONS,)),
        Command("solo", "only these dimensions are played", "solo x1 x2", (_DIMENSIONS,)),
        Command(
            "hold",
            "these dimensions are played at one value",
            "hold x4 0.5",
            (_DIMENSIONS, *_number("value", Range(0.0, 1.0, 0.5))),
        ),
        Command(
            "range",
            "these dimensions are played between two values",
            "range x2 0.2 0.8",
            (_DIMENSIONS, *_number("low", Range(0.0, 1.0, 0.0)), *_number("high", Range(0.0, 1.0, 1.0))),
        ),
        Command("invert", "these dimensions are played upside down", "invert x5", (_DIMENSIONS,)),
        Command(
            "release",
            "lets go of what was done to these dimensions; without any, to all",
            "release x4",
            (Argument("dimensions", Kind.DIMENSIONS, optional=True),),
        ),
        Command(
            "timer",
            "the set timer",
            "timer start",
            (Argument("what", Kind.CHOICE, choices=("start", "stop", "reset")),),
        ),
        Command(
            "learn",
            "the next knob or key that is moved plays this value; all walks through them, off ends that",
            "learn x3",
            (Argument("dimensions", Kind.DIMENSIONS, choices=("all", "off")),),
        ),
        Command(
            "bind",
            "a foot-switch, a key, a program change or an OSC address carries out a command",
            'bind cc 1 64 "take"',
            (Argument("trigger", Kind.CHOICE, choices=_TRIGGERS), Argument("which", Kind.TEXT)),
            files=True,
        ),
        Command(
            "unbind",
            "what was bound is so no longer",
            "unbind cc 1 64",
            (Argument("trigger", Kind.CHOICE, choices=_TRIGGERS), Argument("which", Kind.TEXT)),
            files=True,
        ),
        Command("bindings", "what is bound to what", "bindings"),
        Command(
            "keep mapping",
            "writes what was learned and bound into the configuration file",
            "keep mapping",
            files=True,
        ),
        Command("panic", "everything off at once, and paused", "panic"),
        Command(
            "fade",
            "outputs glide to their safe values, then the player is paused",
            "fade 5s",
            (Argument("time", Kind.DURATION, terms.FADE, optional=True),),
        ),
        Command(
            "dataset",
            "makes a data set of the logs of a dimension; without one, of every dimension found",
            "dataset 9",
            (Argument("dimension", Kind.WHOLE, terms.DIMENSION, optional=True),),
            files=True,
        ),
        Command(
            "train",
            "trains a model, on the newest data set of this dimension if none is named; from a model, it learns on; "
            "auto tries sizes",
            "train s from current",
            (
                Argument("size", Kind.CHOICE, choices=(*terms.SIZES, terms.AUTO, terms.RESUME), optional=True),
                Argument("on", Kind.DATASET, optional=True, keyword=True),
                Argument("from", Kind.MODEL, choices=(terms.CURRENT,), optional=True, keyword=True),
                Argument("epochs", Kind.WHOLE, terms.EPOCHS, optional=True, keyword=True),
                Argument("patience", Kind.WHOLE, terms.PATIENCE, optional=True, keyword=True),
                Argument("batch", Kind.WHOLE, terms.BATCH, optional=True, keyword=True),
                Argument("seed", Kind.WHOLE, terms.SEED, optional=True, keyword=True),
                Argument("budget", Kind.NUMBER, terms.BUDGET, optional=True, keyword=True),
            ),
            files=True,
        ),
        Command(
            "train ensemble",
            "trains a band on the gesture scores in the folder scores, or in a folder of it",
            "train ensemble on quartets",
            (
                Argument("on", Kind.NAME, optional=True, keyword=True),
                Argument("players", Kind.WHOLE, terms.BAND_PLAYERS, optional=True, keyword=True),
                Argument("epochs", Kind.WHOLE, terms.BAND_EPOCHS, optional=True, keyword=True),
                Argument("patience", Kind.WHOLE, terms.BAND_PATIENCE, optional=True, keyword=True),
                Argument("seed", Kind.WHOLE, terms.SEED, optional=True, keyword=True),
            ),
            files=True,
        ),
        Command(
            "convert",
            "makes the .tflite of a model that is there as .keras or .h5",
            "convert m",
            (Argument("model", Kind.MODEL),),
            files=True,
        ),
        Command(
            "evaluate",
            "how well a model knows you, and how it plays alone; the one that plays if none is named",
            "evaluate m on d",
            (
                Argument("model", Kind.MODEL, optional=True),
                Argument("against", Kind.MODEL, optional=True, keyword=True),
                Argument("on", Kind.DATASET, optional=True, keyword=True),
            ),
            files=True,
        ),
        Command(
            "plot",
            "draws a log, a data set or a model, as a picture in the folder plots",
            "plot m",
            (Argument("name", Kind.FILE),),
            files=True,
        ),
        Command(
            "cancel job", "ends a job, the newest if none is named; nothing of it is kept", "cancel job 2", (_JOB,)
        ),
        Command("keep job", "ends a job early and saves what there is", "keep job", (_JOB,)),
        Command(
            "rename",
            "gives a log, a data set or a model another name",
            "rename model m gentle",
            (_KIND_OF_FILE, Argument("name", Kind.FILE), Argument("to", Kind.NAME)),
            files=True,
        ),
        Command(
            "delete",
            "deletes a log, a data set or a model, for ever",
            "delete model m",
            (_KIND_OF_FILE, Argument("name", Kind.FILE)),
            ends=True,
            files=True,
        ),
        Command(
            "set",
            "changes a setting in the configuration file",
            "set interaction.threshold 1.5",
            (Argument("key", Kind.NAME), Argument("value", Kind.TEXT)),
            files=True,
        ),
        Command("ports", "what is plugged in: MIDI inputs and outputs, serial ports", "ports"),
        Command("status", "what the engine is doing now", "status"),
        Command(
            "help",
            "what can be typed",
            "help mode",
            (Argument("command", Kind.COMMAND, optional=True),),
        ),
        Command("shutdown", "ends the engine: silence, log closed", "shutdown", ends=True),
        Command(
            "show",
            "shows a page, or hides or shows a pane",
            "show files",
            (
                Argument(
                    "page",
                    Kind.CHOICE,
                    choices=("perform", "files", "settings", "rig", "meters", "events", "jobs", "channels"),
                ),
            ),
            console=True,
        ),
        Command("guide", "asks what is plugged in, and writes a new configuration that fits", "guide", console=True),
        Command("theme", "changes the colours", "theme contrast", (Argument("name", Kind.NAME),), console=True),
        Command("lock", "hides what deletes, renames or quits, for the stage", "lock", console=True),
        Command("unlock", "brings back what the stage lock hides", "unlock", console=True),
        Command("quit", "leaves this console; the engine plays on", "quit", console=True),
    )
}


def find_command(words: Sequence[str]) -> tuple[Command | None, int]:
    """The command that these words begin with, if one does, and how many of them are its name: some are two words."""
    if len(words) > 1 and (found := COMMANDS.get(f"{words[0]} {words[1]}")):
        return found, 2
    return COMMANDS.get(words[0]), 1
