"""Process that writes the performance log to the disk.

The engine writes every event to this process's standard input, a pipe. A write takes microseconds even if the disk
does not answer. The contents of the pipe survive the engine, even ``kill -9``. The engine keeps a copy of each line
until this process reports that the disk has it. So the end of either process alone loses nothing.

Started as ``log_writer.py [LINE…]``; the lines are read before the pipe. Each line is about one file. It begins with
the mark of the file, such as ``#1``, and a space; a line without a mark is about the plain file. A line is one of

- ``@open PATH``: begin this file at the next row. A zero byte stands for a newline in the path.
- ``@sheet HEX PATH``: the same, for a file with a header, in hexadecimal.
- ``@resume SIZE HEX PATH``: continue a file of which an earlier process reported SIZE bytes. The rows behind them
  are compared with the lines that follow, so that no row is written twice. This line is not counted.
- ``@missing COUNT TIME``: the engine has let go its copies of COUNT rows. Those that the file does not have yet
  become a ``gap`` row. It counts as COUNT lines.
- anything else: a row.

Standard output reports to the engine. MARK is ``#0`` for the plain file.

- ``kept MARK LINES SIZE``: the disk has LINES lines of this process; the file has SIZE bytes.
- ``file MARK LINES SIZE PATH``: the same, and the rows now go to PATH.
- ``gone MARK WHOLE PATH``: another program deleted, moved or changed the file. WHOLE is 1 if its rows were
  written again.
- ``trouble MARK TEXT`` and ``resumed MARK``: the disk refuses; it no longer does.
- ``lost MARK COUNT``: a ``gap`` row was written.

Only small modules of the standard library are imported, so that the process starts at once.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable

if __name__ == "__main__":
    # The process starts without the folder of packages, because a search in it takes time.
    sys.path.append(os.path.abspath(__file__).rpartition(f"{os.sep}impsy_tui{os.sep}")[0])

from impsy_tui.engine.log.log_file import FLUSH, PIECE, RETRY, LogFile

GATHER = 0.05
"""Seconds between reads of the pipe while events come. While no process waits at the pipe, the engine's write is only
a copy. If each event woke a reader, it would cost the engine 0.1 ms and the core."""
QUIET = 1.0
"""Seconds without a row after which the process blocks until the next row."""
MOST_KEPT = 32 << 20
"""Most bytes in memory during a disk error; above it the process does not read the pipe."""
PATIENCE = 30.0
"""Seconds of attempts at a disk error after the engine has ended."""


class LogWriter:
    """Writes lines to their files in a thread, and keeps them during a disk error.

    Args:
        report: called with a line for the engine.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self.ended = False
        """True after the last line."""
        self.news = threading.Event()
        """Set after each line."""
        self._notify = report
        self._files: dict[bytes, LogFile] = {}
        self._taken = 0

    @property
    def full(self) -> bool:
        """True if the memory is full."""
        return self._taken - sum(file.released for file in self._files.values()) > MOST_KEPT

    def take(self, line: bytes) -> None:
        """Takes one line of the pipe without its line end."""
        if not line:
            return
        mark, line = split(line)
        file = self._files.get(mark)
        if file is None:
            file = self._files[mark] = LogFile(mark.decode() or "#0", self._notify)
        file.queue.append(line + b"\n")
        self._taken += len(line) + 1

    def run(self, patience: float = PATIENCE) -> bool:
        """Writes until the last line is on the disk; returns True if all lines are.

        Args:
            patience: seconds of attempts at the end, if the disk refuses.
        """
        synced = time.monotonic()
        until: float | None = None
        while True:
            files = list(self._files.values())
            due = [at for file in files if (at := file.due(synced)) is not None]
            if not self.ended or not self.news.is_set():
                self.news.wait(max(0.0, min(due) - time.monotonic()) if due else RETRY if self.ended else None)
            self.news.clear()
            now = time.monotonic()
            sync = self.ended or now - synced >= FLUSH
            for file in list(self._files.values()):
                file.turn(sync=sync)
            if sync:
                synced = time.monotonic()
            if self.ended:
                until = until or now + patience
                if all(file.done for file in self._files.values()):
                    return True
                if now > until:
                    return False


def split(line: bytes) -> tuple[bytes, bytes]:
    """Returns the mark of a line's file, empty for the plain file, and the line."""
    if not line.startswith(b"#"):
        return b"", line
    mark, _, rest = line.partition(b" ")
    return mark, rest


def set_apart() -> None:
    """Sets a scheduling class that does not interrupt the engine at each row."""
    try:
        os.nice(5)
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except OSError:
        pass


def read(writer: LogWriter) -> None:
    """Takes lines from the pipe until its end."""
    os.set_blocking(0, False)
    rest = b""
    view = memoryview(bytearray(PIECE))
    last = time.monotonic()
    while True:
        if writer.full or time.monotonic() - last < QUIET:
            time.sleep(GATHER)
        else:
            select.select([0], [], [])
        while not writer.full:
            try:
                data = bytes(view[: os.readv(0, [view])])
            except BlockingIOError:
                break
            if not data:
                return  # without the rest: the engine did not finish a line that has no end
            last = time.monotonic()
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            for line in lines:
                writer.take(line)
            writer.news.set()


def main() -> int:
    # The process ends only when the pipe ends and all lines are written. The engine closes the pipe.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass  # no process can ignore this signal
    set_apart()

    def report(text: str) -> None:
        try:
            os.write(1, os.fsencode(text) + b"\n")
        except BrokenPipeError:
            pass  # the engine has ended; the rows still matter
        except OSError:
            os._exit(1)  # the engine must get every report: its next log writer reports all rows

    writer = LogWriter(report)
    for line in sys.argv[1:]:
        writer.take(os.fsencode(line))
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(writer.run()))
    thread.start()
    try:
        read(writer)
    except OSError:
        done.append(False)  # the engine starts another log writer, which gets all rows that were not reported
    writer.ended = True
    writer.news.set()
    thread.join()
    return 0 if done == [True] else 1


if __name__ == "__main__":
    sys.exit(main())
