"""Commands of ensembles: number of players, gestures of single followers, and clips of a gesture."""

from dataclasses import replace
from typing import Final

from impsy_tui import choices, parameters
from impsy_tui.language.command_schema import (
    FOLLOWER,
    Argument,
    ArgumentKind,
    Command,
    parameter_command,
    parameter_commands,
)
from impsy_tui.parameters import ENSEMBLE, PLAYERS
from impsy_tui.ranges import Range

GESTURE_SECONDS: Final = Range(10.0, 600.0, 30.0, "s")
"""Playing time of each gesture in a recording for a classifier."""

ENSEMBLES: Final[tuple[Command, ...]] = (
    parameter_command(PLAYERS),
    *parameter_commands(parameters.FOLLOWER),
    Command(
        "tacet",
        "a follower is silent until free",
        "tacet p3",
        (FOLLOWER,),
        player=True,
        about="ensembles",
        undo=True,
    ),
    Command(
        "free",
        "ends force and tacet of a follower; without a name, of all followers",
        "free p3",
        (replace(FOLLOWER, optional=True),),
        player=True,
        about="ensembles",
        undo=True,
    ),
    *(command for command in parameter_commands(ENSEMBLE) if command.parameter is not PLAYERS),
    Command(
        "record gestures",
        "requests the nine gestures, or one, and records your touches for train gestures",
        "record gestures each 20s",
        (
            Argument("what", ArgumentKind.CHOICE, choices=(*choices.GESTURES, "again", "skip", "off"), optional=True),
            Argument("each", ArgumentKind.DURATION, GESTURE_SECONDS, optional=True, keyword=True),
        ),
    ),
)
