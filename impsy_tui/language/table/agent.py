"""How agents play, who hear the musician's sound and move a synth."""

from typing import Final

from impsy_tui import terms
from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, parameter_commands
from impsy_tui.parameters import AGENT

HEARING: Final[tuple[Command, ...]] = (
    *parameter_commands(AGENT),
    Command(
        "calibrate",
        "sets the microphone's gain by what you play now, as loud as you will",
        "calibrate 5s",
        (Argument("time", ArgumentKind.DURATION, terms.CALIBRATION, optional=True),),
    ),
)
