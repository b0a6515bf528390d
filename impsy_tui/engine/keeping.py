"""When the state for ``--resume`` is kept."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from impsy_tui.engine import resume
from impsy_tui.engine.room import Tell
from impsy_tui.engine.scheduler import Scheduler

KEEP_AFTER: Final = 0.5
"""Seconds after a command before the state is kept: a turned knob is kept once."""


class Keeping:
    """Keeps the state a little after it may have changed, beside everything else.

    Args:
        scheduler: keeps the time.
        logs: the folder that it is kept in.
        state: what it is by then.
        background: does something beside everything else.
        tell: says things to the performer.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        logs: Path,
        state: Callable[[], resume.LastSession],
        background: Callable[[Coroutine[Any, Any, None]], None],
        tell: Tell,
    ) -> None:
        self._scheduler = scheduler
        self._logs = logs
        self._state = state
        self._background = background
        self._tell = tell
        self._planned = False

    def changed(self) -> None:
        """Something may have changed."""
        if not self._planned:
            self._planned = True
            self._scheduler.at(self._scheduler.now() + KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._planned = False
        self._background(self._keep_in_thread(self._state()))

    async def _keep_in_thread(self, state: resume.LastSession) -> None:
        try:
            await asyncio.to_thread(resume.keep, self._logs, state)
        except OSError as error:
            self._tell("warning", "engine", f"what --resume needs could not be kept: {error.strerror}")
