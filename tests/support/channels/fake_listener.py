"""Listener that keeps all input, and the run of a channel: open, play, close."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from impsy_tui.channels.base import Channel, Rights
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.ensemble.touches.surfaces import Lifted
from impsy_tui.ensemble.touches.touch import Touch
from tests.support.waiting import until


@dataclass
class Hearing:
    """Listener that keeps all input."""

    scheduler: Scheduler
    vectors: list[tuple[float, ...]] = field(default_factory=list)
    updates: list[list[tuple[int, float]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """Arrival times of vectors and updates."""
    held: list[bool] = field(default_factory=list)
    let_go: list[frozenset[int]] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    """Devices and their messages."""
    rights: list[Rights] = field(default_factory=list)
    """Rights of the senders of the messages."""
    bound: bytes = b""
    """Message that counts as bound."""
    touches: list[Touch | Lifted] = field(default_factory=list)
    clocks: list[tuple[str, bytes, float]] = field(default_factory=list)
    offered: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    """OSC messages that could be learned."""
    turn_lasts: int = 0
    """Number of updates after which the player's turn ends."""
    answer: str = ""
    """Reported problem of control messages."""
    learns: str = ""
    """Address that counts as learned."""
    addresses: list[tuple[str, tuple[Any, ...], bool]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def received(self, channel: str, values: Sequence[float], at: float) -> None:
        self.vectors.append(tuple(values))
        self.times.append(at)

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        self.updates.append(list(updates))
        self.times.append(at)

    def holding(self, channel: str, held: bool, at: float) -> None:
        self.held.append(held)

    def released(self, channel: str, indices: frozenset[int]) -> None:
        self.let_go.append(indices)

    def message(self, channel: str, device: str, message: bytes, rights: Rights = Rights.COMMANDS) -> bool:
        self.rights.append(rights)
        self.messages.append((device, message))
        return message == self.bound

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        self.touches.append(touch)

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        self.clocks.append((device, message, at))

    @property
    def player_has_turn(self) -> bool:
        return self.turn_lasts > len(self.updates)

    def osc_message(self, channel: str, address: str, arguments: Sequence[Any]) -> bool:
        self.offered.append((address, tuple(arguments)))
        return address == self.learns

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        self.addresses.append((address, tuple(arguments), trusted))
        return self.answer

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        self.told.append((level, message))

    @property
    def bytes_heard(self) -> list[bytes]:
        """Messages of all devices."""
        return [message for _, message in self.messages]

    @property
    def troubles(self) -> list[str]:
        """Texts of the reports."""
        return [text for _, text in self.told]

    def times_told(self, words: str) -> int:
        """Returns the number of reports with these words."""
        return sum(words in text for text in self.troubles)


def to_the_end(loop: EngineLoop, performance: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine on a loop, and closes the loop."""
    try:
        loop.run_until_complete(performance)
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()


def descriptors() -> int:
    """Returns the number of open files of this process."""
    return len(os.listdir("/dev/fd"))


def perform(
    channel: Channel,
    play: Callable[[Hearing], Awaitable[None]],
    dimension: int = 3,
    *,
    closes_files: bool = True,
) -> Hearing:
    """Opens a channel, plays, and closes it; no task, timer or file may be left.

    Args:
        channel: channel to open.
        play: coroutine that runs while the channel is open.
        dimension: dimension of the vectors.
        closes_files: True if no more files may be open than before.
    """
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
            channel.close()  # a second call has no effect
            await until(lambda: len(asyncio.all_tasks()) == 1)
        assert channel.status().state == "closed"
        await until(lambda: not closes_files or descriptors() <= before)

    to_the_end(loop, run())
    assert errors == []
    return hearing
