"""Reports that the clock of the machine was set (``timerfd_create(2)``, Linux only)."""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Final

_CLOCK_REALTIME: Final = 0
_ABSOLUTE_CANCEL_ON_SET: Final = 1 | 2
_YEAR: Final = 31_536_000


class ClockChanges:
    """Reports each change of the clock of the machine. A system without ``timerfd`` reports none.

    Args:
        loop: Event loop that waits for a change.
        changed: Called after a change.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, changed: Callable[[], None]) -> None:
        self._loop = loop
        self._changed = changed
        self._timer = -1
        if sys.platform != "linux":
            return
        self._system = ctypes.CDLL(None)
        self._timer = self._system.timerfd_create(_CLOCK_REALTIME, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._timer >= 0:
            self._wait()
            loop.add_reader(self._timer, self._read)

    def close(self) -> None:
        """Ends the reports."""
        if self._timer >= 0:
            self._loop.remove_reader(self._timer)
            os.close(self._timer)
            self._timer = -1

    def _wait(self) -> None:
        # The interval, then the time of the timer: seconds and nanoseconds. A change of the clock cancels the timer.
        times = (ctypes.c_long * 4)(0, 0, int(time.time()) + _YEAR, 0)
        self._system.timerfd_settime(self._timer, _ABSOLUTE_CANCEL_ON_SET, times, None)

    def _read(self) -> None:
        try:
            os.read(self._timer, 8)
        except BlockingIOError:
            return
        except OSError:  # cancelled
            self._changed()
        self._wait()
