"""What an agent remembers of its synth: where it sounded much like what is wanted now.

A network is small, and a synth may sound alike in many places that are far apart: where each of thousands of sounds
is made cannot be learned by heart. It is looked up instead, and is part of what the agent sees.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.agent.seek import KnownSynth, rmse

PATIENCE: Final = (200.0, 20.0)
"""Frames that a target is taken to stay: a sound that is held, and a recording."""

_ROWS: Final = 64
_MANY: Final = 4096
_TOGETHER: Final = 16

_REACH: Final = 2.0
"""Steps. What is farther looks as if it were here: the way there begins with the same move."""

_ON_THE_WAY: Final = 0.5
"""Deviations that a frame on the way is taken to be off."""

_NEEDLESS: Final = 0.01
"""What the moves of all parameters cost beside the longest: of ways as long, the straightest is the best."""


class SimilarRows(NamedTuple):
    """Rows that sound like targets.

    Attributes:
        rows: ``[queries, kept]``, the nearest of each target, in no order.
        off: ``[queries, kept]``, RMSE, in deviations.
    """

    rows: np.ndarray
    off: np.ndarray


class Memory:
    """Recalls ways to places that sound like a target.

    *seek* goes to the row that sounds most like its target, wherever that is. Of rows that sound much the same, a way
    is recalled to the one that costs least: how far off it is as long as the target stays, and half a deviation in
    every frame on the way. With each step there it costs less than before, and any other no less than it did: who
    follows does not waver.

    Attributes:
        size: how many numbers are recalled.

    Args:
        known: the synth.
        places: of the descriptors that are to match.
        step: how far a parameter moves in a frame.
        patience: frames that the target is taken to stay; a way is recalled for each.
    """

    def __init__(self, known: KnownSynth, places: Sequence[int], step: float, patience: Sequence[float]) -> None:
        self._known, self._step = known, step
        self._patience = np.array(patience, np.float32)[:, None, None]
        # In 32 bits: most of the time goes into comparing, and what differs by less sounds the same.
        self._places = np.asfortranarray(known.table.parameters, np.float32)
        self._sounds = known.descriptors[:, list(places)].astype(np.float32)
        self._norms = (self._sounds**2).sum(1)
        self.kept = min(_ROWS, len(self._sounds))
        self.size = recalled_size(known.count, patience)

    def alike(self, targets: np.ndarray) -> SimilarRows:
        """The rows that sound like ``[queries, places]`` targets, standardised."""
        wanted = targets.astype(np.float32)
        squares = self._norms - 2.0 * wanted @ self._sounds.T
        rows = _least(squares, self.kept)
        return SimilarRows(rows, rmse(self._sounds[rows], wanted[:, None]))

    def recall(self, alike: SimilarRows, parameters: np.ndarray) -> np.ndarray:
        """What is recalled, ``[queries, size]``.

        For each patience that is the way there, N parameters, in steps and 0 where the synth sounds like that
        already; how far off it is there, in deviations; and how long the way is, from 0 to 1.

        Args:
            alike: of the targets.
            parameters: ``[queries, N]``, as they are now.
        """
        # One parameter at a time: NumPy is slow where the last axis is short.
        where = parameters.astype(np.float32)
        away = [
            np.abs(column.take(alike.rows) - now[:, None])
            for column, now in zip(self._places.T, where.T, strict=True)
        ]
        ways = reduce(np.maximum, away)
        costs = (ways + _NEEDLESS * reduce(np.add, away)) * (_ON_THE_WAY / self._step)
        here = self._known.rows_at(parameters)
        each = np.arange(len(parameters))
        best = (self._patience * alike.off + costs).argmin(-1)
        rows = alike.rows[each, best]
        steps = (self._places[rows] - where) / self._step
        steps[rows == here] = 0.0
        steps = np.minimum(np.maximum(steps, -_REACH), _REACH)
        recalled = np.concatenate((steps, alike.off[each, best, None], ways[each, best, None]), axis=-1)
        return recalled.swapaxes(0, 1).reshape(len(parameters), self.size)


def _least(values: np.ndarray, count: int) -> np.ndarray:
    """Where the least of ``[queries, columns]`` are, ``[queries, count]``, in no order.

    Many columns are taken together by sixteens first: the least are among the sixteens that have the least of all.
    """
    columns = values.shape[1]
    groups = columns // _TOGETHER
    if columns <= _MANY or groups <= count:
        return np.argpartition(values, count - 1, axis=1)[:, :count]
    grouped = values[:, : groups * _TOGETHER].reshape(-1, _TOGETHER, groups).min(1)
    first = np.argpartition(grouped, count - 1, axis=1)[:, None, :count]
    among = (first + groups * np.arange(_TOGETHER)[:, None]).reshape(len(values), -1)
    others = np.broadcast_to(np.arange(groups * _TOGETHER, columns), (len(values), columns % _TOGETHER))
    among = np.concatenate((among, others), axis=1)
    least = np.argpartition(np.take_along_axis(values, among, 1), count - 1, axis=1)[:, :count]
    return np.take_along_axis(among, least, 1)


def recalled_size(count: int, patience: Sequence[float]) -> int:
    """How many numbers are recalled of a synth of so many parameters."""
    return len(patience) * (count + 2)
