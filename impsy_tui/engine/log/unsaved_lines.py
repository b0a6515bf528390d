"""Unsaved lines of each file of the performance log: the engine keeps them until the disk has them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class DroppedRows:
    """Rows whose copies the engine dropped to free memory.

    Attributes:
        count: number of rows.
        stamp: time of the last row.
    """

    count: int
    stamp: bytes


class LogPages:
    """Log files of one kind, one after the other, that the log writer writes.

    Args:
        put: Hands a line of these files to the log writer.
        mark: mark of these files in the pipe, such as ``#1`` and a space; empty for the plain file.
    """

    def __init__(self, put: "Callable[[LogPages, bytes], None]", mark: str) -> None:
        self.file: Path | None = None
        """The current file; None before the first row."""
        self.named = Path()
        """Name for the file."""
        self.mark = mark
        self.key = mark.strip() or "#0"
        """Mark of these files in reports."""
        self.sent: deque[bytes | DroppedRows] = deque()
        """Lines in the pipe or with the log writer that the disk does not have yet."""
        self.unsent: deque[bytes | DroppedRows] = deque()
        """Lines that wait for room in the pipe."""
        self.held = 0
        """Bytes of all these lines."""
        self.confirmed = 0
        """Lines in ``sent`` that the disk has."""
        self.reported = 0
        """Lines that the current log writer has reported."""
        self.trouble = ""
        """Reason why the rows do not reach the disk; empty if they do."""
        self.path = b""
        """The current file as the log writer names it; empty before the first row."""
        self.size = 0
        """Bytes of the current file that the disk has."""
        self._prefix = mark.encode()
        self._begin = b""
        self._header = b""
        self._put = put

    def name(self, file: Path, header: str = "") -> None:
        """Begins a new file at the next row."""
        self.named, self.file = file, None
        path = str(file).encode(errors="surrogateescape").replace(b"\n", b"\0")
        word = b"@sheet %b " % header.encode().hex().encode() if header else b"@open "
        self._put(self, self._prefix + word + path + b"\n")

    def end(self) -> None:
        """Ends the file; the disk gets its rows."""
        self.named, self.file = Path(), None

    def line(self, entry: bytes | DroppedRows) -> bytes:
        """Returns an entry in the form of the pipe."""
        if isinstance(entry, DroppedRows):
            return b"%b@missing %d %b\n" % (self._prefix, entry.count, entry.stamp)
        return entry

    def settle(self, most: int) -> int:
        """Removes lines that the disk has.

        Args:
            most: Most entries to remove.

        Returns:
            The number of rows among the removed lines.
        """
        rows = 0
        while self.confirmed and self.sent and most:
            most -= 1
            entry = self.sent[0]
            if isinstance(entry, DroppedRows):
                count = min(entry.count, self.confirmed)
                entry.count -= count
                self.confirmed -= count
                rows += count
                if not entry.count:
                    self.sent.popleft()
                continue
            self.sent.popleft()
            self.held -= len(entry)
            self.confirmed -= 1
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

    def resend(self) -> bytes:
        """Queues all lines for another log writer; returns the line that must go before them."""
        if len(self.sent) < len(self.unsent):
            self.unsent.extendleft(reversed(self.sent))
        else:
            self.sent.extend(self.unsent)
            self.unsent = self.sent
        self.sent = deque()
        self.reported = self.confirmed = 0
        if self.path:
            return b"%b@resume %d %b %b\n" % (self._prefix, self.size, self._header, self.path)
        if self._begin:
            self.unsent.appendleft(self._begin)
            self.held += len(self._begin)
            self._begin = b""
        return b""

    def drop_oldest(self) -> int:
        """Drops the copy of the oldest row; returns the bytes that this frees, 0 without a row."""
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
