"""Simulated performer for tests and demonstrations without hardware."""

from collections.abc import Sequence

import numpy as np

from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener
from impsy_tui.channels.stats import RateMeter
from impsy_tui.config import Demo
from impsy_tui.data.synthetic import Event, Performer, PerformerStyle


class DemoChannel:
    """Channel that plays phrases with rests between them, without end."""

    name = "demo"
    max_rate = 0.0
    safe: tuple[float, ...] = ()

    def __init__(self, settings: Demo) -> None:
        self._settings = settings
        self._received = RateMeter()
        self._state = "closed"
        self._last: Sequence[float] = ()
        self._dimension = 0

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._state = "open"
        self.set_dimension(dimension)

    def set_dimension(self, dimension: int) -> None:
        if dimension == self._dimension:
            return
        began = self._dimension
        self._dimension = dimension
        style = PerformerStyle(phrase=self._settings.phrase, rest=self._settings.rest)
        random = np.random.default_rng(self._settings.seed)
        self._performance = Performer(dimension - 1, random, style).play()
        if not began:
            self._schedule(self._listener.scheduler.now())

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        """Does nothing: the simulated performer has no output."""

    def end_notes(self, indices: frozenset[int]) -> None:
        """Does nothing: the simulated performer has no output."""

    def silence(self) -> None:
        """Does nothing: the simulated performer has no output."""

    def panic(self) -> None:
        """Does nothing: the simulated performer has no output."""

    def close(self) -> None:
        self._state = "closed"

    def status(self) -> ChannelStatus:
        now = self._listener.scheduler.now()
        received = self._received
        return ChannelStatus(
            self.name,
            self._state,
            "simulated performer",
            received.total,
            0,
            received.rate(now),
            0,
            self._words(),
            "",
            "",
            0.0,
            0,
        )

    def _words(self) -> str:
        """Returns the last vector as text."""
        return " ".join(f"{x:.2f}" for x in self._last)

    def _schedule(self, after: float) -> None:
        """Schedules the next event relative to the last one, never in the past."""
        event: Event = next(self._performance)
        now = self._listener.scheduler.now()
        self._listener.scheduler.at(max(after + event[0], now), self._play, after + event[0], event[1])

    def _play(self, due: float, values: tuple[float, ...]) -> None:
        if self._state != "open":
            return
        now = self._listener.scheduler.now()
        if len(values) == self._dimension - 1:
            self._received.count(now)
            self._last = values
            self._listener.received(self.name, values, now)
        self._schedule(due if now - due < 0.1 else now)
