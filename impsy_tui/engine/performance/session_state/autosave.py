"""Saving of the session shortly after each change."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from impsy_tui.engine.performance.session_state import last_session
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.runtime.scheduler import Scheduler

SAVE_DELAY: Final = 0.5
"""Seconds from a command until the session is saved: many steps of a knob are saved once."""


class Autosave:
    """Saves the session shortly after it may have changed, in a thread.

    Args:
        scheduler: calls back after the delay.
        logs: folder of the file.
        state: returns the session.
        background: runs a coroutine in the background.
        notify: reports to the performer.

    Attributes:
        resumed: True if the engine resumes the saved session. Otherwise the saved session is moved aside before
            the first new one is written.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        logs: Path,
        state: Callable[[], last_session.SessionFile],
        background: Callable[[Coroutine[Any, Any, None]], None],
        notify: Notify,
    ) -> None:
        self._scheduler = scheduler
        self._logs = logs
        self._state = state
        self._background = background
        self._notify = notify
        self._planned = False
        self._writing = asyncio.Lock()
        self.resumed = False

    def changed(self) -> None:
        """Notes that the session may have changed."""
        if not self._planned:
            self._planned = True
            self._scheduler.at(self._scheduler.now() + SAVE_DELAY, self._start)

    def _start(self) -> None:
        self._planned = False
        self._background(self.save(self._state()))

    async def save(self, state: last_session.SessionFile) -> None:
        """Saves this session now, after those that are being saved."""
        try:
            async with self._writing:
                await asyncio.to_thread(self._write, state)
        except OSError as error:
            self._notify("warning", "engine", f"the session cannot be saved for --resume: {error.strerror}")

    def _write(self, state: last_session.SessionFile) -> None:
        if not self.resumed:
            last_session.move_aside(self._logs)
            self.resumed = True
        last_session.write_session(self._logs, state)
