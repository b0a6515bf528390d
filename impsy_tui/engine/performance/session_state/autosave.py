"""When the session is saved."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from impsy_tui.engine.performance.session_state import last_session
from impsy_tui.engine.players.base import Tell
from impsy_tui.engine.runtime.scheduler import Scheduler

KEEP_AFTER: Final = 0.5
"""Seconds after a command before the state is kept: a turned knob is kept once."""


class Keeping:
    """Saves the session a little after it may have changed, in a thread.

    Args:
        scheduler: keeps the time.
        logs: the folder that it is kept in.
        state: what it is by then.
        background: does something beside everything else.
        tell: says things to the performer.

    Attributes:
        resumed: True if the engine goes on with the session that is saved. Otherwise that one is kept under another
            name before the first new one is written.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        logs: Path,
        state: Callable[[], last_session.SessionFile],
        background: Callable[[Coroutine[Any, Any, None]], None],
        tell: Tell,
    ) -> None:
        self._scheduler = scheduler
        self._logs = logs
        self._state = state
        self._background = background
        self._tell = tell
        self._planned = False
        self._writing = asyncio.Lock()
        self.resumed = False

    def changed(self) -> None:
        """Something may have changed."""
        if not self._planned:
            self._planned = True
            self._scheduler.at(self._scheduler.now() + KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._planned = False
        self._background(self.keep(self._state()))

    async def keep(self, state: last_session.SessionFile) -> None:
        """Save this state now, after those that are being saved."""
        try:
            async with self._writing:
                await asyncio.to_thread(self._write, state)
        except OSError as error:
            self._tell("warning", "engine", f"the session cannot be saved for --resume: {error.strerror}")

    def _write(self, state: last_session.SessionFile) -> None:
        if not self.resumed:
            last_session.set_aside(self._logs)
            self.resumed = True
        last_session.keep(self._logs, state)
