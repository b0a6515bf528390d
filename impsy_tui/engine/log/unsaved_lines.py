"""Files of the performance log, as the engine sees them: each keeps its lines until the disk has them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from impsy_tui.engine.log.performance_log import PerformanceLog


@dataclass(slots=True)
class DroppedRows:
    """Rows of which the engine let go its copies.

    Attributes:
        count: how many.
        stamp: the time of the last one.
    """

    count: int
    stamp: bytes


class LogPages:
    """One file after the other, written by the log writer.

    Args:
        log: to which it belongs.
        mark: its mark in the pipe, such as ``#1`` and a space; empty for the plain file.
    """

    def __init__(self, log: "PerformanceLog", mark: str) -> None:
        self.file: Path | None = None
        """The current file; None before the first row."""
        self.named = Path()
        """The name that the file shall have."""
        self.mark = mark
        self.key = mark.strip() or "#0"
        """Its mark in reports."""
        self.sent: deque[bytes | DroppedRows] = deque()
        """Lines in the pipe or with the log writer that the disk does not have yet."""
        self.unsent: deque[bytes | DroppedRows] = deque()
        """Lines that wait for room in the pipe."""
        self.held = 0
        """Bytes of all these lines."""
        self.owed = 0
        """Lines that the disk has and that are still in ``sent``."""
        self.reported = 0
        """Lines that the present log writer has reported."""
        self.trouble = ""
        """What keeps rows from the disk; empty if nothing does."""
        self.path = b""
        """The current file as the log writer names it; empty before the first row."""
        self.size = 0
        """Bytes of it that the disk has."""
        self._prefix = mark.encode()
        self._begin = b""
        self._header = b""
        self._log = log

    def name(self, file: Path, header: str = "") -> None:
        """Begin a new file, at the next row."""
        self.named, self.file = file, None
        path = str(file).encode(errors="surrogateescape").replace(b"\n", b"\0")
        word = b"@sheet %b " % header.encode().hex().encode() if header else b"@open "
        self._log.put(self, self._prefix + word + path + b"\n")

    def line(self, entry: bytes | DroppedRows) -> bytes:
        """An entry as the pipe carries it."""
        if isinstance(entry, DroppedRows):
            return b"%b@missing %d %b\n" % (self._prefix, entry.count, entry.stamp)
        return entry

    def settle(self, most: int) -> int:
        """Remove lines that the disk has; the number of rows among them.

        Args:
            most: entries to remove at most.
        """
        rows = 0
        while self.owed and self.sent and most:
            most -= 1
            entry = self.sent[0]
            if isinstance(entry, DroppedRows):
                count = min(entry.count, self.owed)
                entry.count -= count
                self.owed -= count
                rows += count
                if not entry.count:
                    self.sent.popleft()
                continue
            self.sent.popleft()
            self.held -= len(entry)
            self.owed -= 1
            if self._is_row(entry):
                rows += 1
            else:
                self._opened(entry)
        return rows

    def _is_row(self, entry: bytes) -> bool:
        return not entry.startswith(b"@", len(self._prefix))

    def _opened(self, entry: bytes) -> None:
        self._begin, self.path, self.size = entry, b"", 0
        word, _, rest = entry.removeprefix(self._prefix).partition(b" ")
        self._header = rest.partition(b" ")[0] if word == b"@sheet" else b""

    def again(self) -> bytes:
        """Have all lines sent again, to another log writer; the line that goes before them."""
        if len(self.sent) < len(self.unsent):
            self.unsent.extendleft(reversed(self.sent))
        else:
            self.sent.extend(self.unsent)
            self.unsent = self.sent
        self.sent = deque()
        self.reported = self.owed = 0
        if self.path:
            return b"%b@resume %d %b %b\n" % (self._prefix, self.size, self._header, self.path)
        if self._begin:
            self.unsent.appendleft(self._begin)
            self.held += len(self._begin)
            self._begin = b""
        return b""

    def let_go(self) -> int:
        """Drop the copy of the oldest row; the bytes that this frees, 0 if there is none."""
        for lines in (self.sent, self.unsent):
            for place, entry in enumerate(lines):
                if isinstance(entry, bytes) and self._is_row(entry):
                    stamp = entry.removeprefix(self._prefix).partition(b",")[0]
                    before = lines[place - 1] if place else None
                    if isinstance(before, DroppedRows):
                        before.count, before.stamp = before.count + 1, stamp
                        del lines[place]
                    else:
                        lines[place] = DroppedRows(1, stamp)
                    self.held -= len(entry)
                    return len(entry)
        return 0


class PlayerLogPages(LogPages):
    """The log of one player.

    Args:
        log: to which it belongs.
        player: its name, empty for the player of the plain file.
        mark: its mark in the pipe.
    """

    def __init__(self, log: "PerformanceLog", player: str, mark: str) -> None:
        super().__init__(log, mark)
        self._player = f"{player}-" if player else ""

    def begin(self, dimension: int) -> None:
        """Begin a new file, at the next row, for events of this dimension."""
        self.name(self._log.folder.absolute() / f"{self._log.stamp()}-{self._player}{dimension}d-mdrnn.log")

    def write(self, at: float, source: str, values: Sequence[float]) -> None:
        """One row; see ``PerformanceLog.write``."""
        self._log.write(at, source, values, self)


class RowPages(LogPages):
    """Rows of any kind, below a first row that says what they are."""

    def begin(self, file: Path, header: str) -> None:
        """Begin a new file, at the next row.

        Args:
            file: its name, which begins with ``PerformanceLog.stamp``.
            header: its first row.
        """
        self.name(file, header)

    def write(self, row: str) -> None:
        """One row; see ``PerformanceLog.write``."""
        self._log.write_row(row, self)
