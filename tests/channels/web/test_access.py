"""Access to the WebSocket channel: allowed clients and addresses."""

import asyncio
import re
import socket
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from impsy_tui.channels.base import Rights
from impsy_tui.channels.own_addresses import own_addresses
from impsy_tui.channels.web.channel import WebSocketChannel
from impsy_tui.channels.web.origins import Origins
from impsy_tui.config import WebSocket
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.channels.web_listener import port_of, said, said_at_the_end, with_channel
from tests.support.ports import free_tcp_port
from tests.support.waiting import until


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "http://127.0.0.1:{port}",
        "HTTP://127.0.0.1:{port}",
        "http://localhost:{port}",
        "http://127.0.0.1:8080",
        "http://localhost:3000",
        "https://localhost",
        "http://[::1]:8080",
    ],
)
def test_websocket_lets_programs_and_its_own_page_play(origin: str | None) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        here: Any = origin and origin.format(port=port_of(url))
        async with connect(url, origin=here) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play).troubles == []


@pytest.mark.parametrize(
    "origin",
    [
        "http://elsewhere.example",
        "http://localhost.elsewhere.example:8080",
        "http://192.168.1.2:8080",
        "null",
        "file://",
        "http://[",
    ],
)
def test_websocket_lets_pages_of_other_places_listen_and_refuses_what_they_send(origin: Any) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url, origin=origin) as page, connect(url) as program:
            await until(lambda: channel.status().bound.endswith("2 clients (1 may only listen)"))
            for _ in range(300):
                await page.send("/channel/1/cc/1/127")
            await page.send(b"\x00")
            await page.send("/touch/1/0.5/0.5")
            await (await page.ping())
            await until(lambda: bool(hearing.troubles))
            channel.send((0.5, 0.5))
            assert await said(page, 2) == ["/channel/1/cc/1/64", "/channel/1/cc/2/64"]
            await program.send("/channel/1/cc/2/127")
            await until(lambda: bool(hearing.updates))

    hearing = with_channel(play, touches=True)
    assert hearing.updates == [[(1, 1.0)]]
    assert (len(hearing.messages), hearing.touches) == (1, [])
    (told,) = hearing.troubles
    assert f'may only listen: [websocket] origins = ["{origin}"] lets it play' in told


def test_pages_of_other_places_take_no_place_and_no_rate_from_clients_that_may_play() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with AsyncExitStack() as stack:
            for count in range(8):
                await stack.enter_async_context(connect(url, origin=Origin(f"https://{count}.example")))
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, origin=Origin("https://8.example"))
            assert refused.value.response.status_code == 503
            for _ in range(128):
                await stack.enter_async_context(connect(url))
        await until(lambda: channel.status().bound.endswith("no clients"))
        async with connect(url, origin=Origin("https://8.example")):
            await until(lambda: channel.status().bound.endswith("1 client (1 may only listen)"))

    (told,) = with_channel(play).troubles
    assert "8 pages of other places listen (the most)" in told
    assert '[websocket] origins = ["https://8.example"] lets it play' in told


def test_websocket_refuses_a_request_with_two_origins() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        headers = [("Origin", "https://a.example"), ("Origin", f"http://127.0.0.1:{port_of(url)}")]
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=headers)
        assert refused.value.response.status_code == 400

    with_channel(play)


@pytest.mark.parametrize(
    "origin", ["http://elsewhere.example", "null", "http://192.168.1.2:1", "HTTPS://b.example:8443", "file://"]
)
def test_websocket_lets_pages_play_that_the_configuration_names(origin: Any) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url, origin=origin) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    allowed = ("http://elsewhere.example", "null", "http://192.168.1.2:1/", "https://b.example:8443", "file://")
    assert with_channel(play, origins=allowed).troubles == []


@pytest.mark.parametrize("origin", [True, False])
def test_websocket_refuses_names_that_it_does_not_serve(origin: bool) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        port = port_of(url)
        wants = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" if origin else ""
        wants += f"Origin: http://evil.example:{port}\r\nSec-WebSocket-Key: {'A' * 22}==\r\n" if origin else ""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET / HTTP/1.1\r\nHost: evil.example:{port}\r\n{wants}\r\n".encode())
        assert b" 403 " in await reader.readline()
        writer.close()

    (told,) = with_channel(play).troubles
    assert "opened evil.example:" in told
    assert "which is no name of this machine" in told


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("127.0.0.1:5001", True),
        ("[::1]:5001", True),
        ("192.168.4.1", True),
        ("LOCALHOST", True),
        (socket.gethostname(), True),
        (f"{socket.gethostname().removesuffix('.local')}.local:5001", True),
        ("stage.lan:5001", True),
        ("synth.example", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1@evil.example", False),
        ("[", False),
        ("a:99999999", False),
        ("", False),
    ],
)
def test_origins_serve_addresses_and_names_of_this_machine(host: str, served: bool) -> None:
    assert Origins("stage.lan", ["https://synth.example:8080"]).serves([host]) is served


@pytest.mark.parametrize(("local", "admitted"), [(True, True), (False, False)])
@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://localhost:3000", "http://[::1]:8080"])
def test_origins_let_other_pages_of_this_machine_play_from_this_machine_alone(
    origin: str, local: bool, admitted: bool
) -> None:
    assert Origins("127.0.0.1", ()).lets_play([origin], ["127.0.0.1:5001"], local=local) is admitted


def test_origins_refuse_a_rebound_name_from_this_machine() -> None:
    assert not Origins("127.0.0.1", ()).lets_play(["http://localhost:8080"], ["evil.example:5001"], local=True)
    assert not Origins("127.0.0.1", ()).lets_play(["http://evil.example:5001"], ["evil.example:5001"], local=True)


@pytest.mark.parametrize(
    ("settings", "rights"),
    [
        ({}, Rights.PARAMETERS),
        ({"remote_commands": True}, Rights.COMMANDS),
        ({"remote_parameters": False}, Rights.PLAY),
    ],
)
def test_websocket_tells_other_machines_from_its_own(settings: dict[str, bool], rights: Rights) -> None:
    if not (addresses := own_addresses()):
        pytest.skip("this machine has no address in a network")

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        for host in (addresses[0], "127.0.0.1"):
            async with connect(f"ws://{host}:{port_of(url)}") as client:
                before = len(hearing.rights)
                await client.send("/channel/1/cc/1/127")
                await until(lambda before=before: len(hearing.rights) > before)  # type: ignore[misc]

    hearing = with_channel(play, server_ip="0.0.0.0", **settings)
    assert hearing.rights == [rights, Rights.COMMANDS]
    assert len(hearing.updates) == 2


def test_there_is_a_limit_to_how_many_come() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(128):
                await stack.enter_async_context(connect(url))
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 503

    (told,) = with_channel(play).troubles
    assert "128 clients are connected" in told


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
        assert channel.status().problem == ""
        async with connect(f"ws://127.0.0.1:{port}/"):
            await until(lambda: "1 client" in channel.status().bound)

    hearing = perform(channel, play)
    assert hearing.times_told("is taken") == 1


def test_websocket_waits_for_an_unknown_host() -> None:
    channel = WebSocketChannel(WebSocket(server_ip="no-such-host.invalid", server_port=free_tcp_port()))

    async def play(hearing: Hearing) -> None:
        await until(lambda: hearing.times_told("no host is called no-such-host.invalid") == 1)
        assert channel.status().state == "waiting"

    perform(channel, play, closes_files=False)  # the resolver keeps some files open


def test_network_is_admitted_on_request_and_reported() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        assert channel.status().state == "open"

    assert with_channel(play).troubles == []
    (told,) = with_channel(play, server_ip="0.0.0.0").troubles
    assert "the whole network can reach port" in told
    assert re.match(r"http://\S+:\d+/ is the page for a phone|this machine has no address", told)


def test_port_is_free_again_at_once() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.close()
            await said_at_the_end(client)
        again = WebSocketChannel(WebSocket(server_port=port_of(url)))
        await again.open(hearing, 3)
        again.close()

    with_channel(play)
