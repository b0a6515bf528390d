"""Small synth and an agent of it, for tests."""

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.file import AgentModel
from impsy_tui.agent.lookup_table import LookupTable
from impsy_tui.agent.perceptron import Perceptron
from impsy_tui.agent.seek import STEP, KnownSynth, moves

LOUDNESS = ("loudness-dBFS",)
QUIET, LOUD = -50.0, -10.0


def small_table(points: int = 21) -> LookupTable:
    """Returns the table of a synth of two parameters: the first makes it louder, the second brighter."""
    axis = np.linspace(0.0, 1.0, points)
    parameters = np.array([(a, b) for a in axis for b in axis])
    descriptors = np.zeros((len(parameters), len(NAMES)))
    descriptors[:, NAMES.index("loudness-dBFS")] = QUIET + (LOUD - QUIET) * parameters[:, 0]
    descriptors[:, NAMES.index("loudness-TP")] = descriptors[:, NAMES.index("loudness-dBFS")] + 3.0
    descriptors[:, NAMES.index("specshape-centroid")] = 100.0 + 3000.0 * parameters[:, 1]
    return LookupTable(parameters, descriptors)


def small_agent(**changes: object) -> AgentModel:
    """Returns an agent that raises the first parameter for a louder target and lowers it for a softer one."""
    every = moves(2)
    # One hidden unit has the difference in loudness; each output is this difference times the move, minus a little.
    kernel = np.array([[-1.0], [1.0], [0.0], [0.0]])
    last = np.array([[100.0 * a if b == 0 else -0.0 for a, b in every.tolist()]])
    bias = np.array([-0.5 * abs(a) - 1000.0 * abs(b) for a, b in every.tolist()])
    network = Perceptron([(kernel, np.zeros(1)), (last, bias)], "tanh")
    made = {
        "known": KnownSynth(small_table()),
        "heard": LOUDNESS,
        "judged": LOUDNESS,
        "step": STEP,
        "moves": every,
        "network": network,
    }
    return AgentModel(**{**made, **changes})  # type: ignore[arg-type]


def frame(loudness: float = -20.0, centroid: float = 1000.0, peak: float = -17.0) -> np.ndarray:
    """Returns the descriptors of a musician's sound."""
    heard = np.zeros(len(NAMES))
    heard[NAMES.index("loudness-dBFS")] = loudness
    heard[NAMES.index("loudness-TP")] = peak
    heard[NAMES.index("specshape-centroid")] = centroid
    return heard
