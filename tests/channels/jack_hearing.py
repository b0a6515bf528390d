"""A MIDI channel on a JACK server, and a listener that keeps what it hears."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from impsy_tui.channels.midi import MidiChannel
from impsy_tui.config import Midi
from impsy_tui.engine.loop import EngineLoop
from impsy_tui.engine.scheduler import Scheduler
from impsy_tui.gestures.surfaces import Lifted
from impsy_tui.gestures.touches import Touch
from tests.channels.hearing import to_the_end, until

CC1, CC2 = ("control_change", 1, 1), ("control_change", 1, 2)


@dataclass
class Hearing:
    """A listener that keeps what it hears."""

    scheduler: Scheduler
    updates: list[list[tuple[int, float]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    bound: bytes = b""
    """A message that is taken for something else."""
    told: list[tuple[str, str]] = field(default_factory=list)
    clocks: list[tuple[str, bytes, float]] = field(default_factory=list)
    touches: list[Touch | Lifted] = field(default_factory=list)

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        self.touches.append(touch)

    def heard(self, channel: str, values: Sequence[float], at: float) -> None:
        raise AssertionError("MIDI messages are no whole vectors")

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        assert channel == "midi"
        self.updates.append(list(updates))
        self.times.append(at)

    def holding(self, channel: str, held: bool, at: float) -> None:
        self.held.append(held)

    def message(self, channel: str, device: str, message: bytes) -> bool:
        self.messages.append((device, message))
        return message == self.bound

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        self.clocks.append((device, message, at))

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        raise AssertionError("MIDI messages have no address")

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        self.told.append((level, message))

    def said(self, text: str) -> int:
        """How often something with this text was said."""
        return sum(text in message for _, message in self.told)


Play = Callable[[MidiChannel, Hearing], Awaitable[None]]


def with_channel(play: Play, *, dimension: int = 3, api: str = "JACK", **settings: Any) -> Hearing:
    """Open a channel, play, close it."""
    loop = EngineLoop()
    hearing = Hearing(loop.scheduler)

    async def run() -> None:
        channel = MidiChannel(Midi(api=api, **settings))
        await channel.open(hearing, dimension)
        try:
            await play(channel, hearing)
        finally:
            channel.close()
            channel.close()  # harmless
            assert channel.status().state == "closed"
        await asyncio.sleep(0)

    to_the_end(loop, run())
    return hearing


async def opened(channel: MidiChannel) -> None:
    """Wait until it is open."""
    await until(lambda: channel.status().state == "open")
