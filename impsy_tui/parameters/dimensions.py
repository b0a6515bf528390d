"""Parameters of single dimensions of a player."""

from typing import Final

from impsy_tui import ranges
from impsy_tui.parameters.parameter import DIMENSION, Kind, Parameter, register

MUTE: Final = register(
    Parameter(
        "mute",
        Kind.SWITCH,
        (DIMENSION,),
        "these dimensions are not played; the player continues",
        "mute x3",
        False,
        earlier="muted",
    )
)

SOLO: Final = register(
    Parameter(
        "solo",
        Kind.SWITCH,
        (DIMENSION,),
        "only these dimensions are played",
        "solo x1 x2",
        False,
    )
)

HOLD: Final = register(
    Parameter(
        "hold",
        Kind.NUMBER,
        (DIMENSION,),
        "these dimensions are played at one value",
        "hold x4 0.5",
        None,
        ranges.VALUE,
        ramp="linear",
        earlier="held",
    )
)

RANGE: Final = register(
    Parameter(
        "range",
        Kind.PAIR,
        (DIMENSION,),
        "these dimensions are played between two values",
        "range x2 0.2 0.8",
        (0.0, 1.0),
        ranges.VALUE,
        ramp="linear",
        earlier="ranged",
    )
)

GIVEN: Final = register(
    Parameter(
        "given",
        Kind.NUMBER,
        (DIMENSION,),
        "the next events have this value, or one in a range, and the player fits its other dimensions to it",
        "given x3 0.7",
        None,
        ranges.VALUE,
        none="off",
        ramp="linear",
        spans=True,
    )
)

INVERT: Final = register(
    Parameter(
        "invert",
        Kind.SWITCH,
        (DIMENSION,),
        "these dimensions are inverted: 1 is played as 0",
        "invert x5",
        False,
        earlier="inverted",
    )
)

ROUTE: Final = register(
    Parameter(
        "route",
        Kind.WHOLE,
        (DIMENSION,),
        "these dimensions are played at other dimensions",
        "",
        None,
        ranges.PLACE,
    )
)
