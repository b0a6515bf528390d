"""The commands of a set, written down beside its log."""

import errno
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from impsy_tui.workers.read_log import COMMANDS_SUFFIX


class CommandLog:
    """Writes ``time,line`` rows to a file named like the log, with times like the log's.

    A separate thread writes them in order, so that a slow disk blocks nothing. Rows that the disk refuses are kept
    and written before the next one.

    Args:
        wall: the time of day of a time on the engine's clock, as the log has it.
        tell: called with a level and a text for the performer.
    """

    def __init__(self, wall: Callable[[float], datetime], notify: Callable[[str, str], None]) -> None:
        self.file: Path | None = None
        """Where commands are written now, None while they are not."""
        self._wall = wall
        self._notify = notify
        self._writer = ThreadPoolExecutor(1, "recorder")
        self._rows: deque[tuple[Path, str]] = deque()
        self._trouble = ""

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
        self._rows.append((self.file, row))
        self._writer.submit(self._write)

    def close(self) -> None:
        """Have everything written; a disk that is slow is waited for, so this is not for the loop."""
        self._writer.submit(self._write)
        self._writer.shutdown(wait=True)

    def _write(self) -> None:
        """Write all rows that are kept; in the thread."""
        try:
            while self._rows:
                _append(*self._rows[0])
                self._rows.popleft()
        except OSError as error:
            trouble = error.strerror or str(error)
            if trouble != self._trouble:
                self._notify("error", f"the set's commands cannot be written: {trouble}; they are kept in memory")
            self._trouble = trouble
            return
        if self._trouble:
            self._trouble = ""
            self._notify("warning", "the set's commands are written again")


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
