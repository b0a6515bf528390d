"""Markov chains of a player."""

import numpy as np
import pytest

from impsy_tui.ensemble.markov import Markov, draw


def _score(seconds: int = 4000) -> np.ndarray:
    """Returns 1 1 2 2 1 1 2 2 …: the next gesture depends on the last two gestures, not on the last one alone."""
    return np.tile(np.array([[1], [1], [2], [2]]), (seconds // 4, 2))


@pytest.mark.parametrize("order", [0, 1, 2])
def test_markov_chances_sum_to_one(order: int) -> None:
    model = Markov([_score()], order)
    before, last = np.array([-1, 1, 8, 1]), np.array([1, 2, 7, 1])
    chances = model.chances(before, last)
    assert chances.shape == (4, 9)
    assert np.allclose(chances.sum(axis=1), 1)
    assert (chances > 0).all()


def test_markov_order_limits_what_it_predicts() -> None:
    score = _score()
    repeat, first, second = (Markov([score], order).nats(score).mean() for order in (0, 1, 2))
    assert repeat == pytest.approx(np.log(2) + 0.5 * np.log(8), abs=0.01)
    assert first == pytest.approx(np.log(2), abs=0.01)
    assert second < 0.02


def test_markov_play_keeps_length_and_first_second() -> None:
    score = _score()
    played = Markov([score], 2).play(score[:200], np.random.default_rng(1))
    assert played.shape == (200, 2)
    assert np.array_equal(played[0], score[0])
    assert set(np.unique(played)) <= set(range(9))
    assert (played[1:] == played[:-1]).mean() == pytest.approx(0.5, abs=0.05)


def test_draw_follows_the_weights() -> None:
    chances = np.tile([0.2, 0.0, 0.5, 0.3, 0, 0, 0, 0, 0], (20_000, 1))
    shares = np.bincount(draw(chances, np.random.default_rng(1)), minlength=9) / 20_000
    assert shares == pytest.approx(chances[0], abs=0.02)
