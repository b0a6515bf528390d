"""Evaluation of agents, of *seek* and of *hold*, in separate environments with the same targets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.names import descriptor_indices
from impsy_tui.agent.file import AgentModel
from impsy_tui.agent.perceptron import Perceptron
from impsy_tui.agent.seek import Seek, towards
from impsy_tui.agent.task import MIXED
from impsy_tui.training.agent.environment import Imitation, ImitationTask

EPISODES: Final = 64
FRAMES: Final = 3000
"""Frames of an episode: the shortest of RL-impro; the way to a target would count more in shorter ones."""

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


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Returns rows under their columns as text; the first column is left-aligned, the others right-aligned."""
    cells = [list(columns), *map(list, rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )
