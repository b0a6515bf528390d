"""Surprise of a model by the musician: cell nats of the heard events, compared with those of its training."""

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import Floats, Shape

_EVENTS: Final = 16
"""Events of the running mean, and events that wait for a reader."""


class Surprise:
    """Running mean of the cell nats of heard events, less the cell nats of the training.

    An event only waits until a client looks: hearing an event costs a copy. Of the events between two looks, the
    newest count.

    Args:
        shape: size of the network.
        trained: cell nats of an event of the training that was held out, None if unknown.
    """

    def __init__(self, shape: Shape, trained: float | None) -> None:
        self._shape = shape
        self._trained = trained
        self._waiting: deque[tuple[Floats, Sequence[float]]] = deque(maxlen=_EVENTS)
        self._mean = 0.0
        self._count = 0

    def note(self, mixture: Floats, event: Sequence[float]) -> None:
        """Notes an event of the musician.

        Args:
            mixture: mixture that the network had predicted before the event, as ``Network.step`` returns it.
            event: dt in seconds, and values from 0 to 1.
        """
        if self._trained is not None:
            self._waiting.append((mixture.copy(), event))

    def look(self) -> float | None:
        """Returns the surprise in nats per event: 0 as in the training, more if above; None if unknown."""
        if self._waiting:
            mixtures = np.array([mixture for mixture, _ in self._waiting])
            events = np.array([event for _, event in self._waiting])
            self._waiting.clear()
            for nats in cell_nats(mixtures, events, self._shape).tolist():
                if math.isfinite(nats):
                    self._count += 1
                    self._mean += (nats - self._mean) / min(self._count, _EVENTS)
        if self._trained is None or not self._count:
            return None
        return self._mean - self._trained

    def clear(self) -> None:
        """Forgets all events."""
        self._waiting.clear()
        self._mean, self._count = 0.0, 0
