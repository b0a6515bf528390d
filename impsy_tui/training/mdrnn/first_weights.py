"""First weights of a network with gates, and the weights that stay as they begin.

The first weights say which values each component of the mixture moves. If a musician moves one value at a time, most
components move one value each. The means of the other values are the last values, with the smallest deviation, and
do not learn. Components of free weights merge pairs of values, and the network alone moves several values at once.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from impsy_tui.mdrnn.model import NARROWEST, SCALE, Floats, Shape
from impsy_tui.mdrnn.weights import kernel_of_gates
from impsy_tui.training.common.shapes import MIXTURES
from impsy_tui.training.mdrnn.playing_style import STEP

MIXTURE, GATES = "mdn_outputs", "mdn_gates"
"""Names of layers."""
_NARROW, _MOVING, _WIDE = 0.05, 0.7, 2.0
"""First deviations of values, scaled."""
_SHORTEST, _LONGEST = 0.005, 0.3
"""First means of dt in seconds."""
_STILL: Final = -16.0
"""Bias of a deviation that stays: the smallest deviation remains."""
_TOGETHER: Final = 0.02
"""Share of events with two or more moving values, below which a musician moves one value at a time."""
_QUIET: Final = NARROWEST / SCALE
"""Root mean square of the changes of resting values, above which they do not rest."""


def moves_one_at_a_time(scaled: Sequence[np.ndarray]) -> bool:
    """Returns True if a musician hardly ever moves two values at once, and the other values rest.

    Args:
        scaled: performances ``[events, dimension]``, scaled, at least one of two events.
    """
    steps = np.abs(np.concatenate([np.diff(one[:, 1:], axis=0) for one in scaled])) / SCALE
    moves = steps > STEP / 2
    if steps.shape[1] < 2 or (moves.sum(axis=1) > 1).mean() > _TOGETHER:
        return False
    return bool((steps[~moves] ** 2).mean() < _QUIET**2)


def set_first_weights(model: Any, shape: Shape, *, one_at_a_time: bool) -> None:
    """Sets the first weights of a training model."""
    heads = model.get_layer(MIXTURE).get_weights()
    gates = first_mixture(heads[:4], shape, one_at_a_time=one_at_a_time)
    model.get_layer(MIXTURE).set_weights(heads)
    model.get_layer(GATES).set_weights([kernel_of_gates(gates)])


def first_mixture(heads: Sequence[np.ndarray], shape: Shape, *, one_at_a_time: bool) -> Floats:
    """Changes random weights of a mixture to first weights: all components but the last stay near the last event.

    Args:
        heads: kernel and bias of the means, kernel and bias of the deviations; changed here.
        shape: shape of the network.
        one_at_a_time: True for a musician who moves one value at a time.

    Returns:
        The gates, ``[mixtures, dimension]``.
    """
    mixtures, dimension = shape.mixtures, shape.dimension
    means, mean_bias, deviations, deviation_bias = heads
    by_component = means.reshape(-1, mixtures, dimension), mean_bias.reshape(mixtures, dimension)
    by_component[0][:, :, 0] *= 0.3
    first_dt = np.geomspace(_SHORTEST, _LONGEST, mixtures) * SCALE
    by_component[1][:, 0] = np.log(first_dt)
    by_component[1][-1, 1:] = SCALE / 2
    widths = np.repeat(np.geomspace(_NARROW, _WIDE, mixtures)[:, None], dimension, axis=1)
    if mixtures > MIXTURES or one_at_a_time:
        moved = _moved(mixtures, dimension)
        widths[:-1] = np.where(moved, _MOVING, _NARROW)[:-1]
    widths[:, 0] = 0.5 * first_dt
    deviation_bias[:] = np.where(widths > 1.0, widths - 1.0, np.log(widths)).ravel()
    if one_at_a_time:
        stays = ~moved.ravel()
        means[:, stays] = mean_bias[stays] = deviations[:, stays] = 0.0
        deviation_bias[stays] = _STILL
    gates = np.ones((mixtures, dimension), np.float32)
    gates[:, 0] = gates[-1] = 0.0
    return gates


def _moved(mixtures: int, dimension: int) -> np.ndarray:
    """Returns True for the values that each component moves, and for dt, ``[mixtures, dimension]``.

    One component for each value, one that moves none, and others that move all. With many values, a component moves
    several.
    """
    movers = min(dimension - 1, mixtures - 1)
    moved = np.zeros((mixtures, dimension), bool)
    values = np.arange(dimension - 1)
    moved[values % movers, 1 + values] = True
    moved[:, 0] = moved[movers + 1 :] = moved[-1] = True
    return moved


def learning(model: Any, shape: Shape) -> list[float | np.ndarray]:
    """Returns 1 for each weight that learns and 0 for each that stays, for each trainable array of a training model.

    A value stays in a component if the network has no influence on its mean.
    """
    if not shape.gated:
        return [1.0] * len(model.trainable_variables)
    mixture, gates = model.get_layer(MIXTURE), model.get_layer(GATES)
    learns = (np.asarray(mixture.trainable_variables[0]) != 0.0).any(axis=0).astype(np.float32)
    learns[:: shape.dimension] = 1.0  # a component that is divided by dt begins without influence on dt
    # Means and deviations: a kernel and a bias each.
    masks = {id(variable): learns for variable in mixture.trainable_variables[:4]}
    masks[id(gates.kernel)] = kernel_of_gates(learns.reshape(shape.mixtures, shape.dimension))
    return [masks.get(id(variable), 1.0) for variable in model.trainable_variables]
