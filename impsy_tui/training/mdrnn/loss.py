"""Loss of a training: values in their MIDI cells, dt by its density.

Cells as in ``impsy_tui.mdrnn.cells``. A density of values would reward a network without limit for values that repeat
exactly. A dt cell is a quarter of dt wide, and players are more regular than that: the density of dt keeps the
network calibrated.
"""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import tensorflow as tf

from impsy_tui.mdrnn.cells import DT_EDGES, UNIFORM, VALUES
from impsy_tui.mdrnn.model import SCALE, Shape

DENSITY_SHARE: Final = 0.03
"""Weight of the plain negative log-likelihood: it narrows values that stay. More of it leaves dt less calibrated."""

_STEP: Final = SCALE / (VALUES - 1)
_UNBOUNDED: Final = 1e5
_SMALLEST: Final = 1e-20
"""Probability below which the density in the middle of a cell replaces the difference of two error functions."""
_LOG_ROOT: Final = 0.5 * math.log(2 * math.pi)


def loss_function(shape: Shape) -> Callable[[Any, Any], tuple[Any, Any]]:
    """Returns a function from scaled events and mixture parameters to the loss and to cell nats, both means.

    Both arguments have the shape ``[..., parameters]``.
    """

    floor = math.log(UNIFORM) - math.log(len(DT_EDGES) + 1) - (shape.dimension - 1) * math.log(VALUES)

    def loss(events: Any, parameters: Any) -> tuple[Any, Any]:
        means, deviations, logits = parts(parameters, shape)
        weights = tf.nn.log_softmax(logits)
        targets = events[..., None, :]
        z = (targets - means) / deviations
        densities = -0.5 * z * z - tf.math.log(deviations) - _LOG_ROOT
        cells = _log_cells(*_bounds(events), means, deviations, densities)
        values = weights + tf.reduce_sum(cells[..., 1:], -1)
        fitted = tf.reduce_logsumexp(values + densities[..., 0], -1)
        likelihood = tf.reduce_logsumexp(weights + tf.reduce_sum(densities, -1), -1)
        inside = tf.reduce_logsumexp(values + cells[..., 0], -1)
        nats = -tf.reduce_logsumexp(tf.stack([inside + math.log(1 - UNIFORM), tf.fill(tf.shape(inside), floor)]), 0)
        objective = -((1 - DENSITY_SHARE) * fitted + DENSITY_SHARE * likelihood)
        return tf.reduce_mean(objective), tf.reduce_mean(nats)

    return loss


def log_likelihood(events: np.ndarray, parameters: np.ndarray, shape: Shape) -> np.ndarray:
    """Returns the log density of each scaled event, ``[events]``."""
    means, deviations, logits = (np.asarray(part, np.float64) for part in parts(parameters, shape))
    weights = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    z = (events[:, None, :] - means) / deviations
    found: np.ndarray = np.logaddexp.reduce(
        weights + (-0.5 * z * z - np.log(deviations) - _LOG_ROOT).sum(axis=-1), axis=-1
    )
    return found


def parts(parameters: Any, shape: Shape) -> tuple[Any, Any, Any]:
    """Returns means and deviations ``[..., mixtures, dimension]``, and logits ``[..., mixtures]``."""
    values = shape.mixtures * shape.dimension
    form = tf.concat([tf.shape(parameters)[:-1], [shape.mixtures, shape.dimension]], 0)
    means, deviations = (tf.reshape(parameters[..., at : at + values], form) for at in (0, values))
    return means, deviations, parameters[..., 2 * values :]


def _bounds(events: Any) -> tuple[Any, Any]:
    """Returns the scaled bounds of the cells of events, ``[..., 1, dimension]``."""
    edges = tf.constant(np.concatenate([[-_UNBOUNDED], DT_EDGES * SCALE, [_UNBOUNDED]]), tf.float32)
    dt = events[..., 0]
    cell = tf.reshape(tf.searchsorted(edges[1:-1], tf.reshape(dt, [-1]), side="right"), tf.shape(dt))
    middle = tf.round(events[..., 1:] / _STEP) * _STEP
    low = tf.where(middle < _STEP / 2, -_UNBOUNDED, middle - _STEP / 2)
    high = tf.where(middle > SCALE - _STEP / 2, _UNBOUNDED, middle + _STEP / 2)
    return (
        tf.concat([tf.gather(edges, cell)[..., None], low], -1)[..., None, :],
        tf.concat([tf.gather(edges, cell + 1)[..., None], high], -1)[..., None, :],
    )


def _log_cells(low: Any, high: Any, means: Any, deviations: Any, densities: Any) -> Any:
    """Returns the log probability of a cell under each Gaussian, in single precision without loss in the tails."""
    below, above = ((bound - means) / deviations * math.sqrt(0.5) for bound in (low, high))
    swapped = below > 0.0
    lower, upper = tf.where(swapped, -above, below), tf.where(swapped, -below, above)
    inside = 0.5 * (tf.math.erfc(-upper) - tf.math.erfc(-lower))
    enough = inside > _SMALLEST
    width = tf.minimum(high - low, 1.0)
    return tf.where(enough, tf.math.log(tf.where(enough, inside, 1.0)), densities + tf.math.log(width))
