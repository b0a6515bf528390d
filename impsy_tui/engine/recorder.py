"""The commands of a set, written down beside its log."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from impsy_tui.jobs.replay import COMMANDS_SUFFIX


class Recorder:
    """Writes ``time,line`` rows to a file named like the log, with times like the log's.

    A thread of its own writes them, one after the other: a disk that is slow is not waited for.

    Args:
        wall: the time of day of a time on the engine's clock, as the log has it.
        tell: called with a level and a text for the performer.
    """

    def __init__(self, wall: Callable[[float], datetime], tell: Callable[[str, str], None]) -> None:
        self.file: Path | None = None
        """Where commands are written now, None while they are not."""
        self._wall = wall
        self._tell = tell
        self._writer = ThreadPoolExecutor(1, "recorder")

    def begin(self, log: Path) -> Path:
        """Write beside this log from now on; the file."""
        self.file = log.with_suffix(COMMANDS_SUFFIX)
        return self.file

    def end(self) -> None:
        """Write no more."""
        self.file = None

    def note(self, at: float, line: str) -> None:
        """A line was carried out."""
        if self.file is None:
            return
        # A name in quotes may go over several lines; here it would be taken for another command.
        one = " ".join(line.splitlines())
        row = f"{self._wall(at).isoformat(timespec='microseconds')},{one}\n"
        self._writer.submit(_append, self.file, row).add_done_callback(
            lambda done: self._failed(done.exception()) if done.exception() is not None else None
        )

    def close(self) -> None:
        """Have everything written; a disk that is slow is waited for, so this is not for the loop."""
        self._writer.shutdown(wait=True)

    def _failed(self, error: BaseException | None) -> None:
        self._tell("error", f"the set's commands cannot be written: {getattr(error, 'strerror', None) or error}")


def _append(file: Path, row: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(fd, row.encode())
    finally:
        os.close(fd)
