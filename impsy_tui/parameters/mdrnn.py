"""Parameters of players that answer events with predicted events."""

from typing import Final

from impsy_tui import modes
from impsy_tui.parameters.kinds import ENSEMBLE, MDRNN
from impsy_tui.parameters.parameter import TRAINED, Kind, Parameter, register
from impsy_tui.ranges import Range

MODE: Final = register(
    Parameter(
        "mode",
        Kind.CHOICE,
        (MDRNN,),
        "way in which you and the player share the instrument",
        "mode battle",
        "callresponse",
        choices=tuple(modes.MODES),
        more=(modes.FILTER,),
        argument="mode",
        key="interaction.mode",
    )
)

TEMP: Final = register(
    Parameter(
        "temp",
        Kind.NUMBER,
        (MDRNN, ENSEMBLE),
        "pi temperature: variety in the choice between ideas",
        "temp 1.3",
        1.0,
        # The logits are divided by this value before the softmax.
        Range(0.0, 100.0, above=True),
        more=(TRAINED,),
        argument="temperature",
        ramp="linear",
        osc="pitemp",
        key="model.pitemp",
        earlier="pi_temperature",
        control_range=(0.1, 3.0),
    )
)

SIGMA: Final = register(
    Parameter(
        "sigma",
        Kind.NUMBER,
        (MDRNN,),
        "sigma temperature: spread of the values around an idea",
        "sigma 0.02",
        0.01,
        # The covariance of the chosen mixture component is multiplied by this value.
        Range(0.0, 100.0),
        more=(TRAINED,),
        argument="temperature",
        ramp="log",
        osc="sigmatemp",
        key="model.sigmatemp",
        earlier="sigma_temperature",
        control_range=(0.001, 1.0),
    )
)

TIMESCALE: Final = register(
    Parameter(
        "timescale",
        Kind.NUMBER,
        (MDRNN,),
        "factor of the player's time: 2 is twice as slow, 0 answers at once",
        "timescale 0.5",
        1.0,
        Range(0.0, 1000.0),
        argument="factor",
        ramp="log",
        key="model.timescale",
        control_range=(0.1, 10.0),
    )
)

SPEED: Final = register(
    Parameter(
        "speed",
        Kind.NUMBER,
        (MDRNN,),
        "speed of the player: 2 is twice as fast (the inverse of timescale)",
        "speed 2",
        1.0,
        # Each speed in this range is a timescale in its range.
        Range(1.0 / TIMESCALE.limits.high, 1000.0),
        argument="factor",
        ramp="log",
        inverse="timescale",
        control_range=(0.1, 10.0),
    )
)

THRESHOLD: Final = register(
    Parameter(
        "threshold",
        Kind.TIME,
        (MDRNN,),
        "seconds of silence before the player answers, in callresponse",
        "threshold 500ms",
        0.1,
        Range(0.0, 3600.0, unit="s"),
        argument="silence",
        ramp="linear",
        key="interaction.threshold",
        control_range=(0.0, 5.0),
    )
)

MAX_RESPONSE: Final = register(
    Parameter(
        "max_response",
        Kind.TIME,
        (MDRNN,),
        "longest turn of the player, in callresponse",
        "max_response 20s",
        None,
        Range(0.0, 86400.0, unit="s", above=True),
        argument="time",
        none="off",
        key="interaction.max_response",
        control_range=(1.0, 60.0),
    )
)

GIVEN_DT: Final = register(
    Parameter(
        "given dt",
        Kind.TIME,
        (MDRNN,),
        "time to the next event, or a range of it, before timescale; the player fits its dimensions to it",
        "given dt 250ms",
        None,
        Range(0.0, 3600.0, unit="s", above=True),
        argument="time",
        none="off",
        ramp="linear",
        control_range=(0.05, 2.0),
        spans=True,
    )
)

BLEND: Final = register(
    Parameter(
        "blend",
        Kind.NUMBER,
        (MDRNN,),
        "share of a second model: both hear everything, and each event comes from their common mixture",
        "blend m 50%",
        None,
        Range(0.0, 1.0, unit="%"),
        argument="share",
        none="off",
        ramp="linear",
    )
)
