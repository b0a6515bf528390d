"""The OSC channel over real UDP sockets."""

import asyncio
import re
import socket
import sys
import time
from typing import Any

import pytest
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.config import Osc
from impsy_tui.engine.runtime.loop import EngineLoop
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.channels.osc_listener import send_raw, with_channel
from tests.support.ports import free_port
from tests.support.waiting import until


def test_vectors_come_in_as_they_were_sent() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message("/interface", [0.25, 0.75])
        client.send_message("/interface", [0, 1])
        await until(lambda: len(hearing.vectors) == 2)
        assert channel.status().received == 2
        assert channel.status().last_received == "/interface 0.00 1.00"

    hearing = with_channel(play)
    assert hearing.vectors == [(0.25, 0.75), (0.0, 1.0)]
    assert hearing.troubles == []


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's time of arrival is read on Linux alone")
def test_time_of_arrival_is_the_kernels_not_the_readers() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message("/interface", [0.5, 0.5])
        sent = time.monotonic()
        time.sleep(0.3)  # the loop cannot read meanwhile
        await until(lambda: bool(hearing.vectors))
        assert hearing.times[0] < sent + 0.2

    with_channel(play)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([0.5], "1 values is ignored: 2 are expected"),
        ([0.5] * 3, "3 values"),
        (["a", "b"], "not a number"),
        ([None, 0.5], "not a number"),
        ([float("nan"), 0.5], "NaN"),
        ([float("inf"), 0.5], "NaN or infinity"),
    ],
)
def test_channel_reports_invalid_vector(arguments: list[Any], says: str) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message("/interface", arguments)
        await until(lambda: bool(hearing.troubles))
        assert channel.status().problems == 1
        assert says in channel.status().problem

    hearing = with_channel(play)
    assert hearing.vectors == []
    assert says in hearing.troubles[0]


def test_values_outside_the_bounds_are_clipped_and_reported() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message("/interface", [-0.5, 1.5])
        await until(lambda: bool(hearing.vectors))

    hearing = with_channel(play)
    assert hearing.vectors[0] == (0.0, 1.0)
    assert "clipped" in hearing.troubles[0]


def test_noise_is_counted_and_reported_once_a_second() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        for _ in range(50):
            send_raw(client, b"\xff\xfe noise")
        client.send_message("/interface", [0.5, 0.5])
        await until(lambda: bool(hearing.vectors))
        assert channel.status().problems == 50

    assert len(with_channel(play).troubles) == 1


def test_other_messages_are_passed_on() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message("/impsy/mode", "battle")
        await until(lambda: bool(hearing.addresses))

    assert with_channel(play).addresses == [("/impsy/mode", ("battle",), True)]


def bundle(when: float, *values: float) -> bytes:
    builder = OscBundleBuilder(when)  # type: ignore[arg-type]
    message = OscMessageBuilder("/interface")
    for value in values:
        message.add_arg(value)
    builder.add_content(message.build())
    return builder.build().dgram


def test_bundle_is_heard_when_it_is_due() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        due = time.monotonic() + 0.2
        send_raw(client, bundle(time.time() + 0.2, 0.5, 0.5))
        client.send_message("/interface", [0.25, 0.25])
        await until(lambda: len(hearing.vectors) == 2)
        assert hearing.vectors[0] == (0.25, 0.25)
        assert hearing.times[1] == pytest.approx(due, abs=0.02)

    with_channel(play)


def test_bundle_of_the_past_is_heard_at_once() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        send_raw(client, bundle(time.time() - 10, 0.25, 0.25))
        await until(lambda: bool(hearing.vectors))

    assert with_channel(play).troubles == []


def test_predictions_go_to_every_address_as_floats(receiver: socket.socket) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        channel.send((0.25, 0.75))

    with_channel(play, receiver)
    messages = [OscMessage(receiver.recv(1000)) for _ in range(3)]
    assert [(m.address, m.params) for m in messages] == [
        ("/prediction", [0.25, 0.75]),
        ("/impsy", [0.25, 0.75]),
        ("/impsy/silence", []),  # no note sounds after the channel is closed
    ]


async def _send_until_told(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
    while not hearing.troubles:
        channel.send((0.5, 0.5))
        await asyncio.sleep(0.005)
    for _ in range(5):
        channel.send((0.5, 0.5))
        await asyncio.sleep(0.005)


def test_channel_reports_missing_listener() -> None:
    assert any("no program listens" in text for text in with_channel(_send_until_told).troubles)


def test_channel_forgets_missing_listener_that_came() -> None:
    port = free_port()
    channel = OscChannel(Osc(server_port=free_port(), client_port=port))

    def problem_after_output() -> str:
        channel.send((0.5, 0.5))
        return channel.status().problem

    async def play(hearing: Hearing) -> None:
        await until(lambda: "no program listens" in problem_after_output())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
            late.bind(("127.0.0.1", port))
            await until(lambda: problem_after_output() == "")

    perform(channel, play)


def test_demo_that_no_one_hears_is_no_warning_and_reported_once() -> None:
    hearing = with_channel(_send_until_told, is_demo=True)
    assert [text for text in hearing.troubles if "nobody" in text] == []
    assert sum("nothing is connected yet" in text for text in hearing.troubles) == 1


def test_osc_loses_no_prediction_for_a_late_synthesiser() -> None:
    port = free_port()
    late: list[socket.socket] = []

    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        channel.send((0.5, 0.5))
        await asyncio.sleep(0.05)
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", port))
        made.settimeout(60)
        late.append(made)
        channel.send((0.25, 0.25))

    loop = EngineLoop()
    hearing = Hearing(loop.scheduler)

    async def run() -> None:
        channel = OscChannel(Osc(server_port=free_port(), client_port=port, output_address=("/impsy",)))
        await channel.open(hearing, 3)
        await play(channel, hearing, SimpleUDPClient("127.0.0.1", port))
        channel.close()

    loop.run_until_complete(run())
    loop.close()
    with late[0]:
        assert OscMessage(late[0].recv(1000)).params == [0.25, 0.25]


def test_osc_waits_for_a_port_in_use_and_takes_it_when_it_is_free(receiver: socket.socket) -> None:
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.1", 0))
    port = other.getsockname()[1]
    channel = OscChannel(Osc(server_port=port, client_port=receiver.getsockname()[1]))

    async def play(hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert f"port {port} is taken: another engine" in channel.status().problem
        channel.send((0.25, 0.5))
        assert OscMessage(receiver.recv(1000)).params == [0.25, 0.5]  # the output does not wait for the input
        other.close()
        await until(lambda: channel.status().state == "open")
        assert channel.status().problem == ""
        client = SimpleUDPClient("127.0.0.1", port)
        with client._sock:
            client.send_message("/interface", [0.5, 0.5])
            await until(lambda: bool(hearing.vectors))

    hearing = perform(channel, play)
    assert hearing.times_told("is taken") == 1
    assert ("info", f"it listens at 127.0.0.1:{port} now") in hearing.told


def test_osc_waits_for_a_host_name_and_listens_meanwhile() -> None:
    port = free_port()
    channel = OscChannel(Osc(client_ip="no-such-host.invalid", server_port=port))

    async def play(hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        await until(lambda: hearing.times_told("no host is called no-such-host.invalid") == 1)
        channel.send((0.5, 0.5))
        client = SimpleUDPClient("127.0.0.1", port)
        with client._sock:
            client.send_message("/interface", [0.5, 0.5])
            await until(lambda: bool(hearing.vectors))

    perform(channel, play, closes_files=False)  # the resolver keeps some files open


def test_network_is_admitted_on_request_and_reported() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        pass

    assert with_channel(play).troubles == []
    (told,) = with_channel(play, server_ip="0.0.0.0").troubles
    assert re.match(r"phone: [\d.]+ port \d+, /interface|this machine has no address", told)
    assert "the whole network can reach port" in told
