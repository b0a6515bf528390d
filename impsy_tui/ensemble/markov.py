"""Markov chains of a single player, as a baseline for networks.

All players share one chain. The first order smooths small counts of the second order, and the frequency of each
gesture smooths small counts of the first order (D. MacKay and L. Bauman Peto, "A Hierarchical Dirichlet Language
Model", Natural Language Engineering 1(3), 1995).
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import GESTURES

MODELS: Final = ("repeat", "Markov 1", "Markov 2")
_WEIGHT_FIRST, _WEIGHT_SECOND = 1.0, 10.0
"""Weights of the lower order, in seconds."""

Chances = NDArray[np.float64]


class Markov:
    """Markov chain of gestures.

    Args:
        scores: gesture codes of the training data, each ``[seconds, players]``.
        order: number of gestures that the next one depends on: 1 or 2. At 0 the chain keeps its gesture with the
            probability of the training data, and changes to all others with equal probability.
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
        self._first = _smoothed(pairs, often, _WEIGHT_FIRST)
        self._second = _smoothed(triples, self._first, _WEIGHT_SECOND)

    def chances(self, before: NDArray[Any], last: NDArray[Any]) -> Chances:
        """Returns the probability of each next gesture.

        Args:
            before: gestures before the last, of any shape; -1 if there was none.
            last: last gestures, of the same shape.

        Returns:
            Probabilities, of that shape with an axis ``GESTURES`` at the end.
        """
        first: Chances = self._first[last]
        if self.order < 2:
            return first
        known = (before >= 0)[..., np.newaxis]
        return np.where(known, self._second[np.maximum(before, 0), last], first)

    def nats(self, codes: NDArray[Any]) -> NDArray[np.float64]:
        """Returns the negative log-likelihood of each second but the first in nats, ``[seconds - 1, players]``."""
        before = np.concatenate([np.full_like(codes[:1], -1), codes[:-2]])
        chances = self.chances(before, codes[:-1])
        return -np.log(np.take_along_axis(chances, codes[1:, :, np.newaxis].astype(np.int64), axis=2)[..., 0])

    def play(self, codes: NDArray[Any], random: np.random.Generator) -> NDArray[np.int8]:
        """Generates gestures of the same shape that begin with the same second, ``[seconds, players]``."""
        played = np.empty(codes.shape, np.int8)
        played[:1] = codes[:1]
        before = np.full(codes.shape[1], -1)
        for second in range(1, len(codes)):
            last = played[second - 1]
            played[second] = draw(self.chances(before, last), random)
            before = last
        return played


def draw(chances: NDArray[Any], random: np.random.Generator) -> NDArray[np.int8]:
    """Draws one gesture code for each row of weights ``[rows, gestures]``; rows need not sum to 1."""
    sums = np.cumsum(chances, axis=1)
    marks = random.random((len(chances), 1)) * sums[:, -1:]
    drawn: NDArray[np.int8] = np.minimum((sums <= marks).sum(axis=1), chances.shape[1] - 1).astype(np.int8)
    return drawn


def _smoothed(counts: Chances, on: Chances, weight: float) -> Chances:
    return np.asarray((counts + weight * on) / (counts.sum(axis=-1, keepdims=True) + weight))
