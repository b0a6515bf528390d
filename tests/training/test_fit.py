"""What is trained on, and what is held out."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is the extra [train]")

from impsy_tui.networks import SCALE
from impsy_tui.training.fit import WINDOW, Recipe, TooLittle, _stacked, _windows, split


def _performance(events: int) -> np.ndarray:
    return np.stack([np.full(events, 0.5), np.arange(events) / events], axis=1).astype(np.float32)


def test_the_last_tenth_of_each_performance_is_held_out_and_all_is_scaled() -> None:
    whole = _performance(100)
    (training,), (held_out,) = split([whole], 5.0)
    assert (len(training), len(held_out)) == (90, 10)
    assert np.allclose(np.concatenate((training, held_out)), whole * SCALE)


def test_gaps_are_capped_and_none_is_negative() -> None:
    performance = _performance(100)
    performance[3, 0], performance[4, 0] = 3600.0, -1.0
    (training,), _ = split([performance], 2.5)
    assert training[3:5, 0].tolist() == [25.0, 0.0]
    assert performance[3, 0] == 3600.0  # the data set stays as it is


def test_the_least_that_can_be_trained_on() -> None:
    split([_performance(56)], 5.0)
    for performances in ([_performance(55)], [], [_performance(30)] * 10):
        with pytest.raises(TooLittle, match="at least 56 in one go"):
            split(performances, 5.0)


def test_windows_never_reach_from_one_performance_into_another() -> None:
    performances = [np.full((WINDOW + 1 + extra, 2), float(extra), np.float32) for extra in range(4)]
    for inputs, targets in _windows(performances, 2, Recipe(batch=16)).take(5).as_numpy_iterator():
        assert inputs.shape == targets.shape == (16, WINDOW, 2)
        assert (inputs.min(axis=(1, 2)) == targets.max(axis=(1, 2))).all()


def test_every_held_out_event_is_judged_once() -> None:
    parts = [_performance(n) for n in (2, 7, 501, 1203)]
    inputs, targets, weights = _stacked(parts)
    assert inputs.shape == targets.shape == (*weights.shape, 2)
    assert weights.sum() == sum(len(part) - 1 for part in parts)
    judged = targets[weights > 0]
    assert np.array_equal(judged, np.concatenate([part[1:] for part in parts]))
    assert np.array_equal(inputs[weights > 0], np.concatenate([part[:-1] for part in parts]))
