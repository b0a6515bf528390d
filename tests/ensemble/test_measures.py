"""Measures of ensembles, of whole performances and live."""

import csv
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.ensemble import measures
from impsy_tui.ensemble.measures import WINDOW, EnsembleWatch, ensemble_state, follow, measure
from impsy_tui.ensemble.scores import read_score
from tests.support.places import published


def test_transitions_count_all_players() -> None:
    codes = np.array([[0, 8], [2, 8], [2, 1]])
    expected = np.zeros((9, 9))
    expected[0, 2] = expected[2, 2] = expected[8, 8] = expected[8, 1] = 1
    assert np.array_equal(measures.transitions(codes), expected)


def test_transitions_ignore_absent_players() -> None:
    codes = np.array([[-1, 3], [5, 3], [5, -1]])
    counts = measures.transitions(codes)
    assert (counts.sum(), counts[5, 5], counts[3, 3]) == (2, 1, 1)


def test_grouped_joins_taps_swipes_and_swirls() -> None:
    assert measures.grouped(np.arange(-1, 9)).tolist() == [-1, 0, 1, 1, 2, 2, 3, 3, 3, 4]


@pytest.mark.parametrize(
    ("matrix", "flux", "entropy"),
    [
        (np.zeros((5, 5)), 0.0, 0.0),
        (np.eye(4), 0.0, 2.0),
        (np.ones((4, 4)) - np.eye(4), 1.0, np.log2(12)),
        (np.ones((8, 8)), 7 / 8, 6.0),
    ],
)
def test_flux_and_entropy_of_simple_matrices(matrix: np.ndarray, flux: float, entropy: float) -> None:
    assert measures.flux(matrix) == pytest.approx(flux)
    assert measures.entropy(matrix) == pytest.approx(entropy)


def test_run_lengths_separate_players() -> None:
    codes = np.array([[1, 2], [1, 2], [0, 2], [0, 3]])
    assert measures.run_lengths(codes).tolist() == [2, 2, 3, 1]
    assert measures.run_lengths(codes[:, 0]).tolist() == [2, 2]


def test_measure_of_a_short_performance() -> None:
    numbers = measure([np.array([[0], [1], [0], [1]]), np.array([[0], [0]])])
    assert numbers.changes == pytest.approx(3 / 4)
    assert numbers.variety == pytest.approx(1.5)
    assert numbers.run == pytest.approx(6 / 5)
    # half of the transitions to 0 are from 0, none of those to 1 is from 1
    assert numbers.flux == pytest.approx(1.5 / 2)


@pytest.mark.parametrize(
    ("counts", "kind", "spread", "ratio"),
    [
        ([[3, 0, 0], [0, 3, 0], [0, 0, 3]], "stasis", 1.0, 1.0),
        ([[9, 0, 0], [0, 0, 0], [0, 0, 0]], "stasis", 0.0, 1.0),
        ([[1, 0, 0], [4, 1, 0], [4, 0, 0]], "convergence", None, 0.9),
        ([[1, 4, 4], [0, 1, 0], [0, 0, 0]], "divergence", None, 0.9),
        ([[0, 5, 0], [5, 0, 0], [0, 0, 1]], "development", 1.0, 10 / 11),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], "stasis", 1.0, 1.0),
    ],
)
def test_ensemble_state_of_each_kind(counts: list[list[int]], kind: str, spread: float | None, ratio: float) -> None:
    state = ensemble_state(np.array(counts, float))
    assert state.kind == kind
    assert state.ratio == pytest.approx(ratio)
    assert 0 <= state.spread <= 1
    assert spread is None or state.spread == pytest.approx(spread, abs=1e-9)


def test_watch_reports_a_new_idea_once() -> None:
    still, moving = [[1, 1]] * 40, [[1 + 2 * (second % 2), 1] for second in range(40)]
    moments = follow(np.array(still + moving + still))
    ideas = [second for second, moment in enumerate(moments) if moment.new_idea]
    assert len(ideas) == 1
    # One of two players changes each second: the flux grows by 1/30 a second and exceeds 0.3 in the tenth.
    assert ideas[0] == 40 + 10
    assert max(moment.flux for moment in moments) == pytest.approx(0.5)
    assert moments[-1].rise == pytest.approx(0.0)


def test_watch_ignores_changes_within_a_group() -> None:
    moments = follow(np.array([[1 + second % 2] for second in range(60)]))
    assert {moment.flux for moment in moments} == {0.0}
    assert {moment.state.kind for moment in moments} == {"stasis"}


def test_follow_agrees_with_windows_of_the_score() -> None:
    codes = np.random.default_rng(2).integers(0, 9, (80, 3))
    for second, moment in enumerate(follow(codes)):
        window = measures.grouped(codes[max(0, second - WINDOW) : second + 1])
        counts = measures.transitions(window, measures.GROUP_COUNT)
        assert np.array_equal(moment.counts, counts)
        assert moment.flux == measures.flux(counts)


def test_watch_accepts_players_that_join_and_leave() -> None:
    watch = EnsembleWatch()
    watch.hear([1, 3])
    assert watch.hear([1, -1]).counts.sum() == 1
    assert watch.hear([1, 3, 5]).counts.sum() == 1
    assert watch.hear([1, 3, 5]).counts.sum() == 4


def test_measure_agrees_with_metatone() -> None:
    folder = published("metatone")
    with (folder / "performances.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["flux"]][:40]
    for row in rows:
        (file,) = folder.glob(f"gestures/{row['filename']}*")
        found = _whole(file)
        assert found.flux == pytest.approx(float(row["flux"]))
        assert found.entropy == pytest.approx(float(row["entropy"]))


def _whole(file: Path) -> measures.Measures:
    return measure([read_score(file).score.codes])
