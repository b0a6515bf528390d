"""Data of plots."""

import numpy as np
import pytest

from impsy_tui.plots.facts import PLAYER, YOU, Series, clock, gap_name, histogram, moves, track


def _drawn(at: list[float], values: list[float], seconds: float, columns: int) -> list[tuple[float, float] | None]:
    drawn = track(YOU, np.array(at), np.array(values)[:, None], seconds, columns)
    pairs = zip(drawn.low[:, 0].tolist(), drawn.high[:, 0].tolist(), strict=True)
    return [None if low != low else (low, high) for low, high in pairs]


def test_column_goes_as_low_and_high_as_its_events() -> None:
    assert _drawn([0.0, 0.1, 0.2, 1.0], [0.5, 0.1, 0.9, 0.3], 1.0, 2) == [(0.1, 0.9), (0.3, 0.3)]


def test_value_is_held_until_the_next_event_and_nothing_is_drawn_in_a_rest() -> None:
    drawn = _drawn([0.0, 1.5, 4.5, 5.0], [0.2, 0.4, 0.6, 0.8], 5.0, 10)
    assert drawn[:4] == [(0.2, 0.2)] * 3 + [(0.4, 0.4)]
    assert drawn[4:9] == [None] * 5
    assert drawn[9] == (0.6, 0.8)


def test_clock_that_was_put_back_does_no_harm() -> None:
    assert _drawn([2.0, 0.0, 1.0], [0.3, 0.1, 0.2], 2.0, 3) == [(0.1, 0.1), (0.2, 0.2), (0.3, 0.3)]


def test_track_takes_one_event_and_no_event() -> None:
    assert _drawn([0.0], [0.5], 1e-3, 2) == [(0.5, 0.5), None]
    empty = track(YOU, np.empty(0), np.empty((0, 2)), 1.0, 3)
    assert empty.low.shape == (3, 2)
    assert np.isnan(empty.high).all()
    assert Series("", 1.0, ("x1", "x2"), (empty,)).limits == (0.0, 1.0)


def test_limits_go_as_far_as_the_values() -> None:
    far = track(YOU, np.array([0.0, 1.0]), np.array([[-0.5], [3.0]]), 1.0, 2)
    assert Series("", 1.0, ("x1",), (far,)).limits == (-0.5, 3.0)


def test_gaps_are_counted_in_tenths_of_a_decade() -> None:
    found = histogram({YOU: np.array([0.01, 0.0125, 0.0127, 0.09]), PLAYER: np.array([0.01])})
    assert found is not None
    assert found.edges[[0, -1]] == pytest.approx([0.01, 0.1])
    assert found.counts[YOU].tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found.counts[PLAYER].tolist() == [1] + [0] * 9
    assert found.spread[PLAYER] == (0.01, 0.01, 0.01)
    assert found.spread[YOU][1] == pytest.approx(0.0126)


def test_gaps_beyond_either_end_count_there() -> None:
    found = histogram({YOU: np.array([0.0, 1e9])})
    assert found is not None
    assert (found.counts[YOU][0], found.counts[YOU][-1], len(found.edges)) == (1, 1, 51)
    assert histogram({YOU: np.empty(0)}) is None


def test_share_of_events_that_move_a_value() -> None:
    one = np.array([[0.0, 0.5], [0.1, 0.5], [0.2, 0.5]])
    other = np.array([[0.9, 0.5], [0.9, 0.6]])
    found = moves([one, other])
    assert found is not None
    assert found.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert moves([one[:1]]) is None


def test_ticks_are_even_and_named() -> None:
    assert Series("", 10.0, (), ()).ticks(6) == [(x, f"{x} s") for x in (0, 2, 4, 6, 8, 10)]
    assert [name for _, name in Series("", 20.0, (), (), now=7.0).ticks(6)] == ["-5 s", "now", "+5 s", "+10 s"]
    assert len(Series("", 1e-3, (), ()).ticks(5)) >= 1
    assert 1 < len(Series("", 1e7, (), ()).ticks(8)) <= 9


def test_times_are_written_as_short_as_possible() -> None:
    assert [clock(*of) for of in ((2.5, 60), (90, 600), (90, 4000), (7325, 8000))] == [
        "2.5 s",
        "1:30",
        "0:01:30",
        "2:02:05",
    ]
    assert [gap_name(10.0**power) for power in range(-3, 3)] == ["1 ms", "10 ms", "0.1 s", "1 s", "10 s", "100 s"]
