"""From the threads in which MIDI messages arrive to the loop, fairly and within bounds."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from impsy_tui.channels.midi_links import InLink

MESSAGES_A_TURN: Final = 32
"""Handle at most so many before the loop may look at its timers, so that a flood cannot stop them."""
MOST_WAITING: Final = 16384
"""Messages that may wait for the loop; more are left out and counted."""


class Inbox:
    """Messages on their way.

    Args:
        loop: that handles them.
        handle: told of each, in the loop: on which link, its bytes, when it arrived.
        overflowed: told, once those that waited are handled, how many were left out.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        handle: Callable[[InLink, list[int], float], None],
        overflowed: Callable[[int], None],
    ) -> None:
        self._loop = loop
        self._handle = handle
        self._overflowed = overflowed
        self._waiting: deque[tuple[InLink, list[int], float]] = deque()
        self._awake = False
        self._left_out = 0

    def put(self, link: InLink, message: list[int], at: float) -> None:
        """A message has arrived. By a thread of the system, which must not be kept."""
        if len(self._waiting) >= MOST_WAITING:
            self._left_out += 1
            return
        self._waiting.append((link, message, at))
        if not self._awake:
            self._awake = True
            try:
                self._loop.call_soon_threadsafe(self._take)
            except RuntimeError:
                pass  # the loop has ended

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._left_out = 0

    def _take(self) -> None:
        # Before the look, so that whoever puts something here after it calls again.
        self._awake = False
        for _ in range(MESSAGES_A_TURN):
            if not self._waiting:
                break
            self._handle(*self._waiting.popleft())
        if self._waiting:
            self._awake = True
            self._loop.call_soon(self._take)
        elif self._left_out:
            count, self._left_out = self._left_out, 0
            self._overflowed(count)
