"""Who may come to the WebSocket channel, and where it listens."""

import re
import socket
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from impsy_tui.channels.websocket import WebSocketChannel
from impsy_tui.config import WebSocket
from tests.channels.hearing import Hearing, perform
from tests.channels.web_hearing import port_of, said_at_the_end, with_channel
from tests.conftest import free_tcp_port, until


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:{port}", "HTTP://127.0.0.1:{port}"])
def test_programs_and_the_own_page_may_play(origin: str | None) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        here: Any = origin and origin.format(port=port_of(url))
        async with connect(url, origin=here) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play).troubles == []


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "http://127.0.0.1:1", "null", "file://", "http://["])
def test_pages_of_other_places_may_not(origin: Any) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, origin=origin)
        assert refused.value.response.status_code == 403

    (told,) = with_channel(play).troubles
    assert "page of another place" in told


def test_there_is_a_limit_to_how_many_come() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(128):
                await stack.enter_async_context(connect(url))
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 503

    (told,) = with_channel(play).troubles
    assert "128 clients are here" in told


def test_websocket_waits_for_a_port_in_use_and_takes_it_when_it_is_free() -> None:
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    channel = WebSocketChannel(WebSocket(server_port=port))

    async def play(hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert "is taken: another engine" in channel.status().problem
        assert "[websocket] server_port" in channel.status().problem
        channel.send((0.5, 0.5))
        other.close()
        await until(lambda: channel.status().state == "open")
        async with connect(f"ws://127.0.0.1:{port}/"):
            await until(lambda: "1 client" in channel.status().bound)

    hearing = perform(channel, play)
    assert hearing.times_told("is taken") == 1


def test_websocket_waits_for_an_unknown_host() -> None:
    channel = WebSocketChannel(WebSocket(server_ip="no-such-host.invalid", server_port=free_tcp_port()))

    async def play(hearing: Hearing) -> None:
        await until(lambda: hearing.times_told("no host is called no-such-host.invalid") == 1)
        assert channel.status().state == "waiting"

    perform(channel, play, closes_files=False)  # the resolver keeps some open


def test_the_network_is_let_in_only_when_asked_and_told_so() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        assert channel.status().state == "open"

    assert with_channel(play).troubles == []
    (told,) = with_channel(play, server_ip="0.0.0.0").troubles
    assert "the whole network can reach port" in told
    assert re.match(r"http://\S+:\d+/ is the page for a phone|this machine has no address", told)


def test_the_port_is_free_again_at_once() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.close()
            await said_at_the_end(client)
        again = WebSocketChannel(WebSocket(server_port=port_of(url)))
        await again.open(hearing, 3)
        again.close()

    with_channel(play)
