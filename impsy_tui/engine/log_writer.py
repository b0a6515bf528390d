"""The process that puts the performance log on the disk.

The engine hands every event to the kernel with one write to this process's standard input, a
pipe: that takes microseconds whatever the disk does, and what is in the pipe survives the
engine, even ``kill -9``. A slow card stalls this process alone. A full or unwritable disk makes
it keep what it has and try again; only when its memory is used up are the oldest events let go,
and a ``gap`` row says how many.

Started as ``log_writer.py [PATH…]``; with paths it goes on with those files, in place of a writer
that was killed; those behind ``@open`` are still to be begun. The pipe carries lines. One that
begins with ``@open`` begins the file named after it; any other is a row of the log. There is one
file a player: a line, or a path, that is not about the first begins with a mark such as ``#1`` and
a space. Standard output tells the engine what has become of them, a line at a time: ``written N``
(rows on disk so far), ``file PATH`` (a file was begun under this name; ``file #1 PATH``), ``trouble
TEXT``, ``resumed``, ``lost N`` (rows let go).

Only the standard library's smallest modules are imported, so that it starts at once.
"""

import errno
import os
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence

RETRY = 0.5
"""Seconds between attempts at a disk that refuses."""
GATHER = 0.05
"""Seconds between looks at the pipe while somebody plays. Nobody waiting at the pipe's end, the
engine's write is a mere copy; a reader to be woken for each event costs it 0.1 ms and the core."""
QUIET = 1.0
"""Seconds without a row after which the next is waited for, and no time is spent at all."""
TELL = 0.5
"""Seconds between two words to the engine about rows written."""
FLUSH = 1.0
"""Seconds between attempts to have the disk keep what it was given through a power cut."""
MOST_KEPT = 64 << 20
"""Bytes kept while the disk refuses."""
PIECE = 1 << 16
"""Bytes read at a time, into one piece of memory: taken anew for each read it would leave holes behind."""
PATIENCE = 30.0
"""Seconds that a refusing disk is given after the engine has gone."""


class File:
    """One file that is written.

    Args:
        path: a file to go on with.
    """

    def __init__(self, path: str | None = None) -> None:
        self.path = path
        self.begun = path is not None
        self.fd = -1
        self.size = 0
        self.lost = 0
        self.dirty = False

    def name(self, path: str) -> None:
        """End the file; another is to be begun."""
        self.flush()
        self.forsake()
        self.path = path
        self.begun = False

    def open(self) -> bool:
        """Make the file at its first row, or open it anew after trouble; whether it was made."""
        if self.path is None:
            raise OSError("no log file has been named")
        made = not self.begun
        if made:
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
            self.path = self.make(self.path)
            self.begun = True
        else:
            self.fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.size = os.fstat(self.fd).st_size
        return made

    def make(self, path: str) -> str:
        """Make the file. One that another engine began in the same second is left alone."""
        folder, name = os.path.split(path)
        for number in range(1, 1000):
            extra = "" if number == 1 else f"-{number}"
            attempt = os.path.join(folder, name[:19] + extra + name[19:])
            try:
                self.fd = os.open(attempt, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL, 0o644)
                return attempt
            except FileExistsError:
                continue
        raise OSError("a thousand logs of this second are there already")

    def append(self, rows: list[bytes]) -> int:
        """Write rows; where the disk takes only part of one, take that part back.

        Returns:
            How many it took.
        """
        data = b"".join(rows)
        try:
            count = os.write(self.fd, data)
        except OSError:
            self.trim(self.size)  # some file systems fail with part of it done
            raise
        whole = data.rfind(b"\n", 0, count) + 1
        if whole < count:
            self.trim(self.size + whole)
        self.size += whole
        self.dirty = True
        if whole == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return data.count(b"\n", 0, whole)

    def trim(self, size: int) -> None:
        """Cut the file back to a whole number of rows."""
        try:
            os.ftruncate(self.fd, size)
        except OSError:
            pass  # a device, or a disk that is gone: there is nothing to cut

    def forsake(self) -> None:
        """Close the file, if it is open."""
        if self.fd >= 0:
            try:
                os.close(self.fd)
            except OSError:
                pass
        self.fd = -1

    def flush(self) -> None:
        """Have the disk keep what it was given."""
        if self.dirty and self.fd >= 0:
            self.dirty = False
            try:
                os.fsync(self.fd)
            except OSError:
                pass


class Writer:
    """Writes rows to the current files, or keeps them until it can.

    Args:
        tell: called with a line for the engine.
        paths: files to go on with, or to begin, as ``log_writer.py`` is given them.
    """

    def __init__(self, tell: Callable[[str], None], paths: Sequence[str] = ()) -> None:
        self.tell = tell
        self.files: dict[bytes, File] = {}
        for path in paths:
            mark, line = split(os.fsencode(path))
            file = self.files[mark] = File(os.fsdecode(line.removeprefix(b"@open ")))
            file.begun = not line.startswith(b"@open ")
        self.written = 0
        self.rows: deque[tuple[bytes, bytes]] = deque()
        self.kept = 0
        self.refusing = False

    @property
    def dirty(self) -> bool:
        """Whether the disk has been given what it may not keep yet."""
        return any(file.dirty for file in self.files.values())

    def take(self, line: bytes) -> None:
        """One line of the pipe, without its end."""
        mark, line = split(line)
        if line.startswith(b"@"):
            self.rows.append((mark, line))
        elif line:
            self.rows.append((mark, line + b"\n"))
            self.kept += len(line) + 1
            while self.kept > MOST_KEPT:
                self.let_go()

    def let_go(self) -> None:
        """Drop the oldest row, of a backlog that is too large."""
        place = next(place for place, (_, row) in enumerate(self.rows) if not row.startswith(b"@"))
        mark, row = self.rows[place]
        self.kept -= len(row)
        self.file(mark).lost += 1
        del self.rows[place]

    def file(self, mark: bytes) -> File:
        """The file of a mark."""
        return self.files.setdefault(mark, File())

    def write(self) -> bool:
        """Write all there is. Returns whether the disk took it."""
        try:
            while self.rows:
                mark, row = self.rows[0]
                file = self.file(mark)
                if row.startswith(b"@"):
                    self.rows.popleft()
                    file.name(os.fsdecode(row.removeprefix(b"@open ")))
                    continue
                if file.fd < 0 and file.open():
                    self.tell(f"file {(mark + b' ').lstrip().decode()}{file.path}")
                self.put(mark, file)
        except OSError as error:
            for file in self.files.values():
                file.forsake()
            if not self.refusing:
                self.refusing = True
                self.tell(f"trouble {error.strerror or error}")
            return False
        if self.refusing:
            self.refusing = False
            self.tell("resumed")
        return True

    def put(self, mark: bytes, file: File) -> None:
        """Write the next rows of a file, whole."""
        if file.lost:
            stamp = self.rows[0][1].partition(b",")[0]
            file.append([stamp + b",gap,%d\n" % file.lost])
            self.tell(f"lost {file.lost}")
            file.lost = 0
        batch: list[bytes] = []
        for other, row in self.rows:
            if other != mark or row.startswith(b"@") or len(batch) == 512:
                break
            batch.append(row)
        for _ in range(file.append(batch)):
            self.kept -= len(self.rows.popleft()[1])
            self.written += 1

    def flush(self) -> None:
        """Have the disk keep what it was given."""
        for file in self.files.values():
            file.flush()


def split(line: bytes) -> tuple[bytes, bytes]:
    """The mark of the file that a line is about, empty for the first, and the line."""
    if not line.startswith(b"#"):
        return b"", line
    mark, _, rest = line.partition(b" ")
    return mark, rest


def set_apart() -> None:
    """Never run in place of the engine just because a row has come."""
    try:
        os.nice(5)
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except OSError:
        pass


def main() -> int:
    # It ends when the pipe does, with all of it written, and the engine decides when that is.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass  # one that the system keeps for itself
    set_apart()

    def tell(text: str) -> None:
        try:
            os.write(1, text.encode(errors="replace") + b"\n")
        except OSError:
            pass  # the engine has gone; the rows still matter

    os.set_blocking(0, False)
    os.set_blocking(1, False)
    writer = Writer(tell, sys.argv[1:])
    rest = b""
    view = memoryview(bytearray(PIECE))
    told = 0
    last_row = told_at = flushed_at = tried_at = time.monotonic()
    done = True
    ended = None
    while True:
        now = time.monotonic()
        if ended is not None:
            time.sleep(RETRY)
        elif writer.refusing or now - last_row < QUIET:
            time.sleep(GATHER)
        else:
            unfinished = writer.dirty or told != writer.written
            select.select([0], [], [], TELL if unfinished else None)
        while True:
            try:
                data = bytes(view[: os.readv(0, [view])])
            except BlockingIOError:
                break
            now = time.monotonic()
            if not data:
                ended = ended or now
                break
            last_row = now
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            for line in lines:
                writer.take(line)
        if not writer.refusing or now - tried_at >= RETRY:
            done, tried_at = writer.write(), now
        if told != writer.written and (now - told_at >= TELL or ended is not None):
            told, told_at = writer.written, now
            tell(f"written {told}")
        if now - flushed_at >= FLUSH or ended is not None:
            writer.flush()
            flushed_at = now
        if ended is not None and (done or now - ended > PATIENCE):
            return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
