"""What an agent knows of a synth, what it sees and how it moves; and *seek*, the plainest agent there is.

An agent hears descriptors of a target and moves the N parameters of a synth, each up, down or not at all by one
step a frame, so that the synth sounds like the target (V. Madaghiele, "RL-impro", 2024). All descriptors are
standardised by the mean and the population standard deviation of the synth's look-up table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

import numpy as np

from impsy_tui.agent.lookup_table import LookupTable
from impsy_tui.agent.nearest import NearestRows, ParameterIndex

STEP: Final = 0.05
"""How far a parameter moves in a frame."""


@dataclass(frozen=True, slots=True)
class Scaler:
    """What descriptors are standardised by.

    Attributes:
        mean: ``[55]``.
        deviation: ``[55]``, population standard deviations; 1 where a descriptor never changes.
    """

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, table: LookupTable) -> "Scaler":
        """The scaler of a table."""
        deviation = table.descriptors.std(0)
        return cls(table.descriptors.mean(0), np.where(deviation > 0.0, deviation, 1.0))

    def standardised(self, frames: np.ndarray) -> np.ndarray:
        """Frames ``[…, 55]`` as so many deviations from the mean."""
        return np.asarray((frames - self.mean) / self.deviation)


class KnownSynth:
    """A synth as an agent knows it: by its look-up table.

    Attributes:
        table: what it was made of.
        scaler: the table's.
        descriptors: ``[rows, 55]``, standardised.
        count: N, of its parameters.
    """

    def __init__(self, table: LookupTable, scaler: Scaler | None = None) -> None:
        self.table = table
        self.scaler = scaler or Scaler.of(table)
        self.descriptors = self.scaler.standardised(table.descriptors)
        self.count = table.parameters.shape[1]

    @cached_property
    def _index(self) -> ParameterIndex:
        return ParameterIndex(self.table.parameters)

    def rows_at(self, parameters: np.ndarray) -> np.ndarray:
        """The rows nearest to ``[queries, N]`` parameters."""
        return self._index.rows(parameters)

    def sound_at(self, parameters: np.ndarray) -> np.ndarray:
        """What the synth sounds like at ``[queries, N]`` parameters: ``[queries, 55]``, standardised."""
        return np.asarray(self.descriptors[self._index.rows(parameters)])


def moves(count: int) -> np.ndarray:
    """Every move of so many parameters: ``[3^N, N]`` of 1, 0 and -1, in the order of RL-impro's actions."""
    return np.array(list(product((1, 0, -1), repeat=count)), np.int8)


def moved(parameters: np.ndarray, move: np.ndarray, step: float) -> np.ndarray:
    """Parameters after a move, each from 0 to 1."""
    return np.clip(parameters + move * step, 0.0, 1.0)


def observed(
    own: np.ndarray, target: np.ndarray, parameters: np.ndarray, recalled: np.ndarray | None = None
) -> np.ndarray:
    """What an agent sees, side by side: its own descriptors, its target's, its parameters; and what it recalls."""
    seen = (own, target, parameters) if recalled is None else (own, target, parameters, recalled)
    return np.concatenate(seen, axis=-1, dtype=np.float32)


def rmse(own: np.ndarray, target: np.ndarray) -> np.ndarray:
    """How far two sounds are apart: root mean square of differences over the last axis, in deviations."""
    return np.asarray(np.sqrt(((own - target) ** 2).mean(-1)))


class Seek:
    """Steps towards the parameters of the row that sounds most like the target.

    Args:
        known: the synth.
        places: of the descriptors that count, at least one.
    """

    def __init__(self, known: KnownSynth, places: Sequence[int]) -> None:
        self._known = known
        self._places = list(places)
        self._nearest = NearestRows(known.descriptors[:, self._places])

    def goal(self, target: np.ndarray) -> np.ndarray:
        """The parameters ``[N]`` that sound most like a target ``[55]``, standardised."""
        row = self._nearest.row(target[self._places])
        return np.asarray(self._known.table.parameters[row])

    def goals(self, targets: np.ndarray) -> np.ndarray:
        """The same of ``[queries, places]`` targets of the descriptors that count: ``[queries, N]``."""
        return np.asarray(self._known.table.parameters[self._nearest.rows(targets)])


def towards(parameters: np.ndarray, goal: np.ndarray, step: float) -> np.ndarray:
    """The move that comes nearest to a goal: 1, 0 or -1 a parameter, 0 within half a step."""
    away = goal - parameters
    return np.where(np.abs(away) > step / 2, np.sign(away), 0.0).astype(np.int8)
