"""What an agent aims for: from what the musician plays to what it wants to sound like. All standardised."""

from collections import deque
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.file import ForecastNetwork
from impsy_tui.agent.seek import KnownSynth

LIMIT: Final = 10.0
"""Deviations. Single frames of recordings are hundreds off; a network sees and learns them as if they were here."""

_DAMPING: Final = 0.5
_MOST: Final = 1_024
"""Frames that are remembered."""
_AVERAGED: Final = 200
"""Frames that the time between two is the average of."""
_NEIGHBOURS: Final = 30
_STROLL: Final = 2.0
_LOUDNESS: Final = NAMES.index("loudness-dBFS")
_AS_QUIET: Final = 3.0


def limited(frames: np.ndarray) -> np.ndarray:
    """Standardised frames, none of them absurdly far off."""
    return np.asarray(np.clip(frames, -LIMIT, LIMIT))


def past(now: np.ndarray, back: np.ndarray, farther: np.ndarray) -> np.ndarray:
    """What foresight sees: a frame, and what it has changed since two earlier ones."""
    return np.concatenate((now, now - back, now - farther), axis=-1, dtype=np.float32)


class Forecast:
    """What the musician will sound like in a moment, however many frames a second are heard.

    Args:
        foresight: a network that has learned that; without one, what has changed lately goes on, half as fast.
        seconds: how far ahead, without a network.
        learned_at: frames a second of what a network has learned from.
    """

    def __init__(self, foresight: ForecastNetwork | None, seconds: float, learned_at: float) -> None:
        self._foresight = foresight
        self._back = foresight.back / learned_at if foresight else seconds / 2.0
        self._slope = _DAMPING * seconds / self._back
        self._heard: deque[np.ndarray] = deque(maxlen=_MOST + 1)
        self._between = 0.0
        self._counted = 0

    def hear(self, frame: np.ndarray, seconds: float) -> None:
        """Hear a frame ``[55]``.

        Args:
            frame: it.
            seconds: since the last one. Frames come by blocks of sound, so that their average tells how far one is
                from the next.
        """
        if self._heard:
            self._counted = min(self._counted + 1, _AVERAGED)
            self._between += (seconds - self._between) / self._counted
        self._heard.append(limited(frame))

    def expected(self) -> np.ndarray:
        """The frame that is expected; the last one while too little has been heard."""
        now = self._heard[-1]
        back = min(max(round(self._back / self._between), 1), _MOST // 2) if self._between > 0.0 else _MOST
        if len(self._heard) < 2 * back + 1:
            return now
        # As many frames are not just so many seconds: what has changed is taken to have changed evenly.
        share = self._back / (back * self._between)
        before, farther = (now + share * (self._heard[-1 - frames] - now) for frames in (back, 2 * back))
        if self._foresight is not None:
            return limited(now + self._foresight.network(past(now, before, farther)))
        return limited(now + self._slope * (now - before))

    def forget(self) -> None:
        """Begin anew."""
        self._heard.clear()
        self._between = 0.0
        self._counted = 0


class SoundWalk:
    """A walk through the sounds of a synth, every two seconds to one that is like the last.

    Args:
        known: the synth.
        random: all chance.
    """

    def __init__(self, known: KnownSynth, random: np.random.Generator) -> None:
        self._known = known
        self._random = random
        self._row = int(random.integers(len(known.descriptors)))
        self._left = _STROLL

    def walk(self, seconds: float) -> np.ndarray:
        """Walk on for some seconds; the sound to aim for, ``[55]``."""
        self._left -= seconds
        sounds = self._known.descriptors
        if self._left <= 0.0:
            self._left = _STROLL
            distances = ((sounds - sounds[self._row]) ** 2).sum(1)
            count = min(_NEIGHBOURS, len(sounds) - 1)
            near = np.argpartition(distances, count)[: count + 1]
            others = near[near != self._row]
            if len(others):
                self._row = int(self._random.choice(others))
        return np.asarray(sounds[self._row])


def quietest_parameters(known: KnownSynth, parameters: np.ndarray) -> np.ndarray:
    """The parameters ``[N]`` at which a synth is quietest; of places as quiet, the one nearest to where it is."""
    loudness = known.table.descriptors[:, _LOUDNESS]
    places = known.table.parameters[loudness <= loudness.min() + _AS_QUIET]
    return np.asarray(places[np.abs(places - parameters).sum(1).argmin()])
