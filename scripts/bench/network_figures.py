"""Figures of a network: nats and calibration on performances that it has not learned, and its playing alone."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from impsy_tui.data.held_out import cut
from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import SCALE, Network, Shape
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.training.mdrnn.baselines import repeat_mixtures

MAX_GAP = 5.0
PLAYED = 4000
PRIMER = 100
STEP = 1 / 127

_erf = np.frompyfunc(math.erf, 1, 1)


@dataclass
class Judged:
    """Means per event of cell nats and of the negative log-likelihood, and the largest decile of the PIT of dt."""

    cells: float
    likelihood: float
    decile: float


def capped(performances: list[np.ndarray]) -> list[np.ndarray]:
    """Returns performances with gaps of at most ``MAX_GAP`` seconds."""
    found = [performance.copy() for performance in performances]
    for performance in found:
        np.clip(performance[:, 0], 0.0, MAX_GAP, out=performance[:, 0])
    return found


def judged(network: Network, performances: list[np.ndarray], first: Callable[[int], int] = cut) -> Judged:
    """Judges the predictions of a network that hears each performance from its beginning.

    Args:
        network: network, which is reset.
        performances: from ``capped``.
        first: index of the first event that counts, at least 1, for a number of events.
    """
    parameters, events = [], []
    for performance in performances:
        network.reset()
        expected = [network.step(event).copy() for event in performance[:-1].tolist()]
        at = first(len(performance))
        parameters.append(np.array(expected, float)[at - 1 :])
        events.append(performance[at:].astype(float))
    return _figures(np.concatenate(parameters), np.concatenate(events), network.shape)


def five_gaussians(performances: list[np.ndarray]) -> Judged:
    """Judges five Gaussians around the last event on the last tenths; the first nine tenths fit them."""
    shape, parameters = repeat_mixtures(performances)
    events = np.concatenate([performance[cut(len(performance)) :] for performance in performances])
    return _figures(parameters, events.astype(float), shape)


def alone(network: Network, heard: np.ndarray, temperatures: tuple[float, float]) -> np.ndarray:
    """Returns events that a network plays alone after a performance: ``[PLAYED, dimension]``."""
    player = MdrnnPredictor(network, "alone", np.random.default_rng(1))
    player.pi_temperature, player.sigma_temperature = temperatures
    player.reset()
    for dt, *values in heard[-PRIMER:].tolist():
        prediction = player.predict(dt, values)
    played = np.empty((PLAYED, network.shape.dimension))
    for event in played:
        event[:] = min(prediction.dt, MAX_GAP), *prediction.values
        prediction = player.predict(event[0], prediction.values)
    return played


def together(performances: Sequence[np.ndarray]) -> float:
    """Returns the share of events in which two or more values move, by more than half a MIDI step."""
    moves = np.concatenate([np.abs(np.diff(one[:, 1:], axis=0)) for one in performances]) > STEP / 2
    return float((moves.sum(axis=1) > 1).mean())


def _figures(parameters: np.ndarray, events: np.ndarray, shape: Shape) -> Judged:
    values = shape.mixtures * shape.dimension
    form = (-1, shape.mixtures, shape.dimension)
    means, deviations = (parameters[:, at : at + values].reshape(form) for at in (0, values))
    logits = parameters[:, 2 * values :]
    weights = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    z = (events[:, None] * SCALE - means) / deviations
    parts = weights - 0.5 * (z**2).sum(2) - np.log(deviations).sum(2) - 0.5 * shape.dimension * np.log(2 * np.pi)
    below = 0.5 + 0.5 * _erf(z[:, :, 0] / math.sqrt(2)).astype(float)
    tenths, _ = np.histogram((np.exp(weights) * below).sum(axis=1), bins=10, range=(0.0, 1.0))
    return Judged(
        float(cell_nats(parameters, events, shape).mean()),
        -float(np.logaddexp.reduce(parts, axis=1).mean()),
        float(tenths.max() / len(events)),
    )
