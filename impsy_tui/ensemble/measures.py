"""Measures of an ensemble's gestures: transitions, flux, entropy, runs, new ideas, states.

The measures are those of C. Martin's Metatone project (C. Martin, H. Gardner and B. Swift, "Tracking Ensemble
Performance on Touch-Screens with Gesture Classification and Transition Matrices", NIME 2015). They are matrices of
transitions between gestures and between groups of gestures, their flux and entropy, and new ideas. Here rows of a
matrix are gestures and columns are next gestures; the matrices of Metatone are transposed. States: see
``ensemble_state``.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import GESTURES, GROUPS

WINDOW: Final = 15
"""Seconds over which flux and state are computed."""
NEW_IDEA: Final = 0.3
"""Increase of flux from one window to the next that is a new idea."""
GROUP_COUNT: Final = max(GROUPS) + 1
STASIS, CONVERGENCE, DIVERGENCE, DEVELOPMENT = STATES = ("stasis", "convergence", "divergence", "development")
_GROUP_OF: Final = np.array(GROUPS)

Matrix = NDArray[np.float64]


def transitions(codes: NDArray[Any], size: int = GESTURES) -> Matrix:
    """Counts the transitions from each gesture to each gesture, itself included.

    Args:
        codes: ``[seconds]`` or ``[seconds, players]``, each below ``size``; below 0 for an absent player.
        size: number of gestures, or of groups.

    Returns:
        Counts ``[size, size]`` of all players together: rows are gestures, columns next gestures.
    """
    left, came = codes[:-1].astype(np.int64).ravel(), codes[1:].astype(np.int64).ravel()
    there = (left >= 0) & (came >= 0)
    counts = np.bincount(left[there] * size + came[there], minlength=size * size)
    return counts.reshape(size, size).astype(np.float64)


def grouped(codes: NDArray[Any]) -> NDArray[Any]:
    """Returns the group of each gesture; -1 for codes below 0."""
    return np.where(codes < 0, -1, _GROUP_OF[np.maximum(codes, 0)])


def by_arrival(counts: Matrix) -> Matrix:
    """Divides each column by its sum: the distribution of the gesture before each gesture.

    A column without transitions stays 0. Flux and entropy of this matrix are those of whole performances in
    Metatone's ``performances.csv``.
    """
    sums = counts.sum(axis=0, keepdims=True)
    return np.asarray(np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0))


def flux(matrix: Matrix) -> float:
    """Returns the share of transitions off the diagonal, 0 to 1; 0 for an empty matrix."""
    total = float(matrix.sum())
    return (total - float(np.trace(matrix))) / total if total else 0.0


def entropy(matrix: Matrix) -> float:
    """Returns Shannon's entropy of the transitions in bits; 0 for an empty matrix."""
    total = matrix.sum()
    shares = matrix[matrix > 0] / total if total else np.ones(1)
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def run_lengths(codes: NDArray[Any]) -> NDArray[np.int64]:
    """Returns the lengths in seconds of runs of one gesture, one player after the other.

    Args:
        codes: ``[seconds]`` or ``[seconds, players]``.
    """
    columns = codes.reshape(len(codes), -1).T
    ends = [np.concatenate([[0], np.flatnonzero(np.diff(column)) + 1, [len(column)]]) for column in columns]
    return np.concatenate([np.diff(end) for end in ends]) if len(codes) else np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class EnsembleActivity:
    """State of an ensemble.

    Attributes:
        kind: one of ``STATES``.
        spread: 0 if all transitions of the state are alike, 1 if they are spread evenly.
        ratio: share of the transitions that belong to the state, 0 to 1.
    """

    kind: str
    spread: float
    ratio: float


def ensemble_state(counts: Matrix) -> EnsembleActivity:
    """Returns the state of an ensemble from its transitions in a window.

    Stasis is the diagonal of the matrix: all players keep their gestures. Convergence is a column: players change
    from several gestures to one. Divergence is a row: players change from one gesture to several. The ensemble is in
    the state whose vector has the largest Euclidean norm; the diagonal wins a tie. If the largest row and the largest
    column are equal and larger than the diagonal, the state is development.

    Definitions, spread and ratio are those of the program Metatone Classifier, with two differences. That program
    exchanges the words for rows and columns. There, development is any row as large as a column, even if no player
    changes; here that is stasis.

    Args:
        counts: transitions, ``[size, size]``.
    """
    total = float(counts.sum())
    diagonal = np.diagonal(counts)
    column, row = max(counts.T, key=_norm), max(counts, key=_norm)
    still, coming, leaving = _norm(diagonal), _norm(column), _norm(row)
    if still >= max(coming, leaving):
        return EnsembleActivity(STASIS, _spread(diagonal), float(diagonal.sum()) / total if total else 1.0)
    if coming == leaving:
        return EnsembleActivity(DEVELOPMENT, 1.0, flux(counts))
    kind, vector = (CONVERGENCE, column) if coming > leaving else (DIVERGENCE, row)
    return EnsembleActivity(kind, _spread(vector), float(vector.sum()) / total)


def _norm(vector: NDArray[Any]) -> float:
    return float(np.sqrt(vector @ vector))


def _spread(vector: NDArray[Any]) -> float:
    root = float(np.sqrt(len(vector)))
    total = float(vector.sum())
    spread = root * (1.0 - _norm(vector) / total) / (root - 1.0) if total else 1.0
    return min(max(spread, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class EnsembleMoment:
    """Measures of an ensemble in one second.

    Attributes:
        counts: transitions between groups of gestures in the last window, ``[5, 5]``.
        flux: flux of these transitions, 0 to 1.
        rise: difference to the flux of the window before, -1 to 1; 0 until that window is full.
        new_idea: True in the second in which a new idea begins.
        state: state of the ensemble.
    """

    counts: Matrix
    flux: float
    rise: float
    new_idea: bool
    state: EnsembleActivity


class EnsembleWatch:
    """Live measures of an ensemble, second by second. Players may join and leave."""

    def __init__(self) -> None:
        self._before: tuple[int, ...] = ()
        self._seconds: deque[Matrix] = deque(maxlen=2 * WINDOW)
        self._idea = False

    def hear(self, codes: Sequence[int]) -> EnsembleMoment:
        """Takes the gestures of one second and returns the measures.

        Args:
            codes: gesture code of each player, always in the same order; -1 for an absent player.
        """
        now = tuple(codes)
        if len(now) == len(self._before):
            pair = grouped(np.array([self._before, now], np.int64))
            self._seconds.append(transitions(pair, GROUP_COUNT))
        elif self._before:
            self._seconds.append(np.zeros((GROUP_COUNT, GROUP_COUNT)))
        self._before = now
        seconds = list(self._seconds)
        counts = np.sum(seconds[-WINDOW:], axis=0) if seconds else np.zeros((GROUP_COUNT, GROUP_COUNT))
        before = np.sum(seconds[:WINDOW], axis=0) if len(seconds) == 2 * WINDOW else counts
        rise = flux(counts) - flux(before)
        was, self._idea = self._idea, rise > NEW_IDEA
        return EnsembleMoment(counts, flux(counts), rise, self._idea and not was, ensemble_state(counts))


def follow(codes: NDArray[Any]) -> list[EnsembleMoment]:
    """Returns the live measures of each second of a score ``[seconds, players]``."""
    watch = EnsembleWatch()
    return [watch.hear(row) for row in codes.tolist()]


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of one performance, or of several together.

    Attributes:
        flux: flux of ``by_arrival``, 0 to 1, as in Metatone.
        entropy: entropy of ``by_arrival`` in bits, as in Metatone.
        changes: share of seconds that bring another gesture, 0 to 1: flux of the counts.
        variety: entropy of the counts in bits.
        run: mean length of a run of one gesture in seconds.
    """

    flux: float
    entropy: float
    changes: float
    variety: float
    run: float


def measure(parts: Sequence[NDArray[Any]]) -> Measures:
    """Returns the measures of several parts together.

    Args:
        parts: gesture codes, each ``[seconds]`` or ``[seconds, players]``.
    """
    counts = np.sum([transitions(part) for part in parts], axis=0)
    arrived = by_arrival(counts)
    run = float(np.concatenate([run_lengths(part) for part in parts]).mean())
    return Measures(flux(arrived), entropy(arrived), flux(counts), entropy(counts), run)
