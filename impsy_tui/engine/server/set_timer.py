"""Set timer: time since the performance began."""

from collections.abc import Callable


class SetTimer:
    """Timer that counts seconds while it runs.

    Args:
        now: Monotonic clock in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._before = 0.0
        self._since: float | None = None

    @property
    def runs(self) -> bool:
        """True while the timer runs."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """Counted seconds."""
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

    def start(self) -> None:
        """Starts the timer at its current value."""
        if self._since is None:
            self._since = self._now()

    def stop(self) -> None:
        """Stops the timer."""
        self._before, self._since = self.seconds, None

    def reset(self) -> None:
        """Sets the timer to 0; a running timer continues."""
        self._before = 0.0
        if self._since is not None:
            self._since = self._now()
