"""Simple guesses next to a network, and measures of a way of playing."""

import math

import numpy as np
import pytest

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.training.mdrnn.baselines import fit_mixture, markov_nats, repeat_mixtures, uniform_nats
from impsy_tui.training.mdrnn.playing_style import glides, repetition, style


def test_mixture_finds_the_gaussians_of_its_steps() -> None:
    random = np.random.default_rng(1)
    small, large = random.normal(0.0, 0.01, (8000, 2)), random.normal(0.5, 0.1, (2000, 2))
    means, deviations, weights = fit_mixture(random.permutation(np.concatenate([small, large])))
    near = np.abs(means).max(axis=1) < 0.1
    assert weights[near].sum() == pytest.approx(0.8, abs=0.02)
    assert (deviations[near] < 0.03).all()
    assert weights @ means == pytest.approx([0.1, 0.1], abs=0.01)


def test_repeat_expects_small_steps_from_the_last_values_and_usual_times() -> None:
    random = np.random.default_rng(2)
    walk = np.abs(np.cumsum(random.normal(0, 0.01, (2000, 2)), axis=0)) % 1.0
    performance = np.column_stack([random.uniform(0.09, 0.11, 2000), walk]).astype(np.float32)
    shape, parameters = repeat_mixtures([performance])
    assert parameters.shape == (200, shape.parameters)
    means = parameters[:, : 5 * 3].reshape(200, 5, 3) / SCALE
    assert means[:, :, 0] == pytest.approx(np.full((200, 5), 0.1), abs=0.02)
    assert np.abs(means[:, :, 1:] - performance[1799:-1, None, 1:]).max() < 0.1
    assert cell_nats(parameters, performance[1800:], shape).mean() < uniform_nats(1, 3)[0] - 4


def test_markov_chain_knows_notes_that_follow_each_other_and_nothing_of_others() -> None:
    notes = np.tile([0.1, 0.4, 0.2, 0.9], 100)
    performance = np.column_stack([np.full(400, 0.1), notes]).astype(np.float32)
    assert markov_nats([performance]).mean() < 0.1
    unheard = performance.copy()
    unheard[360:, 1] = 0.6
    assert markov_nats([unheard]).max() > 5


def test_uniform_needs_as_many_nats_as_there_are_cells() -> None:
    assert uniform_nats(2, 3).tolist() == pytest.approx([math.log(39 * 128 * 128)] * 2)


def test_style_measures_pace_movement_range_and_dimensions_that_move_together() -> None:
    performance = np.array([[9.0, 0.5, 0.0], [0.1, 0.5, 0.1], [0.1, 0.503, 0.1], [0.2, 0.6, 0.3]], np.float32)
    found = style([performance, performance[:1]])
    assert found.gaps[1] == pytest.approx(0.1)
    assert found.pace == pytest.approx(3 / 0.4)
    assert found.movement == pytest.approx(0.4 / 0.4)
    assert found.still == pytest.approx(1 / 3)
    assert found.together == pytest.approx(1 / 3)
    assert found.moving == pytest.approx([1 / 3, 2 / 3])
    assert found.spans == pytest.approx([0.0, 0.26], abs=0.1)


def test_faders_glide_and_notes_do_not() -> None:
    random = np.random.default_rng(1)
    fader = 0.5 - 0.5 * np.cos(np.arange(3000) / 50)
    scale = np.array([60, 62, 64, 65, 67, 69, 71, 72])
    notes = scale[random.integers(0, 8, 3000)] / 127
    up_and_down = scale[np.abs(np.arange(3000) % 14 - 7)] / 127
    performance = np.column_stack([np.full(3000, 0.1), fader, notes, up_and_down, np.full(3000, 0.5)])
    assert glides([performance, performance[:1]]).tolist() == [True, False, False, False]


def test_repetition_is_the_share_of_figures_that_came_before() -> None:
    round_trip = np.tile([0.1, 0.4, 0.7, 0.9], 50)[:, None]
    assert repetition(round_trip) > 0.95
    assert repetition(np.random.default_rng(3).random((200, 4))) < 0.05
    assert repetition(np.full((200, 1), 0.5)) == 1.0  # all figures are equal
