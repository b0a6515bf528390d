"""Work that may wait for the next turns of the event loop, so that no input delays the music.

A turn of the event loop takes the input that is there, then the events that are due. Commands, messages of a bundle
and lines of a file have no deadline. This queue spreads them over as many turns as they need.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from impsy_tui.engine.scheduler import Scheduler

SHARE: Final = 0.002
"""Seconds of a turn after which further work waits for the next turn."""
MOST_WAITING: Final = 2048
"""Pieces of work of one source that may wait. The queue refuses more."""

_Piece = tuple[Callable[..., None], tuple[Any, ...]]


class WorkQueue:
    """Queue of work without a deadline: in order within a source, and in rotation between sources.

    Work is done at once while the turn has time left and nothing of the same source waits. The clock of a rehearsal
    stands still during a turn, so that a rehearsal does all work at once.

    Args:
        scheduler: Keeps the time and calls the queue in the next turn.
        trouble: Takes an error that a piece of work raised.
    """

    def __init__(self, scheduler: "Scheduler", trouble: Callable[[Exception], None]) -> None:
        self.turn_began = math.inf
        """Time at which this turn began. The event loop sets it; without that, a turn has all the time it needs."""
        self._scheduler = scheduler
        self._trouble = trouble
        self._waiting: dict[Hashable, deque[_Piece]] = {}
        """Work by source, the source whose turn is next first. A source that waits for nothing is not in it."""
        self._planned = False
        self._ended_slice = False

    @property
    def spent(self) -> bool:
        """True if this turn has used its share of time."""
        return self._scheduler.now() - self.turn_began > SHARE

    def now(self) -> float:
        """Returns the time on the scheduler's clock."""
        return self._scheduler.now()

    def over(self, since: float) -> bool:
        """Returns True if work that began at this time has used a turn's share, and must go on in another turn."""
        return self._scheduler.now() - since > SHARE

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
        """Waits until the work of this source that waits is done and a turn has time left."""
        if not self.waits(source) and not self.spent:
            return
        reached = asyncio.get_running_loop().create_future()
        if not self.do(source, self._reach, reached):
            await asyncio.sleep(0)
            return
        await reached

    def _reach(self, reached: "asyncio.Future[None]") -> None:
        # The task that waits goes on in the next turn, which is then its own.
        self._ended_slice = True
        if not reached.done():
            reached.set_result(None)

    def _plan(self, pause: float = 0.0) -> None:
        if not self._planned:
            self._planned = True
            self._scheduler.at(self._scheduler.now() + pause, self._slice)

    def _slice(self) -> None:
        """Does at least one piece, then more while the turn has time left."""
        self._planned = self._ended_slice = False
        while self._waiting:
            source, queue = next(iter(self._waiting.items()))
            action, arguments = queue.popleft()
            del self._waiting[source]
            if queue:
                self._waiting[source] = queue
            try:
                action(*arguments)
            except Exception as error:
                self._trouble(error)
            if self.spent or self._ended_slice:
                break
        if self._waiting:
            # As long as this turn took: work that waits takes half of the time, so that the loop's thread keeps its
            # place before other programs (see ``precedence``).
            self._plan(max(0.0, self._scheduler.now() - self.turn_began))
