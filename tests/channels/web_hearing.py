"""A WebSocket channel on a port of its own, with who listens to it and who comes to it."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from impsy_tui.channels.websocket import WebSocketChannel
from impsy_tui.config import WebSocket
from tests.channels.hearing import Hearing, perform
from tests.conftest import free_tcp_port

FADERS = (("control_change", 1, 1), ("control_change", 1, 2))
KEYS = (("note_on", 1), ("note_velocity", 1))

Play = Callable[[WebSocketChannel, Hearing, str], Awaitable[None]]


def with_channel(play: Play, dimension: int = 3, **settings: Any) -> Hearing:
    """Open a channel, play, close it; nothing of it may be left behind."""
    port = free_tcp_port()
    channel = WebSocketChannel(WebSocket(server_port=port, **{"input": FADERS, "output": FADERS, **settings}))
    hearing = perform(channel, lambda hearing: play(channel, hearing, f"ws://127.0.0.1:{port}/"), dimension)
    assert channel.status().bound.endswith("no clients")
    assert (hearing.vectors, hearing.addresses) == ([], [])  # what comes in are MIDI messages
    return hearing


async def said(client: ClientConnection, count: int) -> list[str]:
    """The next so many texts."""
    async with asyncio.timeout(60):
        return [str(await client.recv()) for _ in range(count)]


async def said_at_the_end(client: ClientConnection) -> list[str]:
    """All that is left until the server says goodbye."""
    found = []
    async with asyncio.timeout(60):
        try:
            while True:
                found.append(str(await client.recv()))
        except ConnectionClosed:
            return found


def port_of(url: str) -> int:
    """The port in an address."""
    return int(url.rstrip("/").rpartition(":")[2])


def get(url: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    """Status, headers and page that are answered there."""
    request = urllib.request.Request(url, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def answers(*requests: tuple[str, str], **settings: Any) -> list[tuple[int, dict[str, str], str]]:
    """Statuses, headers and pages of these methods and paths."""
    found: list[tuple[int, dict[str, str], str]] = []

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        for method, path in requests:
            found.append(await asyncio.to_thread(get, f"http://127.0.0.1:{port_of(url)}{path}", method))

    with_channel(play, **settings)
    return found
