"""Checks of performances: clocks that were set, and values outside 0 to 1."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.errors import UserError

LONGEST_PAUSE: Final = 3600.0
"""Seconds. A longer gap divides two performances, or comes from a clock that was set."""
TOLERANCE: Final = 0.05
"""Largest distance of a value outside 0 to 1 at which the value is clipped."""
MOST_OUTSIDE: Final = 0.1
"""Share of events outside 0 to 1 above which the log holds raw values."""
_OUT_OF_ORDER: Final = 60.0
_DAY: Final = 86_400.0
_USUAL: Final = (1.0, 127.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""Highest raw values of common controllers."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Range of raw values that is scaled to 0 to 1."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"low {self.low:g} high {self.high:g}"

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Returns raw values scaled to 0 to 1, of the same shape and type."""
        return np.asarray((values - self.low) / (self.high - self.low), values.dtype)


class ValueRangeError(UserError):
    """Values of another range than 0 to 1; the message names the range.

    Args:
        message: text for the performer.
        scale: likely range of the values.
    """

    def __init__(self, message: str, scale: Scale) -> None:
        super().__init__(message)
        self.scale = scale


def outside(values: np.ndarray) -> np.ndarray:
    """Returns True for each event with a value outside 0 to 1, ``[events]``, from values ``[events, n]``."""
    return np.asarray(((values < -TOLERANCE) | (values > 1.0 + TOLERANCE)).any(axis=1))


def are_raw(values: np.ndarray) -> bool:
    """Returns True if more than ``MOST_OUTSIDE`` of the events are outside 0 to 1."""
    return bool(len(values)) and float(outside(values).mean()) > MOST_OUTSIDE


def likely_scale(values: np.ndarray) -> Scale:
    """Returns the range of a common controller that contains the values, else their own range."""
    low, high = float(values.min()), float(values.max())
    top = next((usual for usual in _USUAL if high <= usual), high)
    return Scale(0.0 if low >= -TOLERANCE else -top if -low <= top else low, top)


def breaks(gaps: np.ndarray) -> np.ndarray:
    """Returns the indices of the events before which a performance must be divided.

    Args:
        gaps: dt of each event in seconds, ``[events]``.
    """
    return np.flatnonzero((gaps < 0.0) | (gaps > LONGEST_PAUSE))


def divided(performance: np.ndarray) -> list[np.ndarray]:
    """Divides a performance where its clock was set; the first event after a division has no dt and is removed.

    Args:
        performance: ``[events, dimension]``, the first column dt.
    """
    pieces = np.split(performance, breaks(performance[:, 0]))
    return [piece for piece in (pieces[0], *(piece[1:] for piece in pieces[1:])) if len(piece)]


def steady(times: np.ndarray) -> np.ndarray:
    """Returns the times of rows without the jumps of a clock that was set.

    Args:
        times: seconds in the order of the file, ``[rows]``. Rows of several sources may be slightly out of order.
    """
    gaps = np.diff(times, prepend=times[:1])
    jumps = np.where((gaps < -_OUT_OF_ORDER) | (gaps > _DAY), gaps, 0.0)
    return np.asarray(times - np.cumsum(jumps))


def checked(performances: list[np.ndarray]) -> list[np.ndarray]:
    """Returns performances for training: divided where a clock was set, values clipped to 0 to 1.

    Args:
        performances: each ``[events, dimension]``; columns are dt in seconds, then the values.

    Raises:
        ValueRangeError: the values have another range.
    """
    values = [performance[:, 1:] for performance in performances]
    if values and are_raw(every := np.concatenate(values)):
        raise ValueRangeError(f"its values are {every.min():g} to {every.max():g}, outside 0..1", likely_scale(every))
    found = [piece.copy() for performance in performances for piece in divided(performance)]
    for performance in found:
        np.clip(performance[:, 1:], 0.0, 1.0, out=performance[:, 1:])
    return found
