"""Commands for musical time: tempo, grid, clocks."""

from dataclasses import replace
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, parameter_command
from impsy_tui.parameters import (
    CLOCK_IN,
    CLOCK_LINK,
    CLOCK_OUT,
    CLOCK_TRANSPORT,
    HAND_OVER,
    NUDGE,
    QUANTISE,
    SWING,
    TEMPO,
)
from impsy_tui.ranges import Range

BEATS: Final = Range(1.0, 4.999999999, 1.0)
"""Position in a bar, in beats; 1.5 is in the middle of the first beat."""

TIME: Final[tuple[Command, ...]] = (
    replace(
        parameter_command(QUANTISE),
        arguments=(
            Argument("grid", ArgumentKind.GRID, choices=(*QUANTISE.more, QUANTISE.none), pattern=True),
            Argument("at", ArgumentKind.NUMBER, TEMPO.limits, optional=True, keyword=True, word=TEMPO.name),
        ),
    ),
    parameter_command(TEMPO),
    Command(
        "beat",
        "makes this moment a beat of the bar, from 1; the tempo stays",
        "beat 1",
        (Argument("beat", ArgumentKind.NUMBER, BEATS),),
    ),
    parameter_command(SWING),
    replace(parameter_command(HAND_OVER), filler="on"),
    parameter_command(CLOCK_IN),
    parameter_command(CLOCK_OUT),
    parameter_command(CLOCK_LINK),
    parameter_command(CLOCK_TRANSPORT),
    replace(parameter_command(NUDGE), undo=True),
)
