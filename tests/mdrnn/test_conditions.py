"""Tests of mixtures conditioned on given values, against numerical integration."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.conditions import WeightedMixture, components, log_below, log_mass
from impsy_tui.mdrnn.mixture import Sampler
from impsy_tui.mdrnn.model import SCALE, Shape
from impsy_tui.prediction import Given

SHAPE = Shape(dimension=3, units=1, layers=1, mixtures=3)
MEANS = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.8, 0.3, 0.9]])
DEVIATIONS = np.array([[0.05, 0.2, 0.1], [0.1, 0.1, 0.3], [0.2, 0.4, 0.1]])
LOGITS = np.array([0.0, 1.0, -1.0])
PARAMETERS = np.concatenate([np.ravel(MEANS) * SCALE, np.ravel(DEVIATIONS) * SCALE, LOGITS]).astype(np.float32)
PART = WeightedMixture(SHAPE, PARAMETERS, 1.0)
GRID = np.linspace(-3.0, 4.0, 14_001)


def _densities(sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the density of each component and dimension on the grid, the grid, and the width of a step."""
    deviations = DEVIATIONS[..., None] * math.sqrt(sigma)
    z = (GRID - MEANS[..., None]) / deviations
    return np.exp(-0.5 * z * z) / (deviations * math.sqrt(2 * math.pi)), GRID, GRID[1] - GRID[0]


def _integrated(given: Mapping[int, Given], pi: float, sigma: float) -> tuple[np.ndarray, list[np.ndarray]]:
    """Returns the weights and the marginal distributions of the conditioned mixture, by sums over the grid."""
    density, grid, step = _densities(sigma)
    weights = np.exp(LOGITS / pi)
    weights /= weights.sum()
    inside = []
    for index in range(SHAPE.dimension):
        value = given.get(index)
        if value is None:
            inside.append(np.ones_like(grid))
        elif isinstance(value, tuple):
            low, high = value[0] if value[0] > 0 else -9.0, value[1] if value[1] < 1 or index == 0 else 9.0
            inside.append(((grid >= low) & (grid <= high)).astype(float))
        else:
            inside.append((np.abs(grid - value) <= step / 2) / step)
    masses = np.array([[(density[k, d] * inside[d]).sum() * step for d in range(3)] for k in range(3)])
    weights = weights * masses.prod(axis=1)
    weights /= weights.sum()
    marginals = [
        sum(weights[k] * density[k, d] * inside[d] / masses[k, d] for k in range(3)) for d in range(SHAPE.dimension)
    ]
    return weights, marginals


CASES: list[Mapping[int, Given]] = [
    {1: 0.7},
    {0: 0.25},
    {2: (0.2, 0.5)},
    {0: 0.5, 1: (0.1, 0.4), 2: 0.8},
    {1: (0.0, 0.2)},
    {2: (0.8, 1.0)},
]


@pytest.mark.parametrize("given", CASES, ids=str)
@pytest.mark.parametrize(("pi", "sigma"), [(1.0, 1.0), (0.5, 0.3), (2.0, 0.1)])
def test_components_have_the_integrated_weights(given: Mapping[int, Given], pi: float, sigma: float) -> None:
    expected, _ = _integrated(given, pi, sigma)
    found = [component.weight for component in components([PART], given, pi, sigma)]
    assert found == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("given", CASES, ids=str)
def test_draws_have_the_integrated_means_and_deviations(given: Mapping[int, Given]) -> None:
    _, marginals = _integrated(given, 0.8, 0.5)
    sampler = Sampler(SHAPE, np.random.default_rng(2))
    drawn = np.array([sampler.draw_from([PART], given, 0.8, 0.5) for _ in range(20_000)])
    for index, marginal in enumerate(marginals):
        value = given.get(index)
        if isinstance(value, float):
            assert set(drawn[:, index]) == {value}
            continue
        values = GRID
        if isinstance(value, tuple):
            assert drawn[:, index].min() >= value[0]
            assert drawn[:, index].max() <= value[1]
            values = np.clip(GRID, *value)
        share = marginal / marginal.sum()
        mean = (share * values).sum()
        deviation = math.sqrt((share * (values - mean) ** 2).sum())
        assert drawn[:, index].mean() == pytest.approx(mean, abs=5 * deviation / math.sqrt(20_000) + 1e-3)
        assert drawn[:, index].std() == pytest.approx(deviation, rel=0.05, abs=1e-3)


def test_draw_without_condition_equals_the_plain_draw() -> None:
    plain, general = (Sampler(SHAPE, np.random.default_rng(3)) for _ in range(2))
    for _ in range(200):
        expected = plain.draw(PARAMETERS, 1.3, 0.2)
        assert general.draw_from([PART], {}, 1.3, 0.2) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("sigma", [0.0, 1e-300, 0.01, 1.0, 100.0])
@pytest.mark.parametrize("pi", [1e-300, 0.1, 1.0, 100.0])
@pytest.mark.parametrize(
    "given",
    [{0: 3600.0}, {1: 1.0, 2: 0.0}, {0: (3000.0, 3600.0), 1: 0.0}, {1: (0.99999, 0.999990001)}, {2: (0.0, 1e-9)}],
    ids=str,
)
@pytest.mark.parametrize("scale", [1.0, 1e-7, 1e30])
def test_far_values_give_finite_weights_and_events(
    given: Mapping[int, Given], pi: float, sigma: float, scale: float
) -> None:
    parameters = PARAMETERS.copy()
    parameters[9:18] = np.maximum(parameters[9:18] * np.float32(scale), np.float32(1e-30))
    part = WeightedMixture(SHAPE, parameters, 1.0)
    weights = [component.weight for component in components([part], given, pi, sigma)]
    assert sum(weights) == pytest.approx(1.0)
    sampler = Sampler(SHAPE, np.random.default_rng(4))
    for _ in range(20):
        event = sampler.draw_from([part], given, pi, sigma)
        assert all(map(math.isfinite, event))
        for index, value in given.items():
            low, high = value if isinstance(value, tuple) else (value, value)
            assert low <= event[index] <= high


def test_components_without_deviation_choose_the_nearest_mean() -> None:
    weights = [component.weight for component in components([PART], {1: 0.48}, 1.0, 0.0)]
    assert weights == pytest.approx([0.0, 1.0, 0.0])


@pytest.mark.parametrize("position", [0, 9, 18])
def test_components_refuse_parameters_that_are_not_finite(position: int) -> None:
    parameters = PARAMETERS.copy()
    parameters[position] = np.nan
    with pytest.raises(UserError, match="not finite"):
        components([WeightedMixture(SHAPE, parameters, 1.0)], {}, 1.0, 1.0)


def test_two_parts_share_the_weight_exactly() -> None:
    other_shape = Shape(dimension=3, units=1, layers=1, mixtures=1)
    other = np.array([1, 2, 3, 1, 1, 1, 0.5], np.float32)
    found = components(
        [WeightedMixture(SHAPE, PARAMETERS, 0.3), WeightedMixture(other_shape, other, 0.7)], {}, 1.0, 1.0
    )
    expected = np.exp(LOGITS) / np.exp(LOGITS).sum() * 0.3
    assert [component.weight for component in found] == pytest.approx([*expected, 0.7])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_part_without_weight_is_left_out(share: float) -> None:
    found = components(
        [WeightedMixture(SHAPE, PARAMETERS, share), WeightedMixture(SHAPE, PARAMETERS, 1.0 - share)], {}, 1.0, 1.0
    )
    assert len(found) == SHAPE.mixtures


@pytest.mark.parametrize("z", [-29.9, -30.1, -35.0])
def test_log_below_is_continuous_in_the_tail(z: float) -> None:
    assert log_below(z) == pytest.approx(math.log(0.5 * math.erfc(-z / math.sqrt(2))), rel=1e-9)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 2.0), (0.3, 0.31), (4.0, 5.0), (-6.0, -5.9), (-0.5, math.inf)])
def test_log_mass_equals_the_integral(low: float, high: float) -> None:
    x = np.linspace(max(low, -12.0), min(high, 12.0), 400_001)
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    integral = np.diff(x) @ (density[1:] + density[:-1]) / 2  # NumPy 1 has no trapezoid
    assert math.exp(log_mass(low, high)) == pytest.approx(integral, rel=1e-6)


def test_range_in_the_far_tail_is_drawn_near_its_end() -> None:
    # 60 deviations away, the distance from the end is exponential with a mean of a sixtieth of a deviation
    shape, deviation = Shape(dimension=2, units=1, layers=1, mixtures=1), 0.01
    part = WeightedMixture(shape, np.array([1, 0, 1, deviation * SCALE, 0], np.float32), 1.0)
    sampler = Sampler(shape, np.random.default_rng(5))
    drawn = np.array([sampler.draw_from([part], {1: (0.6, 0.9)}, 1.0, 1.0)[1] for _ in range(5000)]) - 0.6
    assert drawn.min() >= 0.0
    assert drawn.mean() == pytest.approx(deviation / 60, rel=0.06)
