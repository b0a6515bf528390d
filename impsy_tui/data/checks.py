"""What cannot be right in performances: clocks that were set, and values outside of 0 to 1."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.errors import UserError

LONGEST_PAUSE: Final = 3600.0
"""Seconds. A longer gap is a clock that was set, or the night between two performances."""
TOLERANCE: Final = 0.05
"""How far a value may be outside of 0 to 1; it is taken as 0 or 1 then, as the player does."""
MOST_OUTSIDE: Final = 0.1
"""The share of events with values outside of 0 to 1 from which a log holds raw values."""
_OUT_OF_ORDER: Final = 60.0
_DAY: Final = 86_400.0
_USUAL: Final = (1.0, 127.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""The highest raw values of controllers."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of raw values that becomes 0 to 1."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"low {self.low:g} high {self.high:g}"

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Returns raw values as 0 to 1."""
        return np.asarray((values - self.low) / (self.high - self.low), values.dtype)


class ValueRangeError(UserError):
    """Values are of another range than 0 to 1; the message says which.

    Args:
        message: for the performer.
        scale: the range that they are likely to have.
    """

    def __init__(self, message: str, scale: Scale) -> None:
        super().__init__(message)
        self.scale = scale


def outside(values: np.ndarray) -> np.ndarray:
    """Returns for each event, ``[events]``, whether a value of it is outside of 0 to 1."""
    return np.asarray(((values < -TOLERANCE) | (values > 1.0 + TOLERANCE)).any(axis=1))


def are_raw(values: np.ndarray) -> bool:
    """Returns whether so many values are outside of 0 to 1 that they are of another range."""
    return bool(len(values)) and float(outside(values).mean()) > MOST_OUTSIDE


def likely_scale(values: np.ndarray) -> Scale:
    """Returns the usual range that holds raw values, or their own."""
    low, high = float(values.min()), float(values.max())
    top = next((usual for usual in _USUAL if high <= usual), high)
    return Scale(0.0 if low >= -TOLERANCE else -top if -low <= top else low, top)


def breaks(gaps: np.ndarray) -> np.ndarray:
    """Returns the indices of the events before which a performance is to be divided.

    Args:
        gaps: seconds since the event before, ``[events]``.
    """
    return np.flatnonzero((gaps < 0.0) | (gaps > LONGEST_PAUSE))


def divided(performance: np.ndarray) -> list[np.ndarray]:
    """Divides a performance where its clock was set; what comes first after that has no dt, and is left out.

    Args:
        performance: ``[events, dimension]``, the first column dt.
    """
    pieces = np.split(performance, breaks(performance[:, 0]))
    return [piece for piece in (pieces[0], *(piece[1:] for piece in pieces[1:])) if len(piece)]


def steady(times: np.ndarray) -> np.ndarray:
    """Returns the times of rows as if no clock had been set between them.

    Args:
        times: seconds, in the order of the file, ``[rows]``. Rows of several sources may be a little out of order.
    """
    gaps = np.diff(times, prepend=times[:1])
    jumps = np.where((gaps < -_OUT_OF_ORDER) | (gaps > _DAY), gaps, 0.0)
    return np.asarray(times - np.cumsum(jumps))


def checked(performances: list[np.ndarray]) -> list[np.ndarray]:
    """Returns performances that can be learned from: divided where a clock was set, values 0 to 1.

    Args:
        performances: each ``[events, dimension]``, columns dt in seconds, then the values.

    Raises:
        ValueRangeError: their values are of another range.
    """
    values = [performance[:, 1:] for performance in performances]
    if values and are_raw(every := np.concatenate(values)):
        raise ValueRangeError(f"its values are {every.min():g} to {every.max():g}, outside 0..1", likely_scale(every))
    found = [piece.copy() for performance in performances for piece in divided(performance)]
    for performance in found:
        np.clip(performance[:, 1:], 0.0, 1.0, out=performance[:, 1:])
    return found
