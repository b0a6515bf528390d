"""Removal of lines that the disk has: a slice in each turn of the event loop."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from impsy_tui.engine.log import performance_log
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.log.unsaved_lines import LogPages
from impsy_tui.engine.runtime.loop import EngineLoop
from tests.support.waiting import until, wait_until

_ROWS = 5000


def test_log_removes_written_lines_in_slices_when_its_process_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: Counter[int] = Counter()
    turn = 0
    settle = LogPages.settle

    def counted(page: LogPages, most: int) -> int:
        before = len(page.sent)
        rows = settle(page, most)
        removed[turn] += before - len(page.sent)
        return rows

    monkeypatch.setattr(LogPages, "settle", counted)

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    async def play() -> None:
        log = PerformanceLog(tmp_path, lambda level, text: None, loop.time)
        log.open()
        log.begin(3)
        await until(lambda: not log._behind)
        for number in range(_ROWS):
            log.write(0.0, "interface", (float(number),))
        await until(lambda: not log._behind)
        turns = loop.create_task(count_turns())
        await asyncio.sleep(0)

        def reported() -> bool:
            """Reads reports of the log writer while the loop does not run."""
            log._process._read()
            last = [int(report.split()[2]) for report in log._reports if report.startswith("kept")][-1:]
            return max(last, default=log.plain.reported) > _ROWS

        wait_until(reported, 60)
        process = log._process.process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: log.written == _ROWS)
        await until(lambda: log._process.process is not process)
        log.write(0.0, "interface", (float(_ROWS),))
        await until(lambda: log.written == _ROWS + 1)
        assert (log.plain.held, log._held) == (0, 0)
        turns.cancel()
        await log.close()

    loop = EngineLoop()
    loop.run_until_complete(play())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert 0 < max(removed.values()) <= performance_log._SETTLED
    (file,) = tmp_path.iterdir()
    assert [float(row.split(",")[2]) for row in file.read_text().splitlines()] == list(range(_ROWS + 1))
