"""Division of a trained component by dt."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is the extra [train]")

import keras

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.dt_parts import _PARTS, divided
from impsy_tui.training.mdrnn.fit import FitProgress
from impsy_tui.training.mdrnn.network import from_keras, training_model


def _polled(intervals: tuple[float, ...], events: int, seed: int) -> np.ndarray:
    """Returns a scaled performance on a controller that is read every 6 ms."""
    random = np.random.default_rng(seed)
    dt = 0.006 * random.choice(intervals, events) + random.normal(0, 0.0004, events)
    values = np.clip(0.5 + np.cumsum(random.normal(0, 0.01, (events, 2)), axis=0), 0, 1)
    return (np.column_stack([dt, values]) * SCALE).astype(np.float32)


def _untrained() -> FitProgress:
    keras.utils.set_random_seed(1)
    weights = training_model(shape_of("xxs", 3)).get_weights()
    return FitProgress(weights, weights, [], weights, best_loss=10.0, best_likelihood=5.0)


def _mixtures(weights: list[np.ndarray], scaled: np.ndarray) -> tuple[NumpyNetwork, np.ndarray]:
    network = NumpyNetwork(from_keras(weights))
    return network, np.array([network.step(event).copy() for event in (scaled[:-1] / SCALE).tolist()])


def test_division_finds_the_multiples_of_the_interval_at_which_a_controller_is_read() -> None:
    before, held_out = _untrained(), _polled((2, 3, 4), 400, 2)
    after = divided(before, [_polled((2, 3, 4), 1500, 1)], [held_out])
    network, mixtures = _mixtures(after.best, held_out)
    shape = network.shape
    assert shape.mixtures == shape_of("xxs", 3).mixtures + _PARTS
    dt = mixtures[-1, : shape.mixtures * shape.dimension].reshape(shape.mixtures, -1)[-_PARTS:, 0] / SCALE
    weights = mixtures[-1, -_PARTS:]
    heavy = np.sort(dt[np.argsort(weights)[-3:]])
    assert heavy == pytest.approx([0.012, 0.018, 0.024], abs=0.0015)
    # The figures of the training follow those of the held-out events.
    plain, expected = _mixtures(before.best, held_out)
    events = held_out[1:] / SCALE
    saved = cell_nats(expected, events, plain.shape).mean() - cell_nats(mixtures, events, shape).mean()
    assert before.best_loss - after.best_loss == pytest.approx(saved, abs=1e-3)
    assert after.best_likelihood < before.best_likelihood
    assert before.best is not after.best


def test_network_is_not_divided_if_the_held_out_events_do_not_gain() -> None:
    before = _untrained()
    assert divided(before, [_polled((2, 3, 4), 1500, 1)], [_polled((2.5, 3.5), 400, 2)]) is before
