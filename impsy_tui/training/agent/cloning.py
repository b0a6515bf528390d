"""Imitation of a teacher, before an agent learns by reward."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import torch
from stable_baselines3.common.base_class import BaseAlgorithm

from impsy_tui.agent.seek import moves
from impsy_tui.training.agent.environment import Imitation, ImitationTask
from impsy_tui.training.agent.teacher import teach

_ENVIRONMENTS: Final = 256
_EPISODE: Final = 40
"""Frames of an episode: the way to a target and a short rest there. Short episodes give more targets."""

_FRAMES: Final = 16
_PASSES: Final = 4
_BATCH: Final = 1024
_RATE: Final = 1e-3
_OWN: Final = 0.5
"""Share of moves that the agent chooses, so that it learns the way back from its errors."""

_WORTH: Final = 0.05
"""Weight of the value estimate in the loss, next to that of the moves."""

_SEED: Final = 10_000


class _Shown(NamedTuple):
    """Frames of all environments: observations, the teacher's moves, and the discounted rewards after them."""

    observations: np.ndarray
    wanted: np.ndarray
    worth: np.ndarray


def clone(
    model: BaseAlgorithm,
    task: ImitationTask,
    steps: int,
    seed: int,
    on_steps: Callable[[int], None],
    stopped: Callable[[], bool],
) -> None:
    """Trains an agent on its teacher's moves in states that the agent visits (S. Ross, G. Gordon, J. A. Bagnell, "A
    Reduction of Imitation Learning and Structured Prediction to No-Regret Online Learning", AISTATS 2011).

    The value estimate is trained at the same time, so that learning by reward does not begin from nothing.

    Args:
        model: model of PPO or A2C.
        task: task to learn.
        steps: number of steps of all environments together.
        seed: random seed.
        on_steps: called now and then with the number of steps.
        stopped: returns True to end the training.
    """
    imitation = Imitation(replace(task, length=min(task.length, _EPISODE)), _ENVIRONMENTS, _SEED + seed)
    random = np.random.default_rng(_SEED + seed)
    policy = model.policy
    optimizer = torch.optim.Adam(policy.parameters(), _RATE)
    observations = imitation.reset()
    rounds = max(steps // (_ENVIRONMENTS * _FRAMES), 1)
    for number in range(rounds):
        if stopped():
            return
        for group in optimizer.param_groups:
            group["lr"] = _RATE * (1.0 - number / rounds)
        observations, shown = _show(model, imitation, observations, random)
        for seen, wanted, worth in _batches(shown, random):
            features = policy.extract_features(seen)
            hidden, estimating = policy.mlp_extractor(features)
            loss = torch.nn.functional.cross_entropy(policy.action_net(hidden), wanted)
            loss = loss + _WORTH * torch.nn.functional.mse_loss(policy.value_net(estimating)[:, 0], worth)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        on_steps((number + 1) * _ENVIRONMENTS * _FRAMES)


def _show(
    model: BaseAlgorithm, imitation: Imitation, observations: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, _Shown]:
    """Plays some frames; returns the last observations and the recorded frames."""
    policy = model.policy
    every = moves(imitation.task.known.count)
    powers = 3 ** np.arange(every.shape[1])[::-1]
    seen, shown, rewards, truncated = [], [], [], []
    for _ in range(_FRAMES):
        wanted = (1 - teach(imitation, observations)) @ powers
        seen.append(observations)
        shown.append(wanted)
        with torch.no_grad():
            own = policy.get_distribution(torch.from_numpy(observations)).sample().numpy()
        stepped = imitation.step(every[np.where(random.random(len(own)) < _OWN, own, wanted)])
        observations = stepped.observations
        rewards.append(stepped.rewards)
        truncated.append(stepped.truncated)
    with torch.no_grad():
        to_come = policy.predict_values(torch.from_numpy(observations)).numpy()[:, 0]
    worth = _worth(np.array(rewards), np.array(truncated), to_come, model.gamma)
    return observations, _Shown(np.concatenate(seen), np.concatenate(shown), worth.ravel())


def _worth(rewards: np.ndarray, truncated: np.ndarray, to_come: np.ndarray, discount: float) -> np.ndarray:
    """Returns the discounted rewards from each frame on: ``[frames, count]``.

    Args:
        rewards: ``[frames, count]``.
        truncated: ``[frames, count]``, True for the end of an episode; its last reward is taken to continue.
        to_come: ``[count]``, estimated value after the last frame.
        discount: discount of a reward per frame.
    """
    worth = np.empty(rewards.shape, np.float32)
    for frame in range(len(rewards) - 1, -1, -1):
        for_ever = rewards[frame] / (1.0 - discount)
        to_come = np.where(truncated[frame], for_ever, rewards[frame] + discount * to_come)
        worth[frame] = to_come
    return worth


def _batches(shown: _Shown, random: np.random.Generator) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    order = np.concatenate([random.permutation(len(shown.wanted)) for _ in range(_PASSES)])
    for begin in range(0, len(order), _BATCH):
        places = order[begin : begin + _BATCH]
        seen, wanted, worth = (torch.from_numpy(array[places]) for array in shown)
        yield seen, wanted, worth
