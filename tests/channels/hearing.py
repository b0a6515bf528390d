"""A listener that keeps what it hears, and a port for what it listens to."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from impsy_tui.engine.loop import EngineLoop
from impsy_tui.engine.scheduler import Scheduler
from impsy_tui.gestures.surfaces import Lifted
from impsy_tui.gestures.touches import Touch


@dataclass
class MidiHearing:
    """Hears a channel whose messages set single values."""

    scheduler: Scheduler
    updates: list[list[tuple[int, float]]] = field(default_factory=list)
    holds: list[bool] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    taken: bool = False
    clocks: list[tuple[str, bytes, float]] = field(default_factory=list)
    touches: list[Touch | Lifted] = field(default_factory=list)

    def heard(self, channel: str, values: Sequence[float], at: float) -> None:
        raise AssertionError("MIDI messages are no whole vectors")

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        self.updates.append(list(updates))

    def holding(self, channel: str, held: bool, at: float) -> None:
        self.holds.append(held)

    def message(self, channel: str, device: str, message: bytes) -> bool:
        self.messages.append(message)
        return self.taken

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        self.touches.append(touch)

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        self.clocks.append((device, message, at))

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        raise AssertionError("MIDI messages have no address")

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        self.troubles.append(message)


def free_tcp_port() -> int:
    """A TCP port of this machine that nobody uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something to become so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def to_the_end(loop: EngineLoop, performance: Coroutine[Any, Any, None]) -> None:
    """Perform on a loop, and close it."""
    try:
        loop.run_until_complete(performance)
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()
