"""Learning environment of agents: observations, rewards and ends of episodes."""

from dataclasses import replace

import numpy as np
import pytest

from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.memory import PATIENCE, Memory
from impsy_tui.agent.seek import STEP, KnownSynth, moves
from impsy_tui.choices import TARGETS
from impsy_tui.training.agent.environment import Imitation, ImitationTask, rewards
from impsy_tui.training.agent.evaluation import (
    constant_policy,
    hold_policy,
    judge,
    outside,
    outside_sentence,
    seek_policy,
)
from impsy_tui.training.agent.teacher import teach
from tests.support.agents import small_table

BOTH = descriptor_indices(["loudness-dBFS", "centroid"])


def task(targets: str = "mixed", length: int = 100, recordings: tuple[np.ndarray, ...] = ()) -> ImitationTask:
    return ImitationTask(KnownSynth(small_table()), BOTH, BOTH, targets, recordings, length=length)


def recording(frames: int, offset: float = 0.0) -> np.ndarray:
    """Returns a recording that differs from others, and whose frames differ from each other."""
    return np.repeat(np.arange(frames)[:, None] / 1000.0 + offset, len(NAMES), axis=1)


def stay(imitation: Imitation) -> np.ndarray:
    return np.zeros((imitation.count, 2), int)


@pytest.mark.parametrize(("patience", "size"), [((), 6), ((200.0,), 10), ((200.0, 10.0), 14)])
def test_observation_has_synth_then_target_then_parameters(patience: tuple[float, ...], size: int) -> None:
    imitation = Imitation(replace(task(), patience=patience), 5, seed=1)
    seen = imitation.reset()
    assert seen.shape == (5, size) == (5, imitation.observation_size)
    assert imitation.recalled == size - 6
    own = imitation.task.known.sound_at(imitation.parameters)[:, BOTH]
    assert seen[:, :2] == pytest.approx(own, abs=1e-6)
    assert seen[:, 2:4] == pytest.approx(imitation.targets[:, BOTH], abs=1e-6)
    assert seen[:, 4:6] == pytest.approx(imitation.parameters, abs=1e-6)


@pytest.mark.parametrize("targets", ["changing", "corpus", "mixed+scattered"])
def test_observation_recalls_present_target(targets: str) -> None:
    sounds = KnownSynth(small_table()).descriptors
    imitation = Imitation(task(targets, length=20, recordings=(sounds[:300] + 0.1, sounds[200:])), 16, seed=1)
    imitation.reset()
    memory = Memory(imitation.task.known, BOTH, STEP, PATIENCE)
    for _ in range(60):
        seen = imitation.step(moves(2)[np.arange(16) % 9]).observations
        recalled = memory.recall(memory.alike(imitation.targets[:, BOTH]), imitation.parameters)
        assert seen[:, 6:] == pytest.approx(recalled, abs=1e-5)


def test_move_changes_the_parameters_by_a_step_and_what_is_heard_with_them() -> None:
    imitation = Imitation(task("static"), 9, seed=1)
    imitation.reset()
    before = imitation.parameters.copy()
    stepped = imitation.step(moves(2))
    assert imitation.parameters == pytest.approx(np.clip(before + 0.05 * moves(2), 0, 1))
    distances = np.sqrt(((stepped.observations[:, :2] - stepped.observations[:, 2:4]) ** 2).mean(1))
    assert stepped.distances == pytest.approx(distances, abs=1e-6)
    assert stepped.rewards == pytest.approx(rewards(stepped.distances))


def test_rewards_are_the_published_ones_near_the_target_and_bounded_far_from_it() -> None:
    near = np.linspace(0.0, 0.5, 20)
    assert rewards(near) == pytest.approx(8 * (0.5 - near) ** 3)
    every = rewards(np.linspace(0.0, 1000.0, 5000))
    assert (np.diff(every) <= 0).all(), "farther is never better"
    assert every.min() > -1.0
    assert rewards(np.array([1.0])) > rewards(np.array([1.1])), "and there is always a way back"


def test_episode_is_cut_off_and_its_last_observation_is_kept() -> None:
    imitation = Imitation(task("static", length=30), 4, seed=1)
    first = imitation.reset()
    ended = np.zeros(4, int)
    for _ in range(120):
        stepped = imitation.step(stay(imitation))
        assert len(stepped.last) == stepped.truncated.sum()
        ended += stepped.truncated
    assert (ended == 4).all()
    assert not np.allclose(first, stepped.observations)


def test_last_observation_is_of_the_episode_that_ended() -> None:
    imitation = Imitation(task("static", length=30), 4, seed=1)
    before = imitation.reset()
    for _ in range(30):
        stepped = imitation.step(stay(imitation))
        for place, last in zip(np.flatnonzero(stepped.truncated), stepped.last, strict=True):
            assert last == pytest.approx(before[place]), "nothing moved, so it looks as it did"
        before = stepped.observations


def test_static_targets_stay_and_changing_ones_change_once_in_200_frames() -> None:
    changed = {}
    for targets in ("static", "changing", "mixed"):
        imitation = Imitation(task(targets, length=10_000_000), 200, seed=2)
        imitation.reset()
        count = 0
        for _ in range(200):
            before = imitation.targets.copy()
            imitation.step(stay(imitation))
            count += int((imitation.targets != before).any(1).sum())
        changed[targets] = count / 40_000
    assert changed["static"] == 0.0
    assert changed["changing"] == pytest.approx(0.005, rel=0.2)
    assert changed["mixed"] == pytest.approx(0.0025, rel=0.3)


def test_recordings_are_heard_frame_by_frame_and_never_run_into_the_next() -> None:
    recordings = (recording(40), recording(60, offset=10.0))
    imitation = Imitation(task("corpus", length=25, recordings=recordings), 30, seed=3)
    imitation.reset()
    for _ in range(200):
        before = imitation.targets.copy()
        stepped = imitation.step(stay(imitation))
        going_on = ~stepped.truncated
        gone = (imitation.targets - before)[going_on]
        assert gone == pytest.approx(0.001)


def test_half_of_mixed_and_corpus_is_corpus() -> None:
    imitation = Imitation(task("mixed+corpus", recordings=(recording(500, offset=100.0),)), 2000, seed=4)
    imitation.reset()
    assert (imitation.targets[:, 0] > 50.0).mean() == pytest.approx(0.5, abs=0.05)


def test_scattered_targets_are_of_no_single_row() -> None:
    imitation = Imitation(task("mixed+scattered"), 1000, seed=4)
    imitation.reset()
    for _ in range(3):
        imitation.step(stay(imitation))
    columns = descriptor_indices(["loudness-dBFS", "loudness-TP"])  # both change together in this table
    rows = {tuple(row) for row in imitation.task.known.descriptors[:, columns].round(6).tolist()}
    alone = [tuple(target) not in rows for target in imitation.targets[:, columns].round(6).tolist()]
    assert np.mean(alone) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("targets", TARGETS)
def test_same_seed_gives_same_targets_for_every_policy(targets: str) -> None:
    found = []
    for mover in (0, 1):
        imitation = Imitation(task(targets, length=50, recordings=(recording(300),)), 8, seed=5)
        imitation.reset()
        heard = []
        for _ in range(200):
            imitation.step(np.full((8, 2), mover))
            heard.append(imitation.targets.copy())
        found.append(np.array(heard))
    assert np.array_equal(*found)


def test_observation_is_limited() -> None:
    far = np.full((300, len(NAMES)), 1e6)
    imitation = Imitation(task("corpus", recordings=(far,)), 3, seed=1)
    assert imitation.reset()[:, 2:4].max() == 10.0
    assert Imitation(replace(imitation.task, limit=np.inf), 3, seed=1).reset()[:, 2:4].max() == 1e6


def test_seek_is_near_its_targets_and_hold_is_not() -> None:
    seek = judge(seek_policy(task()), task(), seed=6, episodes=16, frames=600)
    hold = judge(hold_policy, task(), seed=6, episodes=16, frames=600)
    assert seek.distance < 0.1 < 0.8 < hold.distance
    assert -1.0 < hold.reward < 0.0 < 0.8 < seek.reward < 1.0


def test_best_constant_is_between_seek_and_hold() -> None:
    seek, constant, hold = (
        judge(policy, task(), seed=6, episodes=16, frames=600).distance
        for policy in (seek_policy(task()), constant_policy(task()), hold_policy)
    )
    assert seek < constant < hold


def test_recordings_outside_the_sounds_of_the_synth_are_named_with_their_descriptors() -> None:
    near, far = task("corpus", recordings=(recording(50),)), task("corpus", recordings=(recording(50, 1e6),))
    assert outside(far)[0] == 1.0
    assert "100 % of their frames are beyond every sound of its table (" in outside_sentence(far)
    assert all(name in outside_sentence(far) for name in outside(far)[1][:1])
    assert outside(near)[0] < 1.0
    assert outside_sentence(task()) == ""


def test_agent_recalls_by_what_it_learned_whatever_it_is_judged_by() -> None:
    wanted = replace(task("static"), judged=BOTH[:1], recalls_by=BOTH)
    seen = Imitation(wanted, 5, seed=1).reset()
    assert seen == pytest.approx(Imitation(task("static"), 5, seed=1).reset())


def test_teacher_is_as_near_as_seek() -> None:
    recording = KnownSynth(small_table()).descriptors[::3] + 0.05
    for targets in ("mixed", "corpus"):
        wanted = task(targets, recordings=(recording,))
        teacher, seek = (
            judge(policy, wanted, seed=6, episodes=16, frames=600) for policy in (teach, seek_policy(wanted))
        )
        assert teacher.distance < 1.05 * seek.distance
