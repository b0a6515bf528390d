"""MIDI channel on a JACK server, with its listener."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.config import Midi
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.channels.jack_server import Device
from tests.support.waiting import until

_ATTEMPTS: Final = 3

CC1, CC2 = ("control_change", 1, 1), ("control_change", 1, 2)


Play = Callable[[MidiChannel, Hearing], Awaitable[None]]


def with_channel(play: Play, *, dimension: int = 3, api: str = "JACK", **settings: Any) -> Hearing:
    """Opens a channel, plays, and closes it; nothing of it may be left."""
    channel = MidiChannel(Midi(api=api, **settings))
    # The JACK library keeps files of closed clients open.
    return perform(channel, lambda hearing: play(channel, hearing), dimension, closes_files=False)


async def sent_until(device: Device, message: tuple[int, ...], condition: Callable[[], bool]) -> None:
    """Sends a message until a condition holds: JACK without real-time priority loses messages on a busy machine."""
    while not condition():
        device.send(message)
        await soon(condition)


async def soon(condition: Callable[[], bool]) -> None:
    """Waits for a condition for at most half a second, because its message may have been lost."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0.005)


def is_part_in_order(part: Sequence[tuple[int, ...]], whole: Sequence[tuple[int, ...]]) -> bool:
    """Returns True if one list of messages is a part of another one, in the same order.

    JACK without real-time priority loses messages on a busy machine, but it neither repeats nor swaps them.
    """
    rest = iter(whole)
    return all(message in rest for message in part)


def repeated_if_lost(test: Callable[..., None]) -> Callable[..., None]:
    """Runs a test again after a failure, three times at most: JACK on a busy machine may have lost a message."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                return test(*arguments, **named)
            except (AssertionError, TimeoutError):
                if attempt == _ATTEMPTS - 1:
                    raise
        return None

    return run


async def opened(channel: MidiChannel) -> None:
    """Waits until the channel is open."""
    await until(lambda: channel.status().state == "open")


async def two_looks(channel: MidiChannel) -> None:
    """Waits until the channel has begun and ended a port scan."""
    for _ in range(2):
        before = channel._looking
        await until(lambda before=before: channel._looking is not before)  # type: ignore[misc]
    looking = channel._looking
    assert looking is not None
    await until(looking.done)
