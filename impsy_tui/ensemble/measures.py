"""What an ensemble does with its gestures: transitions, flux, entropy, runs, new ideas, states.

The measures are those of C. Martin's Metatone project: C. Martin, H. Gardner and B. Swift, "Tracking Ensemble
Performance on Touch-Screens with Gesture Classification and Transition Matrices", NIME 2015: matrices of transitions
between gestures and between groups of them, their flux and entropy, and new ideas. Here a matrix has a row for the
gesture that was left and a column for the one that was come to; Metatone's are turned round. States: see
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
"""Seconds that flux and state are of."""
NEW_IDEA: Final = 0.3
"""So much more flux than in the window before is a new idea."""
GROUP_COUNT: Final = max(GROUPS) + 1
STASIS, CONVERGENCE, DIVERGENCE, DEVELOPMENT = STATES = ("stasis", "convergence", "divergence", "development")
_GROUP_OF: Final = np.array(GROUPS)

Matrix = NDArray[np.float64]


def transitions(codes: NDArray[Any], size: int = GESTURES) -> Matrix:
    """How often each gesture was followed by each, staying included.

    Args:
        codes: ``[seconds]`` or ``[seconds, players]``, each below ``size``; those below 0 are of no player.
        size: how many gestures, or groups of them, there are.

    Returns:
        Counts, ``[size, size]``, rows left, columns come to, all players together.
    """
    left, came = codes[:-1].astype(np.int64).ravel(), codes[1:].astype(np.int64).ravel()
    there = (left >= 0) & (came >= 0)
    counts = np.bincount(left[there] * size + came[there], minlength=size * size)
    return counts.reshape(size, size).astype(np.float64)


def grouped(codes: NDArray[Any]) -> NDArray[Any]:
    """The groups of gestures; what is below 0 stays so."""
    return np.where(codes < 0, -1, _GROUP_OF[np.maximum(codes, 0)])


def by_arrival(counts: Matrix) -> Matrix:
    """Where each gesture is come to from: each column sums to 1, or to 0 where it never is.

    Flux and entropy of this matrix are those that Metatone's ``performances.csv`` gives of whole performances.
    """
    sums = counts.sum(axis=0, keepdims=True)
    return np.asarray(np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0))


def flux(matrix: Matrix) -> float:
    """How much changes, 0..1: what is off the diagonal of a matrix of transitions; 0 of an empty one."""
    total = float(matrix.sum())
    return (total - float(np.trace(matrix))) / total if total else 0.0


def entropy(matrix: Matrix) -> float:
    """How varied the transitions are, in bits: Shannon's entropy of the matrix; 0 of an empty one."""
    total = matrix.sum()
    shares = matrix[matrix > 0] / total if total else np.ones(1)
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def run_lengths(codes: NDArray[Any]) -> NDArray[np.int64]:
    """How long each gesture was played before it was changed, in seconds, one player after the other.

    Args:
        codes: ``[seconds]`` or ``[seconds, players]``.
    """
    columns = codes.reshape(len(codes), -1).T
    ends = [np.concatenate([[0], np.flatnonzero(np.diff(column)) + 1, [len(column)]]) for column in columns]
    return np.concatenate([np.diff(end) for end in ends]) if len(codes) else np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class EnsembleActivity:
    """What an ensemble does.

    Attributes:
        kind: one of ``STATES``.
        spread: 0 where all of it is one transition, 1 where it is evenly shared out.
        ratio: of all transitions, how many are of it, 0..1.
    """

    kind: str
    spread: float
    ratio: float


def ensemble_state(counts: Matrix) -> EnsembleActivity:
    """The state of an ensemble, from its transitions in a window.

    Stasis is the diagonal of the matrix: everybody goes on. Convergence is a column: one gesture is come to from
    several. Divergence is a row: one gesture is left for several. The ensemble is in the state whose vector has the
    largest Euclidean norm; the diagonal goes first. If the largest row and the largest column are as large as each
    other and larger than it, gestures are left and come to alike: development.

    All this, spread and ratio are those of the program Metatone Classifier, but for two things. There rows and
    columns are called the other way round; here the words are taken for what they mean. There development is any row
    as large as a column, even while nobody changes anything; here that is stasis.
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
    """What an ensemble does now.

    Attributes:
        counts: transitions between groups of gestures in the last window, ``[5, 5]``.
        flux: of them.
        rise: how much more that is than in the window before; 0 until there was one.
        new_idea: whether there is one since this second.
        state: of the ensemble.
    """

    counts: Matrix
    flux: float
    rise: float
    new_idea: bool
    state: EnsembleActivity


class EnsembleWatch:
    """Follows an ensemble, second by second. Players may come and go."""

    def __init__(self) -> None:
        self._before: tuple[int, ...] = ()
        self._seconds: deque[Matrix] = deque(maxlen=2 * WINDOW)
        self._idea = False

    def hear(self, codes: Sequence[int]) -> EnsembleMoment:
        """Hear what each player does this second.

        Args:
            codes: of gestures, a player each, always in the same order; -1 for one who is not there.
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
    """What an ensemble did at each second of a score, ``[seconds, players]``, as it would have been seen live."""
    watch = EnsembleWatch()
    return [watch.hear(row) for row in codes.tolist()]


@dataclass(frozen=True, slots=True)
class Measures:
    """A performance, or several together, in numbers.

    Attributes:
        flux: of where gestures are come to from, 0..1; Metatone's.
        entropy: of the same, in bits; Metatone's.
        changes: how many seconds bring another gesture, 0..1: the flux of the counts.
        variety: the entropy of the counts, in bits.
        run: how long a gesture is played, on average, in seconds.
    """

    flux: float
    entropy: float
    changes: float
    variety: float
    run: float


def measure(parts: Sequence[NDArray[Any]]) -> Measures:
    """The measures of parts together.

    Args:
        parts: codes, each ``[seconds]`` or ``[seconds, players]``.
    """
    counts = np.sum([transitions(part) for part in parts], axis=0)
    arrived = by_arrival(counts)
    run = float(np.concatenate([run_lengths(part) for part in parts]).mean())
    return Measures(flux(arrived), entropy(arrived), flux(counts), entropy(counts), run)
