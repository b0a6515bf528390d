"""Models that learn on: old playing that is mixed in, and the gain that a new model needs."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

if importlib.util.find_spec("tensorflow") is None:
    pytest.skip("training is the extra [train]", allow_module_level=True)

from impsy_tui.data.datasets import content_hash, write_dataset
from impsy_tui.mdrnn.weights import read_weights
from impsy_tui.model_files.metadata import ModelMetadata
from impsy_tui.training.mdrnn.fit import Recipe, Trainer, split
from impsy_tui.training.mdrnn.network import shape_of
from impsy_tui.training.mdrnn.old_playing import old_playing
from impsy_tui.workers.training.train import _gain
from tests.support.models import random_model


def _performance(events: int, height: float) -> np.ndarray:
    random = np.random.default_rng(1)
    values = np.clip(height + random.normal(0, 0.02, (events, 2)), 0, 1)
    return np.column_stack([random.uniform(0.05, 0.15, events), values]).astype(np.float32)


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
