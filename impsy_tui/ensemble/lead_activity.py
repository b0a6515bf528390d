"""Activity of the lead of an ensemble: running shares of changes and of playing."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import NOTHING

_PACE: Final = 1 / 60
"""Weight of a new second: the shares are those of about the last minute."""
_LEAST: Final = 0.03
"""Share of changes that is added before the logarithm: below it, differences hardly count."""


class Activity(NamedTuple):
    """Activity of a player: logarithm of the share of changes, and the share of seconds with a gesture."""

    changes: float
    playing: float


class LeadActivity:
    """Running activity of a lead."""

    def __init__(self) -> None:
        self._seconds = 0
        self._changes = self._playing = 0.0
        self._last: int | None = None

    def hear(self, code: int) -> Activity:
        """Takes the gesture code of one second and returns the activity."""
        self._seconds += 1
        weight = max(_PACE, 1 / self._seconds)
        changed = self._last is not None and code != self._last
        self._changes += weight * (changed - self._changes)
        self._playing += weight * ((code != NOTHING) - self._playing)
        self._last = code
        return Activity(math.log(self._changes + _LEAST), self._playing)


def usual_activity(scores: "list[NDArray[np.int8]]", settle: int = 20) -> Activity:
    """Returns the mean activity of the players of some scores.

    Args:
        scores: gesture codes, each ``[seconds, players]``.
        settle: first seconds of each score that do not count.
    """
    heard = []
    for codes in scores:
        for column in codes.T.tolist():
            activity = LeadActivity()
            heard += [activity.hear(code) for code in column][settle:]
    changes, playing = np.mean(heard, axis=0).tolist() if heard else (math.log(_LEAST), 0.0)
    return Activity(changes, playing)
