"""OSC channel on UDP sockets, with its listener and its sender."""

import socket
from collections.abc import Awaitable, Callable
from typing import Any

from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.config import Osc
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.ports import free_port

Play = Callable[[OscChannel, Hearing, SimpleUDPClient], Awaitable[None]]


def with_channel(
    play: Play, receiver: socket.socket | None = None, *, is_demo: bool = False, **settings: Any
) -> Hearing:
    """Opens a channel for vectors of two values, plays, and closes it; nothing of it may be left."""
    port = free_port()
    out = receiver.getsockname()[1] if receiver else free_port()
    channel = OscChannel(Osc(server_port=port, client_port=out, **settings), is_demo=is_demo)
    client = SimpleUDPClient("127.0.0.1", port)
    with client._sock:
        hearing = perform(channel, lambda hearing: play(channel, hearing, client))
    assert (hearing.held, hearing.clocks) == ([], [])  # OSC has no held notes and no clocks
    return hearing


def send_raw(client: SimpleUDPClient, data: bytes) -> None:
    """Sends a datagram of any bytes."""
    client._sock.sendto(data, (client._address, client._port))
