"""Removal of old files: from the trash at the start, and from the logs at the start and at each midnight."""

import time
from collections.abc import Callable, Coroutine
from typing import Any

from impsy_tui.config.quantity_types import bytes_of, seconds_of
from impsy_tui.config.schema import Log
from impsy_tui.data import log_rotation
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.models.trash import Trash
from impsy_tui.engine.performance.daily_times import DailyTimes
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.engine.runtime.subprocesses import ask_worker
from impsy_tui.errors import UserError


class Housekeeping:
    """Removes old files without delaying the music.

    Args:
        limits: Limits of the logs.
        log: Performance log.
        trash: Trash of the user's folders.
        scheduler: Scheduler of midnight.
        background: Runs a coroutine in the background.
        notify: Reports to the performer.
        wall: Returns the seconds since 1970.
    """

    def __init__(
        self,
        limits: Log,
        log: PerformanceLog,
        trash: Trash,
        scheduler: Scheduler,
        background: Callable[[Coroutine[Any, Any, object]], None],
        notify: Notify,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._log = log
        self._trash = trash
        self._background = background
        self._notify = notify
        self._keep, self._most = seconds_of(limits.keep), bytes_of(limits.max)
        self._begin_logs: Callable[[], None] = lambda: None
        self._records: Callable[[], bool] = lambda: False
        self._midnights = DailyTimes(scheduler, lambda _: self._midnight(), wall)

    def begin(self, begin_logs: Callable[[], None], live_set: LiveSet, session: Session) -> None:
        """Removes old files now, and logs from now on at each midnight.

        Args:
            begin_logs: Begins a new log for each player.
            live_set: Set, whose recording must stay in one log.
            session: Session, whose recording of gestures must stay in one log.
        """

        def records() -> bool:
            gestures = session.gesture_recording
            return live_set.recording.runs or (gestures is not None and gestures.runs)

        self._begin_logs, self._records = begin_logs, records
        self._background(self._empty_trash())
        if self._keep or self._most:
            self._background(self._rotate())
            self._midnights.add(0, 0)

    def clock_set(self) -> None:
        """Follows a change of the clock of the machine."""
        self._midnights.clock_set()

    def _midnight(self) -> None:
        if self._records():
            return
        self._log.follow_clock()
        self._begin_logs()
        self._background(self._rotate())

    async def _rotate(self) -> None:
        request = log_rotation.Request(self._log.folder, tuple(self._log.files), self._keep, self._most)
        try:
            done = await ask_worker(request)
        except UserError as problem:
            self._notify("warning", "log", f"old logs could not be removed: {problem}")
            return
        if done:
            self._notify("info", "log", f"old logs: {done.decode()}")

    async def _empty_trash(self) -> None:
        try:
            await self._trash.remove_old()
        except UserError as problem:
            self._notify("warning", "trash", f"entries older than 30 days could not be deleted: {problem}")
