"""Memory of an agent: rows of the look-up table that sound like the target.

A small network cannot learn the parameters of thousands of sounds, and distant parameters may sound alike. So the
agent looks them up, and the result is a part of the network's input.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.agent.seek import KnownSynth, rmse

PATIENCE: Final = (200.0, 20.0)
"""Assumed duration of a target in frames: for a held sound, and for a recording."""

_ROWS: Final = 64
_MANY: Final = 4096
_TOGETHER: Final = 16

_REACH: Final = 2.0
"""Largest distance in steps in the network's input: a longer way begins with the same move."""

_ON_THE_WAY: Final = 0.5
"""Assumed error of each frame on the way, in standard deviations."""

_NEEDLESS: Final = 0.01
"""Cost of the moves of all parameters relative to the longest one: among equal ways the straightest wins."""


class SimilarRows(NamedTuple):
    """Rows of a look-up table that sound like targets.

    Attributes:
        rows: indices of the nearest rows of each target, unsorted, ``[queries, kept]``.
        off: RMSE of each row in standard deviations, ``[queries, kept]``.
    """

    rows: np.ndarray
    off: np.ndarray


class Memory:
    """Search for the cheapest way to parameters that sound like a target.

    *seek* chooses the row that sounds most like the target, at any distance. The memory chooses the row of the least
    cost among similar rows. The cost is the error of the row for the assumed duration of the target. Each frame on
    the way adds half a standard deviation. A step towards the chosen row lowers its cost by more than that of
    other rows. So the choice stays the same on the way.

    Attributes:
        kept: number of rows that are compared.
        size: number of values of a result.

    Args:
        known: model of the synth.
        places: indices of the compared descriptors.
        step: change of a parameter in one frame.
        patience: assumed durations of a target in frames; each gives one way.
    """

    def __init__(self, known: KnownSynth, places: Sequence[int], step: float, patience: Sequence[float]) -> None:
        self._known, self._step = known, step
        self._patience = np.array(patience, np.float32)[:, None, None]
        # 32 bits: comparing takes most of the time, and smaller differences are inaudible.
        self._places = np.asfortranarray(known.table.parameters, np.float32)
        self._sounds = known.descriptors[:, list(places)].astype(np.float32)
        self._norms = (self._sounds**2).sum(1)
        self.kept = min(_ROWS, len(self._sounds))
        self.size = recalled_size(known.count, patience)

    def alike(self, targets: np.ndarray) -> SimilarRows:
        """Returns the rows that sound like standardised targets ``[queries, places]``."""
        wanted = targets.astype(np.float32)
        squares = self._norms - 2.0 * wanted @ self._sounds.T
        rows = _least(squares, self.kept)
        return SimilarRows(rows, rmse(self._sounds[rows], wanted[:, None]))

    def recall(self, alike: SimilarRows, parameters: np.ndarray) -> np.ndarray:
        """Returns the memory part of the network's input, ``[queries, size]``.

        For each duration, the first values are the way to the chosen row in steps of each parameter (0 if the synth
        is there). The RMSE of that row in standard deviations follows, then the length of the way, 0 to 1.

        Args:
            alike: similar rows of the targets.
            parameters: current parameters, ``[queries, N]``.
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
    """Returns the columns of the smallest values ``[queries, columns]``, unsorted, ``[queries, count]``.

    Many columns are first joined in groups of 16: the smallest values are in the groups of the smallest minima.
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
    """Returns the number of memory values for a number of parameters."""
    return len(patience) * (count + 2)
