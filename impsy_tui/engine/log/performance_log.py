"""The performance log: every accepted event, in the kernel's hands before it is answered."""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from impsy_tui.engine.log import log_writer
from impsy_tui.engine.log.unsaved_lines import LogPages, PlayerLogPages, RowPages
from impsy_tui.engine.log.writer_process import LogWriterProcess

_MOST_HELD: Final = 32 << 20
"""Bytes of lines kept here until the disk has them: hours of playing."""
_PIECE: Final = 1 << 15
"""Bytes handed over in one turn of the loop after the pipe was full."""
_SETTLED: Final = 500
"""Reports of the log writer, and lines that the disk has, that are handled in one turn of the loop."""


class PerformanceLog:
    """Hands rows to the log writer's process, and keeps each until the disk has it; see ``log_writer``.

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
        self.plain = PlayerLogPages(self, "", "")
        """The log with the plain name."""
        self.pages: list[LogPages] = [self.plain]
        """All logs of all players."""
        self.rows = 0
        """Rows handed over, without those that were lost."""
        self.written = 0
        """Rows that the disk has."""
        self.enabled = True
        self._notify = tell
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
        """What keeps rows from the disk now; empty while all is well."""
        return self._process_trouble or next((page.trouble for page in self.pages if page.trouble), "")

    @property
    def file(self) -> Path | None:
        """The current file of the first player that has one; None before anything has been written."""
        return next(iter(self.files), None)

    @property
    def files(self) -> list[Path]:
        """The current files of all players."""
        return [page.file for page in self.pages if page.file is not None]

    def voice(self, player: str) -> PlayerLogPages:
        """A log for another player; its file is begun by itself."""
        voice = PlayerLogPages(self, player, f"#{len(self.pages)} ")
        self.pages.append(voice)
        return voice

    def sheet(self) -> RowPages:
        """A file of rows of another kind; it is begun by itself."""
        sheet = RowPages(self, f"#{len(self.pages)} ")
        self.pages.append(sheet)
        return sheet

    def open(self) -> None:
        """Start the log's process; must be called with the event loop running. Files are begun apart."""
        self._opened = True
        self._process.open()
        folder = self.folder if os.path.exists(self.folder) else self.folder.absolute().parent
        if not os.access(folder, os.W_OK):
            self._notify("error", f"{self.folder} cannot be written to: events are kept in memory until it can")

    def begin(self, dimension: int) -> None:
        """Begin a new plain file, at the next row, for events of this dimension."""
        self.plain.begin(dimension)

    def stamp(self) -> str:
        """The time now, as names of files have it."""
        return self.wall(self._now()).isoformat(timespec="seconds").replace(":", "-")

    def write(self, at: float, source: str, values: Sequence[float], page: LogPages | None = None) -> None:
        """One row. Returns when it is in the kernel's hands, or queued if the pipe is full.

        Args:
            at: when it happened, on the monotonic clock.
            source: "interface" or "rnn".
            values: 0..1.
            page: its file, the plain one if None.
        """
        stamp = self.wall(at).isoformat(timespec="microseconds")
        self.write_row(f"{stamp},{source},{','.join(map(repr, values))}", page or self.plain)

    def write_row(self, row: str, page: LogPages) -> None:
        """One row of any kind, without its end."""
        if self.enabled and self._opened:
            self.rows += 1
            self.put(page, f"{page.mark}{row}\n".encode())

    def wall(self, at: float) -> datetime:
        """The time of day of a time on the monotonic clock, as rows have it."""
        began, then = self._began
        return began + timedelta(seconds=at - then)

    def put(self, page: LogPages, line: bytes) -> None:
        """Hand over a line of the pipe; see ``log_writer``."""
        page.held += len(line)
        self._held += len(line)
        if self._held > _MOST_HELD:
            self._let_go()
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

    def _let_go(self) -> None:
        """Drop the oldest copies of the file that has most."""
        while self._held > _MOST_HELD:
            freed = max(self.pages, key=lambda page: page.held).let_go()
            if not freed:
                return
            self._held -= freed

    def _drain(self) -> None:
        """Hand over some of the lines that wait for room in the pipe."""
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
            asyncio.get_running_loop().remove_writer(pipe)  # the process has ended, and another takes all
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
        """Send a new log writer all that the disk does not have."""
        self._connecting = False
        for page in self.pages:
            before = page.held
            self._rest += page.again()
            self._held += page.held - before
        asyncio.get_running_loop().add_writer(self._process.pipe, self._drain)
        self._drain()

    def _disconnected(self, why: str) -> None:
        first = not self._process_trouble
        self._connecting = False
        self._behind, self._rest, self._process_trouble = True, b"", why
        if first:
            self._notify("error", f"{why}; events are kept in memory until another takes over")

    def _hear(self, line: str) -> None:
        self._reports.append(line)
        self._go_on()

    def _go_on(self) -> None:
        if not self._settling:
            self._settle()

    def _settle(self) -> None:
        """Carry out some of the reports: remove the lines that the disk has, then do the rest of each report."""
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
                        page.owed += int(lines) - page.reported
                        page.reported = int(lines)
                        self._counted = True
                    left -= self._remove(page, left)
                    if page.owed and page.sent:
                        left = 0
                        continue
                self._carry_out(word, rest, page)
            self._reports.popleft()
            self._counted = False
        self._settling = False
        if self._connecting and self._process.pipe >= 0:
            self._send_again()

    def _remove(self, page: LogPages, most: int) -> int:
        """Remove lines that the disk has; the number of entries removed."""
        held, entries = page.held, len(page.sent)
        self.written += page.settle(most)
        self._held += page.held - held
        return entries - len(page.sent)

    def _carry_out(self, word: str, rest: str, page: LogPages) -> None:
        """Carry out a report, apart from its lines."""
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
                self._notify("error", f"the log cannot be written: {rest}; it is kept in memory and tried again")
            page.trouble = rest
            self._process_trouble = ""
        elif word == "resumed":
            self._recovered(page)
        elif word == "gone":
            whole, _, path = rest.partition(" ")
            after = "its rows are written again" if whole == "1" else "the log goes on in another file"
            self._notify("warning", f"another program deleted, moved or changed {Path(path).name}: {after}")
        elif word == "lost":
            self.rows -= int(rest)
            self.written -= int(rest)
            self._notify("error", f"the log lost {rest} events: memory was used up; a gap row marks the place")

    async def _settled(self) -> None:
        """Wait until all reports are carried out."""
        while self._reports:  # noqa: ASYNC110 - each turn of the loop carries out a slice
            await asyncio.sleep(0)

    def _recovered(self, page: LogPages) -> None:
        was, page.trouble, self._process_trouble = self.problem, "", ""
        if was and not self.problem:
            self._notify("warning", "the log is being written again")

    async def close(self, patience: float = 0.5) -> None:
        """Hand over all there is and end the log's process; it goes on by itself if it is slow."""
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
            self._notify("warning", f"{waiting} events wait for the disk; the log's own process goes on for 30 s")

    async def _write_here(self, patience: float) -> None:
        """Write what no process took; the engine ends, so that nothing waits for this thread."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def tell(line: str) -> None:
            try:
                loop.call_soon_threadsafe(self._hear, line)
            except RuntimeError:
                pass  # the engine has ended

        writer = log_writer.LogWriter(tell)
        for page in self.pages:
            lines = [page.again(), *map(page.line, page.unsent)]
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
            self._notify("error", f"the log lost {lost} events: neither its process nor the disk takes them")
