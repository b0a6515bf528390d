"""Parameters of ensembles."""

from typing import Final

from impsy_tui.parameters.kinds import ENSEMBLE
from impsy_tui.parameters.parameter import Kind, Parameter, register
from impsy_tui.ranges import Range

CLIPS: Final = register(
    Parameter(
        "clips",
        Kind.CHOICE,
        (ENSEMBLE,),
        "clips of a gesture that an ensemble plays: any, or those nearest to your place and speed",
        "clips nearest",
        "random",
        choices=("random", "nearest"),
        argument="how",
        key="player.clips",
    )
)

ACTIVITY: Final = register(
    Parameter(
        "activity",
        Kind.NUMBER,
        (ENSEMBLE,),
        "how readily the players of an ensemble start and change gestures: 2 is twice as readily, 0.5 is calmer",
        "activity 1.5",
        1.0,
        Range(0.01, 100.0, 1.0),
        argument="factor",
        ramp="log",
        key="player.activity",
        control_range=(0.2, 5.0),
    )
)
