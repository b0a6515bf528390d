"""Baselines of an evaluation: simple guesses that a network must surpass.

Repeat: the last values, give or take a step. Markov chain: the cell of each dimension follows from its last cell, as
for notes. Uniform: every cell is as likely as the others. Repeat and the chain know the training part of each
performance; the held-out part follows it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.data.held_out import cut
from impsy_tui.mdrnn.cells import DT_EDGES, VALUES, cells_of, nats
from impsy_tui.mdrnn.model import SCALE, Floats, Shape

Doubles = NDArray[np.float64]

_COMPONENTS: Final = 5
_ROUNDS: Final = 60
_MOST_STEPS: Final = 20_000
"""Steps that the mixture is fitted to: more would change little and take long."""
_NARROWEST: Final = 5e-4
"""Smallest deviation of a step, in lengths of a fader or seconds."""
_WEIGHT: Final = 1.0
"""Events that the frequencies of the cells count for, next to the transitions from one cell."""


def repeat_mixtures(performances: Sequence[Floats]) -> tuple[Shape, Doubles]:
    """Returns mixtures around the last values for all held-out events; dt does not depend on the last one.

    Args:
        performances: from ``evaluation.capped``.

    Returns:
        Shape of the mixtures and parameters ``[events, shape.parameters]``, scaled as those of a network.
    """
    dimension = performances[0].shape[1]
    known = [whole[: cut(len(whole))].astype(np.float64) for whole in performances]
    steps = np.concatenate([np.column_stack([one[1:, 0], np.diff(one[:, 1:], axis=0)]) for one in known])
    means, deviations, weights = fit_mixture(steps)
    last = np.concatenate([whole[cut(len(whole)) - 1 : -1] for whole in performances]).astype(np.float64)
    last[:, 0] = 0.0
    around = (last[:, None, :] + means).reshape(len(last), -1) * SCALE
    wide = np.broadcast_to(deviations.reshape(-1) * SCALE, around.shape)
    logits = np.broadcast_to(np.log(weights), (len(last), _COMPONENTS))
    return Shape(dimension, 0, 0, _COMPONENTS), np.concatenate([around, wide, logits], axis=1)


def fit_mixture(steps: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Fits a mixture of ``_COMPONENTS`` Gaussians with diagonal covariance by expectation maximisation.

    Source: A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum Likelihood from Incomplete Data via the EM
    Algorithm", J. R. Stat. Soc. B 39(1), 1977. It begins with groups of steps of similar length.

    Args:
        steps: ``[steps, dimension]``.

    Returns:
        Means and deviations ``[components, dimension]``, weights ``[components]``.
    """
    steps = steps[:: max(1, -(-len(steps) // _MOST_STEPS))]
    order = np.argsort(np.abs(steps).sum(axis=1), kind="stable")
    shares = np.zeros((len(steps), _COMPONENTS))
    shares[order, np.arange(len(steps)) * _COMPONENTS // len(steps)] = 1.0
    for _ in range(_ROUNDS):
        counts = shares.sum(axis=0) + 1e-9
        means = shares.T @ steps / counts[:, None]
        squares = shares.T @ steps**2 / counts[:, None] - means**2
        deviations = np.maximum(np.sqrt(np.maximum(squares, 0.0)), _NARROWEST)
        weights = counts / counts.sum()
        distances = (steps[:, None, :] - means) / deviations
        logs = np.log(weights) - np.log(deviations).sum(axis=1) - 0.5 * (distances**2).sum(axis=2)
        shares = np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True))
    return means, deviations, weights


def markov_nats(performances: Sequence[Floats]) -> Doubles:
    """Returns the cell nats of all held-out events under a Markov chain of the first order for each dimension.

    Few transitions are smoothed by the frequencies of the cells.

    Args:
        performances: from ``evaluation.capped``.
    """
    cells = [cells_of(whole) for whole in performances]
    dimension = cells[0].shape[1]
    probabilities = np.ones(sum(len(whole) - cut(len(whole)) for whole in cells))
    for column in range(dimension):
        size = VALUES if column else len(DT_EDGES) + 1
        counts = np.zeros((size, size))
        for whole in cells:
            known = whole[: cut(len(whole)), column]
            np.add.at(counts, (known[:-1], known[1:]), 1.0)
        often = (counts.sum(axis=0) + 1.0 / size) / (counts.sum() + 1.0)
        chain = (counts + _WEIGHT * often) / (counts.sum(axis=1, keepdims=True) + _WEIGHT)
        pairs = [(whole[cut(len(whole)) - 1 : -1, column], whole[cut(len(whole)) :, column]) for whole in cells]
        last, came = (np.concatenate(each) for each in zip(*pairs, strict=True))
        probabilities *= chain[last, came]
    return nats(probabilities, dimension)


def uniform_nats(events: int, dimension: int) -> Doubles:
    """Returns the cell nats of events if every cell is as likely as the others."""
    return np.full(events, np.log(len(DT_EDGES) + 1.0) + (dimension - 1) * np.log(float(VALUES)))
