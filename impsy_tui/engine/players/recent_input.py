"""Last input of the musician, kept in memory so that it can be played again."""

from array import array
from collections import deque
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import numpy as np

MOST: Final = 10_000
"""Greatest number of kept events: more than eight minutes at 20 events a second."""


class RecentInput:
    """The musician's last events. Replayed events and those of patterns are not among them."""

    def __init__(self) -> None:
        self._events: deque[tuple[float, array[float]]] = deque(maxlen=MOST)

    def note(self, values: Sequence[float], at: float) -> None:
        """Keeps an event; the oldest is forgotten if there are too many."""
        self._events.append((at, array("d", values)))

    def since(self, begin: float, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the events of a stretch that ends now, without those before a change of the dimension.

        Args:
            begin: begin of the stretch on the scheduler's clock, in seconds.
            count: number of values of an event.

        Returns:
            Times on the scheduler's clock ``[events]``, and values ``[events, count]``.
        """
        found = list(takewhile(lambda event: event[0] >= begin and len(event[1]) == count, reversed(self._events)))
        found.reverse()
        values = np.frombuffer(b"".join(event[1] for event in found), float).reshape(-1, count)
        return np.array([event[0] for event in found]), values
