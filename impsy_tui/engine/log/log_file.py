"""One file of the log writer: writes and checks rows, and reports them after ``fsync``.

The log writer's process imports this, so only small modules of the standard library are imported.
"""

import errno
import os
import time
from collections import deque
from collections.abc import Callable, Sequence

RETRY = 0.5
"""Seconds between attempts after a disk error."""
FLUSH = 1.0
"""Seconds between calls of ``fsync``; rows are reported after them."""
BATCH = 512
"""Most rows in one write."""
PIECE = 1 << 16
"""Bytes in one read, into the same memory: new memory for each read would fragment the heap."""


class LogFile:
    """File of rows.

    The writer's thread alone changes it; only ``queue`` is filled by the thread that reads the pipe.

    Args:
        mark: Mark in reports.
        report: Sends a line to the engine.
    """

    def __init__(self, mark: str, report: Callable[[str], None]) -> None:
        self.queue: deque[bytes] = deque()
        """Lines that are not in the file yet."""
        self.released = 0
        """Bytes of all lines that have left the memory."""
        self._mark = mark
        self._notify = report
        self._lines = self._reported = 0
        self._unsure: deque[bytes] = deque()
        self._unsure_lines = 0
        self._path = ""
        self._header = b""
        self._begun = self._gone = False
        self._found: deque[bytes] | None = None
        self._fd = -1
        self._safe = self._end = 0
        self._trouble = ""
        self._retry_at = 0.0

    @property
    def done(self) -> bool:
        """True if the disk has all lines."""
        return not self.queue and not self._unsure_lines and not self._trouble

    def due(self, synced: float) -> float | None:
        """Returns the time of the next attempt; None if no attempt is needed before the next line.

        Args:
            synced: Time of the last ``fsync``.
        """
        if self._trouble:
            return self._retry_at
        return synced + FLUSH if self._unsure_lines or self._lines != self._reported else None

    def turn(self, *, sync: bool) -> None:
        """Writes all possible lines.

        Args:
            sync: True to call ``fsync`` now.
        """
        if self._trouble and time.monotonic() < self._retry_at:
            return
        try:
            self._write()
            if sync or self._trouble:
                self._sync()
        except OSError as error:
            self._refused(error)
        else:
            if self._trouble:
                self._trouble = ""
                self._notify(f"resumed {self._mark}")

    def _refused(self, error: OSError) -> None:
        text = error.strerror or str(error)
        if text != self._trouble:
            self._notify(f"trouble {self._mark} {text}")
        self._trouble = text
        self._retry_at = time.monotonic() + RETRY
        if not self._gone:  # a deleted file can be read for as long as it is open
            self._close()

    def _write(self) -> None:
        if self._unsure and self._fd < 0:
            self._open()
        while self.queue:
            if self.queue[0].startswith(b"@"):
                self._control(self.queue[0])
                self.released += len(self.queue.popleft())
                continue
            if self._fd < 0:
                self._open()
            self._check()
            if not self._compare():
                self._append(self._batch())

    def _control(self, line: bytes) -> None:
        word, _, rest = line.rstrip(b"\n").partition(b" ")
        if word == b"@missing":
            self._miss(rest)
            return
        self._sync()
        self._close()
        self._found, self._safe, self._begun = None, 0, word == b"@resume"
        if word == b"@resume":
            size, _, rest = rest.partition(b" ")
            self._safe, self._found = int(size), deque()
        else:
            self._lines += 1
        header = b""
        if word != b"@open":
            header, _, rest = rest.partition(b" ")
        self._header = bytes.fromhex(header.decode())
        self._path = os.fsdecode(rest.replace(b"\0", b"\n"))

    def _batch(self) -> list[bytes]:
        batch: list[bytes] = []
        for line in self.queue:
            if line.startswith(b"@") or len(batch) == BATCH:
                break
            batch.append(line)
        return batch

    def _append(self, rows: Sequence[bytes]) -> None:
        """Writes rows; removes the part of a row that the disk took."""
        data = b"".join(rows)
        try:
            count = os.pwrite(self._fd, data, self._end)
        except OSError:
            self._trim(self._end)  # some file systems fail after a part of the write
            raise
        whole = data.rfind(b"\n", 0, count) + 1
        if whole < count:
            self._trim(self._end + whole)
        self._end += whole
        taken = data.count(b"\n", 0, whole)
        for _ in range(taken):
            self._unsure.append(self.queue.popleft())
        self._unsure_lines += taken
        if count < len(data):
            self._sync()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _miss(self, rest: bytes) -> None:
        """Writes a gap row for dropped rows that the file does not have."""
        number, _, stamp = rest.partition(b" ")
        count = int(number)
        if self._fd < 0:
            self._open()
        self._check()
        while self._found and count:
            self._found.popleft()
            self._unsure_lines += 1
            count -= 1
        if count:
            self._cut()
            self._put(b"%b,gap,%d\n" % (stamp, count))
            self._unsure_lines += count
            self._notify(f"lost {self._mark} {count}")

    def _put(self, row: bytes) -> None:
        """Writes one row that is not in the queue."""
        if os.pwrite(self._fd, row, self._end) < len(row):
            self._trim(self._end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._end += len(row)
        self._unsure.append(row)
        self.released -= len(row)

    def _put_header(self) -> None:
        """Writes the first row of a file; after a disk error, it is written again like an unreported row."""
        row = self._header + b"\n"
        self._unsure.append(row)
        self.released -= len(row)
        self._write_again(self._fd, 0)
        self._end = len(row)

    # Rows that an earlier process wrote and did not report

    def _find(self) -> None:
        """Reads the rows behind the reported size; removes an incomplete row."""
        data = os.pread(self._fd, max(0, os.fstat(self._fd).st_size - self._safe), self._safe)
        rows = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)
        self._end = self._safe + sum(map(len, rows))
        os.ftruncate(self._fd, self._end)
        self._unsure.extend(rows)
        self.released -= sum(map(len, rows))
        self._found = deque(rows)
        if self._safe == 0 and self._header:
            if rows and rows[0] == self._header + b"\n":
                self._found.popleft()
            else:
                self._cut()
                self._put_header()

    def _compare(self) -> bool:
        """Skips lines that the file already has; returns True if there were any."""
        passed = False
        while self._found and self.queue and self.queue[0] == self._found[0]:
            self._found.popleft()
            self.released += len(self.queue.popleft())
            self._unsure_lines += 1
            passed = True
        if self._found and self.queue and not self.queue[0].startswith(b"@"):
            self._cut()
        return passed

    def _cut(self) -> None:
        """Removes rows that differ from the following lines."""
        for _ in range(len(self._found or ())):
            row = self._unsure.pop()
            self._end -= len(row)
            self.released += len(row)
        os.ftruncate(self._fd, self._end)
        self._found = None

    # The file

    def _open(self) -> None:
        """Begins the file at its first row, or opens the file again after an error."""
        if not self._path:
            raise OSError("no log file has been named")
        if not self._begun:
            os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
            self._fd, self._path = make(self._path)
            self._begun, self._end = True, 0
            self._report_file()
            if self._header:
                self._put_header()
            return
        try:
            self._fd = os.open(self._path, os.O_RDWR)
        except (FileNotFoundError, NotADirectoryError):
            self._replace(whole=False)
            return
        if os.fstat(self._fd).st_size < self._safe:
            self._replace(whole=False)
        elif self._found is not None and not self._unsure:
            self._find()
        else:
            # After a disk error, earlier writes may be lost too.
            self._end = self._safe
            self._write_again(self._fd, self._safe)
            self._end = self._safe + sum(map(len, self._unsure))
            os.ftruncate(self._fd, self._end)

    def _write_again(self, fd: int, at: int) -> None:
        data = memoryview(b"".join(self._unsure))
        while data:
            count = os.pwrite(fd, data, at)
            data, at = data[count:], at + count

    def _check(self) -> None:
        """Begins another file if another program deleted, moved or changed this file."""
        have = os.fstat(self._fd)
        try:
            found = os.stat(self._path)
            same = (found.st_dev, found.st_ino) == (have.st_dev, have.st_ino)
        except (FileNotFoundError, NotADirectoryError):
            same = False
        if same and have.st_size == self._end:
            return
        if have.st_nlink and have.st_size == self._end:  # moved
            os.fsync(self._fd)
            self._kept()
        self._replace(whole=not have.st_nlink and have.st_size >= self._safe)

    def _replace(self, *, whole: bool) -> None:
        """Continues in another file.

        Args:
            whole: True to copy the rows so far from the old file, which is still open.
        """
        self._gone = whole
        old = self._path
        os.makedirs(os.path.dirname(old) or ".", exist_ok=True)
        fd, path = make(old)
        try:
            end = 0
            while whole and end < self._safe:
                data = os.pread(self._fd, min(PIECE, self._safe - end), end)
                if os.pwrite(fd, data, end) < len(data) or not data:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                end += len(data)
            if not whole and self._header and not (self._safe == 0 and self._unsure):
                end = os.pwrite(fd, self._header + b"\n", 0)
            self._write_again(fd, end)
            os.fsync(fd)
        except OSError:
            os.close(fd)
            os.unlink(path)
            raise
        self._close()
        self._fd, self._path, self._gone, self._found = fd, path, False, None
        self._end = end + sum(map(len, self._unsure))
        self._sync_folder()
        self._kept()
        self._report_file()
        self._notify(f"gone {self._mark} {whole:d} {escaped(old)}")

    def _trim(self, size: int) -> None:
        """Truncates the file to whole rows."""
        try:
            os.ftruncate(self._fd, size)
        except OSError:
            pass  # a device file, or a missing disk: nothing can be truncated

    def _close(self) -> None:
        """Closes the file, if it is open."""
        if self._fd >= 0:
            try:
                os.close(self._fd)
            except OSError:
                pass
        self._fd = -1

    # Rows on the disk

    def _sync(self) -> None:
        """Calls ``fsync`` and reports the rows."""
        if self._unsure and self._fd < 0:
            self._open()
        if self._unsure:
            self._check()
        if self._unsure:
            os.fsync(self._fd)
            if not self._safe:
                self._sync_folder()
            self._kept()
        if self._reported != self._lines:
            self._reported = self._lines
            self._notify(f"kept {self._mark} {self._lines} {self._safe}")

    def _sync_folder(self) -> None:
        """Calls ``fsync`` for the folder; some file systems do not support that."""
        folder = os.open(os.path.dirname(self._path) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EACCES, errno.EBADF, errno.ENOTSUP):
                raise
        finally:
            os.close(folder)

    def _kept(self) -> None:
        self._safe = self._end
        self._lines += self._unsure_lines
        self._unsure_lines = 0
        self.released += sum(map(len, self._unsure))
        self._unsure.clear()

    def _report_file(self) -> None:
        self._reported = self._lines
        self._notify(f"file {self._mark} {self._lines} {self._safe} {escaped(self._path)}")


def make(path: str) -> tuple[int, str]:
    """Makes a new file; does not touch the file of another engine from the same second."""
    folder, name = os.path.split(path)
    for number in range(1, 1000):
        extra = "" if number == 1 else f"-{number}"
        attempt = os.path.join(folder, name[:19] + extra + name[19:])
        try:
            return os.open(attempt, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644), attempt
        except FileExistsError:
            continue
    raise OSError("a thousand logs of this second are there already")


def escaped(path: str) -> str:
    """Returns a path in one line."""
    return path.replace("\n", "\0")
