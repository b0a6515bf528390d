"""Real-time scheduling of the event loop's thread, if the system allows it."""

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

State = Literal["off", "real-time", "given up", "refused"]

BUSY: Final = 0.8
"""Share of a core above which the thread returns to normal priority."""
_CALM: Final = 0.5
"""Share of a core below which the thread takes real-time priority again."""
_SPAN: Final = 1.0
"""Seconds of one measurement of the share."""


class RealtimePriority:
    """Real-time priority of the event loop's thread.

    Its child threads and processes have normal priority (``SCHED_RESET_ON_FORK``, ``sched(7)``). The thread returns
    to normal priority while it uses most of a core. Otherwise, on one core, a flood of input would stop all other
    programs, also the console that could end the flood.

    Args:
        used: Returns the processor time of the thread in seconds.
    """

    def __init__(self, used: Callable[[], float] = time.thread_time) -> None:
        self.state: State = "off"
        self._used = used
        self._since = (0.0, 0.0)
        self._until = math.inf

    def ask(self, now: float) -> None:
        """Requests real-time priority for the calling thread.

        Args:
            now: Time in seconds, on the clock of ``turn``.
        """
        if sys.platform != "linux":
            return  # other systems need more than one call
        self.state = "real-time" if _schedule(real_time=True) else "refused"
        if self.state == "real-time":
            self._begin(now)

    def turn(self, now: float) -> None:
        """Changes the priority by the load since the last decision; the loop calls this in each turn."""
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


@contextmanager
def undisturbed() -> Iterator[None]:
    """Gives the calling thread the priority of the event loop, while it opens a model.

    A library that opens a model keeps the lock of the interpreter, for which the loop waits. With normal priority,
    such a thread could be stopped by any busy program, and the loop with it. A loop with normal priority has no
    advantage from that, and nothing changes.
    """
    is_raised = _loop_is_real_time() and _schedule(real_time=True)
    try:
        yield
    finally:
        if is_raised:
            _schedule(real_time=False)


def _loop_is_real_time() -> bool:
    """Returns True if the first thread of the process, which runs the loop, has real-time priority."""
    return sys.platform == "linux" and os.sched_getscheduler(os.getpid()) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR


def _schedule(*, real_time: bool) -> bool:
    """Sets the lowest real-time priority, or normal priority, of the calling thread; returns False if refused.

    The lowest real-time priority is above all normal programs and below the audio server.
    """
    assert sys.platform == "linux"
    policy, priority = (os.SCHED_RR, 1) if real_time else (os.SCHED_OTHER, 0)
    try:
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
    except OSError:
        return False
    return True
