"""Watch of the machine's clock."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from impsy_tui.engine.runtime.clock_changes import ClockChanges


def timers() -> list[str]:
    """Returns the descriptors of this process that are timers."""
    return [file.name for file in Path("/proc/self/fd").iterdir() if "timerfd" in os.path.realpath(file)]


@pytest.mark.skipif(sys.platform != "linux", reason="timerfd is of Linux")
def test_clock_changes_wait_for_a_cancelled_timer_and_leave_no_descriptor() -> None:
    async def watch() -> tuple[str, list[str]]:
        changes = ClockChanges(asyncio.get_running_loop(), lambda: None)
        (timer,) = timers()
        facts = Path(f"/proc/self/fdinfo/{timer}").read_text()
        changes.close()
        return facts, timers()

    facts, left = asyncio.run(watch())
    assert "clockid: 0\n" in facts  # CLOCK_REALTIME
    assert "settime flags: 03\n" in facts  # absolute, cancelled when the clock is set
    assert left == []
