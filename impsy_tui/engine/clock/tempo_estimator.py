"""Estimator of the tempo and phase of a clock from the arrival times of its ticks."""

from collections import deque
from typing import Final

import numpy as np

_WINDOW: Final = 96
"""Ticks (four beats) of the linear regression: ±2 ms of jitter become 0.02 % of the tempo."""
_ENOUGH: Final = 6
"""Ticks before the first estimate."""
_STEADY: Final = 0.004
"""Seconds. A tick with a larger error than this, and than the jitter, is not jitter."""
_MOST_JITTER: Final = 0.03
"""Seconds. Some systems deliver MIDI once in an audio period, which can be so long."""
_MOST_LOST: Final = 12
"""Most lost ticks in a row; after a longer gap the clock has paused."""
_AS_LOST: Final = 0.3
"""Tolerance in periods: a tick that is late by whole periods follows lost ticks."""
_LONG_GAPS: Final = 3
"""Gaps in a row that mean a slower tempo instead of lost ticks."""
_BLOCKS: Final = tuple(frames / rate for rate in (44_100, 48_000) for frames in (256, 512, 1024, 2048, 4096))
"""Audio periods in seconds. Delivery of MIDI once in a period leaves gaps of two periods, without lost ticks."""


class TempoEstimator:
    """Fits a straight line to the last ticks.

    A single tick with a large error was delayed. Two in a row, of which the second has no smaller error, mean a new
    tempo: the estimator keeps the newest quarter of the ticks, and again a quarter, as often as needed. (After a
    stall, the errors become smaller from tick to tick.)

    A tick that is late by whole periods follows lost ticks. The estimator fills them in, so that neither the tempo
    nor the beat changes, and ignores them if they arrive later.

    Attributes:
        period: seconds from tick to tick; 0 before the first estimate.
        at: time of the last tick without its jitter.
    """

    def __init__(self) -> None:
        self.period = 0.0
        self.at = 0.0
        self._raw: deque[float] = deque(maxlen=_WINDOW)
        self._used: deque[float] = deque(maxlen=_WINDOW)
        self._last = self._off = 0.0
        self._filled: list[int] = []
        """Filled-in ticks of each of the last gaps in a row."""
        self._before: list[float] = []
        """Ticks before the first of these gaps, then the received ticks."""
        self._late = 0
        """Filled-in ticks that can still arrive."""

    def reset(self) -> None:
        """Forgets all ticks."""
        self._raw.clear()
        self._used.clear()
        self.period = self._off = 0.0
        self._filled.clear()
        self._late = 0

    @property
    def begun(self) -> bool:
        """True after the first tick."""
        return bool(self._raw)

    def tick(self, at: float) -> int:
        """Takes the arrival time of the next tick.

        Returns:
            Number of ticks of the clock. It is more than 1 after lost ticks, and 0 for a tick that was filled in
            before. It is below 0 if the filled-in ticks were a slower tempo.
        """
        passed = 1
        if self.period:
            late = at - (self._last + self.period)
            if self._late and late < -0.5 * self.period:
                self._late -= 1
                return 0
            lost = self._lost(late)
            if lost and len(self._filled) + 1 < _LONG_GAPS:
                passed += self._fill(lost, at)
            elif lost:
                passed -= self._take_back()
            else:
                self._filled.clear()
                self._late = 0
        self._take(at)
        return passed

    def _lost(self, late: float) -> int:
        """Returns the number of lost ticks before a tick that is so late; 0 for jitter."""
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
        self._late += lost
        last = self._raw[-1]
        for number in range(1, lost + 1):
            self._take(last + number * (at - last) / (lost + 1))
        return lost

    def _take_back(self) -> int:
        """Removes the filled-in ticks: the tempo is slower."""
        taken = sum(self._filled)
        self._raw.clear()
        self._raw.extend(self._before)
        self._filled.clear()
        self._late, self._off = 0, 0.0
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
        """Returns the time of a tick with a bounded error."""
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
