"""Opening of resources that may be missing at the start: a network address, a host name, a port in use."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.errors import UserError

_RETRY: Final = 1.0
"""Seconds between two attempts."""
_PATIENCE: Final = 1.0
"""Seconds that the start of the engine waits for the first attempt; a name server can take a minute."""


class DeferredOpening:
    """Opens a resource of a channel, and tries again until it is open.

    Each reason for a failure is reported once. Each is a separate kind, because a channel may have two openings.

    Args:
        attempt: opens the resource; raises ``UserError`` if it cannot be opened now.
        troubles: counter of the channel's problems.
        opened: called when the resource is open after a failure that was reported.
        retry: seconds between two attempts.
    """

    def __init__(
        self,
        attempt: Callable[[], Awaitable[None]],
        troubles: ErrorCounter,
        opened: Callable[[], None],
        retry: float = _RETRY,
    ) -> None:
        self._attempt = attempt
        self._troubles = troubles
        self._opened = opened
        self._retry = retry
        self._reported = ""
        self._task: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()

    async def start(self) -> None:
        """Makes the first attempt, and waits for its result, at most a second."""
        self.begin()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._tried.wait()
        except TimeoutError:
            self._report("it is not open yet: the name or the device takes long to answer")

    def begin(self, reason: str = "") -> None:
        """Begins attempts in the background, unless an attempt is in progress.

        Args:
            reason: Reason why an open resource is opened again, as a report; empty for no report.
        """
        if reason:
            self._report(reason)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        """Ends all attempts."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                await self._attempt()
            except UserError as problem:
                self._report(str(problem))
                self._tried.set()
                await asyncio.sleep(self._retry)
            else:
                break
        reported, self._reported = self._reported, ""
        if reported:
            self._troubles.resolve(reported)
            self._opened()
        self._tried.set()

    def _report(self, reason: str) -> None:
        # Again, if the reason of another opening of this channel has covered this one, and is gone.
        if reason != self._reported or not self._troubles.last:
            self._reported = reason
            self._troubles.note(reason, reason)
