"""Performance log: the kernel has every accepted event before a player answers it."""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from impsy_tui.engine.log import log_writer
from impsy_tui.engine.log.unsaved_lines import LogPages
from impsy_tui.engine.log.writer_process import LogWriterProcess

_MOST_HELD: Final = 32 << 20
"""Bytes of lines kept here until the disk has them: hours of playing."""
_PIECE: Final = 1 << 15
"""Bytes handed over in one turn of the loop after the pipe was full."""
_SETTLED: Final = 500
"""Reports of the log writer, and lines that the disk has, that are handled in one turn of the loop."""


class PerformanceLog:
    """Sends rows to the log writer's process and keeps each row until the disk has it; see ``log_writer``.

    Rows are ``time,source,x_1,…,x_n``, as IMPSY writes them. Time is the wall clock at the start plus a monotonic
    clock: a wall clock that is set during a performance (a Raspberry Pi has no battery clock) changes nothing.

    Args:
        folder: Folder of the logs.
        report: Takes a level and a message to the performer.
        now: Monotonic clock of event times, in seconds.
    """

    def __init__(self, folder: Path, report: Callable[[str, str], None], now: Callable[[], float]) -> None:
        self.folder = folder
        self.plain = PlayerLogPages(self, "", "")
        """Log with the plain name."""
        self.pages: list[LogPages] = [self.plain]
        """All logs of all players."""
        self.rows = 0
        """Rows sent to the log writer, without lost rows."""
        self.written = 0
        """Rows that the disk has."""
        self.enabled = True
        self._notify = report
        self._now = now
        self._began = (datetime.now(), now())
        self._process = LogWriterProcess(self._connected, self._hear, self._disconnected)
        self._process_trouble = ""
        self._caught_up: asyncio.Event | None = None
        self._rest = b""
        self._behind = True
        self._held = 0
        self._reports: deque[str] = deque()
        """Reports of the log writer that are not carried out yet, in order."""
        self._counted = False
        """True if the lines of the first of these reports are counted."""
        self._settling = False
        self._connecting = False
        """True if a new log writer waits until all reports of the last one are carried out."""
        self._opened = self._closed = False

    @property
    def problem(self) -> str:
        """Reason why rows do not reach the disk now; empty if they do."""
        return self._process_trouble or next((page.trouble for page in self.pages if page.trouble), "")

    @property
    def file(self) -> Path | None:
        """The current file of the first player that has one; None before the first row."""
        return next(iter(self.files), None)

    @property
    def files(self) -> list[Path]:
        """The current files of all players."""
        return [page.file for page in self.pages if page.file is not None]

    def voice(self, player: str) -> "PlayerLogPages":
        """Returns the log of another player; call ``begin`` for its file."""
        for page in self.pages:
            if isinstance(page, PlayerLogPages) and page.player == player:
                return page
        voice = PlayerLogPages(self, player, f"#{len(self.pages)} ")
        self.pages.append(voice)
        return voice

    def sheet(self) -> "RowPages":
        """Returns a log of rows of another kind; call ``begin`` for its file."""
        sheet = RowPages(self, f"#{len(self.pages)} ")
        self.pages.append(sheet)
        return sheet

    def open(self) -> None:
        """Starts the log writer; the event loop must run. ``begin`` starts a file."""
        self._opened = True
        self._process.open()
        folder = self.folder if os.path.exists(self.folder) else self.folder.absolute().parent
        if not os.access(folder, os.W_OK):
            self._notify("error", f"Cannot write to {self.folder}: events stay in memory until it is writable")

    def begin(self, dimension: int) -> None:
        """Begins a new plain file for events of this dimension at the next row."""
        self.plain.begin(dimension)

    def end(self) -> None:
        """Ends the plain file."""
        self.plain.end()

    def stamp(self) -> str:
        """Returns the time of day in the form of file names."""
        return self.wall(self._now()).isoformat(timespec="seconds").replace(":", "-")

    def write(self, at: float, source: str, values: Sequence[float], page: LogPages | None = None) -> None:
        """Writes one row to the pipe, or to a queue if the pipe is full.

        Args:
            at: Time of the event on the monotonic clock, in seconds.
            source: "interface" or "rnn".
            values: Values, 0 to 1.
            page: File of the row; None for the plain file.
        """
        stamp = self.wall(at).isoformat(timespec="microseconds")
        self.write_row(f"{stamp},{source},{','.join(map(repr, values))}", page or self.plain)

    def write_row(self, row: str, page: LogPages) -> None:
        """Writes one row of any kind; the row has no line end."""
        if self.enabled and self._opened:
            self.rows += 1
            self.put(page, f"{page.mark}{row}\n".encode())

    def follow_clock(self) -> None:
        """Takes the time of day of later rows from the clock of the machine; begin new files at once."""
        self._began = (datetime.now(), self._now())

    def wall(self, at: float) -> datetime:
        """Returns the time of day for a time on the monotonic clock."""
        began, then = self._began
        return began + timedelta(seconds=at - then)

    def put(self, page: LogPages, line: bytes) -> None:
        """Sends a line of the pipe; see ``log_writer``."""
        page.held += len(line)
        self._held += len(line)
        if self._held > _MOST_HELD:
            self._free_memory()
        if self._behind:
            page.unsent.append(line)
            return
        try:
            # A pipe takes up to PIPE_BUF bytes whole or not at all; a longer row may be cut.
            sent = os.write(self._process.pipe, line)
        except OSError:
            sent = 0
        if sent < len(line):
            self._behind = True
            asyncio.get_running_loop().add_writer(self._process.pipe, self._drain)
        if sent:
            page.sent.append(line)
            self._rest = line[sent:]
        else:
            page.unsent.append(line)

    def _free_memory(self) -> None:
        """Drops the oldest copies of the file with most unsaved bytes."""
        while self._held > _MOST_HELD:
            freed = max(self.pages, key=lambda page: page.held).drop_oldest()
            if not freed:
                return
            self._held -= freed

    def _drain(self) -> None:
        """Sends some of the lines that wait for room in the pipe."""
        pipe = self._process.pipe
        for page in self.pages:
            while page.unsent and len(self._rest) < _PIECE:
                entry = page.unsent.popleft()
                page.sent.append(entry)
                self._rest += page.line(entry)
        try:
            self._rest = self._rest[os.write(pipe, self._rest) :]
        except BlockingIOError:
            return
        except OSError:
            asyncio.get_running_loop().remove_writer(pipe)  # the process has ended; the next one gets all lines
            return
        if not self._rest and not any(page.unsent for page in self.pages):
            self._behind = False
            asyncio.get_running_loop().remove_writer(pipe)
            if self._caught_up is not None:
                self._caught_up.set()

    def _connected(self) -> None:
        self._connecting = True
        self._go_on()

    def _send_again(self) -> None:
        """Sends a new log writer all lines that the disk does not have."""
        self._connecting = False
        for page in self.pages:
            before = page.held
            self._rest += page.resend()
            self._held += page.held - before
        asyncio.get_running_loop().add_writer(self._process.pipe, self._drain)
        self._drain()

    def _disconnected(self, why: str) -> None:
        first = not self._process_trouble
        self._connecting = False
        self._behind, self._rest, self._process_trouble = True, b"", why
        if first:
            self._notify("error", f"{why}; events stay in memory until another process takes over")

    def _hear(self, line: str) -> None:
        self._reports.append(line)
        self._go_on()

    def _go_on(self) -> None:
        if not self._settling:
            self._settle()

    def _settle(self) -> None:
        """Handles some of the reports: removes the lines that the disk has, then handles the rest of each report."""
        left = _SETTLED
        while self._reports:
            if left <= 0:
                self._settling = True
                asyncio.get_running_loop().call_soon(self._settle)
                return
            word, _, rest = self._reports[0].partition(" ")
            key, _, rest = rest.partition(" ")
            page = next((page for page in self.pages if page.key == key), None)
            left -= 1
            if page is not None:
                if word in ("kept", "file"):
                    lines, _, rest = rest.partition(" ")
                    if not self._counted:
                        page.confirmed += int(lines) - page.reported
                        page.reported = int(lines)
                        self._counted = True
                    left -= self._remove(page, left)
                    if page.confirmed and page.sent:
                        left = 0
                        continue
                self._carry_out(word, rest, page)
            self._reports.popleft()
            self._counted = False
        self._settling = False
        if self._connecting and self._process.pipe >= 0:
            self._send_again()

    def _remove(self, page: LogPages, most: int) -> int:
        """Removes lines that the disk has; returns the number of removed entries."""
        held, entries = page.held, len(page.sent)
        self.written += page.settle(most)
        self._held += page.held - held
        return entries - len(page.sent)

    def _carry_out(self, word: str, rest: str, page: LogPages) -> None:
        """Handles a report, except its lines."""
        if word in ("kept", "file"):
            size, _, path = rest.partition(" ")
            page.size = int(size)
            if word == "file":
                page.path = path.encode(errors="surrogateescape")
                page.file = Path(path.replace("\0", "\n"))
            else:
                self._process.works()
                self._recovered(page)
        elif word == "trouble":
            if page.trouble != rest:
                self._notify("error", f"Cannot write the log: {rest}. Events stay in memory; the engine tries again")
            page.trouble = rest
            self._process_trouble = ""
        elif word == "resumed":
            self._recovered(page)
        elif word == "gone":
            whole, _, path = rest.partition(" ")
            after = "its rows are written again" if whole == "1" else "the log continues in another file"
            self._notify("warning", f"another program deleted, moved or changed {Path(path).name}: {after}")
        elif word == "lost":
            self.rows -= int(rest)
            self.written -= int(rest)
            self._notify(
                "error", f"The log lost {rest} events because its memory was full; a gap row marks the place"
            )

    async def _settled(self) -> None:
        """Waits until all reports are handled."""
        while self._reports:  # noqa: ASYNC110 - each turn of the loop carries out a slice
            await asyncio.sleep(0)

    def _recovered(self, page: LogPages) -> None:
        was, page.trouble, self._process_trouble = self.problem, "", ""
        if was and not self.problem:
            self._notify("warning", "The log is written again")

    async def close(self, patience: float = 0.5) -> None:
        """Sends all lines and ends the log writer; a slow log writer goes on after the engine."""
        if self._closed or not self._opened:
            return
        self._closed = True
        self.enabled = False
        loop = asyncio.get_running_loop()
        if self._process.pipe >= 0 and self._behind:
            self._caught_up = asyncio.Event()
            await asyncio.wait([loop.create_task(self._caught_up.wait())], timeout=patience)
        left = sum(len(page.unsent) for page in self.pages)
        ran = self._process.pipe >= 0 and not left
        ended = await self._process.close(patience)
        await self._settled()
        waiting = self.rows - self.written
        if waiting and (ended or not ran):
            await self._write_here(1.0)
        elif waiting or not ended:
            self._notify("warning", f"{waiting} events wait for the disk; the log writer continues for 30 s")

    async def _write_here(self, patience: float) -> None:
        """Writes the lines that no process took, in a thread: the engine ends."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def report(line: str) -> None:
            try:
                loop.call_soon_threadsafe(self._hear, line)
            except RuntimeError:
                pass  # the engine has ended

        writer = log_writer.LogWriter(report)
        for page in self.pages:
            lines = [page.resend(), *map(page.line, page.unsent)]
            page.sent, page.unsent = page.unsent, page.sent
            for line in lines:
                writer.take(line.rstrip(b"\n"))
        writer.ended = True

        def finish(kept: bool) -> None:
            if not done.done():
                done.set_result(kept)

        def run() -> None:
            kept = writer.run(patience)
            try:
                loop.call_soon_threadsafe(finish, kept)
            except RuntimeError:
                pass  # the engine has ended

        threading.Thread(target=run, daemon=True).start()
        await asyncio.wait([done], timeout=patience + 0.5)
        await self._settled()
        if lost := self.rows - self.written:
            self._notify("error", f"The log lost {lost} events: neither the log writer nor the disk takes them")


class PlayerLogPages(LogPages):
    """Log of one player.

    Args:
        log: Performance log.
        player: Name of the player; empty for the plain file.
        mark: Mark in the pipe.
    """

    def __init__(self, log: "PerformanceLog", player: str, mark: str) -> None:
        super().__init__(log.put, mark)
        self._log = log
        self.player = player

    def begin(self, dimension: int) -> None:
        """Begins a new file for events of this dimension at the next row."""
        player = f"{self.player}-" if self.player else ""
        self.name(self._log.folder.absolute() / f"{self._log.stamp()}-{player}{dimension}d-mdrnn.log")

    def write(self, at: float, source: str, values: Sequence[float]) -> None:
        """Writes one row; see ``PerformanceLog.write``."""
        self._log.write(at, source, values, self)


class RowPages(LogPages):
    """Files of rows of any kind below a header."""

    def __init__(self, log: "PerformanceLog", mark: str) -> None:
        super().__init__(log.put, mark)
        self._log = log

    def begin(self, file: Path, header: str) -> None:
        """Begins a new file at the next row.

        Args:
            file: Name that begins with ``PerformanceLog.stamp``.
            header: First row.
        """
        self.name(file, header)

    def write(self, row: str) -> None:
        """Writes one row; see ``PerformanceLog.write``."""
        self._log.write_row(row, self)
