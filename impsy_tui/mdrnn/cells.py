"""Cell nats: minus the log probability of what is sent, for models of any kind.

A density has no upper bound: a model that hits a repeated value exactly gains without limit, although the same MIDI
value is sent. Cells are bounded and comparable. A value lies in one of the 128 cells of a 7-bit controller. A dt
lies in a cell of a logarithmic grid. The outermost cells take what is clipped on stage.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.prediction import MIN_DT

Doubles = NDArray[np.float64]

VALUES: Final = 128
"""Cells of a value."""
RATIO: Final = 1.25
"""Upper edge of a dt cell divided by its lower edge."""
DT_EDGES: Final[Doubles] = MIN_DT * RATIO ** np.arange(1.0, 39.0)
"""Inner edges of the dt cells in seconds, from 1.25 ms to 4.8 s."""
VALUE_EDGES: Final[Doubles] = (np.arange(1.0, VALUES) - 0.5) / (VALUES - 1)
"""Inner edges of the cells of a value."""
UNIFORM: Final = 0.001
"""Weight of the uniform distribution that is mixed in: an event that a model excludes costs a bounded amount."""

_erfc = np.frompyfunc(math.erfc, 1, 1)
_TOGETHER: Final = 4096
"""Events at a time, to bound the memory."""


def cells_of(events: Floats | Doubles) -> NDArray[np.int64]:
    """Returns the cell numbers of events.

    Args:
        events: ``[events, dimension]``, dt in seconds, values from 0 to 1.
    """
    cells = np.empty(events.shape, np.int64)
    cells[:, 0] = np.searchsorted(DT_EDGES, events[:, 0], side="right")
    cells[:, 1:] = np.searchsorted(VALUE_EDGES, events[:, 1:], side="right")
    return cells


def cell_bounds(cells: NDArray[np.int64]) -> tuple[Doubles, Doubles]:
    """Returns the lower and upper bounds of cells; the outermost cells are unbounded.

    Args:
        cells: ``[events, dimension]``.
    """
    bounds = np.empty((2, *cells.shape))
    for side in (0, 1):
        bounds[side, :, 0] = np.concatenate(([-np.inf], DT_EDGES, [np.inf]))[cells[:, 0] + side]
        bounds[side, :, 1:] = np.concatenate(([-np.inf], VALUE_EDGES, [np.inf]))[cells[:, 1:] + side]
    return bounds[0], bounds[1]


def nats(probabilities: Doubles, dimension: int) -> Doubles:
    """Returns the cell nats of events from the probabilities of their cells; mixes the uniform distribution in."""
    uniform = 1.0 / ((len(DT_EDGES) + 1) * float(VALUES) ** (dimension - 1))
    result: Doubles = -np.log((1.0 - UNIFORM) * probabilities + UNIFORM * uniform)
    return result


def cell_nats(parameters: Floats | Doubles, events: Floats | Doubles, shape: Shape) -> Doubles:
    """Returns the cell nats of events under mixtures of Gaussians.

    Args:
        parameters: mixture for each event, ``[events, shape.parameters]``, scaled as ``Network.step`` returns them.
        events: ``[events, dimension]``, dt in seconds, values from 0 to 1: not scaled.
        shape: size of the network.

    Returns:
        Nats of each event, ``[events]``; 0 is certainty.
    """
    found = [
        _mixture_probabilities(parameters[at : at + _TOGETHER], events[at : at + _TOGETHER], shape)
        for at in range(0, len(events), _TOGETHER)
    ]
    return nats(np.concatenate(found) if found else np.zeros(0), shape.dimension)


def _mixture_probabilities(parameters: Floats | Doubles, events: Floats | Doubles, shape: Shape) -> Doubles:
    values = shape.mixtures * shape.dimension
    form = (len(events), shape.mixtures, shape.dimension)
    parameters = parameters.astype(np.float64)
    means, deviations = (parameters[:, at : at + values].reshape(form) for at in (0, values))
    logits = parameters[:, 2 * values :]
    weights = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    low, high = (bound[:, None, :] * SCALE for bound in cell_bounds(cells_of(events)))
    inside = _interval((low - means) / deviations, (high - means) / deviations)
    result: Doubles = (weights * inside.prod(axis=2)).sum(axis=1)
    return result


def _interval(low: Doubles, high: Doubles) -> Doubles:
    """Returns the probability of an interval under the standard normal distribution, exact in both tails."""
    swap = low > 0.0
    low, high = np.where(swap, -high, low), np.where(swap, -low, high)
    below_high, below_low = (np.asarray(_erfc(-bound / math.sqrt(2)), np.float64) / 2 for bound in (high, low))
    result: Doubles = below_high - below_low
    return result
