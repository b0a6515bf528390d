"""Training an agent with stable-baselines3 (A. Raffin et al., JMLR 22(268), 2021), and its network in NumPy.

A proximal policy (PPO) suits this: what is to be gained is seen within a few frames, and hundreds of environments are
stepped at once. DQN and A2C are there to compare with.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from impsy_tui.listening.perceptron import Perceptron
from impsy_tui.listening.seek import moves
from impsy_tui.training.agent_env import Imitation, Task
from impsy_tui.training.agent_evaluation import judge, network_policy, seek_policy
from impsy_tui.training.agent_vec import ImitationVec

_ENVIRONMENTS: Final = {"ppo": 256, "dqn": 64, "a2c": 64}
_DISCOUNT: Final = 0.9
"""A parameter is where it should be after 20 frames at most: a reward in 20 frames counts an eighth."""

_CURIOSITY: Final = 0.003
"""What a choice is worth for being open, in the loss; falls to nothing with the learning rate."""

_EPISODE: Final = 200
_CLONED_FRAMES: Final = 16
_CLONED_PASSES: Final = 4
_BATCH: Final = 1024
_ROUNDS: Final = 10
_ROUND_SEED: Final = 20_000
"""The environment that says which network was best has chance of its own, and so has the last evaluation."""


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        algorithm: "ppo", "dqn" or "a2c".
        steps: of all environments together.
        cloned: share of the steps in which it is shown first what *seek* would do, where it is itself.
        units: of each hidden layer.
        seed: of all chance.
        threads: of torch.
        frames: in which it is judged now and then.
        logs: a folder for TensorBoard's, None for none.
    """

    algorithm: str = "ppo"
    steps: int = 6_000_000
    cloned: float = 0.0
    units: tuple[int, ...] = (64, 64)
    seed: int = 1
    threads: int = 1
    frames: int = 500
    logs: str | None = None


class Round(NamedTuple):
    """How far a training is.

    Attributes:
        steps: taken.
        learning: mean RMSE in training since the last one, with all the chance that exploring needs.
        distance: RMSE in an environment of its own, without chance.
        left: seconds.
    """

    steps: int
    learning: float
    distance: float
    left: float


@dataclass
class Learned:
    """What came of a training.

    Attributes:
        network: the best one.
        distance: its RMSE in its own environment.
        steps: taken.
        seconds: that it took, evaluations included.
        rounds: how it went.
    """

    network: Perceptron
    distance: float
    steps: int
    seconds: float
    rounds: list[Round] = field(default_factory=list)


def train(
    task: Task, trial: Task, recipe: Recipe, on_round: Callable[[Round], None], stopped: Callable[[], bool]
) -> Learned:
    """Train an agent.

    Args:
        task: what it is to learn.
        trial: what the best network is chosen by; with recordings that are held out.
        recipe: how.
        on_round: told now and then how far it is.
        stopped: whether to end, with the best there is; asked all the time.
    """
    torch.set_num_threads(recipe.threads)
    began = time.monotonic()
    vector = ImitationVec(Imitation(_short(task), _ENVIRONMENTS[recipe.algorithm], recipe.seed))
    model = _algorithm(vector, recipe)
    cloned = int(recipe.steps * recipe.cloned)
    if cloned:
        clone(model, vector.imitation, cloned, stopped)
    judging = _Judging(trial, recipe, cloned, on_round, stopped)
    judging.judge(model, cloned)
    model.learn(recipe.steps - cloned, callback=judging, tb_log_name=recipe.algorithm)
    if stopped():
        judging.judge(model, cloned + model.num_timesteps)
    learned = judging.learned
    assert learned is not None
    learned.seconds = time.monotonic() - began
    return learned


def _short(task: Task) -> Task:
    """The task in short episodes: most is learned on the way to a target."""
    return replace(task, length=min(task.length, _EPISODE))


def _algorithm(vector: ImitationVec, recipe: Recipe) -> BaseAlgorithm:
    units = list(recipe.units)
    common: dict[str, Any] = {
        "gamma": _DISCOUNT,
        "seed": recipe.seed,
        "device": "cpu",
        "tensorboard_log": recipe.logs,
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
            policy_kwargs={"net_arch": units},
            **common,
        )
    architecture = {"net_arch": {"pi": units, "vf": units}}
    if recipe.algorithm == "a2c":
        return A2C(
            "MlpPolicy",
            vector,
            learning_rate=_falling(1e-3),
            n_steps=8,
            ent_coef=_CURIOSITY,
            gae_lambda=0.9,
            policy_kwargs=architecture,
            **common,
        )
    return PPO(
        "MlpPolicy",
        vector,
        learning_rate=_falling(2e-3),
        n_steps=32,
        batch_size=2048,
        n_epochs=4,
        gae_lambda=0.9,
        ent_coef=_CURIOSITY,
        policy_kwargs=architecture,
        **common,
    )


def _falling(rate: float) -> Callable[[float], float]:
    """A learning rate that falls to nothing: the last steps are fine ones."""
    return lambda left: rate * left


class _Judging(BaseCallback):  # type: ignore[misc]
    """Judges the network now and then, and keeps the best."""

    def __init__(
        self,
        trial: Task,
        recipe: Recipe,
        before: int,
        on_round: Callable[[Round], None],
        stopped: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._stopped = stopped
        self.learned: Learned | None = None
        self._trial, self._recipe, self._before, self._on_round = trial, recipe, before, on_round
        self._moves = moves(trial.known.count)
        self._began = time.monotonic()
        self._every = max((recipe.steps - before) // _ROUNDS, 1)
        self._next = self._every
        self._sum, self._frames = 0.0, 0
        self._explores = 0.0 if recipe.algorithm == "dqn" else _CURIOSITY

    def _on_step(self) -> bool:
        imitation: Imitation = self.training_env.imitation
        self._sum += float(imitation.distances.mean())
        self._frames += 1
        if self._explores:
            left = 1.0 - self.num_timesteps / (self._recipe.steps - self._before)
            self.model.ent_coef = self._explores * max(left, 0.0)
        if self.num_timesteps >= self._next:
            self._next += self._every
            self.judge(self.model, self._before + self.num_timesteps)
        return not self._stopped()

    def judge(self, model: BaseAlgorithm, steps: int) -> None:
        """Judge the network as it is."""
        network = network_of(model)
        seed = _ROUND_SEED + self._recipe.seed
        distance = judge(network_policy(network, self._moves), self._trial, seed, frames=self._recipe.frames).distance
        seconds = time.monotonic() - self._began
        done = steps - self._before
        left = seconds / done * (self._recipe.steps - steps) if done else 0.0
        learning = self._sum / self._frames if self._frames else float("nan")
        self._sum, self._frames = 0.0, 0
        told = Round(steps, learning, distance, max(left, 0.0))
        learned = self.learned
        if learned is None:
            self.learned = Learned(network, distance, steps, seconds, [told])
        else:
            learned.rounds.append(told)
            learned.steps = steps
            if distance < learned.distance:
                learned.network, learned.distance = network, distance
        self._on_round(told)


def clone(model: BaseAlgorithm, imitation: Imitation, steps: int, stopped: Callable[[], bool]) -> None:
    """Show an agent what *seek* would do at every place where it comes itself (S. Ross, G. Gordon, J. A. Bagnell,
    "A Reduction of Imitation Learning and Structured Prediction to No-Regret Online Learning", AISTATS 2011).

    Args:
        model: of PPO or A2C.
        imitation: where it plays.
        steps: how many, of all environments together.
        stopped: whether to end.
    """
    policy = model.policy
    every = moves(imitation.task.known.count)
    powers = 3 ** np.arange(every.shape[1])[::-1]
    seek = seek_policy(imitation.task)
    optimizer = torch.optim.Adam(policy.parameters(), 1e-3)
    observations = imitation.reset()
    for number in range(max(steps // (imitation.count * _CLONED_FRAMES), 1)):
        if stopped():
            return
        seen, shown = [], []
        for _ in range(_CLONED_FRAMES):
            wanted = (1 - seek(imitation, observations)) @ powers
            seen.append(observations)
            shown.append(wanted)
            with torch.no_grad():
                actions = policy.get_distribution(torch.from_numpy(observations)).sample().numpy()
            observations = imitation.step(every[actions]).observations
        for batch, target in _batches(np.concatenate(seen), np.concatenate(shown), number):
            distribution = policy.get_distribution(batch).distribution
            loss = torch.nn.functional.cross_entropy(distribution.logits, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def _batches(seen: np.ndarray, shown: np.ndarray, seed: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    random = np.random.default_rng(seed)
    order = np.concatenate([random.permutation(len(seen)) for _ in range(_CLONED_PASSES)])
    for begin in range(0, len(order), _BATCH):
        places = order[begin : begin + _BATCH]
        yield torch.from_numpy(seen[places]), torch.from_numpy(shown[places])


def network_of(model: BaseAlgorithm) -> Perceptron:
    """The network of an agent as it plays without chance, in NumPy."""
    return as_perceptron(model.policy.state_dict(), "relu" if isinstance(model, DQN) else "tanh")


_PARTS: Final = (("mlp_extractor.policy_net.", "action_net."), ("q_net.q_net.", ""))
"""Where weights are: hidden layers, and the layer of the moves, of PPO and A2C; and of DQN, which has one list."""


def as_perceptron(state: dict[str, torch.Tensor], activation: str) -> Perceptron:
    """Weights of stable-baselines3's policies as a network.

    Raises:
        KeyError: they are of another kind of policy.
    """
    for hidden, last in _PARTS:
        numbers = sorted(
            int(name.removeprefix(hidden).split(".")[0])
            for name in state
            if name.startswith(hidden) and name.endswith(".weight")
        )
        prefixes = [f"{hidden}{number}." for number in numbers] + ([last] if last else [])
        if prefixes and all(f"{prefix}weight" in state for prefix in prefixes):
            layers = [(_numbers(state[f"{part}weight"]).T, _numbers(state[f"{part}bias"])) for part in prefixes]
            return Perceptron(layers, activation)
    raise KeyError("no network that chooses among moves")


def _numbers(tensor: torch.Tensor) -> np.ndarray:
    # A copy: these weights go on changing.
    return np.array(tensor.detach().numpy())
