"""Inputs and files of the ensemble network."""

from pathlib import Path

import numpy as np
import pytest

from impsy_tui.ensemble import memory as ensemble_memory
from impsy_tui.ensemble import scores
from impsy_tui.ensemble.memory import GESTURES, INPUTS, WIDTH, EnsembleMemory, network_inputs
from impsy_tui.ensemble.network import MOST_FOLLOWERS, PREFIX, EnsembleNetwork
from impsy_tui.ensemble.opening import open_ensemble
from impsy_tui.errors import UserError
from tests.support.models import SHIPPED_ENSEMBLE


def _heard(codes: list[list[int]]) -> np.ndarray:
    memory = EnsembleMemory(len(codes[0]))
    return np.stack([memory.hear(row) for row in codes])


def test_memory_and_scores_have_the_same_gestures() -> None:
    assert ensemble_memory.GESTURES == scores.GESTURES
    assert MOST_FOLLOWERS == scores.MOST_PLAYERS - 1


def test_memory_holds_the_last_runs_and_their_lengths() -> None:
    told = _heard([[3], [3], [7], [7], [7], [0]])[-1, 0]
    now, before, first = told[: 3 * GESTURES].reshape(3, GESTURES)
    assert [int(np.flatnonzero(each)[0]) for each in (now, before, first)] == [0, 7, 3]
    longer = told[3 * GESTURES : 3 * GESTURES + 10]
    assert not longer.any()  # one second is not longer than one second
    lengths = np.expm1(3 * told[3 * GESTURES + 10 : 3 * GESTURES + 13])
    assert lengths == pytest.approx([1, 3, 2])


def test_memory_averages_approach_constant_habits() -> None:
    told = _heard([[4 + second % 2] for second in range(1000)])[-1, 0]
    shares = told[-3 * (GESTURES + 1) : -3].reshape(3, GESTURES)
    assert shares[:, 4:6] == pytest.approx(0.5, abs=0.05)
    assert told[-3:] == pytest.approx(3.0, abs=0.01)


def test_memory_clears_absent_players() -> None:
    memory = EnsembleMemory(2)
    for _ in range(20):
        memory.hear([2, 6])
    assert not memory.hear([2, -1])[1].any()
    assert np.array_equal(memory.hear([2, 5])[1], EnsembleMemory(1).hear([5])[0])


def test_network_inputs_ignore_order_and_absent_players() -> None:
    random = np.random.default_rng(1)
    heard = _heard(random.integers(0, GESTURES, (30, 5)).tolist())[-1]
    lead, followers = heard[0], heard[1:]
    told = network_inputs(lead, followers)
    assert told.shape == (4, INPUTS)
    assert np.allclose(network_inputs(lead, followers[[3, 1, 0, 2]]), told[[3, 1, 0, 2]], atol=1e-6)
    gone = np.concatenate([followers, np.zeros((2, WIDTH), np.float32)])
    assert np.allclose(network_inputs(lead, gone)[:4], told, atol=1e-6)
    assert np.allclose(told[0, 2 * WIDTH : 3 * WIDTH], followers[1:].mean(axis=0), atol=1e-6)


def test_network_inputs_of_a_single_follower_have_no_others() -> None:
    heard = _heard([[1, 2], [1, 2]])[-1]
    told = network_inputs(heard[0], heard[1:])
    assert not told[0, 2 * WIDTH : 3 * WIDTH].any()
    assert told[0, -1] == pytest.approx(2 / 8)


def test_shipped_ensemble_opens_plays_and_resets() -> None:
    network = open_ensemble(SHIPPED_ENSEMBLE, 30.0)
    told = np.random.default_rng(1).random((MOST_FOLLOWERS, INPUTS)).astype(np.float32)
    first, second = network.step(told).copy(), network.step(told).copy()
    assert first.shape == (MOST_FOLLOWERS, GESTURES)
    assert not np.allclose(first, second)  # the network has a memory
    network.reset()
    assert np.array_equal(network.step(told), first)
    network.reset()
    assert np.array_equal(network.step(told[:2]), first[:2])  # the result does not depend on the number of followers


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", bytes(range(256)) * 40])
def test_open_ensemble_refuses_other_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / f"{PREFIX}x.tflite"
    file.write_bytes(content)
    with pytest.raises(UserError):
        open_ensemble(file, 30.0)
    with pytest.raises(UserError, match="cannot be read"):
        EnsembleNetwork(tmp_path / "none.tflite")


def test_open_ensemble_refuses_a_model_of_a_single_player(shipped_model: Path) -> None:
    with pytest.raises(UserError, match="is not an ensemble model"):
        open_ensemble(shipped_model, 30.0)


def test_step_refuses_a_network_with_a_tensor_without_data(tmp_path: Path) -> None:
    content = bytearray(SHIPPED_ENSEMBLE.read_bytes())
    content[176:178] = bytes(2)  # the offset of a buffer in the file
    file = tmp_path / "ensembleRNN-damaged.tflite"
    file.write_bytes(content)
    network = EnsembleNetwork(file)
    with pytest.raises(UserError, match="cannot be computed: Input tensor"):
        network.step(np.zeros((MOST_FOLLOWERS, INPUTS), np.float32))
    with pytest.raises(UserError, match="cannot be computed"):
        open_ensemble(file, 60.0)
