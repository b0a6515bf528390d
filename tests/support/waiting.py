"""Waiting for another process or for the event loop."""

import asyncio
import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for a condition that another process causes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for a condition while the loop runs."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
