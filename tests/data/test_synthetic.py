"""Synthetic gestures."""

import numpy as np

from impsy_tui.data.synthetic import Performer, PerformerStyle, performances


def test_performances_repeat_with_the_same_seed() -> None:
    one, other, third = (performances(3, 200, 8, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(one[0], third[0])


def test_performer_stays_within_bounds() -> None:
    for corpus in (performances(3, 1000, 8, 1), performances(1, 1000, 1, 1), performances(1, 200, 64, 1)):
        for performance in corpus:
            assert performance.dtype == np.float32
            assert performance[:, 0].min() > 0
            assert performance[:, 1:].min() >= 0
            assert performance[:, 1:].max() <= 1


def test_performer_plays_phrases_and_rests() -> None:
    play = Performer(8, np.random.default_rng(1), PerformerStyle(phrase=2.0, rest=3.0)).play()
    dts = np.array([next(play)[0] for _ in range(3000)])
    rests = dts[dts > 1.0]
    assert 0.5 < np.median(rests) / 3.0 < 2.0
    assert np.median(dts) < 0.05


def test_performer_sweeps_several_faders() -> None:
    (performance,) = performances(1, 3000, 8, 3)
    moved = (np.diff(performance[:, 1:], axis=0) != 0).sum(axis=1)
    assert (moved <= 3).mean() > 0.95  # four only between two gestures
    assert (moved > 1).mean() > 0.1
