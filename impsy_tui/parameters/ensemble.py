"""Parameters of ensembles."""

from typing import Final

from impsy_tui import choices, ranges
from impsy_tui.parameters.kinds import ENSEMBLE
from impsy_tui.parameters.parameter import Kind, Parameter, register
from impsy_tui.ranges import Range

PLAYERS: Final = register(
    Parameter(
        "ensemble",
        Kind.WHOLE,
        (ENSEMBLE,),
        "number of players of an ensemble, the lead included",
        "ensemble 4",
        4,
        ranges.ENSEMBLE_PLAYERS,
        argument="players",
        key="player.players",
        earlier="players",
    )
)

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
        Range(0.01, 100.0),
        argument="factor",
        ramp="log",
        key="player.activity",
        control_range=(0.2, 5.0),
    )
)

LEAD_STOPS: Final = register(
    Parameter(
        "lead_stops",
        Kind.CHOICE,
        (ENSEMBLE,),
        "behaviour of an ensemble while the lead does not play",
        "",
        "rest",
        choices=choices.LEAD_STOPS,
        key="player.lead_stops",
        in_scenes=False,
    )
)
