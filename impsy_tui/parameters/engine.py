"""Parameters of the engine, which belong to no player."""

from typing import Final

from impsy_tui.parameters.parameter import ENGINE, Kind, Parameter, register
from impsy_tui.ranges import Range

TEMPO: Final = register(
    Parameter(
        "tempo",
        Kind.NUMBER,
        (ENGINE,),
        "beats a minute",
        "tempo 120",
        120.0,
        Range(20.0, 400.0, unit="bpm"),
        argument="beats",
        ramp="linear",
        knob=(40.0, 240.0),
    )
)

SWING: Final = register(
    Parameter(
        "swing",
        Kind.NUMBER,
        (ENGINE,),
        "how late every second line of the grid is: 50% is straight, 66% a triplet",
        "swing 60%",
        0.5,
        Range(0.5, 0.75, unit="%"),
        argument="share",
        ramp="linear",
    )
)
