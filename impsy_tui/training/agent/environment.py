"""Learning environment of agents: many synths at once, each with a target sound, in NumPy without gymnasium."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.memory import PATIENCE, Memory, recalled_size
from impsy_tui.agent.seek import STEP, KnownSynth, moved, observed, rmse
from impsy_tui.agent.targets import LIMIT
from impsy_tui.agent.task import CHANGING, CORPUS, MIXED, SCATTERED
from impsy_tui.training.agent.recall import RecallPolicy

CHANGE: Final = 0.005
"""Probability of a new target sound in each frame."""

LENGTH: Final = 1000


@dataclass(frozen=True)
class ImitationTask:
    """Task of an agent.

    Attributes:
        known: look-up table of the synth.
        heard: indices of the descriptors that the agent hears.
        judged: indices of the descriptors that the agent must match.
        targets: one of ``TARGETS``.
        recordings: standardised frames ``[frames, 55]`` of each recording; only needed for ``corpus``.
        step: movement of a parameter in a frame.
        length: greatest number of frames of an episode.
        limit: greatest difference in an observation, in deviations.
        patience: see :class:`~impsy_tui.agent.memory.Memory`; none if the agent has no memory.
        recalls_by: indices of the descriptors that memory compares; None for the judged descriptors.
    """

    known: KnownSynth
    heard: Sequence[int]
    judged: Sequence[int]
    targets: str = MIXED
    recordings: Sequence[np.ndarray] = field(default=())
    step: float = STEP
    length: int = LENGTH
    limit: float = LIMIT
    patience: Sequence[float] = PATIENCE
    recalls_by: Sequence[int] | None = None


class Stepped(NamedTuple):
    """Result of a frame in every environment.

    Attributes:
        observations: ``[count, observation]``; after the end of an episode, the first one of the next.
        rewards: ``[count]``, from -1 to 1.
        distances: ``[count]``, RMSE of the judged descriptors, in deviations.
        truncated: ``[count]``, True if the episode was cut off. No episode ends by itself, because imitation
            has no final goal: rewards after the cut still count.
        last: ``[truncated, observation]``, last observations of the episodes that were cut off.
    """

    observations: np.ndarray
    rewards: np.ndarray
    distances: np.ndarray
    truncated: np.ndarray
    last: np.ndarray


def rewards(distances: np.ndarray) -> np.ndarray:
    """Returns the rewards of distances to the target, from 1 for no distance down to -1.

    Up to an RMSE of 0.5 the reward is RL-impro's ``8 (0.5 - RMSE)³``. Beyond, that reward has no bound, and one far
    frame outweighs an episode. So ``x / (1 - x)`` of it is used, which has the same slope at 0 and stays above -1.
    """
    cubic = 8.0 * (0.5 - distances) ** 3
    below = np.minimum(cubic, 0.0)
    return np.where(cubic < 0.0, below / (1.0 - below), cubic)


class Imitation:
    """Several environments, each a synth that imitates its target.

    Attributes:
        observation_size: length of an observation.
        recalled: number of last elements of an observation that memory recalls.

    Args:
        task: task to learn.
        count: number of environments.
        seed: random seed.
    """

    def __init__(self, task: ImitationTask, count: int, seed: int) -> None:
        self.task = task
        self.count = count
        self._random = np.random.default_rng(seed)
        self._heard, self._judged = list(task.heard), list(task.judged)
        self.recalled = recalled_size(task.known.count, task.patience)
        self.observation_size = 2 * len(task.heard) + task.known.count + self.recalled
        self._frames = np.concatenate(task.recordings) if task.recordings else np.empty((0, len(NAMES)))
        self._ends = np.cumsum([len(recording) for recording in task.recordings], dtype=int)
        self._parameters = np.empty((count, task.known.count))
        self._own = np.empty((count, len(NAMES)))
        self._target = np.empty((count, len(NAMES)))
        self._changing, self._in_corpus, self._scattered = (np.zeros(count, bool) for _ in range(3))
        self._at, self._left = np.zeros(count, int), np.zeros(count, int)
        self._recalls_by = self._judged if task.recalls_by is None else list(task.recalls_by)
        self._recalling = None
        if task.patience:
            memory = Memory(task.known, self._recalls_by, task.step, task.patience)
            self._recalling = RecallPolicy(memory, count, self._limited(self._frames[:, self._recalls_by]))

    def reset(self) -> np.ndarray:
        """Begins an episode in all environments; returns the observations."""
        self._begin(np.arange(self.count))
        # The episodes start at different times: otherwise a batch would hold the same moment of every episode.
        self._left = self._random.integers(1, self._left + 1)
        return self._observed(np.arange(self.count))

    def step(self, move: np.ndarray) -> Stepped:
        """Plays one frame with moves ``[count, N]`` of 1, 0 or -1; the targets move after the agent."""
        task = self.task
        self._parameters = moved(self._parameters, move, task.step)
        self._own = task.known.sound_at(self._parameters)
        self._move_on()
        distances = self.distances
        self._left -= 1
        truncated = self._left <= 0
        ended = np.flatnonzero(truncated)
        last = self._observed(ended)
        if len(ended):
            self._begin(ended)
        everywhere = np.arange(self.count)
        return Stepped(self._observed(everywhere), rewards(distances), distances, truncated, last)

    @property
    def parameters(self) -> np.ndarray:
        """Present parameters ``[count, N]``."""
        return self._parameters

    @property
    def distances(self) -> np.ndarray:
        """Present distances ``[count]``: RMSE of the judged descriptors."""
        return rmse(self._own[:, self._judged], self._target[:, self._judged])

    @property
    def targets(self) -> np.ndarray:
        """Present targets ``[count, 55]``, standardised."""
        return self._target

    @property
    def in_corpus(self) -> np.ndarray:
        """``[count]``, True if the target is a recording."""
        return self._in_corpus

    def _begin(self, which: np.ndarray) -> None:
        """Begins episodes in some environments."""
        random, task = self._random, self.task
        self._parameters[which] = random.random((len(which), task.known.count))
        self._own[which] = task.known.sound_at(self._parameters[which])
        self._left[which] = task.length
        self._in_corpus[which] = self._drawn(which, CORPUS)
        self._changing[which] = ~self._in_corpus[which] & self._drawn(which, CHANGING)
        self._scattered[which] = self._drawn(which, SCATTERED)
        self._hear_random(which)
        playing = which[self._in_corpus[which]]
        if len(playing):
            self._at[playing] = random.integers(0, len(self._frames), len(playing))
            ends = self._ends[np.searchsorted(self._ends, self._at[playing], side="right")]
            self._left[playing] = np.minimum(task.length, ends - self._at[playing])
            self._hear_frames(playing)

    def _drawn(self, which: np.ndarray, kind: str) -> np.ndarray:
        """Returns the episodes with targets of a kind; half of the episodes if two kinds are mixed."""
        targets = self.task.targets
        if kind in (CORPUS, SCATTERED):
            share = 0.0 if kind not in targets else 1.0 if targets == kind else 0.5
        else:
            share = 1.0 if targets == kind else 0.5 if MIXED in targets else 0.0
        return self._random.random(len(which)) < share

    def _move_on(self) -> None:
        """Moves all targets to the next frame."""
        others = np.flatnonzero(self._changing & (self._random.random(self.count) < CHANGE))
        if len(others):
            self._hear_random(others)
        playing = np.flatnonzero(self._in_corpus & (self._left > 1))
        if len(playing):
            self._at[playing] += 1
            self._hear_frames(playing)

    def _hear_random(self, which: np.ndarray) -> None:
        sounds = self._random_sounds(which)
        self._target[which] = sounds
        if self._recalling is not None:
            self._recalling.hear(which, self._limited(sounds[:, self._recalls_by]))

    def _hear_frames(self, which: np.ndarray) -> None:
        self._target[which] = self._frames[self._at[which]]
        if self._recalling is not None:
            self._recalling.hear_frames(which, self._at[which])

    def _random_sounds(self, which: np.ndarray) -> np.ndarray:
        descriptors = self.task.known.descriptors
        sounds = descriptors[self._random.integers(0, len(descriptors), len(which))]
        scattered = self._scattered[which]
        if scattered.any():
            shape = int(scattered.sum()), len(NAMES)
            rows = self._random.integers(0, len(descriptors), shape)
            sounds[scattered] = descriptors[rows, np.arange(len(NAMES))]
        return np.asarray(sounds)

    def _observed(self, which: np.ndarray) -> np.ndarray:
        own, target = (self._limited(frames[which][:, self._heard]) for frames in (self._own, self._target))
        parameters = self._parameters[which]
        recalled = None if self._recalling is None else self._recalling.recall(which, parameters)
        return observed(own, target, parameters, recalled)

    def _limited(self, sounds: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(sounds, -self.task.limit, self.task.limit))
