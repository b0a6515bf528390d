"""Scheduler whose clock moves on request only."""

from impsy_tui.engine.runtime.scheduler import Scheduler


class VirtualTime:
    """Clock that moves on request only, with its scheduler."""

    def __init__(self, start: float = 0.0) -> None:
        self.time = start
        self._next: float | None = None
        self.errors: list[Exception] = []
        self.scheduler = Scheduler(lambda: self.time, self._wake_at, self.errors.append)

    def _wake_at(self, deadline: float | None) -> None:
        self._next = deadline

    def advance_to(self, time: float) -> None:
        """Moves the clock to a time and runs each action exactly at its deadline."""
        while self._next is not None and self._next <= time:
            self.time = max(self.time, self._next)
            self.scheduler.run_due()
        self.time = max(self.time, time)

    def advance(self, seconds: float) -> None:
        """Moves the clock by some seconds; see ``advance_to``."""
        self.advance_to(self.time + seconds)

    def stall(self, seconds: float) -> None:
        """Moves the clock at once, as if the process stood still; then runs the actions that are due."""
        self.time += seconds
        self.scheduler.run_due()
