"""Watch of the machine's clock."""

import asyncio
import os
import sys

import pytest

from impsy_tui.engine.runtime.clock_changes import ClockChanges


@pytest.mark.skipif(sys.platform != "linux", reason="timerfd is of Linux")
def test_clock_changes_wait_for_a_cancelled_timer_and_leave_no_descriptor() -> None:
    async def watch() -> tuple[list[str], set[str]]:
        loop, before = asyncio.get_running_loop(), set(os.listdir("/proc/self/fd"))
        changes = ClockChanges(loop, lambda: None)
        (timer,) = (each for each in os.listdir("/proc/self/fd") if each not in before)
        with open(f"/proc/self/fdinfo/{timer}") as file:
            lines = file.read().splitlines()
        changes.close()
        return lines, set(os.listdir("/proc/self/fd")) - before

    lines, left = asyncio.run(watch())
    facts = dict(line.split(": ", 1) for line in lines if ": " in line)
    assert facts["clockid"] == "0"  # CLOCK_REALTIME
    assert facts["settime flags"] == "03"  # absolute, cancelled when the clock is set
    assert left == set()
