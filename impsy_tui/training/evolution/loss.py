"""Loss of the training in NumPy, with its gradient; the same loss as ``training.mdrnn.loss``."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from impsy_tui.mdrnn.cells import cell_bounds, cells_of
from impsy_tui.mdrnn.model import SCALE, Floats, Shape

Doubles = NDArray[np.float64]

DENSITY_SHARE: Final = 0.03
"""Weight of the plain negative log-likelihood: it narrows values that stay. More of it leaves dt less calibrated."""
_SMALLEST: Final = 1e-20
"""Probability below which the density in the middle of a cell replaces the difference of two error functions."""
_UNBOUNDED: Final = 1e5
_LOG_ROOT: Final = 0.5 * math.log(2 * math.pi)
_ERFC: Final = (
    *(0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807),
    *(-0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223),
)


class _Log(NamedTuple):
    """Logarithms ``[events, mixtures, dimension]`` with their slopes in means and deviations."""

    value: Doubles
    by_mean: Doubles
    by_deviation: Doubles


def loss_with_slopes(parameters: Floats, events: Floats, shape: Shape) -> tuple[float, Doubles]:
    """Returns the mean loss, and its gradient in the mixture parameters.

    Args:
        parameters: mixtures, ``[events, parameters]``, as ``Network.step`` returns them.
        events: scaled events that came, ``[events, dimension]``.
        shape: shape of the network.
    """
    values = shape.mixtures * shape.dimension
    form = (len(events), shape.mixtures, shape.dimension)
    doubles: Doubles = parameters.astype(np.float64)
    means, deviations = (doubles[:, at : at + values].reshape(form) for at in (0, values))
    logits = doubles[:, 2 * values :]
    weights = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    z = (events[:, None, :] - means) / deviations
    density = _Log(-0.5 * z * z - np.log(deviations) - _LOG_ROOT, z / deviations, (z * z - 1) / deviations)
    cell = _cells(events, means, deviations, density)
    fitted, mine = _mixed(weights + cell.value[..., 1:].sum(axis=2) + density.value[..., 0])
    likelihood, whole = _mixed(weights + density.value.sum(axis=2))
    share = 1 - DENSITY_SHARE
    loss = -(share * fitted + DENSITY_SHARE * likelihood).mean()
    mine, whole = share * mine, DENSITY_SHARE * whole
    slopes = []
    for by_cell, by_density in ((cell.by_mean, density.by_mean), (cell.by_deviation, density.by_deviation)):
        slope = mine[..., None] * by_cell + whole[..., None] * by_density
        slope[..., 0] = (mine + whole) * by_density[..., 0]
        slopes.append(-slope.reshape(len(events), values))
    slopes.append(np.exp(weights) - mine - whole)
    return float(loss), np.concatenate(slopes, axis=1) / len(events)


def _mixed(logs: Doubles) -> tuple[Doubles, Doubles]:
    """Returns the logarithm of the sum over the components, and the share of each component."""
    total = np.logaddexp.reduce(logs, axis=1)
    return total, np.exp(logs - total[:, None])


def _cells(events: Floats, means: Doubles, deviations: Doubles, density: _Log) -> _Log:
    """Returns the log probability of the cell of each value under each Gaussian."""
    low, high = (
        np.clip(bound * SCALE, -_UNBOUNDED, _UNBOUNDED)[:, None] for bound in cell_bounds(cells_of(events / SCALE))
    )
    below, above = (low - means) / deviations, (high - means) / deviations
    swapped = below > 0.0
    lower, upper = np.where(swapped, -above, below), np.where(swapped, -below, above)
    inside = 0.5 * (_erfc(-upper * math.sqrt(0.5)) - _erfc(-lower * math.sqrt(0.5)))
    enough = inside > _SMALLEST
    safe = np.where(enough, inside, 1.0) * deviations
    at_low, at_high = (np.exp(-0.5 * bound * bound - _LOG_ROOT) for bound in (below, above))
    return _Log(
        np.where(enough, np.log(np.where(enough, inside, 1.0)), density.value + np.log(np.minimum(high - low, 1.0))),
        np.where(enough, (at_low - at_high) / safe, density.by_mean),
        np.where(enough, (below * at_low - above * at_high) / safe, density.by_deviation),
    )


def _erfc(x: Doubles) -> Doubles:
    """Returns the complementary error function with a relative error below 1.2e-7.

    W. H. Press et al., "Numerical Recipes", 2nd edition, section 6.2, ``erfcc``.
    """
    size = np.abs(x)
    t = 1.0 / (1.0 + 0.5 * size)
    found: Doubles = t * np.exp(np.polyval(_ERFC, t) - size * size)
    return np.where(x < 0, 2.0 - found, found)
