"""Parameters of ensembles."""

from typing import Final

from impsy_tui.parameters.parameter import ENSEMBLE, Kind, Parameter, register

CLIPS: Final = register(
    Parameter(
        "clips",
        Kind.CHOICE,
        (ENSEMBLE,),
        "which clips of a gesture an ensemble plays: any, or those nearest to where and how fast you play",
        "clips nearest",
        "random",
        choices=("random", "nearest"),
        argument="how",
        key="player.clips",
    )
)
