"""Everything that has a time, in one queue of absolute deadlines.

The scheduler knows no event loop: it is given a clock and a way to be woken. On stage both are
real; in tests and rehearsals ``VirtualTime`` runs hours in a moment, always the same way.
"""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from impsy_tui.engine.runtime.work_queue import WorkQueue


class Clock(Protocol):
    """A clock that never goes back."""

    def __call__(self) -> float:
        """Seconds from an arbitrary beginning."""


class Timer:
    """One scheduled action.

    Attributes:
        deadline: when it is due, on the scheduler's clock.
    """

    __slots__ = ("action", "arguments", "deadline")

    def __init__(self, deadline: float, action: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self.deadline = deadline
        self.action: Callable[..., None] | None = action
        self.arguments = arguments

    def cancel(self) -> None:
        """Never do it. Harmless if it is done or cancelled already."""
        self.action = None
        self.arguments = ()

    @property
    def pending(self) -> bool:
        """Whether it is still to be done."""
        return self.action is not None


class Scheduler:
    """Does things when they are due.

    Args:
        clock: what time it is.
        wake_at: called with the earliest deadline whenever that changes, with None when nothing
            is left; at that time ``run_due`` must be called.
        trouble: called with an error that an action raised; the others go on.
    """

    def __init__(
        self,
        clock: Clock,
        wake_at: Callable[[float | None], None],
        trouble: Callable[[Exception], None],
    ) -> None:
        self.now = clock
        self.worst_lateness = 0.0
        """Seconds; the latest that an action was begun after its deadline since last set to 0."""
        self._wake_at = wake_at
        self._trouble = trouble
        self._queue: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._awaited: float | None = None
        self._running = False
        self.work = WorkQueue(self, trouble)
        """Work that has no deadline."""

    def at(self, deadline: float, action: Callable[..., None], *arguments: Any) -> Timer:
        """Do something at an absolute time; at once, in the next turn, if that has passed."""
        timer = Timer(deadline, action, arguments)
        heapq.heappush(self._queue, (deadline, next(self._order), timer))
        if not self._running and (self._awaited is None or deadline < self._awaited):
            self._await(deadline)
        return timer

    def run_due(self) -> None:
        """Do everything that is due, in the order of its deadlines.

        What an action schedules for now is done in the next turn, so that a loop of such
        actions cannot keep input waiting.
        """
        queue, now, newest = self._queue, self.now(), next(self._order)
        self._running = True
        try:
            while queue and queue[0][0] <= now and queue[0][1] < newest:
                deadline, _, timer = heapq.heappop(queue)
                if timer.action is None:
                    continue
                late = self.now() - deadline
                if late > self.worst_lateness:
                    self.worst_lateness = late
                action, arguments = timer.action, timer.arguments
                timer.cancel()
                try:
                    action(*arguments)
                except Exception as error:
                    self._trouble(error)
        finally:
            self._running = False
            while queue and queue[0][2].action is None:
                heapq.heappop(queue)
            # Also where that is the time that has just come: an action may have asked for it again.
            self._await(queue[0][0] if queue else None)

    def __len__(self) -> int:
        return sum(timer.pending for _, _, timer in self._queue)

    def _await(self, deadline: float | None) -> None:
        self._awaited = deadline
        self._wake_at(deadline)


class VirtualTime:
    """A clock that moves only when told to, with the scheduler that it drives."""

    def __init__(self, start: float = 0.0) -> None:
        self.time = start
        self._next: float | None = None
        self.errors: list[Exception] = []
        self.scheduler = Scheduler(lambda: self.time, self._wake_at, self.errors.append)

    def _wake_at(self, deadline: float | None) -> None:
        self._next = deadline

    def advance_to(self, time: float) -> None:
        """Let time pass, doing what is due exactly when it is due."""
        while self._next is not None and self._next <= time:
            self.time = max(self.time, self._next)
            self.scheduler.run_due()
        self.time = max(self.time, time)

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass."""
        self.advance_to(self.time + seconds)

    def stall(self, seconds: float) -> None:
        """Let time pass with nothing done, as when the process is stopped; then do what is due."""
        self.time += seconds
        self.scheduler.run_due()
