"""Models that learn on: old playing that is mixed in, and the gain that a new model needs."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

if importlib.util.find_spec("tensorflow") is None:
    pytest.skip("training is the extra [train]", allow_module_level=True)

from impsy_tui.data.datasets import content_hash, write_dataset
from impsy_tui.mdrnn.lstm import Weights
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.mdrnn.weights import read_weights
from impsy_tui.model_files.metadata import ModelMetadata
from impsy_tui.training.common.old_playing import old_playing
from impsy_tui.training.common.parts import split
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.fit import Recipe, Trainer
from impsy_tui.training.mdrnn.learning_on import JUDGED, PARTS, learn_on
from impsy_tui.training.mdrnn.network import as_keras, from_keras, training_model
from impsy_tui.workers.training.train import _gain
from tests.support.models import random_model


def _performance(events: int, height: float) -> np.ndarray:
    random = np.random.default_rng(1)
    values = np.clip(height + random.normal(0, 0.02, (events, 2)), 0, 1)
    return np.column_stack([random.uniform(0.05, 0.15, events), values]).astype(np.float32)


def _trained(performance: np.ndarray) -> Weights:
    training, held_out = split([performance], 5.0)
    trainer = Trainer(training, held_out, shape_of("xxs", 3), Recipe(epochs=6, patience=0))
    trainer.run(lambda epoch: True)
    return from_keras(trainer.progress.best)


def test_old_playing_is_from_the_dataset_with_the_content_that_the_model_learned(tmp_path: Path) -> None:
    weights = read_weights(random_model(tmp_path / "m.h5", 3, 8, 2, 5))
    old = [_performance(900, 0.25)]
    write_dataset(tmp_path / "d.npz", old)
    notes = ModelMetadata(dataset="d", content=content_hash(old))
    mixed = old_playing(notes, weights, tmp_path, 600, 5.0, 1)
    assert sum(map(len, mixed)) == 600
    assert np.concatenate(mixed)[:, 1:].mean() == pytest.approx(2.5, abs=0.05)


@pytest.mark.parametrize("notes", [ModelMetadata(), ModelMetadata(dataset="d", content="other")])
def test_old_playing_is_played_by_the_model_if_its_dataset_is_missing(tmp_path: Path, notes: ModelMetadata) -> None:
    weights = read_weights(random_model(tmp_path / "m.h5", 3, 8, 2, 5))
    write_dataset(tmp_path / "d.npz", [_performance(900, 0.25)])
    (mixed,) = old_playing(notes, weights, tmp_path, 600, 5.0, 1)
    assert mixed.shape == (600, 3)
    assert 0.0 <= mixed.min() <= mixed.max() <= 50.0
    assert not np.allclose(mixed[:, 1:].mean(), 2.5, atol=0.05)


def test_gain_is_reported_with_the_figures_before_and_after_and_must_exceed_its_error() -> None:
    training, held_out = split([_performance(900, 0.25)], 5.0)
    shape = shape_of("xxs", 3)
    first = Trainer(training, held_out, shape, Recipe(epochs=1))
    first.run(lambda epoch: True)
    start = first.progress.best
    learned = Trainer(training, held_out, shape, Recipe(epochs=2), start)
    learned.run(lambda epoch: True)
    said, enough = _gain(learned, "m")
    assert learned.progress.best_epoch
    assert enough == (learned.gain().mean > 2 * learned.gain().error)
    assert " cell nats held out before, " in said
    same = Trainer(training, held_out, shape, Recipe(epochs=1), start)
    said, enough = _gain(same, "m")
    assert not enough
    assert said.startswith("no epoch was better than m")


def test_last_layer_learns_the_pace_of_new_playing_and_nothing_else() -> None:
    weights = from_keras(training_model(shape_of("xxs", 3)).get_weights())
    old = [_performance(600, 0.25) * np.float32(SCALE)]
    slow = _performance(500, 0.5)
    slow[:, 0] *= 6
    told: list[int] = []
    learned = learn_on(weights, [slow * np.float32(SCALE)], old, 1, told.append)
    assert told == [*range(PARTS), JUDGED]
    assert learned.whole
    assert learned.gain.mean > 2 * learned.gain.error
    assert learned.before - learned.after == pytest.approx(learned.gain.mean)
    *lstm, means, mean_bias, deviations, deviation_bias, logits, _, gates = map(
        np.not_equal, as_keras(weights), learned.weights
    )
    assert not any(changed.any() for changed in lstm)
    for changed in (means, mean_bias, deviations, deviation_bias):
        by_dimension = changed.reshape(-1, 3)
        assert by_dimension[:, 0].any()
        assert not by_dimension[:, 1:].any()
    assert logits.any()
    assert not gates.any()


def test_three_numbers_alone_are_learned_if_a_part_of_the_playing_would_lose_otherwise() -> None:
    old = _performance(600, 0.25)
    weights = _trained(old)
    new = old[:500].copy()
    new[:400, 0] *= 6
    told: list[int] = []
    learned = learn_on(weights, [new * np.float32(SCALE)], [old * np.float32(SCALE)], 1, told.append)
    assert told == list(range(JUDGED + 1))
    assert not learned.whole
    before, after = (arrays[-7:] for arrays in (as_keras(weights), learned.weights))
    for place in (0, 2, 6):
        assert np.array_equal(before[place], after[place])
    for place in (1, 3):
        change = (after[place] - before[place]).reshape(-1, 3)
        assert np.ptp(change[:, 0]) < 1e-5 < abs(change[0, 0])
        assert not change[:, 1:].any()
    factors = after[4] / before[4]
    assert np.ptp(factors) < 1e-5 < abs(factors[0, 0] - 1.0)


def test_a_few_long_waits_do_not_rule_the_three_numbers() -> None:
    old = _performance(600, 0.25)
    old[:, 1] = np.round(old[:, 1] * 127) / 127
    old[:, 2] = 0.5
    new = old[:500].copy()
    new[::25, 0] = 5.0
    learned = learn_on(_trained(old), [new * np.float32(SCALE)], [old * np.float32(SCALE)], 1)
    assert not learned.whole
    assert learned.gain.mean > learned.gain.error


def test_components_that_move_one_value_each_learn_the_three_numbers_alone() -> None:
    weights = from_keras(training_model(shape_of("xxs", 3), one_at_a_time=True).get_weights())
    old, slow = _performance(600, 0.25), _performance(500, 0.5)
    slow[:, 0] *= 6
    learned = learn_on(weights, [slow * np.float32(SCALE)], [old * np.float32(SCALE)], 1)
    assert not learned.whole
    assert learned.gain.mean > learned.gain.error


def test_model_gains_nothing_from_its_own_playing(tmp_path: Path) -> None:
    weights = from_keras(training_model(shape_of("xxs", 3)).get_weights())
    played = [old_playing(ModelMetadata(), weights, tmp_path, 500, 5.0, seed)[0] for seed in (1, 2)]
    gain = learn_on(weights, played[:1], played[1:], 1).gain
    assert gain.mean < 2 * gain.error
