"""Serial ports for tests: pseudo-terminals that are plugged in and unplugged."""

import asyncio
import os
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Wire:
    """Both ends of a serial port; the channel opens ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.got = b""
        """All bytes that were read so far."""
        self._ends: tuple[int, ...] = ()

    def plug(self) -> None:
        """Plugs the device in."""
        self._ends = self.far, self.near = os.openpty()
        tty.setraw(self.near)
        os.set_blocking(self.far, False)
        os.set_blocking(self.near, False)
        self.path.symlink_to(os.ttyname(self.near))

    def unplug(self) -> None:
        """Unplugs the device; bytes on the wire are lost."""
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def write(self, data: bytes) -> None:
        """Sends bytes to the channel."""
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
        """Fills the buffer, so that the channel cannot send."""
        for _ in range(10):  # the kernel makes room once more after it was full
            try:
                while True:
                    os.write(self.near, byte)
            except BlockingIOError:
                await asyncio.sleep(0.01)

    def drain(self) -> None:
        """Discards the bytes that were sent so far."""
        self.read()
        self.got = b""
        termios.tcflush(self.near, termios.TCOFLUSH)


@contextmanager
def wire_at(path: Path, *, plugged: bool = True) -> Iterator[Wire]:
    """Gives a serial port, which is closed at the end."""
    made = Wire(path)
    if plugged:
        made.plug()
    try:
        yield made
    finally:
        made.unplug()
