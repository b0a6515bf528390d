"""Simulated performer on a touch screen, to try ensembles without hardware."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from impsy_tui.channels.base import Listener
from impsy_tui.channels.demo.faders import DemoChannel
from impsy_tui.channels.touch_mapping import LEAD
from impsy_tui.config import Demo
from impsy_tui.ensemble.gestures import GESTURES, NAMES, NOTHING
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.touch import Touch

_SHORTEST: Final = 0.5
"""Shortest length of a phrase, as a share of the usual length."""
_MOST_GESTURES: Final = 4
"""Greatest number of gestures before a rest."""
_LATE: Final = 0.1
"""Seconds. After a longer stall the next touch is scheduled from now."""


class TouchDemoChannel(DemoChannel):
    """Channel that plays gestures with rests between them, without end."""

    def __init__(self, settings: Demo) -> None:
        super().__init__(settings)
        self._random = np.random.default_rng(settings.seed)
        self._touches: Iterator[Touch] = iter(())
        self._gesture = NOTHING
        self._left = 0

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._state = "open"
        self._go_on(listener.scheduler.now())

    def set_dimension(self, dimension: int) -> None:
        """Does nothing: touches do not depend on the dimension."""

    def _words(self) -> str:
        return NAMES[self._gesture]

    def _go_on(self, at: float) -> None:
        """Begins the next gesture or a rest."""
        if self._left:
            self._left -= 1
            self._gesture = int(self._random.integers(1, GESTURES))
            seconds = self._settings.phrase * float(self._random.uniform(_SHORTEST, 2.0 - _SHORTEST))
        else:
            self._left = int(self._random.integers(1, _MOST_GESTURES + 1))
            self._gesture, seconds = NOTHING, self._settings.rest
        made = play(self._gesture, seconds, self._random)
        columns = (made.times + at, made.fingers, made.x, made.y, made.velocities)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        self._touches = (Touch(row[0], LEAD, *row[1:]) for row in rows)
        self._plan(at + seconds)

    def _plan(self, end: float) -> None:
        touch = next(self._touches, None)
        if touch is None:
            self._listener.scheduler.at(end, self._end, end)
        else:
            self._listener.scheduler.at(touch.time, self._touch, touch, end)

    def _touch(self, touch: Touch, end: float) -> None:
        now = self._listener.scheduler.now()
        if self._state != "open":
            return
        if now - touch.time < _LATE:
            self._received.count(now)
            self._listener.touched(self.name, touch)
        self._plan(end)

    def _end(self, end: float) -> None:
        if self._state == "open":
            now = self._listener.scheduler.now()
            self._go_on(end if now - end < _LATE else now)
