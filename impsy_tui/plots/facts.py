"""Data of plots, computed with NumPy."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

YOU: Final = "you"
PLAYER: Final = "player"

REST: Final = 2.0
"""Seconds. No line is drawn between events that are further apart."""

_DECADES: Final = (-3, 2)
"""Lowest and highest power of ten of dt in seconds; a dt outside counts at the nearer end."""
_PER_DECADE: Final = 10
_STILL: Final = 1e-6
_STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000, 36000, 86400)


class Track(NamedTuple):
    """Values that the musician or the player played.

    Attributes:
        who: ``YOU`` or ``PLAYER``.
        low: ``[columns, values]``: lowest value in each column of time; the held value if nothing was
            played, NaN in a rest.
        high: highest value, in the same form.
    """

    who: str
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, slots=True)
class Series:
    """Values over time.

    Attributes:
        title: title of the plot.
        seconds: duration, above 0.
        names: names of the values.
        tracks: tracks of the musician and the player.
        now: time in seconds at which a model stopped listening; None for never.
    """

    title: str
    seconds: float
    names: tuple[str, ...]
    tracks: tuple[Track, ...]
    now: float | None = None

    @property
    def limits(self) -> tuple[float, float]:
        """Returns the limits of the axis: 0 and 1, extended to values outside."""
        low = [np.nanmin(track.low) for track in self.tracks if not np.isnan(track.low).all()]
        high = [np.nanmax(track.high) for track in self.tracks if not np.isnan(track.high).all()]
        return float(min((0.0, *low))), float(max((1.0, *high)))

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Returns about ``count`` ticks of the time axis in seconds with their labels; one of them is 0 or now."""
        begin = self.now or 0.0
        step = next((step for step in _STEPS if self.seconds / step < most), self.seconds / most)
        places = range(-int(begin / step), int((self.seconds - begin) / step + 1e-9) + 1)
        if self.now is None:
            return [(step * place, clock(step * place, self.seconds)) for place in places]
        return [(begin + step * place, f"{step * place:+.3g} s" if place else "now") for place in places]


class Histogram(NamedTuple):
    """Histogram of the time between events.

    Attributes:
        edges: rising edges in seconds, ``[bins + 1]``, ten to a decade.
        counts: number of events ``[bins]``, of the musician and of the player.
        spread: dt at 5, 50 and 95 % in seconds, of the musician and of the player.
    """

    edges: np.ndarray
    counts: dict[str, np.ndarray]
    spread: dict[str, tuple[float, float, float]]


class Curve(NamedTuple):
    """Loss in nats after each epoch, ``[epochs]`` each; ``held_out`` may be empty."""

    loss: tuple[float, ...]
    held_out: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Plots of one file.

    Attributes:
        title: name of the file.
        remark: summary of the file in one line.
        series: one series, or two series next to each other with the same length and values.
        histogram: histogram of dt.
        moves: share of the musician's events that move each value, 0..1, ``[values]``.
        curve: loss of the training.
    """

    title: str
    remark: str
    series: tuple[Series, ...] = ()
    histogram: Histogram | None = None
    moves: np.ndarray | None = None
    curve: Curve | None = None


def track(who: str, at: np.ndarray, values: np.ndarray, seconds: float, columns: int) -> Track:
    """Returns the lowest and the highest of each value in columns of time.

    Args:
        who: ``YOU`` or ``PLAYER``.
        at: times of the events in seconds, in any order, ``[events]``.
        values: ``[events, values]``.
        seconds: duration of all columns, above 0.
        columns: number of columns, at least 1.
    """
    low = np.full((columns, values.shape[1]), np.nan)
    high = low.copy()
    if not len(at):
        return Track(who, low, high)
    if (np.diff(at) < 0).any():  # the clock was set back
        order = np.argsort(at, kind="stable")
        at, values = at[order], values[order]
    column = np.clip(at / seconds * columns, 0, columns - 1).astype(int)
    filled, first = np.unique(column, return_index=True)
    low[filled] = np.minimum.reduceat(values, first)
    high[filled] = np.maximum.reduceat(values, first)
    last = np.searchsorted(column, np.arange(columns), side="right") - 1
    following = np.minimum(last + 1, len(at) - 1)
    held = (last >= 0) & (last < len(at) - 1) & (at[following] - at[last] < REST)
    held[filled] = False
    low[held] = high[held] = values[last[held]]
    return Track(who, low, high)


def histogram(gaps: dict[str, np.ndarray]) -> Histogram | None:
    """Returns the histogram of gaps between events, in bins of a tenth of a decade; None without gaps.

    Args:
        gaps: gaps in seconds ``[gaps]``, of the musician and of the player.
    """
    gaps = {who: found for who, found in gaps.items() if len(found)}
    if not gaps:
        return None
    low, high = _DECADES
    edges = np.logspace(low, high, (high - low) * _PER_DECADE + 1)
    # Rounding must not put 0.01 s below 0.01 s.
    inner = edges[1:-1] * (1 - 1e-6)
    bins = len(edges) - 1
    counts = {
        who: np.bincount(np.searchsorted(inner, found, side="right"), minlength=bins) for who, found in gaps.items()
    }
    filled = np.flatnonzero(np.sum(list(counts.values()), axis=0))
    first = int(filled[0]) // _PER_DECADE * _PER_DECADE
    last = -(-(int(filled[-1]) + 1) // _PER_DECADE) * _PER_DECADE
    return Histogram(
        edges[first : last + 1],
        {who: count[first:last] for who, count in counts.items()},
        {who: _spread(found) for who, found in gaps.items()},
    )


def _spread(gaps: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.percentile(gaps, [5, 50, 95]).tolist()
    return low, middle, high


def moves(performances: list[np.ndarray]) -> np.ndarray | None:
    """Returns the share of events that move each value, 0..1; None if no event follows another.

    Args:
        performances: values without dt, ``[events, values]`` each.
    """
    steps = sum(max(0, len(performance) - 1) for performance in performances)
    if not steps:
        return None
    with np.errstate(over="ignore"):  # a move from one end of float32 to the other overflows
        moved = [(np.abs(np.diff(performance, axis=0)) > _STILL).sum(axis=0) for performance in performances]
    return np.asarray(np.sum(moved, axis=0) / steps)


def clock(seconds: float, of: float) -> str:
    """Returns the shortest label of a time on an axis of this length in seconds."""
    if of < 120:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    minutes = f"{whole % 3600 // 60}:{whole % 60:02d}"
    return minutes if of < 3600 else f"{whole // 3600}:{minutes:0>5}"


def gap_name(seconds: float) -> str:
    """Returns the label of a power of ten on an axis of dt."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.0999 else f"{seconds:.3g} s"
