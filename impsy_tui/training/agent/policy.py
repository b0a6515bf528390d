"""Networks of agents in stable-baselines3 for training, and in NumPy for playing."""

from typing import Any, Final

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor

from impsy_tui.agent.perceptron import Perceptron

GAIN: Final = 8.0
"""Factor of the differences to the target: the last step changes a difference by a tenth of a deviation."""

_MATRIX: Final = ("features_extractor.matrix", "q_net.features_extractor.matrix")
_PARTS: Final = (("mlp_extractor.policy_net.", "action_net."), ("q_net.q_net.", ""))
"""Names of the hidden layers and of the output layer: of PPO and A2C, and of DQN, which has one list."""


class Compared(BaseFeaturesExtractor):  # type: ignore[misc]
    """Input layer that adds the magnified difference of each descriptor to its target.

    The layer is linear, so that it can be merged into the next one: the saved file is a plain network.

    Args:
        space: space of observations (see ``seek.observed``).
        heard: number of heard descriptors.
    """

    def __init__(self, space: spaces.Box, heard: int) -> None:
        size = space.shape[0]
        super().__init__(space, size + heard)
        difference = np.zeros((size, heard), np.float32)
        difference[:heard], difference[heard : 2 * heard] = GAIN * np.eye(heard), -GAIN * np.eye(heard)
        matrix = np.hstack([np.eye(size, dtype=np.float32), difference])
        self.register_buffer("matrix", torch.from_numpy(matrix))

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        """Returns the observations ``[count, observation]`` with the differences appended."""
        return observations @ self.matrix


def policy_options(heard: int, units: list[int], algorithm: str) -> dict[str, Any]:
    """Returns the options of a policy of stable-baselines3.

    Args:
        heard: number of heard descriptors.
        units: units of each hidden layer.
        algorithm: "ppo", "dqn" or "a2c".
    """
    architecture: Any = units if algorithm == "dqn" else {"pi": units, "vf": units}
    return {
        "net_arch": architecture,
        "activation_fn": torch.nn.ReLU,
        "features_extractor_class": Compared,
        "features_extractor_kwargs": {"heard": heard},
    }


def network_of(model: BaseAlgorithm) -> Perceptron:
    """Returns the network of an agent in NumPy, which plays without random moves."""
    state = model.policy.state_dict()
    network = as_perceptron(state, "relu")
    matrix = next(_numbers(state[name]) for name in _MATRIX if name in state)
    (kernel, bias), *others = network.layers
    return Perceptron([(matrix @ kernel, bias), *others], network.activation)


def as_perceptron(state: dict[str, torch.Tensor], activation: str) -> Perceptron:
    """Returns weights of a policy of stable-baselines3 as a network.

    Raises:
        KeyError: the policy is of another kind.
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
