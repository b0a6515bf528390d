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
_MOST_LOST: Final = 12
"""Ticks in a row that may get lost; a longer gap is a clock that paused."""
_AS_LOST: Final = 0.3
"""Periods. A tick that is late by whole periods, give or take this, comes after ticks that got lost."""
_LONG_GAPS: Final = 3
"""Gaps in a row after which they are no lost ticks, but a slower tempo."""
_BLOCKS: Final = tuple(frames / rate for rate in (44_100, 48_000) for frames in (256, 512, 1024, 2048, 4096))
"""Seconds. A system that hands MIDI over by these leaves a gap as wide as two, again and again, and loses nothing."""


class TempoEstimator:
    """Lays a straight line through the last ticks.

    A single tick that is far off was held up on its way. Two, one after the other, of which the
    second is off no less, are a new tempo: only the newest quarter of the ticks then counts, and a
    quarter of that, as often as needed. (A stall is told by ticks that are off less and less.)

    A tick that is late by whole periods comes after ticks that got lost: the pulse fills them in, so that neither the
    tempo nor the beat changes. If they come late after all, they are left out.

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
        self._filled: list[int] = []
        """Ticks filled in for each of the last gaps in a row."""
        self._before: list[float] = []
        """Ticks before the first of these gaps, then those that came."""
        self._owed = 0
        """Of the ticks that were filled in, those that may still come."""

    def reset(self) -> None:
        """Forget the ticks; the next is the first."""
        self._raw.clear()
        self._used.clear()
        self.period = self._off = 0.0
        self._filled.clear()
        self._owed = 0

    @property
    def begun(self) -> bool:
        """Whether there has been a tick."""
        return bool(self._raw)

    def tick(self, at: float) -> int:
        """The next tick arrived.

        Returns:
            How many ticks of the clock this is: more than 1 after lost ones, 0 for one that was filled in before,
            less if what was filled in turns out to be a slower tempo.
        """
        passed = 1
        if self.period:
            late = at - (self._last + self.period)
            if self._owed and late < -0.5 * self.period:
                self._owed -= 1
                return 0
            lost = self._lost(late)
            if lost and len(self._filled) + 1 < _LONG_GAPS:
                passed += self._fill(lost, at)
            elif lost:
                passed -= self._take_back()
            else:
                self._filled.clear()
                self._owed = 0
        self._take(at)
        return passed

    def _lost(self, late: float) -> int:
        """How many ticks got lost before one that is so late; 0 if that is jitter or something else."""
        lost = round(late / self.period)
        if not 1 <= lost <= _MOST_LOST or abs(late - lost * self.period) > _AS_LOST * self.period:
            return 0
        if late <= self._limit() or any(abs(self.period - block) < 0.005 * block for block in _BLOCKS):
            return 0
        return lost

    def _fill(self, lost: int, at: float) -> int:
        if not self._filled:
            self._before = list(self._raw)
        self._filled.append(lost)
        self._before.append(at)
        self._owed += lost
        last = self._raw[-1]
        for number in range(1, lost + 1):
            self._take(last + number * (at - last) / (lost + 1))
        return lost

    def _take_back(self) -> int:
        """Takes back what was filled in: the tempo is slower."""
        taken = sum(self._filled)
        self._raw.clear()
        self._raw.extend(self._before)
        self._filled.clear()
        self._owed, self._off = 0, 0.0
        self._used.clear()
        self._used.extend(self._before[-_LONG_GAPS:])
        self.period, self._last = float(np.diff(self._used).mean()), self._used[-1]
        return taken

    def _take(self, at: float) -> None:
        self._raw.append(at)
        self.at = at
        if self.period:
            at = self._weighed(at, self._last + self.period)
        self._used.append(at)
        if len(self._used) >= _ENOUGH:
            self._lay_line()
        else:
            self._last = at

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
