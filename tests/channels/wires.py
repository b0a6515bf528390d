"""Serial ports to test with: pseudo-terminals that are plugged in and out, and a listener that remembers."""

import asyncio
import os
import termios
import tty
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impsy_tui.channels import Channel
from impsy_tui.engine.loop import EngineLoop
from impsy_tui.engine.scheduler import Scheduler


@dataclass
class Hearing:
    """A listener that keeps what it hears."""

    scheduler: Scheduler
    vectors: list[tuple[float, ...]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    updates: list[list[tuple[int, float]]] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    taken: bytes = b""
    """A message that is bound to a command."""
    told: list[tuple[str, str]] = field(default_factory=list)
    clocks: list[tuple[str, bytes, float]] = field(default_factory=list)

    def heard(self, channel: str, values: Sequence[float], at: float) -> None:
        self.vectors.append(tuple(values))
        self.times.append(at)

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        self.updates.append(list(updates))
        self.times.append(at)

    def holding(self, channel: str, held: bool, at: float) -> None:
        self.held.append(held)

    def message(self, channel: str, device: str, message: bytes) -> bool:
        self.messages.append(message)
        return message == self.taken

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        self.clocks.append((device, message, at))

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        raise AssertionError("nothing on a serial port has an address")

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        self.told.append((level, message))

    def times_told(self, words: str) -> int:
        """How often something with these words was told."""
        return sum(words in text for _, text in self.told)


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
        """Send to the channel."""
        os.write(self.far, data)

    def read(self) -> bytes:
        """What the channel has sent, all of it up to now."""
        while True:
            try:
                data = os.read(self.far, 4096)
            except OSError:
                return self.got
            self.got += data

    async def fill(self, byte: bytes) -> None:
        """Leave no room for what the channel sends."""
        for _ in range(10):  # the kernel makes room once more after it was full
            try:
                while True:
                    os.write(self.near, byte)
            except BlockingIOError:
                await asyncio.sleep(0.01)

    def drain(self) -> None:
        """Forget what was sent so far."""
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


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that will happen."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def descriptors() -> int:
    """How many files this process has open."""
    return len(os.listdir("/dev/fd"))


def perform(channel: Channel, play: Callable[[Hearing], Awaitable[None]], dimension: int = 3) -> Hearing:
    """Open a channel, play, close it; nothing may be left behind."""
    loop = EngineLoop()
    before = descriptors()
    errors: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: errors.append(context))
    hearing = Hearing(loop.scheduler)

    async def run() -> None:
        await channel.open(hearing, dimension)
        try:
            await play(hearing)
        finally:
            channel.close()
            assert channel.status().state == "closed"

    try:
        loop.run_until_complete(run())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.run_until_complete(until(lambda: descriptors() <= before))
    finally:
        loop.close()
    assert errors == []
    return hearing
