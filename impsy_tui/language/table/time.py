"""Commands for musical time: tempo, grid, clocks."""

from dataclasses import replace
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, parameter_command
from impsy_tui.parameters import CLOCK_IN, CLOCK_OUT, HAND_OVER, NUDGE, QUANTISE, SWING, TEMPO

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
    replace(parameter_command(NUDGE), undo=True),
)
