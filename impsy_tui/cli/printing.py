"""Printing for a program that must never wait for its terminal."""

import os
import sys
import threading
from collections import deque
from typing import Final

import typer

from impsy_tui.printable import printable

_MOST_LINES: Final = 1000


class Printer:
    """Prints lines in a thread, in order.

    A terminal that takes nothing (Ctrl-S, a link that stalls, a full pipe) keeps the newest lines waiting. The oldest
    of more than a thousand are left out and counted.
    """

    def __init__(self) -> None:
        self._lines: deque[tuple[int, bytes]] = deque()
        self._left_out = 0
        self._news = threading.Condition()
        self._writing = False
        threading.Thread(target=self._run, name="printer", daemon=True).start()

    def out(self, text: str) -> None:
        """One line to standard output."""
        self._put(1, printable(text), sys.stdout.encoding)

    def error(self, text: str, colour: str | None = None) -> None:
        """One line to standard error, in a colour if that is a terminal."""
        plain = printable(text)
        styled = typer.style(plain, fg=colour) if colour and sys.stderr.isatty() else plain
        self._put(2, styled, sys.stderr.encoding)

    def close(self, patience: float = 0.5) -> None:
        """Wait a moment until everything is printed."""
        with self._news:
            self._news.wait_for(lambda: not self._lines and not self._writing, patience)

    def _put(self, stream: int, text: str, encoding: str | None) -> None:
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
                    line = f"… {self._left_out} lines were left out\n".encode("ascii", "replace") + line
                    self._left_out = 0
            try:
                # Not through Python's own streams: their locks would keep the process from ending.
                while line:
                    line = line[os.write(stream, line) :]
            except OSError:
                pass  # the terminal has gone; the music has not
