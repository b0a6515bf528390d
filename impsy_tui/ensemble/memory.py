"""What a network of ensembles is told of a player: the gesture, the ones before, how long each went on, and habits.

Runs and the time since a change say most of what can be known of what comes next, so they are told and need not be
learned.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

GESTURES: Final = 9
_LONGER: Final = np.array([1, 2, 3, 4, 5, 7, 10, 15, 25, 45])
"""Seconds that a run is told to be longer than, or not."""
_PACES: Final = 1 / np.array([8.0, 30.0, 120.0])
"""Habits are averages over about so many of the last seconds."""
_RUNS: Final = 3
"""The run that goes on and those before it."""

WIDTH: Final = _RUNS * GESTURES + len(_LONGER) + _RUNS + len(_PACES) * (GESTURES + 1)
"""Numbers that a player is told in: one-hot gestures of the runs, whether the one that goes on is longer than …,
logarithms of the lengths of all, and for each pace the share of each gesture and that of changes."""
INPUTS: Final = 3 * WIDTH + 3
"""Numbers that a follower's next gesture depends on: its own, the lead's, the average of the other followers',
whether it does what the lead does, how many of the others do as it does, and how many play."""

_ONE_HOT: Final = np.concatenate([np.eye(GESTURES), np.zeros((1, GESTURES))])
"""The last row is for none: -1."""


class EnsembleMemory:
    """Remembers what players did; each by itself, so that they may be of different performances.

    Args:
        players: how many.
    """

    def __init__(self, players: int) -> None:
        self._gestures = np.full((_RUNS, players), -1)
        self._lengths = np.zeros((_RUNS, players))
        self._shares = np.zeros((len(_PACES), players, GESTURES))
        self._changes = np.zeros((len(_PACES), players))

    def hear(self, codes: Sequence[int] | NDArray[Any]) -> Floats:
        """Hear a second.

        Args:
            codes: of gestures, a player each; below 0 for one who is not there, and is forgotten.

        Returns:
            What each is told in, ``[players, WIDTH]``; nought for those who are not there.
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
        self._forget(now < 0)
        return self._told()

    def _forget(self, gone: NDArray[np.bool_]) -> None:
        if gone.any():
            self._gestures[:, gone] = -1
            for array in (self._lengths, self._changes):
                array[:, gone] = 0.0
            self._shares[:, gone] = 0.0

    def _told(self) -> Floats:
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
    """What each follower's next gesture depends on.

    Args:
        lead: what the lead is told in, now: ``[…, WIDTH]``.
        followers: what the followers were told in, a second before: ``[…, followers, WIDTH]``. Those told in nothing
            but nought are not there, and count for nothing.

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
