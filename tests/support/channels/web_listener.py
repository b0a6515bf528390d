"""WebSocket channel on a separate port, with its listener and its clients."""

import asyncio
import re
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakSet

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from impsy_tui.channels.web.channel import WebSocketChannel
from impsy_tui.config import WebSocket
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.ports import free_tcp_port

FADERS = (("control_change", 1, 1), ("control_change", 1, 2))
KEYS = (("note_on", 1), ("note_velocity", 1))

Play = Callable[[WebSocketChannel, Hearing, str], Awaitable[None]]


def with_channel(play: Play, dimension: int = 3, **settings: Any) -> Hearing:
    """Opens a channel, plays, and closes it; nothing of it may be left."""
    port = free_tcp_port()
    channel = WebSocketChannel(WebSocket(server_port=port, **{"input": FADERS, "output": FADERS, **settings}))
    hearing = perform(channel, lambda hearing: play(channel, hearing, f"ws://127.0.0.1:{port}/"), dimension)
    assert channel.status().bound.endswith("no clients")
    assert (hearing.vectors, hearing.addresses) == ([], [])  # the input is MIDI messages
    return hearing


_SILENCING = re.compile(r"/channel/\d+/cc/(120|123)/0")
_GREETED: WeakSet[ClientConnection] = WeakSet()
"""Clients that have received more than the silencing at the beginning."""


async def said(client: ClientConnection, count: int) -> list[str]:
    """Returns this number of next texts, without the silencing at the beginning."""
    found: list[str] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            text = str(await client.recv())
            if client in _GREETED or not _SILENCING.fullmatch(text):
                _GREETED.add(client)
                found.append(text)
    return found


async def said_at_the_end(client: ClientConnection) -> list[str]:
    """Returns all texts until the server closes the connection."""
    found = []
    async with asyncio.timeout(60):
        try:
            while True:
                found += await said(client, 1)
        except ConnectionClosed:
            return found


def port_of(url: str) -> int:
    """Returns the port in an address."""
    return int(url.rstrip("/").rpartition(":")[2])


def get(url: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    """Returns status, headers and page of a request."""
    request = urllib.request.Request(url, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def answers(*requests: tuple[str, str], **settings: Any) -> list[tuple[int, dict[str, str], str]]:
    """Returns statuses, headers and pages of these methods and paths."""
    found: list[tuple[int, dict[str, str], str]] = []

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        for method, path in requests:
            found.append(await asyncio.to_thread(get, f"http://127.0.0.1:{port_of(url)}{path}", method))

    with_channel(play, **settings)
    return found
