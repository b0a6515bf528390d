"""Tuning of ensembles to their training data, and its metadata."""

from pathlib import Path

import numpy as np
import pytest

from impsy_tui.ensemble.lead_activity import Activity
from impsy_tui.ensemble.measures import measure
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.predictor import EnsemblePredictor, Tuning, generate_followers
from impsy_tui.ensemble.synthetic.scores import scores
from impsy_tui.ensemble.tuning import append_tunings, read_tuning, tune
from tests.support.models import SHIPPED_ENSEMBLE


def _restless(seconds: int) -> np.ndarray:
    """Returns three players who change every other second between taps and swipes only, unlike the training
    scores."""
    random = np.random.default_rng(3)
    codes = np.zeros((seconds, 3), np.int8)
    for second in range(1, seconds):
        change = random.random(3) < 0.5
        codes[second] = np.where(change, random.integers(1, 5, 3), codes[second - 1])
    return codes


def test_tune_matches_the_changes_of_the_scores() -> None:
    network = EnsembleNetwork(SHIPPED_ENSEMBLE)
    made = [_restless(300), _restless(300)]
    tuning = tune(network, made, np.random.default_rng(1), rounds=8)
    real = measure([codes[:, 1:] for codes in made])
    runs = []
    for each in (Tuning(), tuning):
        ensemble = EnsemblePredictor(network, 2, np.random.default_rng(2), each)
        runs.append(measure([generate_followers(ensemble, made[0][:, 0], made[0][0, 1:])]))
    before, after = runs
    assert abs(np.log(after.run / real.run)) < 0.3 * abs(np.log(before.run / real.run))
    assert after.variety == pytest.approx(real.variety, rel=0.15)


def test_append_tunings_and_read_tuning_agree(tmp_path: Path) -> None:
    model = tmp_path / "m.tflite"
    model.with_suffix(".toml").write_text('kind = "ensemble"\n')
    anyone = Tuning((0.25,) * 9, (-0.5,) * 9)
    four = Tuning((1.0,) * 9, (0.0,) * 9, (0.2, *(0.1,) * 8), 0.15, Activity(-2.5, 0.75))
    append_tunings(model, {0: anyone, 4: four})
    assert read_tuning(model, 4) == four
    assert read_tuning(model, 7) == anyone
    assert model.with_suffix(".toml").read_text().startswith('kind = "ensemble"\n')


@pytest.mark.parametrize(
    "notes",
    [
        None,
        "",
        "not toml",
        "tuning = 3",
        "[[tuning]]\nplayers = 0\nleave = [1.0]\ncome = [1.0]",
        "[[tuning]]\nplayers = 0\nleave = [inf,0,0,0,0,0,0,0,0]\ncome = [0,0,0,0,0,0,0,0,0]",
        '[[tuning]]\nplayers = []\nleave = "x"\ncome = 1',
    ],
)
def test_read_tuning_ignores_invalid_metadata(tmp_path: Path, notes: str | None) -> None:
    model = tmp_path / "m.tflite"
    if notes is not None:
        model.with_suffix(".toml").write_text(notes)
    assert read_tuning(model, 4) == Tuning()


def test_tuning_offsets_change_only_other_gestures() -> None:
    offsets = Tuning(tuple(float(code) for code in range(9)), (100.0,) * 9).offsets
    assert not np.diag(offsets).any()
    assert offsets[3, 5] == 103.0
    assert not Tuning().offsets.any()


def test_shipped_ensemble_has_a_tuning_for_every_size() -> None:
    for players in range(2, 9):
        assert read_tuning(SHIPPED_ENSEMBLE, players) != Tuning()


def test_shipped_ensemble_changes_as_often_as_its_scores() -> None:
    network = EnsembleNetwork(SHIPPED_ENSEMBLE)
    made = [codes for codes in scores(28, 300, 99) if codes.shape[1] == 4]
    real, free = [], []
    for seed, codes in enumerate(made):
        ensemble = EnsemblePredictor(network, 3, np.random.default_rng(seed), read_tuning(SHIPPED_ENSEMBLE, 4))
        real.append(codes[:, 1:])
        free.append(generate_followers(ensemble, codes[:, 0], codes[0, 1:]))
    assert measure(free).run == pytest.approx(measure(real).run, rel=0.25)
    assert measure(free).entropy == pytest.approx(measure(real).entropy, rel=0.1)
