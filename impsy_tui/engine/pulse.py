"""A clock's tempo and phase, from when its ticks arrived."""

from collections import deque
from typing import Final

import numpy as np

_WINDOW: Final = 96
"""Ticks (four beats) that a straight line is laid through: ±2 ms of jitter become 0.02 % of the tempo."""
_ENOUGH: Final = 6
"""Ticks before anything is said of the tempo."""
_STEADY: Final = 0.004
"""Seconds. Ticks that are further off than this, and than they jitter, are told apart from jitter."""
_MOST_JITTER: Final = 0.03
"""Seconds. Some systems hand MIDI over by periods, as long as this, of their sound."""


class Pulse:
    """Lays a straight line through the last ticks.

    A single tick that is far off was held up on its way. Two, one after the other, of which the
    second is off no less, are a new tempo: only the newest quarter of the ticks then counts, and a
    quarter of that, as often as needed. (A stall is told by ticks that are off less and less.)

    Attributes:
        period: seconds from tick to tick; 0 until it is known.
        at: when the last tick was, without its jitter.
    """

    def __init__(self) -> None:
        self.period = 0.0
        self.at = 0.0
        self._raw: deque[float] = deque(maxlen=_WINDOW)
        self._used: deque[float] = deque(maxlen=_WINDOW)
        self._last = self._off = 0.0

    def reset(self) -> None:
        """Forget the ticks; the next is the first."""
        self._raw.clear()
        self._used.clear()
        self.period = self._off = 0.0

    @property
    def begun(self) -> bool:
        """Whether there has been a tick."""
        return bool(self._raw)

    def tick(self, at: float) -> None:
        """The next tick arrived."""
        self._raw.append(at)
        self.at = at
        if self.period:
            at = self._weighed(at, self._last + self.period)
        self._used.append(at)
        if len(self._used) >= _ENOUGH:
            self._lay_line()

    def _weighed(self, at: float, expected: float) -> float:
        """A tick's time, or where it is far off, as far as it may be off."""
        limit = self._limit()
        error = at - expected
        before, self._off = self._off, error if abs(error) > limit else 0.0
        if not self._off:
            return at
        if before * error > 0.0 and abs(error) >= 0.9 * abs(before):
            kept = list(self._raw)[-max(_ENOUGH, len(self._used) // 4) : -1]
            self._used.clear()
            self._used.extend(kept)
            return at
        return expected + (limit if error > 0.0 else -limit)

    def _limit(self) -> float:
        bends = np.abs(np.diff(np.array(self._raw), 2))
        return min(max(_STEADY, 1.1 * float(bends.max(initial=0.0))), _MOST_JITTER)

    def _lay_line(self) -> None:
        count = len(self._used)
        times = np.array(self._used) - self._used[-1]
        places = np.arange(count) - (count - 1) / 2.0
        self.period = float(places @ times) / (count * (count * count - 1) / 12.0)
        self._last = self.at = self._used[-1] + float(times.mean()) + self.period * (count - 1) / 2.0
