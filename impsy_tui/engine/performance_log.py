"""The performance log: every accepted event, in the kernel's hands before it is answered."""

import asyncio
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from impsy_tui.engine import log_writer

_PIPE_SIZE: Final = 1 << 20
_MOST_QUEUED: Final = 32 << 20
"""Bytes kept here when even the pipe is full: hours of playing."""
_F_SETPIPE_SZ: Final = 1031


class Page:
    """One file after the other, written by the log's process.

    Args:
        log: to which it belongs.
        mark: what the log's process knows its file by.
    """

    def __init__(self, log: "PerformanceLog", mark: str) -> None:
        self.file: Path | None = None
        """The current file; None before anything has been written to it."""
        self.named = Path()
        """What it is to be called."""
        self.mark = mark
        self._log = log

    def name(self, file: Path) -> None:
        """Begin a new file, at the next row."""
        self.named, self.file = file, None
        self._log.put(self.mark.encode() + b"@open " + os.fsencode(file) + b"\n")

    @property
    def argument(self) -> str:
        """What a process that takes over is told of its file."""
        return f"{self.mark}@open {self.named}" if self.file is None else f"{self.mark}{self.file}"


class Voice(Page):
    """The log of one player.

    Args:
        log: to which it belongs.
        player: its name, empty for the player of the plain file.
        mark: what the log's process knows its file by.
    """

    def __init__(self, log: "PerformanceLog", player: str, mark: str) -> None:
        super().__init__(log, mark)
        self._player = f"{player}-" if player else ""

    def begin(self, dimension: int) -> None:
        """Begin a new file, at the next row, for events of this dimension."""
        self.name(self._log.folder.absolute() / f"{self._log.stamp()}-{self._player}{dimension}d-mdrnn.log")

    def write(self, at: float, source: str, values: Sequence[float]) -> None:
        """One row; see ``PerformanceLog.write``."""
        self._log.write(at, source, values, self.mark)


class Sheet(Page):
    """Rows of any kind, below a first row that says what they are."""

    _header = ""

    def begin(self, file: Path, header: str) -> None:
        """Begin a new file, at the next row.

        Args:
            file: what it is to be called; its name begins with ``PerformanceLog.stamp``.
            header: its first row.
        """
        self.name(file)
        self._header = header

    def write(self, row: str) -> None:
        """One row; see ``PerformanceLog.write``."""
        if self._header and self._log.write_row(self._header, self.mark):
            self._header = ""
        self._log.write_row(row, self.mark)


class PerformanceLog:
    """Hands rows to the log's own process; see ``log_writer``.

    Rows are ``time,source,x_1,…,x_n``, as IMPSY writes them. Time is the wall clock at the
    start plus a monotonic clock, so that a clock that is set while playing (as on a Pi, which
    has none of its own) does not tear a performance apart.

    Args:
        folder: where logs are kept.
        tell: called with a level and a text for the performer.
        now: the monotonic clock of event times, in seconds.
    """

    def __init__(self, folder: Path, tell: Callable[[str, str], None], now: Callable[[], float]) -> None:
        self.folder = folder
        self.plain = Voice(self, "", "")
        """The log with the plain name."""
        self.pages: list[Page] = [self.plain]
        """All logs of all players."""
        self.rows = 0
        """Rows handed over."""
        self.written = 0
        """Rows that the disk has taken."""
        self.problem = ""
        """What keeps rows from the disk now; empty while all is well."""
        self.enabled = True
        self._tell = tell
        self._now = now
        self._began = (datetime.now(), now())
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._let_go: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._read_end = -1
        self._partial = b""
        self._written_before = 0
        self._closed = False

    @property
    def file(self) -> Path | None:
        """The current file of the first player that has one; None before anything has been written."""
        return next(iter(self.files), None)

    @property
    def files(self) -> list[Path]:
        """The current files of all players."""
        return [page.file for page in self.pages if page.file is not None]

    def voice(self, player: str) -> Voice:
        """A log for another player; its file is begun by itself."""
        voice = Voice(self, player, f"#{len(self.pages)} ")
        self.pages.append(voice)
        return voice

    def sheet(self) -> Sheet:
        """A file of rows of another kind; it is begun by itself."""
        sheet = Sheet(self, f"#{len(self.pages)} ")
        self.pages.append(sheet)
        return sheet

    def open(self) -> None:
        """Start the log's process; must be called with the event loop running. Files are begun apart."""
        self._read_end, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        if sys.platform == "linux":
            import fcntl

            try:
                fcntl.fcntl(self._pipe, _F_SETPIPE_SZ, _PIPE_SIZE)
            except OSError:
                pass  # more than this user may have: the system's own size will do
        self._spawn()
        folder = self.folder if os.path.exists(self.folder) else self.folder.absolute().parent
        if not os.access(folder, os.W_OK):
            self._tell("error", f"{self.folder} cannot be written to: nothing you play is being kept")

    def begin(self, dimension: int) -> None:
        """Begin a new plain file, at the next row, for events of this dimension."""
        self.plain.begin(dimension)

    def stamp(self) -> str:
        """The time now, as names of files have it."""
        return self.wall(self._now()).isoformat(timespec="seconds").replace(":", "-")

    def write(self, at: float, source: str, values: Sequence[float], mark: str = "") -> None:
        """One row. Returns when it is in the kernel's hands, or queued where the pipe is full.

        Args:
            at: when it happened, on the monotonic clock.
            source: "interface" or "rnn".
            values: 0..1.
            mark: of the file.
        """
        stamp = self.wall(at).isoformat(timespec="microseconds")
        self.write_row(f"{stamp},{source},{','.join(map(repr, values))}", mark)

    def write_row(self, row: str, mark: str) -> bool:
        """One row of any kind, without its end; whether rows are written at all."""
        if not self.enabled or self._pipe < 0:
            return False
        self.put(f"{mark}{row}\n".encode())
        self.rows += 1
        return True

    async def close(self, patience: float = 0.5) -> None:
        """Hand over all there is and end the log's process; it goes on by itself if it is slow."""
        if self._closed or self._process is None:
            return
        self._closed = True
        self.enabled = False
        loop = asyncio.get_running_loop()
        loop.remove_writer(self._pipe)
        os.set_blocking(self._pipe, True)
        process = self._process
        # In a thread: what is queued may not fit the pipe, and ending takes a moment.
        ending = loop.run_in_executor(None, self._finish, process)
        try:
            await asyncio.wait_for(asyncio.shield(ending), patience)
        except TimeoutError:
            self._tell("warning", "the log is still being written; its own process goes on with that")
        self._told()
        assert process.stdout is not None
        loop.remove_reader(process.stdout)
        process.stdout.close()

    def _finish(self, process: subprocess.Popen[bytes]) -> None:
        os.close(self._read_end)
        try:
            while self._queue:
                os.write(self._pipe, self._queue.popleft())
        except OSError:
            pass
        os.close(self._pipe)
        self._pipe = -1
        process.wait()

    def wall(self, at: float) -> datetime:
        """The time of day of a time on the monotonic clock, as rows have it."""
        began, then = self._began
        return began + timedelta(seconds=at - then)

    def put(self, line: bytes) -> None:
        """Hand over a line of the pipe; see ``log_writer``."""
        if not self._queue:
            try:
                # A pipe takes up to PIPE_BUF bytes whole or not at all; a longer row may be cut.
                sent = os.write(self._pipe, line)
            except BlockingIOError:
                sent = 0
            if sent == len(line):
                return
            line = line[sent:]
            asyncio.get_running_loop().add_writer(self._pipe, self._drain)
        self._queue.append(line)
        self._queued += len(line)
        while self._queued > _MOST_QUEUED and len(self._queue) > 1:
            self._queued -= len(self._queue[1])
            mark, _ = log_writer.split(self._queue[1])
            self._let_go[mark.decode()] = self._let_go.get(mark.decode(), 0) + 1
            del self._queue[1]

    def _drain(self) -> None:
        while self._queue:
            line = self._queue[0]
            try:
                sent = os.write(self._pipe, line)
            except BlockingIOError:
                return
            self._queued -= sent
            if sent < len(line):
                self._queue[0] = line[sent:]
                return
            self._queue.popleft()
        asyncio.get_running_loop().remove_writer(self._pipe)
        if self._let_go:
            self._tell(
                "error", f"the log lost {sum(self._let_go.values())} events: the disk was too slow for too long"
            )
            stamp = self.wall(self._now()).isoformat(timespec="microseconds")
            lost, self._let_go = self._let_go, {}
            for mark, count in lost.items():
                self.put(f"{mark} {stamp},gap,{count}\n".lstrip().encode())

    def _spawn(self) -> None:
        command = [sys.executable, "-I", "-S", log_writer.__file__]
        command += [page.argument for page in self.pages if page.named.name]
        self._process = subprocess.Popen(
            command,
            stdin=self._read_end,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        asyncio.get_running_loop().add_reader(self._process.stdout, self._told)

    def _told(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            data = os.read(self._process.stdout.fileno(), 1 << 16)
        except BlockingIOError:
            return
        if not data:
            if not self._closed:
                self._lost_writer()
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            word, _, rest = line.decode(errors="replace").partition(" ")
            self._hear(word, rest)

    def _hear(self, word: str, rest: str) -> None:
        if word == "written":
            self.written = self._written_before + int(rest)
        elif word == "file":
            mark, _, path = rest.partition(" ") if rest.startswith("#") else ("", "", rest)
            page = next(page for page in self.pages if page.mark.strip() == mark)
            page.file = Path(path)
        elif word == "trouble":
            self.problem = rest
            self._tell("error", f"the log cannot be written: {rest}; it is kept in memory and tried again")
        elif word == "resumed":
            self.problem = ""
            self._tell("warning", "the log is being written again")
        elif word == "lost":
            self._tell("error", f"the log lost {rest} events: memory was used up; a gap row marks the place")

    def _lost_writer(self) -> None:
        """The log's process was killed: start another, on the same pipe, with what is in it."""
        assert self._process is not None
        assert self._process.stdout is not None
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._process.stdout)
        self._process.stdout.close()
        self._process.wait()
        self._tell("error", "the log's process was killed; another takes over")
        self._written_before = self.written
        self._spawn()
