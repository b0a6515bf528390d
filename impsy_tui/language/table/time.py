"""Commands for musical time: tempo, grid, clocks."""

from dataclasses import replace
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, parameter_command
from impsy_tui.parameters import CLOCK_IN, CLOCK_OUT, HAND_OVER, QUANTISE, SWING, TEMPO
from impsy_tui.ranges import Range

NUDGE: Final = Range(-0.5, 0.5, 0.0, "s")
"""Delay of one output; a negative delay plays it earlier."""

TIME: Final[tuple[Command, ...]] = (
    replace(
        parameter_command(QUANTISE),
        arguments=(
            Argument("grid", ArgumentKind.GRID, choices=(*QUANTISE.more, QUANTISE.none)),
            Argument("at", ArgumentKind.NUMBER, TEMPO.limits, optional=True, keyword=True),
        ),
    ),
    parameter_command(TEMPO),
    parameter_command(SWING),
    replace(parameter_command(HAND_OVER), filler="on"),
    parameter_command(CLOCK_IN),
    parameter_command(CLOCK_OUT),
    Command(
        "nudge",
        "makes one output earlier or later than the others",
        "nudge midi -12ms",
        (Argument("output", ArgumentKind.NAME), Argument("time", ArgumentKind.DURATION, NUDGE)),
        undo=True,
    ),
)
