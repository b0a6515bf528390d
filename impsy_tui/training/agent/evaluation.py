"""Evaluation of agents, of *seek*, of the best constant and of *hold*, with the same targets for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.file import AgentModel
from impsy_tui.agent.perceptron import Perceptron
from impsy_tui.agent.seek import Seek, rmse, towards
from impsy_tui.agent.task import CORPUS, MIXED
from impsy_tui.training.agent.environment import Imitation, ImitationTask

EPISODES: Final = 64
FRAMES: Final = 3000
"""Frames of an episode: the shortest of RL-impro; the way to a target would count more in shorter ones."""

CONSTANT: Final = "best constant"
UNHEARD: Final = (
    "learned from no recordings. On unheard recordings such an agent was 1.65 times as far from them as seek. "
    "With the targets mixed+corpus and its own table it was 0.82 times as far: train it with recordings"
)
"""Remark on agents that were trained without recordings; figures from ``docs/pages/contribute/benchmarks.md``."""
_MOST_SOUNDS, _MOST_TARGETS = 2000, 1000
"""Sounds and targets that the search for the best constant compares."""
_OUTSIDE: Final = 0.1
"""Share of recorded frames outside the synth's range that deserves a sentence."""

Policy = Callable[[Imitation, np.ndarray], np.ndarray]
"""Function from the environments and their observations to moves ``[count, N]``."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Result of an evaluation.

    Attributes:
        distance: RMSE of the judged descriptors, in deviations: mean over all frames of all episodes.
        spread: standard deviation of the episodes' means.
        reward: mean reward of a frame, from -1 to 1.
    """

    distance: float
    spread: float
    reward: float


def trial_of(model: AgentModel, judged: Sequence[str] | None = None, targets: str = MIXED) -> ImitationTask:
    """Returns the task for the evaluation of an agent on its synth.

    Args:
        model: the agent.
        judged: names of descriptors; None for those of its training. Memory always uses those of the training.
        targets: one of ``TARGETS`` that needs no recordings.
    """
    return ImitationTask(
        model.known,
        descriptor_indices(model.heard),
        descriptor_indices(judged or model.judged),
        targets,
        step=model.step,
        limit=model.limit,
        patience=model.patience,
        recalls_by=descriptor_indices(model.judged),
    )


def network_policy(network: Perceptron, moves: np.ndarray) -> Policy:
    """Returns the policy of a network without random moves."""
    return lambda _, observations: np.asarray(moves[network(observations).argmax(1)])


def seek_policy(task: ImitationTask) -> Policy:
    """Returns the policy that steps towards the row with the nearest judged descriptors."""
    judged = list(task.judged)
    seek = Seek(task.known, judged)

    def policy(imitation: Imitation, _: np.ndarray) -> np.ndarray:
        return towards(imitation.parameters, seek.goals(imitation.targets[:, judged]), task.step)

    return policy


def constant_policy(task: ImitationTask) -> Policy:
    """Returns the policy that goes to one sound and stays: the row of the table that is best for all targets."""
    judged = list(task.judged)
    sounds, targets = task.known.descriptors[:, judged], _some_targets(task)[:, judged]
    rows = np.unique(np.linspace(0, len(sounds) - 1, _MOST_SOUNDS).astype(int))
    distances = [float(rmse(targets, sound).mean()) for sound in sounds[rows]]
    goal = task.known.table.parameters[rows[int(np.argmin(distances))]]
    return lambda imitation, _: towards(
        imitation.parameters, np.broadcast_to(goal, (imitation.count, len(goal))), task.step
    )


def _some_targets(task: ImitationTask) -> np.ndarray:
    """Returns target sounds of a task, ``[targets, 55]``: frames of its recordings, sounds of its synth, or both."""
    kinds = [np.concatenate(task.recordings)] if CORPUS in task.targets and task.recordings else []
    if task.targets != CORPUS:
        kinds.append(task.known.descriptors)
    return np.concatenate([each[np.linspace(0, len(each) - 1, _MOST_TARGETS).astype(int)] for each in kinds])


def outside(task: ImitationTask) -> tuple[float, list[str]]:
    """Returns the share of recorded frames outside the range of the synth, and the descriptors that cause it.

    Args:
        task: task with recordings. A frame is outside if one of its judged descriptors is below or above all sounds
            of the synth's table.

    Returns:
        Share from 0 to 1; names of the descriptors, the most frequent first.
    """
    judged = list(task.judged)
    sounds, frames = task.known.descriptors[:, judged], np.concatenate(task.recordings)[:, judged]
    beyond = (frames < sounds.min(0)) | (frames > sounds.max(0))
    shares = beyond.mean(0)
    names = [NAMES[judged[place]] for place in np.argsort(-shares, kind="stable") if shares[place] > 0.0]
    return float(beyond.any(1).mean()), names


def outside_sentence(task: ImitationTask) -> str:
    """Returns a sentence on recordings that the synth cannot sound like; empty if it can."""
    share, names = outside(task) if task.recordings else (0.0, [])
    if share < _OUTSIDE:
        return ""
    why = f"{100 * share:.0f} % of their frames are beyond every sound of its table ({', '.join(names[:3])})"
    remedy = "match other descriptors, or use another synth"
    return f"the recordings lie outside the sounds of this synth: {why}; {remedy}"


def hold_policy(imitation: Imitation, _: np.ndarray) -> np.ndarray:
    """Returns no moves."""
    return np.zeros(imitation.parameters.shape, np.int8)


def judge(policy: Policy, task: ImitationTask, seed: int, episodes: int = EPISODES, frames: int = FRAMES) -> Judged:
    """Evaluates a policy.

    Args:
        policy: the policy.
        task: task with targets and judged descriptors.
        seed: random seed of targets and beginnings; the same seed makes policies comparable.
        episodes: number of parallel episodes.
        frames: frames of each episode.
    """
    imitation = Imitation(replace(task, length=frames), episodes, seed)
    observations = imitation.reset()
    distances, rewards = np.zeros(episodes), 0.0
    for _ in range(frames):
        stepped = imitation.step(policy(imitation, observations))
        observations = stepped.observations
        distances += stepped.distances
        rewards += float(stepped.rewards.mean())
    means = distances / frames
    return Judged(float(means.mean()), float(means.std()), rewards / frames)
