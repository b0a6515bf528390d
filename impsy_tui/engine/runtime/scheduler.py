"""Scheduler: one queue of absolute deadlines for everything that has a time.

The scheduler knows no event loop: a clock and a function that wakes it are arguments. In a performance both are real.
In tests and rehearsals ``VirtualTime`` runs hours in a moment, with the same result each time.
"""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from impsy_tui.engine.runtime.work_queue import WorkQueue


class Clock(Protocol):
    """Clock that never goes back."""

    def __call__(self) -> float:
        """Returns the seconds since an arbitrary beginning."""


class Timer:
    """One scheduled action.

    Attributes:
        deadline: time of the action on the scheduler's clock, in seconds.
    """

    __slots__ = ("action", "arguments", "deadline")

    def __init__(self, deadline: float, action: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self.deadline = deadline
        self.action: Callable[..., None] | None = action
        self.arguments = arguments

    def cancel(self) -> None:
        """Cancels the action; does nothing if the action is done or cancelled."""
        self.action = None
        self.arguments = ()

    @property
    def pending(self) -> bool:
        """True if the action is neither done nor cancelled."""
        return self.action is not None


class Scheduler:
    """Runs actions at their deadlines.

    Args:
        clock: Returns the time in seconds.
        wake_at: Takes the earliest deadline after each change, None without one. The caller must call ``run_due``
            at that time.
        on_error: Takes an error that an action raised; the other actions run.
    """

    def __init__(
        self,
        clock: Clock,
        wake_at: Callable[[float | None], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self.now = clock
        self.worst_lateness = 0.0
        """Longest time in seconds from a deadline to the start of its action, since the value was set to 0."""
        self._wake_at = wake_at
        self._on_error = on_error
        self._queue: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._next_wake: float | None = None
        self._running = False
        self.work = WorkQueue(clock, self.at, on_error)
        """Work without a deadline."""

    def at(self, deadline: float, action: Callable[..., None], *arguments: Any) -> Timer:
        """Schedules an action for an absolute time; in the next turn if the time has passed."""
        timer = Timer(deadline, action, arguments)
        heapq.heappush(self._queue, (deadline, next(self._order), timer))
        if not self._running and (self._next_wake is None or deadline < self._next_wake):
            self._wake(deadline)
        return timer

    def run_due(self) -> None:
        """Runs all actions that are due, in the order of their deadlines.

        An action that another action schedules for now runs in the next turn, so that input does not wait for a loop
        of such actions.
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
                    self._on_error(error)
        finally:
            self._running = False
            while queue and queue[0][2].action is None:
                heapq.heappop(queue)
            # Also if the deadline has just passed: an action can ask for the same time again.
            self._wake(queue[0][0] if queue else None)

    def __len__(self) -> int:
        return sum(timer.pending for _, _, timer in self._queue)

    def _wake(self, deadline: float | None) -> None:
        self._next_wake = deadline
        self._wake_at(deadline)
