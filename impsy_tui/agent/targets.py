"""Targets of an agent, computed from the frames of the musician; all frames are standardised."""

from collections import deque
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.file import ForecastNetwork
from impsy_tui.agent.seek import KnownSynth

LIMIT: Final = 10.0
"""Largest absolute value in standard deviations; single frames of recordings reach hundreds and are clipped."""

_DAMPING: Final = 0.5
_MOST: Final = 1_024
"""Largest number of stored frames."""
_AVERAGED: Final = 200
"""Number of frames over which the time between two frames is averaged."""
_NEIGHBOURS: Final = 30
_STEP_SECONDS: Final = 2.0
_LOUDNESS: Final = NAMES.index("loudness-dBFS")
_AS_QUIET: Final = 3.0


def limited(frames: np.ndarray) -> np.ndarray:
    """Returns standardised frames, clipped to -LIMIT to LIMIT."""
    return np.asarray(np.clip(frames, -LIMIT, LIMIT))


def past(now: np.ndarray, back: np.ndarray, farther: np.ndarray) -> np.ndarray:
    """Returns the input of a forecast network: a frame and its changes since two earlier frames, ``[…, 165]``."""
    return np.concatenate((now, now - back, now - farther), axis=-1, dtype=np.float32)


class Forecast:
    """Forecast of the musician's sound, at any frame rate.

    Args:
        foresight: forecast network; without one, the last change continues at half speed.
        seconds: time to look ahead without a network.
        learned_at: frame rate of the network's training data in frames per second.
    """

    def __init__(self, foresight: ForecastNetwork | None, seconds: float, learned_at: float) -> None:
        self._foresight = foresight
        self._back = foresight.back / learned_at if foresight else seconds / 2.0
        self._slope = _DAMPING * seconds / self._back
        self._heard: deque[np.ndarray] = deque(maxlen=_MOST + 1)
        self._between = 0.0
        self._counted = 0

    def hear(self, frame: np.ndarray, seconds: float) -> None:
        """Takes a frame.

        Args:
            frame: standardised descriptors, ``[55]``.
            seconds: seconds since the last frame. Frames arrive in blocks, so the mean of these times is used.
        """
        if self._heard:
            self._counted = min(self._counted + 1, _AVERAGED)
            self._between += (seconds - self._between) / self._counted
        self._heard.append(limited(frame))

    def expected(self) -> np.ndarray:
        """Returns the expected frame ``[55]``; the last frame while the history is too short."""
        now = self._heard[-1]
        back = min(max(round(self._back / self._between), 1), _MOST // 2) if self._between > 0.0 else _MOST
        if len(self._heard) < 2 * back + 1:
            return now
        # The stored frames are not exactly this many seconds apart: assumes a constant rate of change between them.
        share = self._back / (back * self._between)
        before, farther = (now + share * (self._heard[-1 - frames] - now) for frames in (back, 2 * back))
        if self._foresight is not None:
            return limited(now + self._foresight.network(past(now, before, farther)))
        return limited(now + self._slope * (now - before))

    def forget(self) -> None:
        """Forgets all frames."""
        self._heard.clear()
        self._between = 0.0
        self._counted = 0


class SoundWalk:
    """Random walk through the sounds of a synth: every two seconds a step to a similar sound.

    Args:
        known: model of the synth.
        random: random generator.
    """

    def __init__(self, known: KnownSynth, random: np.random.Generator) -> None:
        self._known = known
        self._random = random
        self._row = int(random.integers(len(known.descriptors)))
        self._left = _STEP_SECONDS

    def walk(self, seconds: float) -> np.ndarray:
        """Advances by some seconds and returns the target sound ``[55]``, standardised."""
        self._left -= seconds
        sounds = self._known.descriptors
        if self._left <= 0.0:
            self._left = _STEP_SECONDS
            distances = ((sounds - sounds[self._row]) ** 2).sum(1)
            count = min(_NEIGHBOURS, len(sounds) - 1)
            near = np.argpartition(distances, count)[: count + 1]
            others = near[near != self._row]
            if len(others):
                self._row = int(self._random.choice(others))
        return np.asarray(sounds[self._row])


def quietest_parameters(known: KnownSynth, parameters: np.ndarray) -> np.ndarray:
    """Returns the parameters ``[N]`` of the quietest rows (within 3 dB) that are nearest to the current ones."""
    loudness = known.table.descriptors[:, _LOUDNESS]
    places = known.table.parameters[loudness <= loudness.min() + _AS_QUIET]
    return np.asarray(places[np.abs(places - parameters).sum(1).argmin()])
