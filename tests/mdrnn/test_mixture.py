"""Tests of sampling from mixtures."""

import math

import numpy as np
import pytest

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.mixture import Sampler
from impsy_tui.mdrnn.model import SCALE, Shape

SHAPE = Shape(dimension=2, units=1, layers=1, mixtures=3)
MEANS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
DEVIATIONS = [[0.5, 1.0], [0.2, 0.1], [2.0, 1.0]]
LOGITS = [0.0, 1.0, -1.0]
PARAMETERS = np.concatenate([np.ravel(MEANS), np.ravel(DEVIATIONS), LOGITS]).astype(np.float32)


def _draw(count: int, pi: float, sigma: float) -> np.ndarray:
    sampler = Sampler(SHAPE, np.random.default_rng(1))
    return np.array([sampler.draw(PARAMETERS, pi, sigma) for _ in range(count)]) * SCALE


@pytest.mark.parametrize("temperature", [0.2, 1.0, 5.0])
def test_draw_chooses_components_by_tempered_softmax(temperature: float) -> None:
    weights = np.exp(np.array(LOGITS) / temperature)
    expected = weights / weights.sum()
    drawn = _draw(20_000, temperature, 0.0)
    found = [np.mean(np.all(np.isclose(drawn, mean, atol=1e-5), axis=1)) for mean in MEANS]
    # Four standard errors of a proportion.
    for share, probability in zip(found, expected, strict=True):
        assert share == pytest.approx(probability, abs=4 * math.sqrt(probability * (1 - probability) / 20_000) + 1e-9)


@pytest.mark.parametrize("temperature", [0.01, 1.0, 4.0])
def test_draw_scales_covariance_by_sigma_temperature(temperature: float) -> None:
    # at a temperature so low that only the most probable component is chosen
    drawn = _draw(20_000, 1e-3, temperature)
    expected = np.array(DEVIATIONS[1]) * math.sqrt(temperature)
    assert drawn.mean(axis=0) == pytest.approx(MEANS[1], abs=4 * expected.max() / math.sqrt(20_000))
    assert drawn.std(axis=0) == pytest.approx(expected, rel=0.03)


def test_draw_repeats_with_the_same_seed() -> None:
    assert np.array_equal(_draw(10, 1.0, 1.0), _draw(10, 1.0, 1.0))


@pytest.mark.parametrize("position", [0, 4, 7, 12, 14])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_draw_refuses_parameters_that_are_not_finite(position: int, value: float) -> None:
    parameters = PARAMETERS.copy()
    parameters[position] = value
    sampler = Sampler(SHAPE, np.random.default_rng(1))
    for _ in range(200):
        try:
            assert np.all(np.isfinite(sampler.draw(parameters, 1.0, 1.0)))
        except UserError:
            pass


def test_draw_stays_finite_at_extreme_temperatures() -> None:
    parameters = PARAMETERS.copy()
    parameters[-3:] = [-1e30, 3e38, -3e38]
    assert Sampler(SHAPE, np.random.default_rng(1)).draw(parameters, 1e-6, 0.0) == pytest.approx([0.3, 0.4])


def test_settle_does_not_change_the_drawn_events() -> None:
    prepared, other = (Sampler(SHAPE, np.random.default_rng(1)) for _ in range(2))
    for _ in range(5):
        prepared.settle()
        prepared.settle()
        assert prepared.draw(PARAMETERS, 1.0, 1.0) == other.draw(PARAMETERS, 1.0, 1.0)
