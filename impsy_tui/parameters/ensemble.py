"""Parameters of ensembles."""

from typing import Final

from impsy_tui import choices, ranges
from impsy_tui.parameters.kinds import ENSEMBLE
from impsy_tui.parameters.parameter import FOLLOWER, Kind, Parameter, register
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

FORCE: Final = register(
    Parameter(
        "force",
        Kind.CHOICE,
        (FOLLOWER,),
        "a follower makes this gesture until free",
        "force p2 small-swirl",
        None,
        choices=choices.GESTURES,
        argument="gesture",
        earlier="forced",
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
        "activity of an ensemble: at 2 its players start and change gestures twice as often, at 0.5 half as often",
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

SCALE: Final = register(
    Parameter(
        "scale",
        Kind.CHOICE,
        (ENSEMBLE,),
        "scale of the MIDI notes of an ensemble, from left to right",
        "scale minor",
        "pentatonic",
        choices=choices.SCALES,
        argument="scale",
        key="player.scale",
    )
)

LOWEST: Final = register(
    Parameter(
        "lowest",
        Kind.WHOLE,
        (ENSEMBLE,),
        "lowest MIDI note of an ensemble, at the left edge",
        "lowest 36",
        48,
        ranges.NOTE,
        argument="note",
        key="player.lowest",
    )
)

HIGHEST: Final = register(
    Parameter(
        "highest",
        Kind.WHOLE,
        (ENSEMBLE,),
        "highest MIDI note of an ensemble, at the right edge",
        "highest 96",
        84,
        ranges.NOTE,
        argument="note",
        key="player.highest",
    )
)

CLASSIFIER: Final = register(
    Parameter(
        "classifier",
        Kind.FILE,
        (ENSEMBLE,),
        "classifier of your gestures, such as one trained on your recordings",
        "classifier gestures-mine",
        "gestures-synthetic",
        argument="name",
        key="player.classifier",
    )
)
