"""Going before other programs: real-time scheduling for the loop's thread, where the system allows it."""

import math
import os
import sys
import time
from collections.abc import Callable
from typing import Final, Literal

State = Literal["off", "real-time", "given up", "refused"]

BUSY: Final = 0.8
"""Share of a core above which the thread gives way."""
_CALM: Final = 0.5
"""Share of a core below which it goes first again."""
_SPAN: Final = 1.0
"""Seconds over which the share is taken."""


class RealtimePriority:
    """Whether the thread of the loop goes before all ordinary programs, and why not.

    What it starts, threads and processes, is ordinary again (``SCHED_RESET_ON_FORK``, ``sched(7)``). On one core a
    flood of input would keep everything else from running, and first of all the console that could end it: so
    the thread gives way while it uses most of a core.

    Args:
        used: the clock of what the thread has used of a core, in seconds.
    """

    def __init__(self, used: Callable[[], float] = time.thread_time) -> None:
        self.state: State = "off"
        self._used = used
        self._since = (0.0, 0.0)
        self._until = math.inf

    def ask(self, now: float) -> None:
        """Ask the system that the thread which calls this may go first.

        Args:
            now: in seconds, on the clock of ``turn``.
        """
        if sys.platform != "linux":
            return  # other systems ask for more than a word
        self.state = "real-time" if _schedule(real_time=True) else "refused"
        if self.state == "real-time":
            self._begin(now)

    def turn(self, now: float) -> None:
        """Give way, or go first again, by the load since this was last decided.

        To be called at each turn of the loop: one that waits needs no decision.
        """
        if now < self._until:
            return
        then, used = self._since
        load = (self._used() - used) / (now - then)
        if self.state == "real-time" and load > BUSY:
            _schedule(real_time=False)
            self.state = "given up"
        elif self.state == "given up" and load < _CALM and _schedule(real_time=True):
            self.state = "real-time"
        self._begin(now)

    def _begin(self, now: float) -> None:
        self._since, self._until = (now, self._used()), now + _SPAN


def _schedule(*, real_time: bool) -> bool:
    """Give the thread that calls this the lowest real-time priority, or an ordinary one; whether that is allowed.

    The lowest is before whatever only computes, and behind what makes sound.
    """
    assert sys.platform == "linux"
    policy, priority = (os.SCHED_RR, 1) if real_time else (os.SCHED_OTHER, 0)
    try:
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
    except OSError:
        return False
    return True
