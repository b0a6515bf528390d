"""Vectors as MIDI messages in text, to and from browsers, and a page with faders for them."""

import asyncio
import errno
import ipaddress
import logging
import socket
from collections import deque
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State

from impsy_tui.channels import NONE_MUTED, ChannelProblem, ChannelStatus, Listener, MappingEntry
from impsy_tui.channels.faders import FaderPage, plain
from impsy_tui.channels.mapping import UNUSED, InputMapping, OutputMapping
from impsy_tui.channels.meter import RateMeter, Troubles
from impsy_tui.channels.network import own_address, resolve
from impsy_tui.channels.owed import Owed
from impsy_tui.channels.text_messages import TextProblem, read_text, write_text
from impsy_tui.channels.web_connection import MOST_UNREAD, Connection
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
_BURST: Final = 200.0
"""Messages that may come at once."""
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

_OFFENCES: Final[dict[int, str]] = {
    CloseCode.PROTOCOL_ERROR: "does not speak the WebSocket protocol",
    CloseCode.INVALID_DATA: "sends text that is not UTF-8",
    CloseCode.MESSAGE_TOO_BIG: f"sends a message of over {_LARGEST_MESSAGE} bytes",
}

_QUIET: Final = logging.getLogger("impsy_tui.websocket")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class _Client:
    """A browser, or whatever else speaks this."""

    def __init__(self, connection: ServerConnection, mapping: InputMapping, now: float) -> None:
        self.connection = connection
        self.mapping = mapping
        self.held = False
        self.owed: Owed | None = None
        self._credit, self._credit_at = _BURST, now

    @property
    def host(self) -> str:
        """Where it is."""
        return _host(self.connection)

    def may_send(self, now: float, rate: float) -> bool:
        """Whether one more message of it is within this rate (messages a second)."""
        self._credit = min(_BURST, self._credit + (now - self._credit_at) * rate)
        self._credit_at = now
        if self._credit < 1.0:
            return False
        self._credit -= 1.0
        return True

    def write(self, frames: bytes) -> bool:
        """Send whole frames; whether it reads what it is sent."""
        transport = self.connection.transport
        # Straight to the transport: the same bytes serve everybody, and nobody is waited for.
        if self.connection.state is State.OPEN and not transport.is_closing():
            transport.write(frames)
        return bool(transport.get_write_buffer_size() <= MOST_UNREAD)


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
        self._clients: list[_Client] = []
        self._connections: set[Connection] = set()
        self._holders = 0
        self._present = Owed()
        self._waiting: deque[_Client] = deque()
        self._writing = False
        self._received, self._sent = RateMeter(), RateMeter()
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
            bound = await self._bind(settings.server_ip, settings.server_port)
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
        self._output.forget()

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self._broadcast(self._output.messages(values, muted))

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
        return ChannelStatus(
            self.name,
            self._state,
            f"{self._settings.server_ip}:{self._settings.server_port}, {clients}",
            self._received.total,
            self._sent.total,
            self._received.rate(now),
            self._sent.rate(now),
            self._last_received,
            write_text(self._last_sent) if self._last_sent else "",
            self._troubles.last,
            self._troubles.last_at,
            self._troubles.count,
        )

    # Being there

    def learn(self, device: str, index: int, entry: MappingEntry) -> None:
        """From now on this entry sets the value with this index (from 0)."""
        entries = [*self._entries, *[UNUSED] * (index + 1 - len(self._entries))]
        entries[index] = entry
        self._entries, self._is_learned = tuple(entries), True
        self._page = FaderPage(self._entries, self._settings.output)
        for client in self._clients:
            self._release(client, self._scheduler.now())
            client.mapping = InputMapping(self._entries)

    def learned(self) -> dict[str, tuple[MappingEntry, ...]]:
        """The mapping in force by the setting that it belongs to, if it was learned."""
        number = self.name.partition(" ")[2]
        table = f"websocket.{int(number) - 1}" if number.isdecimal() else "websocket"
        return {f"{table}.input": self._entries} if self._is_learned else {}

    async def _bind(self, host: str, port: int) -> socket.socket:
        family, address = await resolve(host, port, socket.SOCK_STREAM)
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setblocking(False)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Connections inherit these; later would be too late for the receiver's window.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            made.bind(address)
            made.listen()
        except OSError as error:
            made.close()
            if error.errno == errno.EADDRINUSE:
                raise ChannelProblem(
                    f"port {port} is taken: another engine or program listens there; "
                    "end it, or choose another [websocket] server_port"
                ) from None
            raise ChannelProblem(f"cannot listen at {host}:{port}: {error.strerror}") from None
        return made

    def _warn_of_network(self, bound: socket.socket) -> None:
        here = ipaddress.ip_address(bound.getsockname()[0])
        if here.is_loopback:
            return
        reach = own_address() if here.is_unspecified else str(here)
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
        if not _same_origin(headers.get_all("Origin"), headers.get_all("Host")):
            self._troubles.note(
                "origin",
                f"a page of another place, open in a browser at {_host(connection)}, wants to play: "
                "refused; only the page of this port may",
            )
            return plain(HTTPStatus.FORBIDDEN, "Only the page of this port may play here.")
        if len(self._clients) >= _MOST_CLIENTS:
            self._troubles.note("clients", f"{_MOST_CLIENTS} clients are here: one more is sent away")
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, "So many are here that there is no room.")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        client = _Client(connection, InputMapping(self._entries), self._scheduler.now())
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

    async def _hear_out(self, client: _Client) -> None:
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

    async def _hold_up(self, client: _Client) -> None:
        """Read nothing of a client that sends too much: what it sends stays where it is."""
        self._troubles.note(
            "flood", f"{client.host} sends more than {self._fastest():.0f} messages a second: it is held up"
        )
        heard_on = self._loop.create_future()
        self._scheduler.at(self._scheduler.now() + _PAUSE, _fulfil, heard_on)
        await heard_on

    def _tell_flood(self, connection: ServerConnection) -> None:
        self._troubles.note("much", f"{_host(connection)} sends without end: it is dropped")

    def _hear(self, client: _Client, text: str | bytes, now: float) -> None:
        self._received.count(now)
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

    def _release(self, client: _Client, now: float) -> None:
        client.mapping.release()
        self._tell_holding(client, now)

    def _tell_holding(self, client: _Client, now: float) -> None:
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
            self._sent.count(now)
        self._last_sent = messages[-1]
        for owed in {client.owed for client in self._waiting if client.owed is not None}:
            owed.add(messages)
        news = Owed()
        news.add(messages)
        for client in self._clients:
            self._owe(client, news)
        self._begin()

    def _greet(self, client: _Client) -> None:
        """A new client is sent all that is so at present; to the others nothing is sent again."""
        if self._present:
            self._owe(client, self._present.copy())
            self._begin()

    def _owe(self, client: _Client, owed: Owed) -> None:
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


def _host(connection: ServerConnection) -> str:
    address = connection.remote_address
    return str(address[0]) if address else "a client"


def _same_origin(origins: Sequence[str], hosts: Sequence[str]) -> bool:
    """Whether a request comes from no page, or from one that was served here.

    Without this every page that a browser has open could play: WebSockets know no other bounds
    (RFC 6455, section 10.2).
    """
    if not origins:
        return True
    if len(origins) > 1 or len(hosts) != 1:
        return False
    try:
        origin = urlsplit(origins[0])
    except ValueError:
        return False
    return origin.scheme in ("http", "https") and origin.netloc.lower() == hosts[0].strip().lower()
