"""Registry of parameters: every value that a performer changes during a performance, declared once.

Command, completion, help, OSC address, ramp, configuration key, scene, saved session and status line derive from the
declaration. The value itself is an attribute of the player that implements the parameter, under its name.
"""

# isort: off
# Lists and status have the parameters in this order.
from impsy_tui.parameters.mdrnn import BLEND, GIVEN_DT, MAX_RESPONSE, MODE, SIGMA, SPEED, TEMP, THRESHOLD, TIMESCALE
from impsy_tui.parameters.ensemble import (
    ACTIVITY,
    CLASSIFIER,
    CLIPS,
    FORCE,
    HIGHEST,
    LEAD_STOPS,
    LOWEST,
    PLAYERS,
    SCALE,
)
from impsy_tui.parameters.agent import AIM, BUDGET, EVERY, HEAR, REST, SMOOTH, STEER
from impsy_tui.parameters.dimensions import GIVEN, HOLD, INVERT, MUTE, RANGE, ROUTE, SOLO
from impsy_tui.parameters.engine import (
    CLOCK_IN,
    CLOCK_LINK,
    CLOCK_OUT,
    CLOCK_TRANSPORT,
    HAND_OVER,
    NUDGE,
    QUANTISE,
    SWING,
    TEMPO,
    THRU,
)

# isort: on
from impsy_tui.parameters.kinds import AGENT, ENSEMBLE, KINDS, MDRNN
from impsy_tui.parameters.parameter import (
    DIMENSION,
    ENDS,
    ENGINE,
    FOLLOWER,
    OUTPUT,
    PARAMETERS,
    SPAN,
    TRAINED,
    Kind,
    Parameter,
    defaults,
    parameters_of,
    register,
    shown_number,
)

__all__ = [
    "ACTIVITY",
    "AGENT",
    "AIM",
    "BLEND",
    "BUDGET",
    "CLASSIFIER",
    "CLIPS",
    "CLOCK_IN",
    "CLOCK_LINK",
    "CLOCK_OUT",
    "CLOCK_TRANSPORT",
    "DIMENSION",
    "ENDS",
    "ENGINE",
    "ENSEMBLE",
    "EVERY",
    "FOLLOWER",
    "FORCE",
    "GIVEN",
    "GIVEN_DT",
    "HAND_OVER",
    "HEAR",
    "HIGHEST",
    "HOLD",
    "INVERT",
    "KINDS",
    "LEAD_STOPS",
    "LOWEST",
    "MAX_RESPONSE",
    "MDRNN",
    "MODE",
    "MUTE",
    "NUDGE",
    "OUTPUT",
    "PARAMETERS",
    "PLAYERS",
    "QUANTISE",
    "RANGE",
    "REST",
    "ROUTE",
    "SCALE",
    "SIGMA",
    "SMOOTH",
    "SOLO",
    "SPAN",
    "SPEED",
    "STEER",
    "SWING",
    "TEMP",
    "TEMPO",
    "THRESHOLD",
    "THRU",
    "TIMESCALE",
    "TRAINED",
    "Kind",
    "Parameter",
    "defaults",
    "parameters_of",
    "register",
    "shown_number",
]
