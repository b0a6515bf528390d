"""Work that may wait for the next turns of the event loop, so that no input delays the music.

A turn of the event loop takes the input that is there, then the events that are due. Commands, messages of a bundle
and lines of a file have no deadline. This queue spreads them over as many turns as they need, and keeps the loop idle
for half of the time. A thread that takes most of a core would lose real-time priority (``realtime_priority``).
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Final

SHARE: Final = 0.002
"""Seconds of a turn after which further work waits for the next turn."""
MOST_DEBT: Final = 0.02
"""Seconds of idle time that the loop can be behind. Work that waits goes on after them at the latest."""
MOST_WAITING: Final = 2048
"""Pieces of work of one source that may wait. The queue refuses more."""

_Piece = tuple[Callable[..., None], tuple[Any, ...]]


class WorkQueue:
    """Queue of work without a deadline: in order within a source, and in rotation between sources.

    Work is done at once while the turn has time left and nothing of the same source waits. The clock of a rehearsal
    stands still during a turn, so that a rehearsal does all work at once.

    Args:
        now: Returns the scheduler's time in seconds.
        at: Schedules an action for an absolute time.
        on_error: Takes an error that a piece of work raised.
    """

    def __init__(
        self,
        now: Callable[[], float],
        at: Callable[[float, Callable[[], None]], object],
        on_error: Callable[[Exception], None],
    ) -> None:
        self.now = now
        self.turn_began = math.inf
        """Time at which this turn began. Without an event loop, a turn has all the time that it needs."""
        self._waited = 0.0
        self._debt = 0.0
        """Seconds by which the loop was busy for longer than it was idle."""
        self._at = at
        self._on_error = on_error
        self._waiting: dict[Hashable, deque[_Piece]] = {}
        """Work by source, the source whose turn is next first. A source that waits for nothing is not in it."""
        self._tasks: deque[asyncio.Future[None]] = deque()
        """Tasks that wait for a turn. They pay the debt: events of the musician do not wait for idle time."""
        self._next_task = 0.0
        """Time at which the next task continues, for any debt."""
        self._planned = False
        self._for_tasks = False
        """True if only tasks wait for the next slice, after the idle time that they owe."""
        self._ended_slice = False

    def begin_turn(self, now: float, waited: float) -> None:
        """Notes that a turn of the event loop begins.

        Args:
            now: Time on the scheduler's clock, in seconds.
            waited: Seconds that the loop has waited for input since it began.
        """
        if self.turn_began < now:
            idle = waited - self._waited
            busy = now - self.turn_began - idle
            self._debt = min(max(self._debt + busy - idle, 0.0), MOST_DEBT)
        self.turn_began, self._waited = now, waited

    @property
    def spent(self) -> bool:
        """True if this turn has used its share of time."""
        return self.now() - self.turn_began > SHARE

    def over(self, since: float) -> bool:
        """Returns True if work that began at this time has used a turn's share, and must go on in another turn."""
        return self.now() - since > SHARE

    def waits(self, source: Hashable) -> bool:
        """Returns True if work of this source waits."""
        return source in self._waiting

    def do(self, source: Hashable, action: Callable[..., None], *arguments: Any) -> bool:
        """Does this now if the turn has time left, otherwise in one of the next turns.

        Returns:
            False if too much work of this source waits: the action is refused.
        """
        queue = self._waiting.get(source)
        if queue is None:
            if not self.spent:
                action(*arguments)
                return True
            queue = self._waiting[source] = deque()
        elif len(queue) >= MOST_WAITING:
            return False
        queue.append((action, arguments))
        self._plan()
        return True

    async def turn(self, source: Hashable) -> None:
        """Waits for the work of this source, for a turn that has time left, and until the loop was idle enough."""
        reached = asyncio.get_running_loop().create_future()
        if self.waits(source):
            if not self.do(source, self._reach, reached):
                await asyncio.sleep(0)
                return
        elif self.spent or self._tasks or self._debt > SHARE:
            self._tasks.append(reached)
            self._plan(self._debt, for_tasks=True)
        else:
            return
        await reached

    def _reach(self, reached: "asyncio.Future[None]") -> None:
        # The task that waits goes on in the next turn, which is then its own.
        self._ended_slice = True
        if not reached.done():
            reached.set_result(None)

    def _plan(self, pause: float = 0.0, *, for_tasks: bool = False) -> None:
        if not self._planned or (self._for_tasks and not for_tasks):
            self._planned, self._for_tasks = True, for_tasks
            self._at(self.now() + pause, self._slice)

    def _slice(self) -> None:
        """Does at least one piece, then more while the turn has time left; lets one task go on."""
        self._planned = self._ended_slice = False
        now = self.now()
        if self._tasks and (self._debt <= SHARE or now >= self._next_task):
            self._next_task = now + MOST_DEBT
            self._reach(self._tasks.popleft())
        while self._waiting:
            source, queue = next(iter(self._waiting.items()))
            action, arguments = queue.popleft()
            del self._waiting[source]
            if queue:
                self._waiting[source] = queue
            try:
                action(*arguments)
            except Exception as error:
                self._on_error(error)
            if self.spent or self._ended_slice:
                break
        if self._waiting:
            self._plan(max(0.0, self.now() - self.turn_began))
        elif self._tasks:
            self._plan(max(0.0, self.now() - self.turn_began, self._debt), for_tasks=True)
