"""Inputs of a network of ensembles: for each player its gesture, the gestures before, their lengths, and averages.

The lengths of runs carry most of the information about the next gesture. As inputs they need not be learned.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

GESTURES: Final = 9
_LONGER: Final = np.array([1, 2, 3, 4, 5, 7, 10, 15, 25, 45])
"""Thresholds in seconds: one input each, 1 if the current run is longer."""
_PACES: Final = 1 / np.array([8.0, 30.0, 120.0])
"""Weights of a new second in the moving averages over about 8, 30 and 120 seconds."""
_RUNS: Final = 3
"""Number of runs: the current one and those before."""

WIDTH: Final = _RUNS * GESTURES + len(_LONGER) + _RUNS + len(_PACES) * (GESTURES + 1)
"""Length of a player's vector. It has the one-hot gestures of the runs, the thresholds of the current run and the
logarithms of the lengths of the runs. For each average it has the share of each gesture and the share of changes."""
INPUTS: Final = 3 * WIDTH + 3
"""Length of a follower's input: its vector, the lead's vector and the mean vector of the other followers, then three
numbers. They are 1 if it plays the lead's gesture, the share of the others that play its gesture, and the number of
players / 8."""

_ONE_HOT: Final = np.concatenate([np.eye(GESTURES), np.zeros((1, GESTURES))])
"""The last row (index -1) is for no gesture."""


class EnsembleMemory:
    """History of the gestures of several players, each independent of the others.

    Args:
        players: number of players.
    """

    def __init__(self, players: int) -> None:
        self._gestures = np.full((_RUNS, players), -1)
        self._lengths = np.zeros((_RUNS, players))
        self._shares = np.zeros((len(_PACES), players, GESTURES))
        self._changes = np.zeros((len(_PACES), players))

    def hear(self, codes: Sequence[int] | NDArray[Any]) -> Floats:
        """Takes the gestures of one second.

        Args:
            codes: gesture code of each player, ``[players]``; below 0 for an absent player, whose history is deleted.

        Returns:
            Vector of each player, ``[players, WIDTH]``; zeros for absent players.
        """
        now = np.asarray(codes, np.int64)
        gestures, lengths = self._gestures, self._lengths
        changed = (now != gestures[0]) & (gestures[0] >= 0)
        gestures[1:] = np.where(changed, gestures[:-1], gestures[1:])
        lengths[1:] = np.where(changed, lengths[:-1], lengths[1:])
        gestures[0] = now
        lengths[0] = np.where(changed, 1.0, lengths[0] + 1.0)
        self._shares += _PACES[:, None, None] * (_ONE_HOT[np.maximum(now, -1)] - self._shares)
        self._changes += _PACES[:, None] * (changed - self._changes)
        self._clear(now < 0)
        return self._vectors()

    def expect(self, shares: Sequence[float], changes: float) -> Floats:
        """Sets the averages of all players, as after a long time of usual playing, and returns their vectors.

        Args:
            shares: share of each gesture, ``[GESTURES]``.
            changes: share of seconds that bring another gesture.
        """
        self._shares[:] = np.asarray(shares)
        self._changes[:] = changes
        return self._vectors()

    def _clear(self, gone: NDArray[np.bool_]) -> None:
        if gone.any():
            self._gestures[:, gone] = -1
            for array in (self._lengths, self._changes):
                array[:, gone] = 0.0
            self._shares[:, gone] = 0.0

    def _vectors(self) -> Floats:
        players = self._gestures.shape[1]
        parts = (
            *_ONE_HOT[self._gestures],
            self._lengths[0][:, None] > _LONGER,
            np.log1p(self._lengths.T) / 3.0,
            self._shares.transpose(1, 0, 2).reshape(players, -1),
            3.0 * self._changes.T,
        )
        return np.concatenate(parts, axis=1, dtype=np.float32)


def network_inputs(lead: Floats, followers: Floats) -> Floats:
    """Returns the network's input of each follower.

    Args:
        lead: vector of the lead now, ``[…, WIDTH]``.
        followers: vectors of the followers one second before, ``[…, followers, WIDTH]``. A vector of zeros is an
            absent follower, which is left out of the means.

    Returns:
        ``[…, followers, INPUTS]``.
    """
    there = followers.any(axis=-1, keepdims=True)
    counts = there.sum(axis=-2, keepdims=True)
    total = followers.sum(axis=-2, keepdims=True)
    others = (total - followers) / np.maximum(counts - there, 1)
    leads = np.broadcast_to(lead[..., None, :], followers.shape)
    own = followers[..., :GESTURES]
    with_lead = (own * leads[..., :GESTURES]).sum(axis=-1, keepdims=True)
    with_others = (own * others[..., :GESTURES]).sum(axis=-1, keepdims=True)
    size = np.broadcast_to((counts + 1) / 8.0, with_lead.shape)
    return np.concatenate([followers, leads, others, with_lead, with_others, size], axis=-1, dtype=np.float32)
