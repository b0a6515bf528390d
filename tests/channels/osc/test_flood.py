"""Bundles of a thousand messages: no loss, the same order, and no turn of the loop for one bundle alone."""

import asyncio
import struct
import time
from dataclasses import dataclass, field

from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.channels.osc.packet import write_message
from impsy_tui.config import Osc
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.engine.runtime.work_queue import MOST_WAITING, SHARE
from tests.support.channels.fake_listener import Hearing, to_the_end
from tests.support.channels.osc_listener import send_raw
from tests.support.ports import free_port
from tests.support.waiting import until

COUNT = 1000


@dataclass
class SlowHearing(Hearing):
    """Listener that needs half of a turn's share for each message, and records the turn of the loop."""

    turns: list[float] = field(default_factory=list)

    def _take_time(self) -> None:
        self.turns.append(self.scheduler.work.turn_began)
        end = time.monotonic() + SHARE / 2
        while time.monotonic() < end:
            pass

    def received(self, channel, values, at):  # type: ignore[no-untyped-def]
        super().received(channel, values, at)
        self._take_time()

    def addressed(self, channel, address, arguments, trusted):  # type: ignore[no-untyped-def]
        self._take_time()
        return super().addressed(channel, address, arguments, trusted)

    @property
    def most_in_a_turn(self) -> int:
        return max(self.turns.count(turn) for turn in set(self.turns))


def _bundle(messages: list[bytes], due: float | None = None) -> bytes:
    seconds, fraction = (0, 1) if due is None else (int(due) + 2_208_988_800, int(due % 1 * 2**32))
    head = b"#bundle\0" + struct.pack(">II", seconds, fraction)
    return head + b"".join(struct.pack(">I", len(message)) + message for message in messages)


def _flooded(packets: list[bytes], done: int, *, lost: bool = False) -> SlowHearing:
    """Sends packets to a channel with a slow listener, waits for this number of messages, and closes the channel."""
    loop = EngineLoop()
    hearing = SlowHearing(loop.scheduler)
    port = free_port()
    channel = OscChannel(Osc(server_port=port, client_port=free_port()))

    async def run() -> None:
        await channel.open(hearing, 3)
        client = SimpleUDPClient("127.0.0.1", port)
        with client._sock:
            for packet in packets:
                send_raw(client, packet)
            await until(lambda: len(hearing.turns) >= done, 60)
            if not lost:
                send_raw(client, write_message("/interface", 0.75, 0.25))
                await until(lambda: bool(hearing.vectors) and hearing.vectors[-1] == (0.75, 0.25), 60)
        channel.close()
        await asyncio.sleep(0)

    to_the_end(loop, run())
    return hearing


def test_bundle_of_events_is_heard_in_order_over_many_turns() -> None:
    values = [(number / COUNT, 0.5) for number in range(COUNT)]
    hearing = _flooded([_bundle([write_message("/interface", *value) for value in values])], COUNT)
    assert [round(x, 5) for x, _ in hearing.vectors[:-1]] == [round(x, 5) for x, _ in values]
    assert hearing.vectors[-1] == (0.75, 0.25)
    assert hearing.times == sorted(hearing.times)
    assert hearing.most_in_a_turn <= 4
    assert hearing.troubles == []


def test_bundle_of_commands_is_carried_out_over_many_turns() -> None:
    packet = _bundle([write_message("/impsy/temp", float(number)) for number in range(COUNT)])
    hearing = _flooded([packet], COUNT)
    assert [int(arguments[0]) for _, arguments, _ in hearing.addresses] == list(range(COUNT))
    assert hearing.most_in_a_turn <= 4


def test_flood_of_commands_leaves_out_what_cannot_wait_and_says_so() -> None:
    packet = _bundle([write_message("/impsy/help")] * COUNT)
    hearing = _flooded([packet] * 8, MOST_WAITING)
    assert hearing.most_in_a_turn <= 4
    assert hearing.times_told("too many commands at once: some are left out") >= 1
    assert hearing.vectors[-1] == (0.75, 0.25)


def test_event_is_heard_while_commands_wait() -> None:
    commands = _bundle([write_message("/impsy/help")] * COUNT)
    hearing = _flooded([commands, write_message("/interface", 0.5, 0.5)], 200)
    assert (0.5, 0.5) in hearing.vectors


def test_bundles_that_are_due_together_are_heard_over_many_turns() -> None:
    due = time.time() + 1.0
    packets = [_bundle([write_message("/interface", 0.5, 0.5)] * 100, due) for _ in range(8)]
    hearing = _flooded(packets, 800)
    assert len(hearing.vectors) == 801
    assert hearing.most_in_a_turn <= 4
