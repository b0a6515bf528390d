"""Nearest row of a table of any size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.agent.nearest import SMALL, NearestRows, ParameterIndex


def compared(rows: np.ndarray, query: np.ndarray) -> int:
    return int(((rows - query) ** 2).sum(1).argmin())


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 5, SMALL, SMALL + 1, 3 * SMALL]), st.integers(1, 12))
def test_nearest_rows_agree_with_comparing_all(seed: int, count: int, columns: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, columns)) * random.gamma(1.0, 3.0, columns)
    queries = np.concatenate(
        [random.normal(size=(6, columns)) * 5, rows[random.integers(0, count, 6)], rows[:1] + 1e-9]
    )
    index = NearestRows(rows)
    for query in queries:
        found, expected = index.row(query), compared(rows, query)
        assert found == expected
    several = index.rows(queries)
    away = [((rows[row] - query) ** 2).sum() for row, query in zip(several, queries, strict=True)]
    least = [((rows - query) ** 2).sum(1).min() for query in queries]
    assert away == pytest.approx(least, abs=1e-9)


def test_nearest_rows_prefer_the_first_of_equal_distances() -> None:
    rows = np.repeat(np.random.default_rng(1).normal(size=(SMALL, 3)), 2, axis=0)
    index = NearestRows(rows)
    for row in (0, 1, 2, 3, 1001, len(rows) - 1):
        assert index.row(rows[row]) == row - row % 2


def test_parameter_index_detects_a_full_grid_in_any_order() -> None:
    random = np.random.default_rng(2)
    axes = np.linspace(0, 1, 11), np.array([0.0, 0.1, 0.5, 1.0]), np.linspace(0, 0.95, 20)
    parameters = np.array([(a, b, c) for a in axes[0] for b in axes[1] for c in axes[2]])
    random.shuffle(parameters)
    index = ParameterIndex(parameters)
    assert index.on_grid
    queries = random.random((500, 3))
    expected = [np.abs(parameters - query).sum(1).min() for query in queries]
    found = np.abs(parameters[index.rows(queries)] - queries).sum(1)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("missing", [[0], [5, 6]])
def test_parameter_index_searches_a_partial_grid(missing: list[int]) -> None:
    axis = np.linspace(0, 1, 5)
    parameters = np.delete(np.array([(a, b) for a in axis for b in axis]), missing, axis=0)
    index = ParameterIndex(parameters)
    assert not index.on_grid
    for query in np.random.default_rng(3).random((50, 2)):
        assert index.rows(query[None])[0] == compared(parameters, query)


def test_parameter_index_refuses_a_grid_with_repeated_points() -> None:
    parameters = np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
    index = ParameterIndex(parameters)
    assert not index.on_grid
    assert index.rows(np.array([[1.0, 0.1]]))[0] == 2
