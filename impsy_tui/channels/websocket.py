"""Vectors as MIDI messages in text, to and from browsers, and a page with faders for them."""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State

from impsy_tui.channels import NONE_MUTED, ChannelProblem, ChannelStatus, Listener, MappingEntry
from impsy_tui.channels.faders import FaderPage, plain
from impsy_tui.channels.mapping import InputMapping, OutputMapping, table_of, with_entry
from impsy_tui.channels.meter import Traffic, Troubles
from impsy_tui.channels.network import listen_at, reached_at
from impsy_tui.channels.owed import Owed
from impsy_tui.channels.text_messages import TextProblem, read_text, write_text
from impsy_tui.channels.web_client import Client, host_of, same_origin
from impsy_tui.channels.web_connection import Connection
from impsy_tui.config import WebSocket

_LARGEST_MESSAGE: Final = 1024
_MOST_CLIENTS: Final = 128

_CLIENTS_A_TURN: Final = 8
"""Write to at most so many before the loop may look at its timers."""
_MESSAGES_A_TURN: Final = 8
"""Take at most so many from one client before that."""

_FASTEST: Final = 1000.0
"""Messages a second from one client: ten fingers on a page, twice over."""
_FASTEST_TOGETHER: Final = 4000.0
"""Messages a second from all of them."""
_PAUSE: Final = 0.05
"""Seconds that a client which sends too much waits to be heard on."""

_PING: Final = 5.0
"""Seconds. A phone that went out of reach holds its keys for this long, and for the next."""
_PONG: Final = 10.0
_FAREWELL: Final = 0.2
"""Seconds that clients have to say goodbye."""

_RECEIVE_BUFFER: Final = 4096
"""Bytes. What has been sent too fast is kept by its sender."""
_SEND_BUFFER: Final = 1 << 15
"""Bytes. What the system takes for a client that does not read is old when it is read."""
_OPTIONS: Final = (
    (socket.SO_REUSEADDR, 1),
    # Connections inherit these; later would be too late for the receiver's window.
    (socket.SO_RCVBUF, _RECEIVE_BUFFER),
    (socket.SO_SNDBUF, _SEND_BUFFER),
)

_OFFENCES: Final[dict[int, str]] = {
    CloseCode.PROTOCOL_ERROR: "does not speak the WebSocket protocol",
    CloseCode.INVALID_DATA: "sends text that is not UTF-8",
    CloseCode.MESSAGE_TOO_BIG: f"sends a message of over {_LARGEST_MESSAGE} bytes",
}

_QUIET: Final = logging.getLogger("impsy_tui.websocket")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class WebSocketChannel:
    """A server for any number of browsers: all may play, and all hear the player."""

    def __init__(self, settings: WebSocket, name: str = "websocket") -> None:
        self.name = name
        self.max_rate = settings.max_rate
        self.safe = settings.safe
        self._settings = settings
        self._entries = settings.input
        self._is_learned = False
        self._server: Server | None = None
        self._state = "closed"
        self._clients: list[Client] = []
        self._connections: set[Connection] = set()
        self._holders = 0
        self._present = Owed()
        self._waiting: deque[Client] = deque()
        self._writing = False
        self._traffic = Traffic()
        self._last_received = ""
        self._last_sent = b""

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        settings = self._settings
        self._listener = listener
        self._scheduler = listener.scheduler
        self._loop = asyncio.get_running_loop()
        self._troubles = Troubles(listener.scheduler, lambda text: listener.trouble(self.name, text))
        self._output = OutputMapping(settings.output)
        self._page = FaderPage(self._entries, settings.output)
        self.set_dimension(dimension)
        try:
            bound = await listen_at(
                settings.server_ip, settings.server_port, socket.SOCK_STREAM, _OPTIONS, "[websocket] server_port"
            )
        except ChannelProblem:
            self._state = "error"
            raise
        self._server = await serve(
            self._serve,
            sock=bound,
            create_connection=cast(type[ServerConnection], partial(Connection, self._connections, self._tell_flood)),
            process_request=self._answer,
            compression=None,
            max_size=_LARGEST_MESSAGE,
            open_timeout=5.0,
            ping_interval=_PING,
            ping_timeout=_PONG,
            close_timeout=2.0,
            server_header=None,
            logger=_QUIET,
        )
        self._state = "open"
        self._warn_of_network(bound)

    def set_dimension(self, dimension: int) -> None:
        self._count = dimension - 1
        self.silence()
        self._output.forget()

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self._broadcast(self._output.messages(values, muted))

    def end_notes(self, indices: frozenset[int]) -> None:
        self._broadcast(self._output.end_notes(indices))

    def silence(self) -> None:
        if self._server is not None:
            self._broadcast(self._output.silence())

    def panic(self) -> None:
        if self._server is None:
            return
        messages = self._output.panic()
        self._broadcast(messages)
        # What is off already is not for those who come later.
        self._present = Owed()

    def close(self) -> None:
        server, self._state = self._server, "closed"
        if server is None:
            return
        self.silence()
        self._server = None
        while self._waiting:
            self._write_some()
        now = self._scheduler.now()
        for client in self._clients:
            self._release(client, now)
        for connection in self._connections.copy():
            if connection.state is State.CONNECTING:  # browsers keep some in store
                connection.transport.abort()
        server.close()  # it says "going away"
        self._scheduler.at(now + _FAREWELL, self._cut_off)

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        count = len(self._clients)
        clients = "1 client" if count == 1 else f"{count or 'no'} clients"
        words = (self._last_received, write_text(self._last_sent) if self._last_sent else "")
        return self._traffic.status(
            self.name,
            self._state,
            f"{self._settings.server_ip}:{self._settings.server_port}, {clients}",
            now,
            words,
            self._troubles,
        )

    # Being there

    def learn(self, device: str, index: int, entry: MappingEntry) -> None:
        """From now on this entry sets the value with this index (from 0)."""
        self._entries, self._is_learned = with_entry(self._entries, index, entry), True
        self._page = FaderPage(self._entries, self._settings.output)
        for client in self._clients:
            self._release(client, self._scheduler.now())
            client.mapping = InputMapping(self._entries)

    def learned(self) -> dict[str, tuple[MappingEntry, ...]]:
        """The mapping in force by the setting that it belongs to, if it was learned."""
        return {f"{table_of(self.name)}.input": self._entries} if self._is_learned else {}

    def _warn_of_network(self, bound: socket.socket) -> None:
        reach = reached_at(bound)
        if not reach:
            return
        reach = f"[{reach}]" if ":" in reach else reach
        self._listener.trouble(
            self.name,
            f"the whole network can reach port {self._settings.server_port}: a phone opens "
            f"http://{reach}:{self._settings.server_port}/ in its browser",
            "info",
        )

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """To a request for a page, the page; to one for a WebSocket nothing, if it may have one."""
        headers = request.headers
        if "websocket" not in (value.strip().lower() for value in headers.get_all("Upgrade")):
            # Before its version 17 the library refuses other methods itself.
            return self._page.answer(getattr(request, "method", "GET"), request.path)
        if not same_origin(headers.get_all("Origin"), headers.get_all("Host")):
            self._troubles.note(
                "origin",
                f"a page of another place, open in a browser at {host_of(connection)}, wants to play: "
                "refused; only the page of this port may",
            )
            return plain(HTTPStatus.FORBIDDEN, "Only the page of this port may play here.")
        if len(self._clients) >= _MOST_CLIENTS:
            self._troubles.note("clients", f"{_MOST_CLIENTS} clients are here: one more is sent away")
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, "So many are here that there is no room.")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        client = Client(connection, InputMapping(self._entries), self._scheduler.now())
        self._clients.append(client)
        self._greet(client)
        try:
            await self._hear_out(client)
        except ConnectionClosed:
            sent = connection.protocol.close_sent
            if sent is not None and (why := _OFFENCES.get(sent.code)):
                self._troubles.note(why, f"{client.host} {why}: it is sent away")
        except Exception as error:
            # The library would log it, where nobody looks.
            self._loop.call_exception_handler({"message": "a WebSocket client", "exception": error})
        finally:
            self._clients.remove(client)
            self._release(client, self._scheduler.now())

    def _cut_off(self) -> None:
        """Those who have not said goodbye."""
        for connection in self._connections.copy():
            connection.transport.abort()

    # In

    async def _hear_out(self, client: Client) -> None:
        taken = 0
        async for message in client.connection:
            if self._server is None:
                continue
            now = self._scheduler.now()
            if not client.may_send(now, self._fastest()):
                await self._hold_up(client)
            self._hear(client, message, self._scheduler.now())
            taken += 1
            if taken % _MESSAGES_A_TURN == 0:
                await asyncio.sleep(0)

    def _fastest(self) -> float:
        return min(_FASTEST, _FASTEST_TOGETHER / max(1, len(self._clients)))

    async def _hold_up(self, client: Client) -> None:
        """Read nothing of a client that sends too much: what it sends stays where it is."""
        self._troubles.note(
            "flood", f"{client.host} sends more than {self._fastest():.0f} messages a second: it is held up"
        )
        heard_on = self._loop.create_future()
        self._scheduler.at(self._scheduler.now() + _PAUSE, _fulfil, heard_on)
        await heard_on

    def _tell_flood(self, connection: ServerConnection) -> None:
        self._troubles.note("much", f"{host_of(connection)} sends without end: it is dropped")

    def _hear(self, client: Client, text: str | bytes, now: float) -> None:
        self._traffic.received.count(now)
        if isinstance(text, bytes):
            self._troubles.note("binary", f"bytes where text is expected, from {client.host}: ignored")
            return
        try:
            message = read_text(text)
        except TextProblem as problem:
            shown = text if len(text) <= 40 else f"{text[:39]}…"
            self._troubles.note(problem.kind, f"{shown!r} from {client.host} {problem.kind}: ignored")
            return
        self._last_received = text.strip()
        if self._listener.message(self.name, "", message):
            return
        updates = [update for update in client.mapping.updates(message) if update[0] < self._count]
        self._tell_holding(client, now)
        if updates:
            self._listener.updated(self.name, updates, now)

    def _release(self, client: Client, now: float) -> None:
        client.mapping.release()
        self._tell_holding(client, now)

    def _tell_holding(self, client: Client, now: float) -> None:
        held = client.mapping.holding
        if held == client.held:
            return
        client.held = held
        before, self._holders = self._holders, self._holders + (1 if held else -1)
        if not before or not self._holders:
            self._listener.holding(self.name, held, now)

    # Out

    def _broadcast(self, messages: Sequence[bytes]) -> None:
        """Owe everybody these messages, and begin to write at once.

        Who has not been reached by what was sent before gets both together, each value once.
        """
        if not messages:
            return
        self._present.add(messages)
        self._present.forget_ends()
        if not self._clients:
            return
        now = self._scheduler.now()
        for _ in messages:
            self._traffic.sent.count(now)
        self._last_sent = messages[-1]
        for owed in {client.owed for client in self._waiting if client.owed is not None}:
            owed.add(messages)
        news = Owed()
        news.add(messages)
        for client in self._clients:
            self._owe(client, news)
        self._begin()

    def _greet(self, client: Client) -> None:
        """A new client is sent all that is so at present; to the others nothing is sent again."""
        if self._present:
            self._owe(client, self._present.copy())
            self._begin()

    def _owe(self, client: Client, owed: Owed) -> None:
        if client.owed is None:
            client.owed = owed
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
            owed, client.owed = client.owed, None
            if owed is not None and not client.write(owed.encoded(_frame)):
                self._troubles.note("slow", f"{client.host} does not read what it is sent: it is dropped")
                client.connection.transport.abort()


def _frame(message: bytes) -> bytes:
    """A message as a frame. Those of a server are not masked, so that one serves every client."""
    return Frame(Opcode.TEXT, write_text(message).encode()).serialize(mask=False)


def _fulfil(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
