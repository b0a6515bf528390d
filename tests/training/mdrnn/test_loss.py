"""Tests of the loss of a training."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is the extra [train]")

import tensorflow as tf

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import SCALE, Shape
from impsy_tui.training.mdrnn.loss import loss_function

SHAPE = Shape(dimension=4, units=1, layers=1, mixtures=3)


def _events(count: int) -> np.ndarray:
    events = np.random.default_rng(1).random((count, 4)).astype(np.float32)
    events[:, 0] **= 4
    # values at the ends, whose cells contain the clipped values
    events[: count // 4, 1:] = np.round(events[: count // 4, 1:])
    return events


def _parameters(events: np.ndarray, offset: float, deviation: float) -> np.ndarray:
    values = np.repeat(events[:, None] * SCALE + offset, 3, axis=1).reshape(len(events), -1)
    random = np.random.default_rng(2)
    deviations = deviation * np.exp(random.normal(0, 0.5, values.shape))
    return np.concatenate([values, deviations, random.normal(0, 1, (len(events), 3))], axis=1).astype(np.float32)


@pytest.mark.parametrize("deviation", [0.02, 0.3, 4.0])
def test_loss_function_returns_cell_nats(deviation: float) -> None:
    events = _events(400)
    parameters = _parameters(events, 0.05, deviation)
    _, nats = loss_function(SHAPE)(tf.constant(events * SCALE), tf.constant(parameters))
    assert float(nats) == pytest.approx(cell_nats(parameters, events, SHAPE).mean(), rel=1e-3)


def test_loss_function_pulls_means_of_far_components_towards_events() -> None:
    events = _events(40)
    parameters = tf.Variable(_parameters(events, 5.0, 0.01))  # hundreds of deviations away
    with tf.GradientTape() as tape:
        loss, _ = loss_function(SHAPE)(tf.constant(events * SCALE), parameters)
    gradient = tape.gradient(loss, parameters).numpy()
    assert np.isfinite(gradient).all()
    means = gradient[:, :12].reshape(40, 3, 4).sum(axis=1)
    assert np.all(means > 0.0)
