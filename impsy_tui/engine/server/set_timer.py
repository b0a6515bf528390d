"""The set timer: how long the performer has been on stage."""

from collections.abc import Callable


class SetTimer:
    """Counts seconds while it runs.

    Args:
        now: a monotonic clock in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._before = 0.0
        self._since: float | None = None

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """What it shows."""
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

    def start(self) -> None:
        """Go on from what it shows."""
        if self._since is None:
            self._since = self._now()

    def stop(self) -> None:
        """Stay at what it shows."""
        self._before, self._since = self.seconds, None

    def reset(self) -> None:
        """Begin at 0 again; it goes on if it was running."""
        self._before = 0.0
        if self._since is not None:
            self._since = self._now()
