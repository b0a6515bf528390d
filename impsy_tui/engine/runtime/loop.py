"""The event loop: one thread, woken to the fraction of a millisecond, its load measured."""

import asyncio
import selectors
import time
from collections.abc import Callable
from typing import Any

from impsy_tui.engine.runtime.realtime_priority import RealtimePriority
from impsy_tui.engine.runtime.scheduler import Scheduler


class MeteredSelector(selectors.SelectSelector):
    """Waits with ``select``, and adds up the time spent waiting.

    The epoll selector that asyncio prefers rounds every timeout up to a whole millisecond;
    ``select`` takes microseconds. The few descriptors of an engine cost it nothing.

    Args:
        precedence: told of each turn.
    """

    def __init__(self, precedence: RealtimePriority) -> None:
        super().__init__()
        self.waited = 0.0
        """Seconds spent waiting so far."""
        self._precedence = precedence
        self.turn: Callable[[float], None] = lambda now: None
        """Called with the time at which a turn of the loop begins."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        begun = time.monotonic()
        self._precedence.turn(begun)
        if timeout is not None and timeout <= 0:
            self.turn(begun)
            return super().select(timeout)
        try:
            return super().select(timeout)
        finally:
            now = time.monotonic()
            self.waited += now - begun
            self.turn(now)


class EngineLoop(asyncio.SelectorEventLoop):
    """An asyncio loop on a metered selector, with the engine's scheduler."""

    def __init__(self) -> None:
        self.precedence = RealtimePriority()
        self._metered = MeteredSelector(self.precedence)
        super().__init__(self._metered)
        self._wake: asyncio.TimerHandle | None = None
        self.scheduler = Scheduler(time.monotonic, self._wake_at, self._trouble)
        self._metered.turn = self._turn
        self._load_since = (time.monotonic(), 0.0)

    def _wake_at(self, deadline: float | None) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._wake = None if deadline is None else self.call_at(deadline, self.scheduler.run_due)

    def _turn(self, now: float) -> None:
        self.scheduler.work.begin_turn(now, self._metered.waited)

    def _trouble(self, error: Exception) -> None:
        self.call_exception_handler({"message": str(error) or type(error).__name__, "exception": error})

    def take_load(self) -> float:
        """The share of time, 0..1, that the loop was busy since this was last asked."""
        now, waited = time.monotonic(), self._metered.waited
        then, waited_then = self._load_since
        self._load_since = (now, waited)
        passed = now - then
        return max(0.0, min(1.0, 1.0 - (waited - waited_then) / passed)) if passed > 0 else 0.0


def describe_loop_error(context: dict[str, Any]) -> str:
    """One line for an error that a callback of the loop raised."""
    error: BaseException | None = context.get("exception")
    if error is None:
        return str(context.get("message", "unknown error"))
    return describe_error(error)


def describe_error(error: BaseException) -> str:
    """One line for an error that no part of the program expects: its kind, its text and where it happened."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_name}:{trace.tb_lineno})" if trace is not None else ""
    return f"{type(error).__name__}: {error}{place}"
