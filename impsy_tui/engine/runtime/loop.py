"""Event loop: one thread that wakes within a fraction of a millisecond and measures its load."""

import asyncio
import errno
import selectors
import socket
import time
from collections.abc import Callable
from typing import Any, Final

from impsy_tui.engine.runtime import memory
from impsy_tui.engine.runtime.realtime_priority import RealtimePriority
from impsy_tui.engine.runtime.scheduler import Scheduler

_SCARCE: Final = (errno.ENOMEM, errno.ENOBUFS, errno.EMFILE, errno.ENFILE)
"""Errors of a system that has no memory or no free descriptor at this moment."""
_PAUSE: Final = 0.001
"""Seconds until the next attempt after such an error."""


class MeteredSelector(selectors.SelectSelector):
    """Waits with ``select`` and adds up the waiting time.

    The epoll selector that asyncio prefers rounds every timeout up to a whole millisecond; ``select`` takes
    microseconds. An engine has few descriptors.

    Args:
        priority: Takes the time of each turn.
    """

    def __init__(self, priority: RealtimePriority) -> None:
        super().__init__()
        self.waited = 0.0
        """Seconds spent waiting so far."""
        self._priority = priority
        self.turn: Callable[[float], None] = lambda now: None
        """Takes the time at which a turn of the loop begins."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        begun = time.monotonic()
        self._priority.turn(begun)
        if timeout is not None and timeout <= 0:
            self.turn(begun)
            return self._ready(timeout)
        try:
            return self._ready(timeout)
        finally:
            now = time.monotonic()
            self.waited += now - begun
            self.turn(now)

    def _ready(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        try:
            return super().select(timeout)
        except OSError as error:
            if error.errno not in _SCARCE:
                raise
            time.sleep(_PAUSE)  # the loop tries again: the notes that sound need their ends
            return []


class EngineLoop(asyncio.SelectorEventLoop):
    """asyncio loop with a metered selector and the scheduler of the engine."""

    def __init__(self) -> None:
        self.priority = RealtimePriority()
        self._metered = MeteredSelector(self.priority)
        super().__init__(self._metered)
        self._wake: asyncio.TimerHandle | None = None
        self.scheduler = Scheduler(time.monotonic, self._wake_at, self._on_error)
        self._metered.turn = self._turn
        self._load_since = (time.monotonic(), 0.0)

    def _start_serving(self, factory: object, listening: socket.socket, *more: object) -> None:
        # asyncio calls it also a second after a failed accept. Meanwhile the channel may have been closed.
        if listening.fileno() >= 0:
            super()._start_serving(factory, listening, *more)  # type: ignore[misc]

    def _wake_at(self, deadline: float | None) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._wake = None if deadline is None else self.call_at(deadline, self.scheduler.run_due)

    def _turn(self, now: float) -> None:
        self.scheduler.work.begin_turn(now, self._metered.waited)

    def _on_error(self, error: Exception) -> None:
        self.call_exception_handler({"message": str(error) or type(error).__name__, "exception": error})

    def prepare(self, *, realtime: bool) -> None:
        """Does what would delay the first events of the music.

        Args:
            realtime: True to request real-time priority, and to keep the memory of the process in RAM.
        """
        memory.settle()
        if realtime:
            memory.lock()
            self.priority.ask(self.time())

    def take_load(self) -> float:
        """Returns the share of time, 0 to 1, that the loop was busy since the last call."""
        now, waited = time.monotonic(), self._metered.waited
        then, waited_then = self._load_since
        self._load_since = (now, waited)
        passed = now - then
        return max(0.0, min(1.0, 1.0 - (waited - waited_then) / passed)) if passed > 0 else 0.0


def describe_loop_error(context: dict[str, Any]) -> str:
    """Returns one line for an error that a callback of the loop raised."""
    error: BaseException | None = context.get("exception")
    if error is None:
        return str(context.get("message", "unknown error"))
    if isinstance(error, OSError) and error.errno in _SCARCE:
        return (
            f"the system has no memory or no free descriptor: {error.strerror}. The engine plays on, and tries again"
        )
    return describe_error(error)


def describe_error(error: BaseException) -> str:
    """Returns one line for an unexpected error: kind, text and place."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_name}:{trace.tb_lineno})" if trace is not None else ""
    return f"{type(error).__name__}: {error}{place}"
