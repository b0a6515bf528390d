"""Serial ports to test with: pseudo-terminals that are plugged in and out."""

import asyncio
import os
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Wire:
    """A serial port's two ends; ``path`` is what the channel opens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.got = b""
        """All that was read from it so far."""
        self._ends: tuple[int, ...] = ()

    def plug(self) -> None:
        """It is there from now on."""
        self._ends = self.far, self.near = os.openpty()
        tty.setraw(self.near)
        os.set_blocking(self.far, False)
        os.set_blocking(self.near, False)
        self.path.symlink_to(os.ttyname(self.near))

    def unplug(self) -> None:
        """It has gone, with all that was on the way."""
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def write(self, data: bytes) -> None:
        """Sends to the channel."""
        os.write(self.far, data)

    def read(self) -> bytes:
        """Returns all sent bytes up to now."""
        while True:
            try:
                data = os.read(self.far, 4096)
            except OSError:
                return self.got
            self.got += data

    async def fill(self, byte: bytes) -> None:
        """Leaves no room for what the channel sends."""
        for _ in range(10):  # the kernel makes room once more after it was full
            try:
                while True:
                    os.write(self.near, byte)
            except BlockingIOError:
                await asyncio.sleep(0.01)

    def drain(self) -> None:
        """Forgets what was sent so far."""
        self.read()
        self.got = b""
        termios.tcflush(self.near, termios.TCOFLUSH)


@contextmanager
def wire_at(path: Path, *, plugged: bool = True) -> Iterator[Wire]:
    """A wire, gone afterwards."""
    made = Wire(path)
    if plugged:
        made.plug()
    try:
        yield made
    finally:
        made.unplug()
