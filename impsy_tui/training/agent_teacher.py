"""Who shows agents what to do: *seek* that minds the way.

*seek* goes to the row that sounds most like the target, wherever that is. Of a synth that makes much the same sound
in many places, which of them is the nearest by a hair is a matter of chance, and no network can learn that.
"""

from typing import Final

import numpy as np

from impsy_tui.listening.seek import towards
from impsy_tui.training.agent_env import CHANGE, Imitation, Task

_STAY: Final = 1.0 / CHANGE
"""Frames that a target stays."""

_ROWS: Final = 64


class Teacher:
    """Steps towards a row that sounds much like the target and is not far, and rests once its sound is that row's.

    Of the rows nearest in sound it is the one that costs least: how far off that is as long as the target stays,
    and half of what it is off now in every frame on the way.

    Args:
        task: what is to be learned.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._judged = list(task.judged)
        # In 32 bits: most of the time goes into comparing recordings, of which each frame is another.
        self._sounds = task.known.descriptors[:, self._judged].astype(np.float32)
        self._norms = (self._sounds**2).sum(1)
        self._count = min(_ROWS, len(self._sounds))
        self._targets = np.empty((0, len(self._judged)))
        self._rows = np.empty((0, self._count), int)
        self._off = np.empty((0, self._count))

    def __call__(self, imitation: Imitation, _: np.ndarray) -> np.ndarray:
        """The moves ``[count, N]`` wanted in every environment."""
        self._look_up(imitation.targets[:, self._judged])
        task, now = self._task, imitation.parameters
        parameters = task.known.table.parameters
        way = np.abs(parameters[self._rows] - now[:, None]).max(-1) / task.step
        cost = _STAY * self._off + way * imitation.distances[:, None] / 2.0
        goals = self._rows[np.arange(len(now)), cost.argmin(1)]
        move = towards(now, parameters[goals], task.step)
        move[task.known.rows_at(now) == goals] = 0
        return move

    def _look_up(self, targets: np.ndarray) -> None:
        """Find the nearest rows of the targets that are others than in the last frame."""
        if self._targets.shape != targets.shape:
            self._targets = np.full(targets.shape, np.nan)
            self._rows, self._off = (np.zeros((len(targets), self._count), kind) for kind in (int, float))
        others = np.flatnonzero((self._targets != targets).any(1))
        if len(others):
            wanted = targets[others].astype(np.float32)
            squares = self._norms - 2.0 * wanted @ self._sounds.T
            near = np.argpartition(squares, self._count - 1, axis=1)[:, : self._count]
            self._targets[others], self._rows[others] = targets[others], near
            self._off[others] = np.sqrt(((self._sounds[near] - wanted[:, None]) ** 2).mean(-1))
