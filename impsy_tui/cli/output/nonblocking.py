"""Printing for a program that must never wait for its terminal."""

import contextlib
import ctypes
import os
import stat
import sys
import threading
import time
from collections import deque
from typing import Final

import typer

from impsy_tui.text import printable

_MOST_LINES: Final = 1000
_PIPE: Final = 1 << 16
"""Bytes that a pipe holds."""
_LONGEST: Final = 4096
"""Bytes after which a line without an end is printed as it is."""
_PAUSE: Final = 0.01
"""Seconds until another attempt to read, after an error of the system."""


class NonblockingPrinter:
    """Prints lines in a thread, in order.

    A terminal that takes nothing (Ctrl-S, a link that stalls, a full pipe) keeps the newest lines waiting. The oldest
    of more than a thousand are left out and counted.

    Libraries in C and Python's tracebacks write to descriptors 1 and 2. Until ``close``, each of these is a pipe that
    does not block its writer, and its lines are printed like all others. A descriptor that is a file is not replaced.
    The printer writes to a duplicate, because descriptor 2 is silenced while a library loads a model.
    """

    def __init__(self) -> None:
        self._lines: deque[tuple[int, bytes]] = deque()
        self._left_out = 0
        self._news = threading.Condition()
        self._writing = False
        self._colours = sys.stderr.isatty()
        self._targets = {stream: _duplicate(stream) for stream in (1, 2)}
        """Descriptor of the terminal or file, by stream."""
        self._replaced: list[int] = []
        self._reading: set[int] = set()
        """Streams whose pipe is read."""
        threading.Thread(target=self._run, name="printer", daemon=True).start()
        for stream in (1, 2):
            if _may_block(stream):
                self._replace(stream)

    def out(self, text: str) -> None:
        """One line to standard output."""
        self._put(1, printable(text))

    def error(self, text: str, colour: str | None = None) -> None:
        """One line to standard error, in a colour if that is a terminal."""
        plain = printable(text)
        self._put(2, typer.style(plain, fg=colour) if colour and self._colours else plain)

    def close(self, patience: float = 0.5) -> None:
        """Waits a moment until everything is printed, and gives the descriptors back.

        A terminal that takes nothing gets no more output, so that the process can end.
        """
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        ctypes.CDLL(None).fflush(None)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in self._replaced:
            os.dup2(nowhere, stream)  # closes the pipe, so that its reader ends
        os.close(nowhere)
        deadline = time.monotonic() + patience
        with self._news:
            self._news.wait_for(lambda: not self._reading, patience)
            if self._news.wait_for(
                lambda: not self._lines and not self._writing, max(0.0, deadline - time.monotonic())
            ):
                for stream in self._replaced:
                    os.dup2(self._targets[stream], stream)

    def _replace(self, stream: int) -> None:
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        self._replaced.append(stream)
        self._reading.add(stream)
        os.dup2(writing, stream)
        os.close(writing)
        # A separate thread reads the pipe while the printing thread waits for the terminal.
        threading.Thread(target=self._read, args=(stream, reading), name="output reader", daemon=True).start()

    def _read(self, stream: int, pipe: int) -> None:
        rest = b""
        while piece := _piece_of(pipe):
            *lines, rest = (rest + piece).split(b"\n")
            if len(rest) > _LONGEST:
                lines.append(rest)
                rest = b""
            for line in lines:
                self._put(stream, printable(line.decode(errors="replace").rstrip("\r").expandtabs()))
            # A full pipe holds more than half of its size, whatever the lengths of the lines.
            if len(piece) > _PIPE // 2:
                self._put(stream, "(lines of a library may be missing here)")
        if rest:
            self._put(stream, printable(rest.decode(errors="replace")))
        os.close(pipe)
        with self._news:
            self._reading.discard(stream)
            self._news.notify_all()

    def _put(self, stream: int, text: str) -> None:
        encoding = (sys.stdout if stream == 1 else sys.stderr).encoding
        with self._news:
            self._lines.append((stream, f"{text}\n".encode(encoding or "utf-8", "replace")))
            if len(self._lines) > _MOST_LINES:
                self._lines.popleft()
                self._left_out += 1
            self._news.notify_all()

    def _run(self) -> None:
        while True:
            with self._news:
                self._writing = False
                self._news.notify_all()
                self._news.wait_for(lambda: bool(self._lines))
                self._writing = True
                stream, line = self._lines.popleft()
                if self._left_out:
                    line = b"(%d lines were left out)\n%b" % (self._left_out, line)
                    self._left_out = 0
            try:
                # Not through Python's own streams: their locks would keep the process from ending.
                while line:
                    line = line[os.write(self._targets[stream], line) :]
            except OSError:
                pass  # the terminal has gone; the music has not


def _duplicate(stream: int) -> int:
    """Returns a duplicate of a descriptor, or the descriptor itself if it is closed."""
    try:
        return os.dup(stream)
    except OSError:
        return stream


def _may_block(stream: int) -> bool:
    """Returns True if the descriptor is a terminal, pipe or socket."""
    try:
        mode = os.fstat(stream).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(stream)


def _piece_of(pipe: int) -> bytes:
    """Returns the next bytes of a pipe. The reader goes on when the system has no memory for a moment."""
    while True:
        try:
            return os.read(pipe, _PIPE)
        except OSError:
            time.sleep(_PAUSE)
