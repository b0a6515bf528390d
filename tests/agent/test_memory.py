"""Memory of an agent: parameters at which its synth sounded much like the target."""

import numpy as np
import pytest

from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.lookup_table import LookupTable
from impsy_tui.agent.memory import PATIENCE, Memory, recalled_size
from impsy_tui.agent.seek import STEP, KnownSynth, moved, rmse, towards
from tests.support.agents import LOUDNESS, small_table

BOTH = descriptor_indices(["loudness-dBFS", "centroid"])
AT = NAMES.index("loudness-dBFS")


def recalled(known: KnownSynth, chosen: list[int], patience: float, target: np.ndarray, at: np.ndarray) -> np.ndarray:
    memory = Memory(known, chosen, STEP, (patience,))
    return memory.recall(memory.alike(target[None, chosen]), at[None])[0]


def far_and_near() -> KnownSynth:
    """Returns a synth of one parameter: exactly like the target (1) at its far end, and nearly like it close by."""
    parameters = np.linspace(0.0, 1.0, 21)[:, None]
    descriptors = np.zeros((21, len(NAMES)))
    descriptors[:, AT] = -1.0
    descriptors[4, AT], descriptors[20, AT] = 0.9, 1.0
    return KnownSynth(LookupTable(parameters, descriptors))


def test_alike_returns_nearest_sounds_and_distances() -> None:
    known = KnownSynth(small_table())
    memory = Memory(known, BOTH, STEP, PATIENCE)
    targets = np.random.default_rng(1).normal(size=(30, 2))
    alike = memory.alike(targets)
    every = rmse(known.descriptors[:, BOTH], targets[:, None])
    assert alike.off == pytest.approx(np.take_along_axis(every, alike.rows, 1), abs=1e-5)
    assert alike.off.max(1) == pytest.approx(np.sort(every, 1)[:, memory.kept - 1], abs=1e-5)


def test_alike_returns_nearest_of_many_sounds() -> None:
    descriptors = np.random.default_rng(1).normal(size=(5003, len(NAMES)))
    known = KnownSynth(LookupTable(np.linspace(0.0, 1.0, len(descriptors))[:, None], descriptors))
    memory = Memory(known, BOTH, STEP, PATIENCE)
    targets = np.random.default_rng(2).normal(size=(10, 2))
    alike = memory.alike(targets)
    every = rmse(known.descriptors[:, BOTH], targets[:, None])
    assert np.sort(alike.off) == pytest.approx(np.sort(every, 1)[:, : memory.kept], abs=1e-5)
    assert alike.off == pytest.approx(np.take_along_axis(every, alike.rows, 1), abs=1e-5)


def test_recall_returns_steps_to_the_target() -> None:
    known = KnownSynth(small_table())
    target = known.descriptors[17 * 21 + 4]
    at = np.array([0.03, 0.97])
    first = recalled(known, BOTH, 200.0, target, at)
    assert first == pytest.approx([2.0, -2.0, 0.0, 0.82], abs=0.06), "which looks no farther than two steps"
    for _ in range(25):
        at = moved(at, towards(np.zeros(2), recalled(known, BOTH, 200.0, target, at)[:2], 1.0), STEP)
    assert known.sound_at(at[None])[0, BOTH] == pytest.approx(target[BOTH])
    assert recalled(known, BOTH, 200.0, target, at)[:3].tolist() == [0.0, 0.0, 0.0]


def test_recall_prefers_the_nearest_of_equal_sounds() -> None:
    known = KnownSynth(small_table())
    at = np.array([0.5, 0.31])
    way = recalled(known, descriptor_indices(LOUDNESS), 200.0, known.descriptors[15 * 21], at)
    assert way == pytest.approx([2.0, -0.2, 0.0, 0.25], abs=1e-6), "how bright it is does not matter"


@pytest.mark.parametrize(("patience", "goal"), [(200.0, 1.0), (5.0, 0.2)])
def test_recall_goes_farther_with_more_patience(patience: float, goal: float) -> None:
    known = far_and_near()
    target = known.descriptors[20]
    way = recalled(known, descriptor_indices(LOUDNESS), patience, target, np.array([0.0]))
    assert way[-1] == pytest.approx(goal)
    assert way[0] == 2.0
    assert way[1] == pytest.approx(0.0 if goal == 1.0 else abs(known.descriptors[4, AT] - target[AT]), abs=1e-6)


def test_memory_keeps_all_rows_of_a_small_table() -> None:
    known = KnownSynth(small_table(points=3))
    memory = Memory(known, BOTH, STEP, PATIENCE)
    assert memory.kept == 9
    assert memory.size == recalled_size(2, PATIENCE) == 8
    assert memory.recall(memory.alike(np.zeros((4, 2))), np.full((4, 2), 0.5)).shape == (4, 8)
