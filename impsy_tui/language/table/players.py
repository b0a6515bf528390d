"""Commands of the players."""

from dataclasses import replace
from typing import Final

from impsy_tui import ranges
from impsy_tui.language.command_schema import (
    KEYBOARD,
    MUSIC,
    Argument,
    ArgumentKind,
    Command,
    parameter_command,
    parameter_commands,
)
from impsy_tui.parameters import BLEND, MDRNN, THRU
from impsy_tui.ranges import Range

FIRST: Final = "first"
"""Word for the first dimensions, as many as the model of a player has."""
ALL: Final = "all"
"""Word for all channels."""

_ROUTING: Final = (
    Argument("hears", ArgumentKind.DIMENSIONS, choices=(FIRST,), optional=True, keyword=True),
    Argument("plays", ArgumentKind.DIMENSIONS, choices=(FIRST,), optional=True, keyword=True),
    Argument("channels", ArgumentKind.CHANNELS, choices=(ALL,), optional=True, keyword=True),
)

FADE: Final = Range(0.0, 600.0, 5.0, "s")
"""Duration of a fade."""

ENDING_BLENDS: Final = ("unblend", "load", "unload")
"""Commands that end a blend."""
_BLEND: Final = parameter_command(BLEND)

PLAYING: Final[tuple[Command, ...]] = (
    *(command for command in parameter_commands(MDRNN) if command.parameter is not BLEND),
    replace(
        _BLEND,
        arguments=(Argument("model", ArgumentKind.MODEL, optional=True), *_BLEND.arguments),
        sources=MUSIC,
    ),
    Command(
        "unblend",
        "ends the blend: the first model plays alone",
        "unblend",
        player=True,
        about="mdrnn",
        undo=True,
    ),
    Command("take", "you take the turn: the player falls silent and listens", "take", player=True, about="mdrnn"),
    Command("give", "you give the turn to the player: it plays now", "give", player=True, about="mdrnn"),
    Command(
        "again",
        "draws the next event again, before it sounds; the player has heard the same",
        "again",
        player=True,
        about="mdrnn",
    ),
    Command(
        "pause",
        "all players, or @name, stop playing and keep listening; thru and log continue",
        "pause",
        osc_off="resume",
        player=True,
        about="any",
        to_all=True,
    ),
    Command(
        "resume",
        "every player, or with @name one, may play again",
        "resume",
        player=True,
        about="any",
        to_all=True,
    ),
    Command("reset", "the player forgets the music so far", "reset", player=True, about="any"),
    parameter_command(THRU),
    Command(
        "log",
        "writes all events to a file; new begins another file",
        "log new",
        (Argument("switch", ArgumentKind.CHOICE, choices=("on", "off", "new")),),
    ),
    Command(
        "load",
        "changes the model, between two events; a part of the name, a size, newest or previous is enough",
        "load model m",
        (Argument("model", ArgumentKind.MODEL),),
        filler="model",
        player=True,
        about="any",
        undo=True,
    ),
    Command(
        "unload",
        "removes the model; the dummy player takes its place",
        "unload",
        player=True,
        about="any",
        undo=True,
    ),
    Command(
        "audition",
        "lets another model listen and play in silence next to this one; off ends the audition",
        "audition m",
        (Argument("model", ArgumentKind.MODEL, choices=("off",)),),
        player=True,
        about="any",
    ),
    Command(
        "panic",
        "everything off at once, and paused; with @name, all of one player's",
        "panic",
        player=True,
        about="any",
        to_all=True,
    ),
    Command(
        "fade",
        "the players stop, and outputs move to their safe values (others fall silent at once), until resume",
        "fade 5s",
        (Argument("time", ArgumentKind.DURATION, FADE, optional=True),),
    ),
    Command(
        "timer",
        "the set timer",
        "timer start",
        (Argument("what", ArgumentKind.CHOICE, choices=("start", "stop", "reset")),),
    ),
    Command(
        "seed",
        "sets the random seed: the same playing gets the same answers",
        "seed 7",
        (Argument("number", ArgumentKind.WHOLE, ranges.SEED),),
    ),
    Command(
        "player",
        "sets the player that commands and the console address, or what a player hears and plays; alone, lists all",
        "player main",
        (Argument("name", ArgumentKind.NAME, optional=True), *_ROUTING),
        undo=True,
    ),
    Command(
        "player add",
        "adds a player while the others play; without a model, the dummy plays",
        "player add b m plays x5-x8",
        (Argument("name", ArgumentKind.NAME), Argument("model", ArgumentKind.MODEL, optional=True), *_ROUTING),
        undo=True,
    ),
    Command(
        "player remove",
        "removes a player while the others play; undo brings the player back as it was",
        "player remove b",
        (Argument("name", ArgumentKind.NAME),),
        undo=True,
    ),
    Command(
        "keep players",
        "writes the players, and what they hear and play, into the configuration file",
        "keep players",
        sources=KEYBOARD,
    ),
)
