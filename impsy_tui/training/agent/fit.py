"""Training of agents with stable-baselines3 (A. Raffin et al., JMLR 22(268), 2021).

Proximal policy optimisation (PPO) suits this task: rewards come within a few frames, and hundreds of environments are
stepped at once. The agent first imitates a teacher, then learns by reward. DQN and A2C are available for comparison.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import torch
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from impsy_tui import ranges
from impsy_tui.agent.perceptron import Perceptron
from impsy_tui.agent.seek import moves
from impsy_tui.training.agent.cloning import clone
from impsy_tui.training.agent.environment import Imitation, ImitationTask
from impsy_tui.training.agent.evaluation import judge, network_policy
from impsy_tui.training.agent.policy import network_of, policy_options
from impsy_tui.training.agent.vector_env import ImitationVec

_ENVIRONMENTS: Final = {"ppo": 256, "dqn": 64, "a2c": 64}
_DISCOUNT: Final = 0.95
"""Discount of a reward per frame: a parameter reaches its target within 20 frames, and a reward after 20 frames
counts a third."""

_CURIOSITY: Final = 0.003
"""Weight of the policy's entropy in the loss; falls to 0 with the learning rate."""

_RATE: Final = 2e-3
_FINE_RATE: Final = 4e-4
"""Learning rate after imitation, low enough to keep what was learned."""

_EPISODE: Final = 200
_ROUNDS: Final = 10
_ROUND_SEED: Final = 20_000
"""Seed offset of the environment that selects the best network; the last evaluation has another one."""


@dataclass(frozen=True)
class AgentRecipe:
    """Options of a training.

    Attributes:
        algorithm: "ppo", "dqn" or "a2c".
        steps: number of steps of all environments together.
        cloned: share of the steps for imitation of the teacher, 0 to 1.
        units: units of each hidden layer.
        seed: random seed.
        threads: number of threads of torch.
        frames: frames of an evaluation during the training.
        logs: folder for logs of TensorBoard; None for none.
    """

    algorithm: str = "ppo"
    steps: int = int(ranges.AGENT_STEPS.default)
    cloned: float = ranges.AGENT_SHOWN.default
    units: tuple[int, ...] = (128, 128)
    seed: int = 1
    threads: int = 1
    frames: int = 500
    logs: str | None = None


class Round(NamedTuple):
    """Progress of a training.

    Attributes:
        steps: number of steps so far.
        learning: mean RMSE in training since the last report, with random exploration.
        distance: RMSE in a separate environment, without random moves.
        left: remaining seconds.
    """

    steps: int
    learning: float
    distance: float
    left: float


@dataclass
class TrainedAgent:
    """Result of a training.

    Attributes:
        network: best network.
        distance: RMSE of the best network in the separate environment.
        steps: number of steps.
        seconds: duration, evaluations included.
        rounds: progress reports.
    """

    network: Perceptron
    distance: float
    steps: int
    seconds: float
    rounds: list[Round] = field(default_factory=list)


def train(
    task: ImitationTask,
    trial: ImitationTask,
    recipe: AgentRecipe,
    on_round: Callable[[Round], None],
    stopped: Callable[[], bool],
) -> TrainedAgent:
    """Trains an agent.

    Args:
        task: task to learn.
        trial: task that selects the best network, with held-out recordings.
        recipe: options.
        on_round: called now and then with the progress.
        stopped: returns True to end with the best network so far; called all the time.
    """
    torch.set_num_threads(recipe.threads)
    began = time.monotonic()
    vector = ImitationVec(Imitation(_short(task), _ENVIRONMENTS[recipe.algorithm], recipe.seed))
    model = _algorithm(vector, recipe)
    cloned = int(recipe.steps * recipe.cloned)
    judging = _Judging(trial, recipe, cloned, on_round, stopped)
    judging.judge(model, 0)
    if cloned:
        clone(model, task, cloned, recipe.seed, lambda steps: judging.judge_at(model, steps), stopped)
        judging.judge(model, cloned)
    model.learn(recipe.steps - cloned, callback=judging, tb_log_name=recipe.algorithm)
    if stopped():
        judging.judge(model, cloned + model.num_timesteps)
    learned = judging.learned
    assert learned is not None
    learned.seconds = time.monotonic() - began
    return learned


def _short(task: ImitationTask) -> ImitationTask:
    """Returns the task with short episodes: an agent learns most on the way to a target."""
    return replace(task, length=min(task.length, _EPISODE))


def _algorithm(vector: ImitationVec, recipe: AgentRecipe) -> BaseAlgorithm:
    heard = len(vector.imitation.task.heard)
    common: dict[str, Any] = {
        "gamma": _DISCOUNT,
        "seed": recipe.seed,
        "device": "cpu",
        "tensorboard_log": recipe.logs,
        "policy_kwargs": policy_options(heard, list(recipe.units), recipe.algorithm),
    }
    if recipe.algorithm == "dqn":
        return DQN(
            "MlpPolicy",
            vector,
            learning_rate=_falling(1e-3),
            buffer_size=min(recipe.steps, 200_000),
            learning_starts=min(recipe.steps // 20, 10_000),
            batch_size=256,
            train_freq=1,
            gradient_steps=2,
            target_update_interval=200,
            exploration_fraction=0.3,
            exploration_final_eps=0.02,
            **common,
        )
    if recipe.algorithm == "a2c":
        return A2C(
            "MlpPolicy",
            vector,
            learning_rate=_falling(_FINE_RATE if recipe.cloned else 1e-3),
            n_steps=8,
            ent_coef=_curiosity(recipe),
            gae_lambda=0.9,
            **common,
        )
    return PPO(
        "MlpPolicy",
        vector,
        learning_rate=_falling(_FINE_RATE if recipe.cloned else _RATE),
        n_steps=32,
        batch_size=2048,
        n_epochs=4,
        gae_lambda=0.9,
        ent_coef=_curiosity(recipe),
        **common,
    )


def _curiosity(recipe: AgentRecipe) -> float:
    """Returns the weight of the entropy: 0 after imitation and for DQN, which explores by random moves."""
    return 0.0 if recipe.cloned or recipe.algorithm == "dqn" else _CURIOSITY


def _falling(rate: float) -> Callable[[float], float]:
    """Returns a learning rate that falls to 0."""
    return lambda left: rate * left


class _Judging(BaseCallback):  # type: ignore[misc]
    """Evaluates the network now and then, and keeps the best one."""

    def __init__(
        self,
        trial: ImitationTask,
        recipe: AgentRecipe,
        before: int,
        on_round: Callable[[Round], None],
        stopped: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._stopped = stopped
        self.learned: TrainedAgent | None = None
        self._trial, self._recipe, self._before, self._on_round = trial, recipe, before, on_round
        self._moves = moves(trial.known.count)
        self._began = time.monotonic()
        self._every = max(recipe.steps // _ROUNDS, 1)
        self._next = self._every
        self._sum, self._frames = 0.0, 0
        self._explores = _curiosity(recipe)

    def _on_step(self) -> bool:
        imitation: Imitation = self.training_env.imitation
        self._sum += float(imitation.distances.mean())
        self._frames += 1
        if self._explores:
            left = 1.0 - self.num_timesteps / (self._recipe.steps - self._before)
            self.model.ent_coef = self._explores * max(left, 0.0)
        self.judge_at(self.model, self._before + self.num_timesteps)
        return not self._stopped()

    def judge_at(self, model: BaseAlgorithm, steps: int) -> None:
        """Evaluates the network if an evaluation is due after this number of steps."""
        if steps >= self._next:
            self._next += self._every
            self.judge(model, steps)

    def judge(self, model: BaseAlgorithm, steps: int) -> None:
        """Evaluates the present network."""
        network = network_of(model)
        seed = _ROUND_SEED + self._recipe.seed
        distance = judge(network_policy(network, self._moves), self._trial, seed, frames=self._recipe.frames).distance
        seconds = time.monotonic() - self._began
        left = seconds / steps * (self._recipe.steps - steps) if steps else 0.0
        learning = self._sum / self._frames if self._frames else float("nan")
        self._sum, self._frames = 0.0, 0
        result = Round(steps, learning, distance, max(left, 0.0))
        learned = self.learned
        if learned is None:
            self.learned = TrainedAgent(network, distance, steps, seconds, [result])
        else:
            learned.rounds.append(result)
            learned.steps = steps
            if distance < learned.distance:
                learned.network, learned.distance = network, distance
        self._on_round(result)
