"""Features of a player's last five seconds of touches, computed every second: inputs of the gesture classifier.

C. Martin, H. Gardner and B. Swift, "Tracking Ensemble Performance on Touch-Screens with Gesture Classification and
Transition Matrices", NIME 2015.

Offline and live features are equal to the last bit. Touches are added as integers, so the sums do not depend on the
order, and one function computes features from the sums.
"""

import heapq
import math
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.touches.touch import HEIGHT, WIDTH, Touch, Touches

WINDOW: Final = 5.0
"""Seconds."""
FEATURES: Final = (
    "centroid_x",
    "centroid_y",
    "std_x",
    "std_y",
    "freq",
    "movement_freq",
    "touchdown_freq",
    "velocity",
)
"""Order as in the literature. The first four are the mean place and its standard deviation (ddof 1) in points. Then
follow the numbers of touches, of moving touches and of touch-downs, and the mean velocity in points. Without touches:
-1, -1, and zeros."""
NOWHERE: Final = -1.0

_PARTS: Final = 64
"""Integer steps per point. A window of 90,000 touches has exact sums of squares in 64 bits."""
_CENTRE: Final = (int(WIDTH) * _PARTS // 2, int(HEIGHT) * _PARTS // 2)
_VELOCITY_PARTS: Final = 1 << 16

Counted = NDArray[np.int64]


class _Sums(IntEnum):
    """Columns of the sums of touches: places are measured from the centre in steps of a point."""

    TOUCHES = 0
    MOVED = 1
    VELOCITY = 2
    X = 3
    Y = 4
    XX = 5
    YY = 6


def _counted(x: NDArray[np.float64], y: NDArray[np.float64], velocity: NDArray[np.float64]) -> Counted:
    """Returns the summands of each touch, ``[touches, 7]``."""
    counted = np.empty((len(x), len(_Sums)), np.int64)
    across = np.rint(x * (WIDTH * _PARTS)).astype(np.int64) - _CENTRE[0]
    down = np.rint(y * (HEIGHT * _PARTS)).astype(np.int64) - _CENTRE[1]
    counted[:, _Sums.TOUCHES] = 1
    counted[:, _Sums.MOVED] = velocity > 0
    counted[:, _Sums.VELOCITY] = np.rint(velocity * (WIDTH * _VELOCITY_PARTS))
    counted[:, _Sums.X], counted[:, _Sums.Y] = across, down
    counted[:, _Sums.XX], counted[:, _Sums.YY] = across * across, down * down
    return counted


def _features(sums: Counted) -> NDArray[np.float64]:
    """Returns features ``[windows, 8]`` of the sums of windows ``[windows, 7]``."""
    counts = sums[:, _Sums.TOUCHES]
    some, pairs = np.maximum(counts, 1), np.maximum(counts * (counts - 1), 1)
    found = np.empty((len(sums), len(FEATURES)))
    for axis, (place, square) in enumerate(((_Sums.X, _Sums.XX), (_Sums.Y, _Sums.YY))):
        total = sums[:, place]
        found[:, axis] = np.where(counts > 0, (total + _CENTRE[axis] * counts) / (some * _PARTS), NOWHERE)
        found[:, 2 + axis] = np.sqrt((counts * sums[:, square] - total * total) / pairs) / _PARTS
    found[:, 4], found[:, 5] = counts, sums[:, _Sums.MOVED]
    found[:, 6] = counts - sums[:, _Sums.MOVED]
    found[:, 7] = sums[:, _Sums.VELOCITY] / (some * _VELOCITY_PARTS)
    return found


def features(touches: Touches, moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the features of the five seconds before each moment.

    Args:
        touches: touches of one player.
        moments: seconds on the clock of the touches, ``[moments]``. The window of a moment contains a touch at the
            moment, and no touch from five seconds before.

    Returns:
        ``[moments, 8]``, columns ``FEATURES``.
    """
    counted = _counted(touches.x, touches.y, touches.velocities)
    # Sums of a whole recording may overflow; the differences are correct anyway.
    sums = np.zeros((len(counted) + 1, len(_Sums)), np.int64)
    np.cumsum(counted, axis=0, out=sums[1:])
    begin = np.searchsorted(touches.times, moments - WINDOW, side="right")
    end = np.searchsorted(touches.times, moments, side="right")
    return _features(sums[end] - sums[begin])


class FeatureWindow:
    """Live features of the last five seconds of one player."""

    def __init__(self) -> None:
        self._sums = np.zeros(len(_Sums), np.int64)
        self._coming: list[tuple[float, float, float, float]] = []
        self._inside: list[tuple[float, list[int]]] = []

    def add(self, touch: Touch) -> None:
        """Adds a touch; touches may arrive in any order."""
        heapq.heappush(self._coming, (touch.time, *touch[3:]))

    def features(self, now: float) -> NDArray[np.float64]:
        """Returns the features of the last five seconds.

        Args:
            now: seconds on the clock of the touches; never less than in the call before.

        Returns:
            ``[8]``, columns ``FEATURES``.
        """
        entered = []
        while self._coming and self._coming[0][0] <= now:
            entered.append(heapq.heappop(self._coming))
        if entered:
            times, *columns = np.array(entered).T
            rows = _counted(*columns)
            self._sums += rows.sum(axis=0)
            for each in zip(times.tolist(), rows.tolist(), strict=True):
                heapq.heappush(self._inside, each)
        left = []
        while self._inside and self._inside[0][0] <= now - WINDOW:
            left.append(heapq.heappop(self._inside)[1])
        if left:
            self._sums -= np.array(left, np.int64).sum(axis=0)
        (found,) = _features(self._sums[np.newaxis])
        return np.asarray(found)


def seconds_of(began: float, ended: float) -> NDArray[np.float64]:
    """Returns every whole second from the beginning to the end of a recording, at least one, ``[moments]``."""
    first = math.floor(began)
    return np.arange(first, max(first, math.floor(ended)) + 1, dtype=np.float64)
