"""Parameters of ensembles."""

from typing import Final

from impsy_tui.parameters.kinds import ENSEMBLE
from impsy_tui.parameters.parameter import Kind, Parameter, register

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
