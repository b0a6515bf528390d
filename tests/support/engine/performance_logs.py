"""Performance log for tests, and the rows of its files."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.runtime.loop import EngineLoop


def with_log(folder: Path, play: Callable[[PerformanceLog], Awaitable[None]]) -> list[tuple[str, str]]:
    """Opens a log in a folder, plays into it and closes it; returns its messages: level, text."""
    loop = EngineLoop()
    told: list[tuple[str, str]] = []

    async def run() -> None:
        log = PerformanceLog(folder, lambda level, text: told.append((level, text)), loop.time)
        log.open()
        log.begin(3)
        try:
            await play(log)
        finally:
            await log.close()

    loop.run_until_complete(run())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return told


def log_rows(folder: Path) -> list[str]:
    """Returns the rows of all logs of a folder, oldest file first."""
    return [row for file in sorted(folder.glob("*.log")) for row in file.read_text().splitlines()]


def logged_values(folder: Path) -> list[float]:
    """Returns the first value of each row."""
    return [float(row.split(",")[2]) for row in log_rows(folder)]


def recorded_rows(folder: Path) -> list[tuple[float, str]]:
    """Returns the rows of the recorded commands in the folder of a user, with seconds since the first of them."""
    (file,) = (folder / "logs").glob("*.commands")
    found = [(datetime.fromisoformat(time), row) for time, _, row in (line.partition(",") for line in file.open())]
    return [((time - found[0][0]).total_seconds(), row.rstrip("\n")) for time, row in found]
