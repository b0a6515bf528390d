"""Moves, and seek, which moves towards the most similar sound."""

from pathlib import Path

import numpy as np
import pytest

from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.lookup_table import read_table
from impsy_tui.agent.seek import STEP, KnownSynth, Scaler, Seek, moved, moves, observed, rmse, towards
from tests.support.agents import small_table


def test_moves_have_the_order_of_rl_impro() -> None:
    assert moves(1).tolist() == [[1], [0], [-1]]
    assert moves(2).tolist() == [[1, 1], [1, 0], [1, -1], [0, 1], [0, 0], [0, -1], [-1, 1], [-1, 0], [-1, -1]]
    assert len(moves(4)) == 81


def test_moved_clips_parameters() -> None:
    assert moved(np.array([0.98, 0.02]), np.array([1, -1]), STEP).tolist() == [1.0, 0.0]


def test_scaler_uses_mean_and_population_deviation() -> None:
    known = KnownSynth(small_table())
    centroid = known.descriptors[:, NAMES.index("specshape-centroid")]
    assert centroid.mean() == pytest.approx(0.0)
    assert centroid.std() == pytest.approx(1.0)
    chroma = known.descriptors[:, NAMES.index("chroma-A")]
    assert not chroma.any(), "what never changes is not divided by nothing"


def test_observed_joins_sound_target_and_parameters() -> None:
    seen = observed(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([0.5]))
    assert seen.tolist() == [1.0, 2.0, 3.0, 4.0, 0.5]
    assert seen.dtype == np.float32


def test_towards_stops_within_half_a_step() -> None:
    move = towards(np.array([0.2, 0.5, 0.8]), np.array([0.9, 0.52, 0.1]), STEP)
    assert move.tolist() == [1, 0, -1]


def test_seek_reaches_the_target_sound() -> None:
    known = KnownSynth(small_table())
    seek = Seek(known, descriptor_indices(["loudness-dBFS", "centroid"]))
    target = known.descriptors[17 * 21 + 4]
    parameters = np.array([0.03, 0.97])
    for _ in range(25):
        parameters = moved(parameters, towards(parameters, seek.goal(target), STEP), STEP)
    assert parameters == pytest.approx([0.85, 0.2], abs=STEP / 2 + 1e-9)
    assert seek.goals(target[None, descriptor_indices(["loudness-dBFS", "centroid"])])[0] == pytest.approx(
        [0.85, 0.2]
    )


def test_sound_at_returns_rows_of_the_table(rl_impro: Path) -> None:
    table = read_table(rl_impro / "lookup" / "sin-20.csv")
    known = KnownSynth(table)
    assert (known.rows_at(table.parameters) == np.arange(400)).all()
    assert rmse(known.sound_at(table.parameters + 0.02), known.descriptors).max() == 0.0
    assert Scaler.of(table).standardised(table.descriptors) == pytest.approx(known.descriptors)
