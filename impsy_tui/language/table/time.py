"""Commands for musical time: tempo, grid, clocks."""

from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, parameter_commands
from impsy_tui.parameters import ENGINE, TEMPO
from impsy_tui.ranges import Range

NUDGE: Final = Range(-0.5, 0.5, 0.0, "s")
"""Delay of one output; a negative delay plays it earlier."""

TIME: Final[tuple[Command, ...]] = (
    Command(
        "quantise",
        "what is played lands on a grid of note lengths; clock takes the tempo that comes in",
        "quantise 1/16 at 120",
        (
            Argument("grid", ArgumentKind.GRID, choices=("clock", "off")),
            Argument("at", ArgumentKind.NUMBER, TEMPO.limits, optional=True, keyword=True),
        ),
        undo=True,
    ),
    *parameter_commands(ENGINE),
    Command(
        "hand over",
        "when the player's turn begins once you are silent: on the next bar or beat, or now",
        "hand over on bar",
        (Argument("when", ArgumentKind.CHOICE, choices=("bar", "beat", "now")),),
        filler="on",
        undo=True,
    ),
    Command(
        "clock in",
        "follows the MIDI clock that comes in: tempo, start, stop, song position",
        "clock in on",
        (Argument("switch", ArgumentKind.SWITCH, optional=True),),
    ),
    Command(
        "clock out",
        "sends a MIDI clock to every MIDI output",
        "clock out on",
        (Argument("switch", ArgumentKind.SWITCH, optional=True),),
    ),
    Command(
        "nudge",
        "makes one output earlier or later than the others",
        "nudge midi -12ms",
        (Argument("output", ArgumentKind.NAME), Argument("time", ArgumentKind.DURATION, NUDGE)),
        undo=True,
    ),
)
