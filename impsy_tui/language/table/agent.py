"""Commands of agents, which hear the musician's sound and move a synth."""

from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, parameter_commands
from impsy_tui.parameters import AGENT
from impsy_tui.ranges import Range

CALIBRATION: Final = Range(1.0, 60.0, 5.0, "s")
"""Time of playing for setting the level of a microphone."""

HEARING: Final[tuple[Command, ...]] = (
    *parameter_commands(AGENT),
    Command(
        "calibrate",
        "sets the gain of the microphone from your playing; play as loud as on stage",
        "calibrate 5s",
        (Argument("time", ArgumentKind.DURATION, CALIBRATION, optional=True),),
    ),
)
