"""Division of a trained component by dt.

Screens, controllers and serial lines are read at fixed intervals, so dt is near a multiple of some milliseconds. A
component that says where values move has one Gaussian of dt, which covers several of these multiples and the gaps
between them. So the heaviest component is divided: its parts move values alike, and each has its own dt.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.lstm import NumpyNetwork, Weights
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.training.common.figure import figure
from impsy_tui.training.mdrnn.fit import FitProgress
from impsy_tui.training.mdrnn.loss import log_likelihood
from impsy_tui.training.mdrnn.network import as_keras, from_keras

Doubles = NDArray[np.float64]

_PARTS: Final = 6
_REST: Final = 0.1
"""Share of the component that stays as it is, for dt that the training data lacks."""
_LEAST, _MOST = 1000, 20_000
"""Training events that are needed, and that are heard at most."""
_ROUNDS: Final = 200
_ENDS: Final = (0.02, 0.98)
"""Quantiles of dt between which the parts begin."""
_WIDTH: Final = 0.15
"""First deviations of the parts divided by their means."""
_SURELY: Final = 2.0
"""Standard errors that the gain must exceed."""
_NARROWEST: Final = 1e-3
"""Smallest deviation of a part, scaled: a tenth of a millisecond."""


def divided(progress: FitProgress, training: Sequence[np.ndarray], held_out: Sequence[np.ndarray]) -> FitProgress:
    """Divides the heaviest component of the best network of a training by dt.

    Args:
        progress: finished training of a network with gates.
        training, held_out: data from ``fit.split``.

    Returns:
        A copy with the divided network, or the training itself. A division needs many training events. The held-out
        events must gain likelihood, and more cell nats than twice the standard error.
    """
    if sum(map(len, training)) < _LEAST:
        return progress
    weights = from_keras(progress.best)
    expected, events = _heard(weights, _first(training, _MOST))
    shares = _shares(expected, events, weights.shape)
    heaviest = int(shares.sum(axis=0).argmax())
    parts = _fitted(events[:, 0], shares[:, heaviest])
    found = _with_parts(weights, heaviest, *parts)
    nats, likelihood = [], []
    for each in (weights, found):
        mixtures, heard = _heard(each, held_out)
        nats.append(cell_nats(mixtures, heard / SCALE, each.shape))
        likelihood.append(float(log_likelihood(heard, mixtures, each.shape).mean()))
    gain = figure(nats[0] - nats[1])
    if not (gain.mean > _SURELY * gain.error and likelihood[1] > likelihood[0]):
        return progress
    return replace(
        progress,
        best=as_keras(found),
        best_loss=progress.best_loss - gain.mean,
        best_likelihood=progress.best_likelihood + likelihood[0] - likelihood[1],
    )


def _first(performances: Sequence[np.ndarray], most: int) -> list[np.ndarray]:
    """Returns the first part of each performance, in proportion to its length, together at most so many events."""
    share = min(1.0, most / sum(map(len, performances)))
    return [one[: max(2, int(len(one) * share))] for one in performances]


def _heard(weights: Weights, performances: Sequence[np.ndarray]) -> tuple[Doubles, Doubles]:
    """Returns the mixtures that a network predicts and the events that follow, scaled."""
    network = NumpyNetwork(weights)
    expected, events = [], []
    for performance in performances:
        network.reset()
        expected += [network.step(event).astype(np.float64) for event in (performance[:-1] / SCALE).tolist()]
        events.append(performance[1:].astype(np.float64))
    return np.array(expected), np.concatenate(events)


def _shares(expected: Doubles, events: Doubles, shape: Shape) -> Doubles:
    """Returns the share of each component in each event, ``[events, mixtures]``."""
    values = shape.mixtures * shape.dimension
    form = (-1, shape.mixtures, shape.dimension)
    means, deviations = (expected[:, at : at + values].reshape(form) for at in (0, values))
    z = (events[:, None] - means) / deviations
    logs = expected[:, 2 * values :] - 0.5 * (z**2).sum(axis=2) - np.log(deviations).sum(axis=2)
    found: Doubles = np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True))
    return found


def _fitted(dt: Doubles, shares: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Fits ``_PARTS`` Gaussians to weighted dt by expectation maximisation; they begin evenly on a logarithmic scale.

    Returns:
        Means, deviations and weights of the parts.
    """
    dt = np.maximum(dt, _NARROWEST)
    order = np.argsort(dt, kind="stable")
    below = np.cumsum(shares[order]) / shares.sum()
    low, high = dt[order][np.searchsorted(below, _ENDS)]
    means = np.geomspace(low, high, _PARTS)
    deviations, weights = _WIDTH * means, np.full(_PARTS, 1.0 / _PARTS)
    for _ in range(_ROUNDS):
        logs = np.log(weights + 1e-12) - np.log(deviations) - 0.5 * ((dt[:, None] - means) / deviations) ** 2
        parts = shares[:, None] * np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True))
        counts = parts.sum(axis=0) + 1e-9
        means = (parts * dt[:, None]).sum(axis=0) / counts
        squares = (parts * (dt[:, None] - means) ** 2).sum(axis=0) / counts
        deviations, weights = np.maximum(np.sqrt(squares), _NARROWEST), counts / counts.sum()
    return np.maximum(means, _NARROWEST), deviations, weights


def _with_parts(weights: Weights, component: int, means: Doubles, deviations: Doubles, shares: Doubles) -> Weights:
    """Returns a network with parts behind its components; the component itself stays with the rest of its weight."""
    shape, parts = weights.shape, len(means)
    copied = [*range(shape.mixtures), *[component] * parts]
    new = slice(shape.mixtures, None)

    def of_components(array: Floats) -> Floats:
        return np.array(array.reshape(*array.shape[:-1], shape.mixtures, shape.dimension)[..., copied, :])

    (mean_kernel, mean_bias), (deviation_kernel, deviation_bias) = (
        (of_components(kernel), of_components(bias)) for kernel, bias in (weights.means, weights.deviations)
    )
    mean_kernel[:, new, 0] = deviation_kernel[:, new, 0] = 0.0
    mean_bias[new, 0] = np.log(means)
    deviation_bias[new, 0] = np.where(deviations > 1.0, deviations - 1.0, np.log(deviations))
    kernel, bias = (np.array(array[..., copied]) for array in weights.logits)
    bias[component] += math.log(_REST)
    bias[new] += np.log((1.0 - _REST) * shares + 1e-12)
    gates = None if weights.gates is None else np.array(weights.gates[copied])
    if gates is not None:
        gates[new, 0] = 0.0
    units = shape.units
    return replace(
        weights,
        means=(mean_kernel.reshape(units, -1), mean_bias.ravel()),
        deviations=(deviation_kernel.reshape(units, -1), deviation_bias.ravel()),
        logits=(kernel, bias),
        gates=gates,
    )
