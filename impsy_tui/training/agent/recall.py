"""Memory of many agents in training, each with its target."""

import numpy as np

from impsy_tui.agent.memory import Memory, SimilarRows


class RecallPolicy:
    """Looks up each target once, and recalls ways to it in every frame.

    Args:
        memory: memory of the synth.
        count: number of environments.
        frames: ``[frames, places]`` of all recordings; each frame is looked up when it is first used.
    """

    def __init__(self, memory: Memory, count: int, frames: np.ndarray) -> None:
        self._memory = memory
        self._frames = frames
        self._known = np.zeros(len(frames), bool)
        self._of_frames, self._now = (_nothing(number, memory.kept) for number in (len(frames), count))

    def hear(self, which: np.ndarray, targets: np.ndarray) -> None:
        """Sets other targets ``[which, places]`` for some environments."""
        _put(self._now, which, self._memory.alike(targets))

    def hear_frames(self, which: np.ndarray, frames: np.ndarray) -> None:
        """Sets frames of recordings, by their numbers, as targets of some environments."""
        new = np.unique(frames[~self._known[frames]])
        if len(new):
            _put(self._of_frames, new, self._memory.alike(self._frames[new]))
            self._known[new] = True
        _put(self._now, which, _some(self._of_frames, frames))

    def recall(self, which: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Returns the recalled ways ``[which, size]`` of some environments at parameters ``[which, N]``."""
        return self._memory.recall(_some(self._now, which), parameters)


def _nothing(count: int, kept: int) -> SimilarRows:
    return SimilarRows(np.zeros((count, kept), np.int32), np.zeros((count, kept), np.float32))


def _some(alike: SimilarRows, which: np.ndarray) -> SimilarRows:
    return SimilarRows(alike.rows[which], alike.off[which])


def _put(alike: SimilarRows, which: np.ndarray, found: SimilarRows) -> None:
    alike.rows[which], alike.off[which] = found
