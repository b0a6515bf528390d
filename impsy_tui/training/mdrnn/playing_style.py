"""Measures of a way of playing: pace, movement, range, dimensions that move together, repetition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

STEP: Final = 1 / 127
"""Step of a MIDI fader."""
_PLACES: Final = 8
"""Places of a dimension that a figure distinguishes."""
_FIGURE: Final = 4
"""Changes of place in a figure."""
_ONWARD: Final = 2 / 3
_VISITED: Final = 0.9
_EXCERPT: Final = 2000
"""Events in which figures are counted."""


@dataclass(frozen=True, slots=True)
class Style:
    """A way of playing.

    Attributes:
        gaps: seconds between events: 5 %, 50 % and 95 % of the gaps are at most so long.
        pace: events per second.
        movement: distance of all values together per second, in lengths of a fader.
        still: share of events in which no value moves by more than half a ``STEP``.
        together: share of events in which two values or more move.
        moving: share of events in which each value moves, ``[dimension - 1]``.
        spans: range of each value: distance between its 5 % and its 95 % quantile, ``[dimension - 1]``.
        repetition: share of the figures that came before.
    """

    gaps: tuple[float, float, float]
    pace: float
    movement: float
    still: float
    together: float
    moving: Doubles
    spans: Doubles
    repetition: float


def style(performances: Sequence[np.ndarray]) -> Style:
    """Returns the way of playing of some performances.

    Args:
        performances: ``[events, dimension]``, at least two events in one of them, not scaled.
    """
    gaps = np.concatenate([performance[1:, 0] for performance in performances]).astype(np.float64)
    values = np.concatenate([performance[:, 1:] for performance in performances])
    steps = np.abs(np.concatenate([np.diff(performance[:, 1:], axis=0) for performance in performances]))
    seconds = max(float(gaps.sum()), 1e-9)
    moves = steps > STEP / 2
    low, middle, high = np.percentile(gaps, (5, 50, 95)).tolist()
    bottom, top = np.percentile(values, (5, 95), axis=0)
    return Style(
        (low, middle, high),
        len(gaps) / seconds,
        float(steps.sum(dtype=np.float64)) / seconds,
        1.0 - float(moves.any(axis=1).mean()),
        float((moves.sum(axis=1) > 1).mean()),
        moves.mean(axis=0),
        np.asarray(top - bottom, np.float64),
        repetition(max(performances, key=len)[-_EXCERPT:, 1:]),
    )


def glides(performances: Sequence[np.ndarray]) -> NDArray[np.bool_]:
    """Returns True for each value that glides over its whole range, as a fader does; notes do not.

    Two thirds of the movements of such a value continue the direction of the movement before. The value visits nine
    tenths of the MIDI steps between its ends.

    Args:
        performances: ``[events, dimension]``, not scaled.
    """
    found = []
    for value in range(1, performances[0].shape[1]):
        columns = [performance[:, value] for performance in performances]
        moves = [steps[np.abs(steps) > STEP / 2] for steps in map(np.diff, columns)]
        onward = np.concatenate([each[1:] * each[:-1] > 0.0 for each in moves])
        places = np.unique(np.rint(np.concatenate(columns) / STEP))
        everywhere = len(places) >= _VISITED * (places[-1] - places[0] + 1)
        found.append(bool(len(onward)) and bool(onward.mean() >= _ONWARD) and bool(everywhere))
    return np.array(found)


def repetition(values: np.ndarray) -> float:
    """Returns the share of figures that came before: 0 never, 1 always.

    A figure is ``_FIGURE`` changes of place in a row, where each dimension has ``_PLACES`` places.

    Args:
        values: ``[events, dimension - 1]``, 0 to 1.
    """
    places = np.clip((values * _PLACES).astype(np.int64), 0, _PLACES - 1)
    changed = np.flatnonzero((places[1:] != places[:-1]).any(axis=1)) + 1
    visited = [row.tobytes() for row in places[changed]]
    figures = [b"".join(visited[at : at + _FIGURE]) for at in range(len(visited) - _FIGURE + 1)]
    return 1.0 - len(set(figures)) / len(figures) if figures else 1.0
