"""Environment in the form of stable-baselines3: one call steps all environments."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv

from impsy_tui.agent.seek import moves
from impsy_tui.training.agent.environment import Imitation


class ImitationVec(VecEnv):  # type: ignore[misc]
    """Environments of an :class:`Imitation`.

    The result of an episode is in ``info["episode"]``, as in stable-baselines3's Monitor. A cut episode has
    ``TimeLimit.truncated``, so that the rewards after the cut are estimated and not taken as 0.

    Args:
        imitation: the environments.
    """

    render_mode = None

    def __init__(self, imitation: Imitation) -> None:
        self.moves = moves(imitation.task.known.count)
        size = imitation.observation_size
        observations = spaces.Box(-np.inf, np.inf, (size,), np.float32)
        super().__init__(imitation.count, observations, spaces.Discrete(len(self.moves)))
        self.imitation = imitation
        self._actions = np.zeros(imitation.count, int)
        self._sums = np.zeros(imitation.count)
        self._lengths = np.zeros(imitation.count, int)
        self._nothing: list[dict[str, Any]] = [{} for _ in range(imitation.count)]

    def reset(self) -> np.ndarray:
        self._sums[:] = 0.0
        self._lengths[:] = 0
        return self.imitation.reset()

    def step_async(self, actions: np.ndarray) -> None:
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        stepped = self.imitation.step(self.moves[self._actions])
        self._sums += stepped.rewards
        self._lengths += 1
        infos = self._nothing
        if stepped.truncated.any():
            infos = list(infos)
            for place, last in zip(np.flatnonzero(stepped.truncated).tolist(), stepped.last, strict=True):
                episode = {"r": float(self._sums[place]), "l": int(self._lengths[place]), "t": 0.0}
                infos[place] = {"terminal_observation": last, "TimeLimit.truncated": True, "episode": episode}
            self._sums[stepped.truncated] = 0.0
            self._lengths[stepped.truncated] = 0
        return stepped.observations, stepped.rewards.astype(np.float32), stepped.truncated, infos

    def close(self) -> None:
        """Does nothing."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [getattr(self, attr_name)] * len(self._places(indices))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise AttributeError(f"{attr_name} cannot be set from outside")

    def env_method(self, method_name: str, *arguments: Any, indices: Any = None, **named: Any) -> list[Any]:
        raise AttributeError(f"environments have no method {method_name}")

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        return [False] * len(self._places(indices))

    def _places(self, indices: Any) -> Sequence[int]:
        return list(self._get_indices(indices))
