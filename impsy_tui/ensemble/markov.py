"""The simplest models of a player, to compare others with: who goes on, and who goes by the last gesture or two.

Each knows one player alone, whoever that is. Counts of the second order lean on those of the first where they are
few, and those of the first on how often each gesture begins at all (D. MacKay and L. Bauman Peto, "A Hierarchical
Dirichlet Language Model", Natural Language Engineering 1(3), 1995).
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import GESTURES

MODELS: Final = ("repeat", "Markov 1", "Markov 2")
_LEAN_FIRST, _LEAN_SECOND = 1.0, 10.0
"""Seconds that what is leaned on counts for."""

Chances = NDArray[np.float64]


class Markov:
    """Chances of a player's next gesture, given its last ones.

    Args:
        scores: codes to learn from, each ``[seconds, players]``.
        order: how many gestures it goes by: 1 or 2; 0 only goes on, or does anything else, as often as anybody did.
    """

    def __init__(self, scores: Sequence[NDArray[Any]], order: int) -> None:
        triples = np.zeros((GESTURES,) * 3)
        pairs = np.zeros((GESTURES,) * 2)
        for codes in scores:
            np.add.at(pairs, (codes[:-1], codes[1:]), 1)
            np.add.at(triples, (codes[:-2], codes[1:-1], codes[2:]), 1)
        self.order = order
        if order == 0:
            stays = (np.trace(pairs) + 1) / (pairs.sum() + 2)
            first = np.full((GESTURES, GESTURES), (1 - stays) / (GESTURES - 1))
            np.fill_diagonal(first, stays)
            self._first = first
            return
        often = (pairs.sum(axis=0) + 1) / (pairs.sum() + GESTURES)
        self._first = _leaning(pairs, often, _LEAN_FIRST)
        self._second = _leaning(triples, self._first, _LEAN_SECOND)

    def chances(self, before: NDArray[Any], last: NDArray[Any]) -> Chances:
        """Chances of each gesture.

        Args:
            before: gestures before the last, of any shape; -1 where there was none.
            last: the last gestures, likewise.

        Returns:
            Of that shape, and one axis more for the gestures.
        """
        first: Chances = self._first[last]
        if self.order < 2:
            return first
        known = (before >= 0)[..., np.newaxis]
        return np.where(known, self._second[np.maximum(before, 0), last], first)

    def nats(self, codes: NDArray[Any]) -> NDArray[np.float64]:
        """How surprising each second but the first was, ``[seconds - 1, players]``."""
        before = np.concatenate([np.full_like(codes[:1], -1), codes[:-2]])
        chances = self.chances(before, codes[:-1])
        return -np.log(np.take_along_axis(chances, codes[1:, :, np.newaxis].astype(np.int64), axis=2)[..., 0])

    def play(self, codes: NDArray[Any], random: np.random.Generator) -> NDArray[np.int8]:
        """As many parts, as long, beginning with the same gestures."""
        played = np.empty(codes.shape, np.int8)
        played[:1] = codes[:1]
        before = np.full(codes.shape[1], -1)
        for second in range(1, len(codes)):
            last = played[second - 1]
            played[second] = draw(self.chances(before, last), random)
            before = last
        return played


def draw(chances: NDArray[Any], random: np.random.Generator) -> NDArray[np.int8]:
    """A gesture of each row of chances, ``[rows, gestures]``."""
    sums = np.cumsum(chances, axis=1)
    marks = random.random((len(chances), 1)) * sums[:, -1:]
    drawn: NDArray[np.int8] = np.minimum((sums <= marks).sum(axis=1), chances.shape[1] - 1).astype(np.int8)
    return drawn


def _leaning(counts: Chances, on: Chances, so_much: float) -> Chances:
    return np.asarray((counts + so_much * on) / (counts.sum(axis=-1, keepdims=True) + so_much))
