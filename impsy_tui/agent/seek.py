"""Model of a synth, observations and moves of an agent, and the search *seek*.

An agent receives descriptors of a target sound and moves the N parameters of a synth, so that the synth sounds like
the target (V. Madaghiele, "RL-impro", 2024). In each frame it moves each parameter one step up, one step down or not
at all. Descriptors are
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
"""Change of a parameter in one frame."""


@dataclass(frozen=True, slots=True)
class Scaler:
    """Mean and standard deviation of each descriptor.

    Attributes:
        mean: ``[55]``.
        deviation: ``[55]``, population standard deviations; 1 for a constant descriptor.
    """

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, table: LookupTable) -> "Scaler":
        """Returns the scaler of a look-up table."""
        deviation = table.descriptors.std(0)
        return cls(table.descriptors.mean(0), np.where(deviation > 0.0, deviation, 1.0))

    def standardised(self, frames: np.ndarray) -> np.ndarray:
        """Returns frames ``[…, 55]`` in standard deviations from the mean."""
        return np.asarray((frames - self.mean) / self.deviation)


class KnownSynth:
    """Model of a synth: its look-up table.

    Attributes:
        table: look-up table.
        scaler: scaler of the table.
        descriptors: standardised descriptors of the table, ``[rows, 55]``.
        count: number of parameters, N.
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
        """Returns the indices of the rows nearest to parameters ``[queries, N]``, ``[queries]``."""
        return self._index.rows(parameters)

    def sound_at(self, parameters: np.ndarray) -> np.ndarray:
        """Returns the standardised descriptors at parameters ``[queries, N]``, ``[queries, 55]``."""
        return np.asarray(self.descriptors[self._index.rows(parameters)])


def moves(count: int) -> np.ndarray:
    """Returns all moves of N parameters, ``[3^N, N]`` of 1, 0 and -1, in the order of RL-impro's actions."""
    return np.array(list(product((1, 0, -1), repeat=count)), np.int8)


def moved(parameters: np.ndarray, move: np.ndarray, step: float) -> np.ndarray:
    """Returns the parameters after a move, each from 0 to 1."""
    return np.clip(parameters + move * step, 0.0, 1.0)


def observed(
    own: np.ndarray, target: np.ndarray, parameters: np.ndarray, recalled: np.ndarray | None = None
) -> np.ndarray:
    """Returns the network's input: descriptors of the synth, of the target, parameters and, if given, the memory."""
    seen = (own, target, parameters) if recalled is None else (own, target, parameters, recalled)
    return np.concatenate(seen, axis=-1, dtype=np.float32)


def rmse(own: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Returns the root mean square difference of two sounds over the last axis, in standard deviations."""
    return np.asarray(np.sqrt(((own - target) ** 2).mean(-1)))


class Seek:
    """Search for the row of the look-up table that sounds most like the target.

    Args:
        known: model of the synth.
        places: indices of the compared descriptors, at least one.
    """

    def __init__(self, known: KnownSynth, places: Sequence[int]) -> None:
        self._known = known
        self._places = list(places)
        self._nearest = NearestRows(known.descriptors[:, self._places])

    def goal(self, target: np.ndarray) -> np.ndarray:
        """Returns the parameters ``[N]`` that sound most like a standardised target ``[55]``."""
        row = self._nearest.row(target[self._places])
        return np.asarray(self._known.table.parameters[row])

    def goals(self, targets: np.ndarray) -> np.ndarray:
        """Returns the parameters ``[queries, N]`` for targets ``[queries, places]`` of the compared descriptors."""
        return np.asarray(self._known.table.parameters[self._nearest.rows(targets)])


def towards(parameters: np.ndarray, goal: np.ndarray, step: float) -> np.ndarray:
    """Returns the move towards a goal: 1, 0 or -1 for each parameter, 0 within half a step."""
    away = goal - parameters
    return np.where(np.abs(away) > step / 2, np.sign(away), 0.0).astype(np.int8)
