"""Sends messages to all browsers, a few browsers a turn of the loop; slow browsers get only newest values."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from websockets.frames import Frame, Opcode

from impsy_tui.channels.web.client import WebClient
from impsy_tui.channels.web.coalescing_queue import CoalescingQueue
from impsy_tui.channels.web.text_protocol import write_text

_CLIENTS_A_TURN: Final = 8
"""Clients that are written to in one turn of the loop."""


class ClientSender:
    """Sends messages to clients.

    Args:
        clients: list of the connected clients, kept up to date by the channel.
        first: returns the messages for a new client, before all others.
        loop: event loop of the engine.
        unread: called for a client that does not read its messages.
    """

    def __init__(
        self,
        clients: Sequence[WebClient],
        first: Callable[[], Sequence[bytes]],
        loop: asyncio.AbstractEventLoop,
        unread: Callable[[WebClient], None],
    ) -> None:
        self._clients = clients
        self._first = first
        self._loop = loop
        self._unread = unread
        self._present = CoalescingQueue()
        self._waiting: deque[WebClient] = deque()
        self._writing = False

    def send(self, messages: Sequence[bytes]) -> None:
        """Queues messages, MIDI or text, for all clients, and begins to write at once.

        A client that still waits for earlier messages gets both together, each value once.
        """
        self._present.add(messages)
        self._present.forget_passing()
        self.send_passing(messages)

    def send_passing(self, messages: Sequence[bytes]) -> None:
        """Queues momentary messages, which later clients do not get."""
        if not self._clients:
            return
        for pending in {client.pending for client in self._waiting if client.pending is not None}:
            pending.add(messages)
        news = CoalescingQueue()
        news.add(messages)
        for client in self._clients:
            self._add_pending(client, news)
        self._begin()

    def greet(self, client: WebClient) -> None:
        """Queues the present values for a new client."""
        pending = CoalescingQueue()
        pending.add(self._first())
        pending.add(self._present.messages)
        if pending:
            self._add_pending(client, pending)
            self._begin()

    def forget(self) -> None:
        """Forgets the present values: later clients do not get them."""
        self._present = CoalescingQueue()

    def finish(self) -> None:
        """Writes all queued messages now."""
        while self._waiting:
            self._write_some()

    def _add_pending(self, client: WebClient, pending: CoalescingQueue) -> None:
        if client.pending is None:
            client.pending = pending
            self._waiting.append(client)

    def _begin(self) -> None:
        if not self._writing:
            self._write_on()

    def _write_on(self) -> None:
        self._write_some()
        self._writing = bool(self._waiting)
        if self._writing:
            self._loop.call_soon(self._write_on)

    def _write_some(self) -> None:
        for _ in range(min(_CLIENTS_A_TURN, len(self._waiting))):
            client = self._waiting.popleft()
            pending, client.pending = client.pending, None
            if pending is not None and not client.write(pending.encoded(_frame)):
                self._unread(client)


def in_text(message: bytes) -> str:
    """Returns a message, MIDI or text, as the text that is sent."""
    return message.decode() if message.startswith(b"/") else write_text(message)


def _frame(message: bytes) -> bytes:
    """Returns a message as a frame; frames of a server are not masked, so all clients get the same bytes."""
    return Frame(Opcode.TEXT, in_text(message).encode()).serialize(mask=False)
