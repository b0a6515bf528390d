"""File of the commands of a performance, next to its log."""

import errno
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from impsy_tui.workers.read_log import COMMANDS_SUFFIX


class CommandLog:
    """Writes rows ``time,line`` to a file with the name of the log and times like those of the log.

    A separate thread writes the rows in order, so that a slow disk blocks nothing. Rows that cannot be written stay
    in memory, and are written before the next one.

    Args:
        wall: converts a time on the engine's clock to a time of day, as in the log.
        notify: called with a level and a text for the performer.
    """

    def __init__(self, wall: Callable[[float], datetime], notify: Callable[[str, str], None]) -> None:
        self.file: Path | None = None
        """File that commands are written to, None while nothing is recorded."""
        self._wall = wall
        self._notify = notify
        self._writer = ThreadPoolExecutor(1, "recorder")
        self._rows: deque[tuple[Path, str]] = deque()
        self._problem = ""

    def begin(self, log: Path) -> Path:
        """Starts a file next to a log; returns the file."""
        self.file = log.with_suffix(COMMANDS_SUFFIX)
        return self.file

    def end(self) -> None:
        """Ends the file."""
        self.file = None

    def note(self, at: float, line: str) -> None:
        """Adds a row for a line that was carried out.

        Args:
            at: time on the engine's clock, in seconds.
            line: the line.
        """
        if self.file is None:
            return
        # A quoted name may have line breaks, which would read as further commands here.
        one = " ".join(line.splitlines())
        row = f"{self._wall(at).isoformat(timespec='microseconds')},{one}\n"
        self._rows.append((self.file, row))
        self._writer.submit(self._write)

    def close(self) -> None:
        """Waits until all rows are written. Not for the event loop: the disk may be slow."""
        self._writer.submit(self._write)
        self._writer.shutdown(wait=True)

    def _write(self) -> None:
        try:
            while self._rows:
                _append(*self._rows[0])
                self._rows.popleft()
        except OSError as error:
            problem = error.strerror or str(error)
            if problem != self._problem:
                self._notify(
                    "error", f"the recorded commands cannot be written: {problem}. They stay in memory until they can"
                )
            self._problem = problem
            return
        if self._problem:
            self._problem = ""
            self._notify("warning", "the recorded commands are written again")


def _append(file: Path, row: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(fd).st_size
        data = row.encode()
        if os.write(fd, data) < len(data):
            os.ftruncate(fd, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(fd)
    finally:
        os.close(fd)
