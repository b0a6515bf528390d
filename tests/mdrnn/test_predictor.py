"""Tests of predictors: bounds, seeds, recovery from errors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.dummy import DummyPredictor
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import Floats, Shape
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.mdrnn.weights import read_weights
from impsy_tui.prediction import MIN_DT, Prediction
from tests.support.models import constant_model, random_model


def _player(file: Path, seed: int = 1) -> MdrnnPredictor:
    return MdrnnPredictor(NumpyNetwork(read_weights(file)), "m", np.random.default_rng(seed))


def test_predict_clips_to_the_bounds(tmp_path: Path) -> None:
    player = _player(constant_model(tmp_path / "m.h5", [-0.5, -1.0, 0.5, 2.0]))
    assert player.predict(0.1, (0.0, 0.0, 0.0)) == Prediction(MIN_DT, (0.0, pytest.approx(0.5), 1.0))


def test_predict_repeats_with_the_same_seed(tmp_path: Path) -> None:
    file = random_model(tmp_path / "m.h5", 4, 8, 2, 3)
    one, other = _player(file), _player(file)
    for player in (one, other):
        player.sigma_temperature = 1.0
    predictions = [[player.predict(0.1, (0.1, 0.2, 0.3)) for _ in range(20)] for player in (one, other)]
    assert predictions[0] == predictions[1]


def test_reset_restores_the_first_prediction(tmp_path: Path) -> None:
    player = _player(random_model(tmp_path / "m.h5", 3, 8, 2, 1))
    player.sigma_temperature = 0.0
    first = player.predict(0.1, (0.9, 0.1))
    assert player.predict(0.1, (0.9, 0.1)) != first
    player.reset()
    assert player.predict(0.1, (0.9, 0.1)) == first


class _Failing:
    """Network that returns NaN until it is reset."""

    shape = Shape(2, 1, 1, 1)
    runtime = "none"
    broken = True

    def step(self, event: Sequence[float]) -> Floats:
        return np.full(5, np.nan if self.broken else 1.0, np.float32)

    def settle(self) -> None: ...

    def reset(self) -> None:
        self.broken = False


def test_predict_resets_a_network_that_fails() -> None:
    player = MdrnnPredictor(_Failing(), "m", np.random.default_rng(1))
    with pytest.raises(UserError, match="not finite numbers"):
        player.predict(0.1, (0.5,))
    assert player.predict(0.1, (0.5,)).values == (pytest.approx(0.1, abs=0.05),)


def test_dummy_stays_within_bounds() -> None:
    dummy = DummyPredictor(5, np.random.default_rng(1))
    predictions = [dummy.predict(0.1, (0.5,) * 4) for _ in range(500)]
    assert dummy.kind == "dummy"
    assert all(MIN_DT <= p.dt <= 0.5 and all(0 <= x <= 1 for x in p.values) for p in predictions)
    assert len({p.values for p in predictions}) == 500


def test_outlook_has_weights_and_deviations_after_the_temperatures(tmp_path: Path) -> None:
    player = _player(random_model(tmp_path / "m.h5", 4, 8, 1, 3))
    assert player.outlook is None
    player.sigma_temperature = 1.0
    player.predict(0.1, (0.1, 0.2, 0.3))
    first = player.outlook
    assert first is not None
    assert (len(first.spread), len(first.weights)) == (3, 3)
    assert sum(first.weights) == pytest.approx(1.0)
    player.sigma_temperature, player.pi_temperature = 4.0, 0.01
    narrow = player.outlook
    assert narrow is not None
    assert narrow.spread == pytest.approx([2 * each for each in first.spread])
    assert max(narrow.weights) > max(first.weights)
    player.given = {1: 0.5, 2: (0.2, 0.2001)}
    given = player.outlook
    assert given is not None
    assert given.spread[:2] == pytest.approx((0.0, 0.00005))


def test_outlook_of_a_blend_has_the_components_of_both(tmp_path: Path) -> None:
    player = _player(random_model(tmp_path / "m.h5", 4, 8, 1, 3))
    player.blended = _player(random_model(tmp_path / "n.h5", 4, 6, 2, 5))
    player.blend_weight = 0.25
    player.predict(0.1, (0.1, 0.2, 0.3))
    outlook = player.outlook
    assert outlook is not None
    assert len(outlook.weights) == 8
    assert sum(outlook.weights[3:]) == pytest.approx(0.25)


def test_draw_of_a_blend_with_no_share_is_that_of_the_first_model(tmp_path: Path) -> None:
    file = random_model(tmp_path / "m.h5", 4, 8, 1, 3)
    alone, blending = _player(file), _player(file)
    blending.blended = _player(random_model(tmp_path / "n.h5", 4, 6, 2, 5))
    for _ in range(20):
        first, second = (each.predict(0.1, (0.1, 0.2, 0.3)) for each in (alone, blending))
        assert second.dt == pytest.approx(first.dt, abs=1e-6)
        assert second.values == pytest.approx(first.values, abs=1e-6)
