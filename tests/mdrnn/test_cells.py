"""Tests of cell nats."""

import itertools
import math

import numpy as np
import pytest

from impsy_tui.mdrnn.cells import DT_EDGES, VALUES, cell_bounds, cell_nats, cells_of, nats
from impsy_tui.mdrnn.model import SCALE, Shape

SHAPE = Shape(dimension=3, units=1, layers=1, mixtures=2)
DT_CELLS = len(DT_EDGES) + 1
UNIFORM = 1.0 / (DT_CELLS * VALUES**2)


def _parameters(means: list[list[float]], deviations: list[list[float]], logits: list[float]) -> np.ndarray:
    return np.concatenate([np.ravel(means) * SCALE, np.ravel(deviations) * SCALE, logits])


def _grid() -> np.ndarray:
    """Returns one event of each cell."""
    dts = np.concatenate([[0.001], DT_EDGES * 1.1])
    values = np.arange(VALUES) / (VALUES - 1)
    return np.array(list(itertools.product(dts, values, values)))


def test_cells_of_separates_each_dt_and_each_midi_value() -> None:
    cells = cells_of(_grid())
    assert len(np.unique(cells, axis=0)) == DT_CELLS * VALUES**2
    assert cells.min() == 0
    assert cells.max(axis=0).tolist() == [DT_CELLS - 1, VALUES - 1, VALUES - 1]


def test_cells_of_puts_clipped_events_into_outermost_cells() -> None:
    outside = np.array([[0.0, -0.5, 1.5], [3000.0, 2.0, -2.0]])
    assert cells_of(outside).tolist() == [[0, 0, VALUES - 1], [DT_CELLS - 1, VALUES - 1, 0]]


def test_cell_bounds_contain_their_events() -> None:
    grid = _grid()[:: VALUES - 3]
    low, high = cell_bounds(cells_of(grid))
    assert np.all((low <= grid) & (grid < high))


def test_cell_nats_of_all_cells_are_a_distribution() -> None:
    grid = _grid()
    # One component that is narrow and one with most of its mass outside the range of values.
    means = [[0.1, 0.3, 0.7], [-0.5, 1.4, 0.5]]
    parameters = _parameters(means, [[0.05, 0.001, 0.1], [0.4, 0.2, 3.0]], [0.3, -0.7])
    found = cell_nats(np.tile(parameters, (len(grid), 1)), grid, SHAPE)
    assert np.exp(-found).sum() == pytest.approx(1.0, abs=1e-9)


def test_cell_nats_match_normal_distribution_function() -> None:
    parameters = _parameters([[0.1, 0.5, 0.5]] * 2, [[0.05, 0.01, 0.2]] * 2, [0.0, 0.0])
    event = np.array([[0.1, 0.5, 1.0]])

    def below(bound: float, mean: float, deviation: float) -> float:
        return 0.5 * (1.0 + math.erf((bound - mean) / deviation / math.sqrt(2)))

    low, high = (float(bound[0, 0]) for bound in cell_bounds(cells_of(event)))
    dt = below(high, 0.1, 0.05) - below(low, 0.1, 0.05)
    middle = below(64.5 / 127, 0.5, 0.01) - below(63.5 / 127, 0.5, 0.01)
    top = 1.0 - below(126.5 / 127, 0.5, 0.2)
    expected = -math.log(0.999 * dt * middle * top + 0.001 * UNIFORM)
    assert cell_nats(parameters[None], event, SHAPE)[0] == pytest.approx(expected, rel=1e-9)


def test_cell_nats_of_excluded_event_cost_no_more_than_uniform_part() -> None:
    parameters = _parameters([[0.1, 0.0, 0.0]] * 2, [[1e-7, 1e-7, 1e-7]] * 2, [0.0, 0.0])
    found = cell_nats(parameters[None], np.array([[5.0, 1.0, 1.0]]), SHAPE)
    assert found[0] == pytest.approx(-math.log(0.001 * UNIFORM))


def test_nats_of_certain_event_are_almost_zero() -> None:
    assert nats(np.array([1.0]), 9)[0] == pytest.approx(0.001, abs=1e-5)


def test_cell_nats_of_no_events_are_empty() -> None:
    assert cell_nats(np.zeros((0, SHAPE.parameters)), np.zeros((0, 3)), SHAPE).shape == (0,)
