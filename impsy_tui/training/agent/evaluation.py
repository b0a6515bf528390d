"""How well agents imitate, beside *seek* and *hold*: in environments of their own, all with the same targets."""

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
"""Of each episode; the least that RL-impro played, for an agent's way to a target counts more in short ones."""

Policy = Callable[[Imitation, np.ndarray], np.ndarray]
"""Moves ``[count, N]``, of what is seen in every environment."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How well something imitated.

    Attributes:
        distance: RMSE of the judged descriptors, in deviations: mean over all frames of all episodes.
        spread: standard deviation of the episodes' means.
        reward: mean a frame, from -1 to 1.
    """

    distance: float
    spread: float
    reward: float


def trial_of(model: AgentModel, judged: Sequence[str] | None = None, targets: str = MIXED) -> ImitationTask:
    """What an agent is judged by: its own synth.

    Args:
        model: the agent.
        judged: names of descriptors; those that it learned to match if None. It recalls by those in any case.
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
    """What a network does, without any chance."""
    return lambda _, observations: np.asarray(moves[network(observations).argmax(1)])


def seek_policy(task: ImitationTask) -> Policy:
    """Steps towards the row that is nearest in the judged descriptors."""
    judged = list(task.judged)
    seek = Seek(task.known, judged)

    def policy(imitation: Imitation, _: np.ndarray) -> np.ndarray:
        return towards(imitation.parameters, seek.goals(imitation.targets[:, judged]), task.step)

    return policy


def hold_policy(imitation: Imitation, _: np.ndarray) -> np.ndarray:
    """Never moves."""
    return np.zeros(imitation.parameters.shape, np.int8)


def judge(policy: Policy, task: ImitationTask, seed: int, episodes: int = EPISODES, frames: int = FRAMES) -> Judged:
    """Let a policy play.

    Args:
        policy: who plays.
        task: what there is to imitate, and what counts.
        seed: of targets and beginnings: the same for whoever plays.
        episodes: how many, side by side.
        frames: of each.
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
    """Rows under their columns, as text; the first column to the left and the others to the right."""
    cells = [list(columns), *map(list, rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )
