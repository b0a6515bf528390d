"""Channel to browsers: vectors as MIDI messages in text, touches, and web pages with faders and a touch pad."""

import asyncio
import logging
import socket
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.protocol import State

from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener, Rights, VirtualTouch
from impsy_tui.channels.deferred_opening import DeferredOpening
from impsy_tui.channels.midi.held_keys import HeldKeys
from impsy_tui.channels.midi.mapping import InputMapping
from impsy_tui.channels.midi.output_mapping import OutputMapping, all_off
from impsy_tui.channels.monitor import Monitor
from impsy_tui.channels.network import listen_at
from impsy_tui.channels.osc.text import is_local
from impsy_tui.channels.own_addresses import NO_ADDRESS, listed, reached_at
from impsy_tui.channels.played_target import PlayedTarget
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.channels.web.admission import Admission, note_refused_message
from impsy_tui.channels.web.client import WebClient, host_of
from impsy_tui.channels.web.connection import WebConnection
from impsy_tui.channels.web.pages import STAFF, STAGE, PageServer
from impsy_tui.channels.web.sender import ClientSender, in_text
from impsy_tui.channels.web.staff import StaffPage, staff_page
from impsy_tui.channels.web.stage import StagePage
from impsy_tui.channels.web.text_protocol import read_text
from impsy_tui.channels.web.touch_protocol import NEW_MAPPING, ended_text, message_text, read_touch, touch_text
from impsy_tui.config import WebSocket
from impsy_tui.config.mapping_targets import entry_of, text_of
from impsy_tui.ensemble.touches.surfaces import OscMessage
from impsy_tui.errors import MalformedMessageError

_LARGEST_MESSAGE: Final = 1024

_MESSAGES_A_TURN: Final = 8
"""Messages taken from one client in a turn of the loop."""

_FASTEST: Final = 1000.0
"""Highest number of messages a second from one client: twice that of ten fingers on a page."""
_FASTEST_TOGETHER: Final = 4000.0
"""Highest number of messages a second from all clients."""
_FASTEST_REFUSED: Final = 50.0
"""Highest number of messages a second from a client that may only listen."""
_PAUSE: Final = 0.05
"""Seconds for which the messages of a client that sends too much are not read."""

_PING: Final = 5.0
"""Seconds between two pings. A phone out of reach holds its keys for up to twice this time."""
_PONG: Final = 10.0
_FAREWELL: Final = 0.2
"""Seconds for clients to close their connections."""

_OPTIONS: Final = (
    (socket.SO_REUSEADDR, 1),
    # Bytes. Connections inherit these options. The window of the receiver cannot be set later.
    (socket.SO_RCVBUF, 4096),  # messages that are sent too fast stay with their sender
    (socket.SO_SNDBUF, 1 << 15),  # data that waits here for a slow client is old when the client reads it
)

_OFFENCES: Final[dict[int, str]] = {
    CloseCode.PROTOCOL_ERROR: "does not speak the WebSocket protocol",
    CloseCode.INVALID_DATA: "sends text that is not UTF-8",
    CloseCode.MESSAGE_TOO_BIG: f"sends a message of over {_LARGEST_MESSAGE} bytes",
}

_QUIET: Final = logging.getLogger("impsy_tui.websocket")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class WebSocketChannel(HeldKeys):
    """Server for browsers: they receive the player's output; all may play but pages of other places."""

    kind = "websocket"

    def __init__(self, settings: WebSocket, name: str = "websocket") -> None:
        self.name = name
        self.labels: Mapping[str, str] = {}
        self.max_rate = settings.max_rate
        self.safe = settings.safe
        self._settings = settings
        self._entries = settings.input
        self._server: Server | None = None
        self._state = "closed"
        self._clients: list[WebClient] = []
        self._connections: set[WebConnection] = set()
        self._traffic = ChannelTraffic()
        self._last_received = ""
        self._last_sent = b""
        self._staff: StaffPage | None = None
        self._stage: StagePage | None = None

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        settings = self._settings
        self._listener = listener
        self._scheduler = listener.scheduler
        self._loop = asyncio.get_running_loop()
        self._troubles = ErrorCounter(listener, self.name)
        self._output = OutputMapping(settings.output)
        # A browser from before may still sound notes of an engine that was killed.
        self._post = ClientSender(self._clients, lambda: all_off(self._output.note_channels), self._loop, self._drop)
        self._pages = PageServer(self._entries, settings.output, touches=settings.touches)
        self._admission = Admission(self._connections, settings, self._pages, self._troubles)
        self.set_dimension(dimension)
        self._opening = DeferredOpening(self._begin_serving, self._troubles, self._report_serving)
        self._state = "waiting"
        await self._opening.start()

    async def _begin_serving(self) -> None:
        settings = self._settings
        bound = await listen_at(
            settings.server_ip, settings.server_port, socket.SOCK_STREAM, _OPTIONS, "[websocket] server_port"
        )
        made = cast(type[ServerConnection], partial(WebConnection, self._connections, self._report_flood))
        try:
            self._server = await serve(
                self._serve,
                sock=bound,
                create_connection=made,
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
        except BaseException:
            bound.close()  # the channel was closed meanwhile
            raise
        self._state = "open"
        self._warn_of_network(bound)

    def _report_serving(self) -> None:
        s = self._settings
        self._listener.trouble(self.name, f"it listens at {s.server_ip}:{s.server_port} now", "info")

    def set_dimension(self, dimension: int) -> None:
        self._count = dimension - 1
        self.silence()
        self._output.forget()

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self.follow(values)
        self._broadcast(self._output.messages(values, muted))

    def pass_on(self, values: Sequence[float], said: frozenset[int]) -> None:
        self.follow(values)
        self._broadcast(self._output.messages(values, said=said))

    def end_notes(self, indices: frozenset[int]) -> None:
        self._broadcast(self._output.end_notes(indices))

    def silence(self) -> None:
        if self._server is not None:
            self._broadcast(self._output.silence())

    def panic(self) -> None:
        if self._server is None:
            return
        self._broadcast(self._output.panic())
        # Later clients do not need note-offs of notes that have ended.
        self._post.forget()

    def show_monitor(self, monitor: Monitor) -> None:
        """Serves the status of the engine, the page of the performer, and that of the staff if there is a token."""
        self._stage = StagePage(self.name, self._scheduler, monitor, self._rights)
        self._pages.show_stage()
        self._pages.show_status(monitor.status)
        self._staff = staff_page(self._settings.staff_token_file, self._scheduler, self._troubles, monitor)
        if self._staff is not None:
            self._pages.show_staff()

    def close(self) -> None:
        was, self._state = self._state, "closed"
        if was == "closed":
            return
        self._opening.close()
        server = self._server
        if server is None:
            return
        self.silence()
        self._server = None
        self._post.finish()
        now = self._scheduler.now()
        for client in self._clients:
            self._release(client, now)
        for connection in self._connections.copy():
            if connection.state is State.CONNECTING:  # browsers open some connections in advance
                connection.transport.abort()
        server.close()  # the reason is "going away"
        self._scheduler.at(now + _FAREWELL, self._cut_off)

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        count, playing = len(self._clients), self._playing()
        clients = "1 client" if count == 1 else f"{count or 'no'} clients"
        if count > playing:
            clients += f" ({count - playing} may only listen)"
        words = (self._last_received, in_text(self._last_sent) if self._last_sent else "")
        return self._traffic.status(
            self.name,
            self._state,
            f"{self._settings.server_ip}:{self._settings.server_port}, {clients}",
            now,
            words,
            self._troubles,
        )

    # State

    def mappings(self) -> list[InputMapping]:
        return [client.mapping for client in self._clients]

    def sources(self) -> dict[str, tuple[str, ...]]:
        return {self.name: tuple(map(text_of, self._entries))}

    def set_sources(self, device: str, texts: tuple[str, ...]) -> None:
        self._entries = tuple(map(entry_of, texts))
        self._pages.set_inputs(self._entries)
        for client in self._clients:
            self._map(client.mapping, self._entries)

    def played(self) -> list[PlayedTarget]:
        return self._output.played

    def targets(self) -> dict[str, tuple[str, ...]]:
        return {self.name: tuple(map(text_of, self._output.entries))}

    def set_targets(self, output: str, texts: tuple[str, ...]) -> None:
        self._broadcast(self._output.map(tuple(map(entry_of, texts))))
        self._pages.set_outputs(self._output.entries)
        self._post.send_passing((NEW_MAPPING,))

    def _warn_of_network(self, bound: socket.socket) -> None:
        addresses = reached_at(bound)
        if addresses is None:
            return
        port = self._settings.server_port
        pages = [f"http://{f'[{each}]' if ':' in each else each}:{port}/" for each in addresses]
        first = f"{pages[0]} is the page for a phone" if pages else NO_ADDRESS
        self._listener.trouble(
            self.name, f"{first}{listed(pages[1:])}; the whole network can reach port {port}", "info"
        )

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        return self._admission.answer(cast(WebConnection, connection), request, self._playing())

    def _playing(self) -> int:
        """Returns the number of clients that may play."""
        return sum(client.may_play for client in self._clients)

    async def _serve(self, connection: ServerConnection) -> None:
        path = "" if connection.request is None else connection.request.path
        served = {STAFF: self._staff, STAGE: self._stage}.get(path)
        if served is not None:
            return await served.serve(connection)
        connection = cast(WebConnection, connection)
        client = WebClient(connection, InputMapping(self._entries), self._scheduler.now())
        self._clients.append(client)
        self._post.greet(client)
        try:
            await self._hear_out(client)
        except ConnectionClosed:
            sent = connection.protocol.close_sent
            if sent is not None and (why := _OFFENCES.get(sent.code)):
                self._troubles.note(why, f"{client.host} {why}: it is disconnected")
        except Exception as error:
            # The library would write the error to a log that the performer does not see.
            self._loop.call_exception_handler({"message": "a WebSocket client", "exception": error})
        finally:
            self._clients.remove(client)
            self._release(client, self._scheduler.now())

    def _cut_off(self) -> None:
        for connection in self._connections.copy():
            connection.transport.abort()

    # Input

    async def _hear_out(self, client: WebClient) -> None:
        taken = 0
        async for message in client.connection:
            if self._server is None:
                continue
            now = self._scheduler.now()
            if not client.may_send(now, self._fastest() if client.may_play else _FASTEST_REFUSED):
                await self._hold_up(client)
            if client.may_play:
                self._hear(client, message, self._scheduler.now())
            else:
                note_refused_message(self._troubles, client.connection)
            taken += 1
            if taken % _MESSAGES_A_TURN == 0:
                await asyncio.sleep(0)

    def _fastest(self) -> float:
        return min(_FASTEST, _FASTEST_TOGETHER / max(1, self._playing()))

    async def _hold_up(self, client: WebClient) -> None:
        """Stops reading from a client that sends too much, for a moment."""
        if client.may_play:
            self._troubles.note(
                "flood", f"{client.host} sends more than {self._fastest():.0f} messages a second: it is slowed down"
            )
        resumed = asyncio.Event()
        self._scheduler.at(self._scheduler.now() + _PAUSE, resumed.set)
        await resumed.wait()

    def _report_flood(self, connection: ServerConnection) -> None:
        self._troubles.note("much", f"{host_of(connection)} sends without end: it is disconnected")

    def _hear(self, client: WebClient, text: str | bytes, now: float) -> None:
        self._traffic.received.count(now)
        if isinstance(text, bytes):
            self._troubles.note("binary", f"bytes where text is expected, from {client.host}: ignored")
            return
        try:
            if self._settings.touches and (touch := read_touch(text)) is not None:
                self._last_received = text.strip()
                self._listener.touched(self.name, client.touched(touch, now))
                return
            message = read_text(text)
        except MalformedMessageError as problem:
            shown = text if len(text) <= 40 else f"{text[:39]}…"
            self._troubles.note(str(problem), f"{shown!r} from {client.host} {problem}: ignored")
            return
        self._last_received = text.strip()
        if self._listener.message(self.name, "", message, self._rights(client.host)):
            return
        self._play(client.mapping, client.mapping.updates(message), now)

    def _rights(self, host: str) -> Rights:
        if self._settings.remote_commands or is_local(host):
            return Rights.COMMANDS
        return Rights.PARAMETERS if self._settings.remote_parameters else Rights.PLAY

    def _release(self, client: WebClient, now: float) -> None:
        if keys := client.mapping.release():
            self._listener.released(self.name, keys)
        self._report_held(now)
        for lifted in client.lift_all():
            self._listener.touched(self.name, lifted)

    # Output

    def _broadcast(self, messages: Sequence[bytes], *, passing: bool = False) -> None:
        """Sends messages to all clients, and keeps lasting messages for later clients."""
        if not messages:
            return
        if self._clients:
            now = self._scheduler.now()
            for _ in messages:
                self._traffic.sent.count(now)
            self._last_sent = messages[-1]
        (self._post.send_passing if passing else self._post.send)(messages)

    def _drop(self, client: WebClient) -> None:
        self._troubles.note("slow", f"{client.host} does not read its messages: it is disconnected")
        client.connection.transport.abort()

    # Touches of ensembles

    @property
    def shows_ensembles(self) -> bool:
        """True if the pages show ensembles that this channel does not play."""
        return self._settings.touches

    def play_touch(self, touch: VirtualTouch) -> None:
        if self._clients:
            text = touch_text(touch.player, touch.x, touch.y, touch.velocity, played=True)
            self._broadcast((text,), passing=True)

    def show_touch(self, player: str, x: float, y: float, velocity: float) -> None:
        """Shows a touch of a player that another channel plays."""
        if self._clients:
            self._broadcast((touch_text(player, x, y, velocity, played=False),), passing=True)

    def end_touch(self, player: str) -> None:
        if self._clients:
            self._broadcast((ended_text(player),), passing=True)

    def send_ensemble_messages(self, messages: Sequence[OscMessage]) -> None:
        self._broadcast([message_text(one) for one in messages])
