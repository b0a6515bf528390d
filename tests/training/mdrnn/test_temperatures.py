"""Tests of the temperatures that fit a network to a musician."""

from collections.abc import Sequence

import numpy as np
import pytest

from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.training.mdrnn.temperatures import distance, fitting_temperatures, manner


class RandomWalk:
    """Network that expects a step of a fixed width from the last event, one component."""

    runtime = "test"
    shape = Shape(dimension=2, units=1, layers=1, mixtures=1)

    def __init__(self, width: float) -> None:
        self._width = width

    def step(self, event: Sequence[float]) -> Floats:
        # A pull to the middle keeps the walk away from the ends.
        mean = 0.5 + 0.9 * (event[1] - 0.5)
        return np.array([0.5, mean * SCALE, 0.01, self._width * SCALE, 0.0], np.float32)

    def settle(self) -> None:
        """Does nothing."""

    def reset(self) -> None:
        """Does nothing."""


def _walk(width: float, events: int = 3000) -> np.ndarray:
    random = np.random.default_rng(4)
    value, played = 0.5, []
    for _ in range(events):
        value = 0.5 + 0.9 * (value - 0.5) + width * random.normal()
        played.append((0.05, min(max(value, 0.0), 1.0)))
    return np.array(played, np.float32) * SCALE


@pytest.mark.parametrize(("sigma", "width"), [(1.0, 0.04), (0.2, 0.04 * 0.2**0.5)])
def test_fitting_temperatures_finds_the_width_of_the_musician(sigma: float, width: float) -> None:
    assert fitting_temperatures(RandomWalk(0.04), [_walk(width)], 1)[1] == sigma


def test_distance_of_equal_manners_is_zero() -> None:
    one, other = manner([_walk(0.04) / SCALE]), manner([_walk(0.01) / SCALE])
    assert distance(one, one) == 0.0
    assert distance(one, other) > 0.5


def test_manner_counts_moving_values() -> None:
    played = np.array([[0.1, 0.2, 0.2], [0.1, 0.4, 0.2], [0.1, 0.5, 0.9], [0.1, 0.5, 0.9]])
    found = manner([played])
    assert found.moving == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert found.travel == pytest.approx((0.2 + 0.8 + 0.0) / 3)
