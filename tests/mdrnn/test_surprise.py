"""Tests of the surprise of a model by the musician."""

import numpy as np
import pytest

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import SCALE, Shape
from impsy_tui.mdrnn.surprise import Surprise

SHAPE = Shape(dimension=2, units=1, layers=1, mixtures=1)
MIXTURE = np.array([0.1 * SCALE, 0.5 * SCALE, 0.05 * SCALE, 0.1 * SCALE, 0.0], np.float32)
EVENTS = [(0.1, 0.5), (0.2, 0.9), (0.05, 0.1)]


def test_surprise_is_the_mean_of_the_cell_nats_less_those_of_the_training() -> None:
    surprise = Surprise(SHAPE, 2.0)
    expected = cell_nats(np.array([MIXTURE] * 3), np.array(EVENTS), SHAPE).mean() - 2.0
    for event in EVENTS[:2]:
        surprise.note(MIXTURE, event)
    surprise.look()
    surprise.note(MIXTURE, EVENTS[2])
    assert surprise.look() == pytest.approx(expected)
    assert surprise.look() == pytest.approx(expected)


def test_surprise_follows_the_newest_events() -> None:
    surprise = Surprise(SHAPE, 0.0)
    for _ in range(40):
        surprise.note(MIXTURE, (0.1, 0.5))
        low = surprise.look()
    for _ in range(40):
        surprise.note(MIXTURE, (3.0, 0.0))
        high = surprise.look()
    assert low is not None
    assert high is not None
    assert high > low + 5.0


def test_surprise_keeps_a_bounded_number_of_unread_events() -> None:
    surprise = Surprise(SHAPE, 0.0)
    for _ in range(1000):
        surprise.note(MIXTURE, (0.1, 0.5))
    assert len(surprise._waiting) == 16


def test_surprise_is_unknown_without_events_or_training() -> None:
    assert Surprise(SHAPE, 1.0).look() is None
    unknown = Surprise(SHAPE, None)
    unknown.note(MIXTURE, EVENTS[0])
    assert unknown.look() is None


def test_surprise_reads_a_mixture_that_the_network_changes_afterwards() -> None:
    surprise, mixture = Surprise(SHAPE, 0.0), MIXTURE.copy()
    surprise.note(mixture, EVENTS[0])
    mixture[:] = np.nan
    assert surprise.look() == pytest.approx(float(cell_nats(MIXTURE[None], np.array(EVENTS[:1]), SHAPE)[0]))
