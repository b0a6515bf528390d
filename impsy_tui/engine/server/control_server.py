"""Control socket: receives commands, sends replies, snapshots and events, and never waits for a reader."""

import asyncio
import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import msgspec
from websockets.asyncio.server import Server, ServerConnection, unix_serve
from websockets.exceptions import ConnectionClosed

from impsy_tui.channels.listening_socket import ListeningSocket
from impsy_tui.control.encoding import encoded
from impsy_tui.control.messages import (
    PROTOCOL,
    CommandRequest,
    EditSet,
    Event,
    FromClient,
    Hello,
    Reply,
    Request,
    Snapshot,
    Subscribe,
)
from impsy_tui.control.socket_path import take
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.engine.server.connection import ACCEPTED_A_TURN, ControlConnection
from impsy_tui.errors import UserError

MOST_RATE: Final = 50.0
_MOST_EVENTS: Final = 200
_MOST_REPLIES: Final = 100
_LARGEST_MESSAGE: Final = 1 << 17
"""Bytes. A set list in JSON takes at most twice ``LARGEST_TEXT``."""
_MOST_CLIENTS: Final = 64
_FAILED: Final = "The engine failed; its events show the reason"


class ControlServer:
    """Server for clients of the same user.

    Args:
        path: Path of the socket; None for the default path of the user.
        scheduler: Scheduler of the snapshots.
        carry_out: Runs a command; returns the reply, or an awaitable of it if that takes time.
        answer: Returns the answer to a request as a message.
        edit: Notes which set list a client edits; called with an empty name when the client goes.
        snapshot: Returns a snapshot.
        greeting: First message to each client.
    """

    def __init__(
        self,
        path: Path | None,
        scheduler: Scheduler,
        carry_out: Callable[[CommandRequest], Reply | Awaitable[Reply]],
        answer: Callable[[Request], Awaitable[bytes]],
        edit: Callable[[object, EditSet], None],
        snapshot: Callable[[], Snapshot],
        greeting: Hello,
    ) -> None:
        self.path = path or Path()
        """Path of the socket after ``take``."""
        self._named = path
        self._answer = answer
        self._edit = edit
        self._greeting = greeting
        self._past: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self._scheduler = scheduler
        self._carry_out = carry_out
        self._snapshot = snapshot
        self._clients: set[_Client] = set()
        self._connections: set[ControlConnection] = set()
        self._server: Server | None = None
        self._lock = -1
        self._socket: socket.socket | None = None

    def take(self) -> None:
        """Takes the socket, so that no other engine starts. Clients cannot connect yet.

        Raises:
            SocketInUseError: Another engine has the socket.
            UserError: The socket cannot be made.
        """
        self.path, self._lock = take(self._named)
        self._socket = self._bound()

    async def open(self) -> None:
        """Starts to serve."""
        self._server = await unix_serve(
            self._serve,
            sock=self._socket,
            create_connection=cast(type[ServerConnection], partial(ControlConnection, self._connections)),
            backlog=ACCEPTED_A_TURN,
            compression=None,
            max_size=_LARGEST_MESSAGE,
            ping_interval=None,
            close_timeout=0.2,
            server_header=None,
        )
        assert self._socket is not None
        # asyncio uses one number for the backlog and for the connections that it accepts in a turn
        self._socket.listen(_MOST_CLIENTS)

    async def close(self) -> None:
        """Disconnects every client and removes the socket."""
        if self._socket is None:
            return
        for client in self._clients:
            client.abandon()
        if self._server is not None:
            self._server.close()
            try:
                await asyncio.wait_for(self._server.wait_closed(), 0.3)
            except TimeoutError:
                pass
        self._socket.close()
        self._socket = None
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            pass  # the disk has become read-only
        os.close(self._lock)

    def publish(self, event: Event) -> None:
        """Sends an event to every client that wants events; a slow client gets it when it reads."""
        self._past.append(event)
        for client in self._clients:
            client.put_event(event)

    @property
    def clients(self) -> int:
        """Number of clients."""
        return len(self._clients)

    def _bound(self) -> socket.socket:
        made, before = None, os.umask(0o177)
        try:
            made = ListeningSocket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.path.unlink(missing_ok=True)  # the socket of a dead engine: the lock shows that no engine uses it
            made.bind(str(self.path))
        except OSError as error:
            if made is not None:
                made.close()
            os.close(self._lock)
            raise UserError(f"Cannot make {self.path}: {error.strerror}") from None
        finally:
            os.umask(before)
        made.setblocking(False)
        return made

    async def _serve(self, connection: ServerConnection) -> None:
        client = _Client(connection, self._scheduler, self._snapshot)
        try:
            if len(self._clients) >= _MOST_CLIENTS:
                await client.send(Reply(0, False, f"{_MOST_CLIENTS} clients are connected (the most): close one"))
                return
            await client.send(self._greeting)
            hello = client.read(await asyncio.wait_for(connection.recv(), 5.0))
            if not isinstance(hello, Hello) or hello.protocol != PROTOCOL:
                await client.send(
                    Reply(0, False, f"this engine speaks version {PROTOCOL} of the control protocol only")
                )
                return
            self._clients.add(client)
            client.start()
            async for data in connection:
                # The next message of this client is read when this one is done: clients take turns.
                await self._scheduler.work.turn(client)
                self._message(client, data)
        except (ConnectionClosed, TimeoutError):
            pass
        finally:
            self._clients.discard(client)
            self._edit(client, EditSet(""))
            client.stop()

    def _message(self, client: "_Client", data: str | bytes) -> None:
        message = client.read(data)
        if isinstance(message, CommandRequest):
            self._command(client, message)
        elif isinstance(message, EditSet):
            self._edit(client, message)
        elif isinstance(message, Request):
            client.work(self._reply(client, message.id, self._answer(message)))
        elif isinstance(message, Subscribe):
            client.subscribe(message)
            for event in self._past:
                if event.time > message.since:
                    client.put_event(event)
        elif isinstance(message, str):
            client.put_reply(Reply(0, False, message))

    def _command(self, client: "_Client", command: CommandRequest) -> None:
        try:
            reply = self._carry_out(command)
        except Exception as error:
            client.put_reply(Reply(command.id, False, _FAILED))
            context = {"message": "a command", "exception": error}
            # the handler reports the error to the performer
            asyncio.get_running_loop().call_exception_handler(context)
            return
        if isinstance(reply, Reply):
            client.put_reply(reply)
        else:
            # In a task: a client that waits for a model to load can still panic.
            client.work(self._reply(client, command.id, reply))

    async def _reply(self, client: "_Client", number: int, answer: Awaitable[Reply | bytes]) -> None:
        try:
            client.put_reply(await answer)
        except Exception:
            client.put_reply(Reply(number, False, _FAILED))
            raise  # the loop reports the error


class _Client:
    """One client: its waiting messages, and the task that sends them.

    Every reply is sent. Events are kept up to a number; then the oldest are left out and counted. Of the snapshots
    only the newest is sent. It is made when it can be sent.
    """

    _DECODER = msgspec.json.Decoder(FromClient)

    def __init__(self, connection: ServerConnection, scheduler: Scheduler, snapshot: Callable[[], Snapshot]) -> None:
        self._connection = connection
        self._scheduler = scheduler
        self._take_snapshot = snapshot
        self._replies: deque[Reply | bytes] = deque()
        self._events: deque[Event] = deque()
        self._dropped = 0
        self._wants_events = False
        self._interval = 0.0
        self._next = 0.0
        self._snapshot_due = False
        self._timer: Timer | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._work: set[asyncio.Task[None]] = set()

    def work(self, what: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine for the client in a task; the task ends even if the client disconnects."""
        if len(self._work) >= _MOST_REPLIES:
            self._connection.transport.abort()  # a line that has begun goes on
        task = asyncio.get_running_loop().create_task(what)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def start(self) -> None:
        """Starts to send."""
        self._task = asyncio.get_running_loop().create_task(self._send_all())

    def stop(self) -> None:
        """Stops sending."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def abandon(self) -> None:
        """Cuts the connection of a client that does not read, because the engine ends."""
        if self._connection.transport.get_write_buffer_size():
            self._connection.transport.abort()

    def read(self, data: str | bytes) -> FromClient | str:
        """Returns a message from the client, or the reason why it is not valid."""
        try:
            message: FromClient = self._DECODER.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return f"not a message of this protocol: {error}"
        return message

    async def send(self, message: msgspec.Struct | bytes) -> None:
        """Sends a message now and waits for the client."""
        data = message if isinstance(message, bytes) else encoded(message)
        await self._connection.send(data, text=True)

    def subscribe(self, wish: Subscribe) -> None:
        """Sends snapshots and events at the requested rate."""
        rate = min(max(wish.rate, 0.0), MOST_RATE)
        self._wants_events = wish.events
        self._interval = 1.0 / rate if rate > 0 else 0.0
        if self._timer is not None:
            self._timer.cancel()
        if self._interval:
            self._next = self._scheduler.now()
            self._tick()

    def put_reply(self, reply: Reply | bytes) -> None:
        """Queues a reply, or an encoded message.

        The engine disconnects a client that sends many requests and never reads.
        """
        self._replies.append(reply)
        if len(self._replies) > _MOST_REPLIES:
            self._connection.transport.abort()
        self._wake.set()

    def put_event(self, event: Event) -> None:
        """Queues an event."""
        if self._wants_events:
            if len(self._events) == _MOST_EVENTS:
                self._events.popleft()
                self._dropped += 1
            self._events.append(event)
            self._wake.set()

    def _tick(self) -> None:
        self._snapshot_due = True
        self._wake.set()
        now = self._scheduler.now()
        self._next += self._interval
        if self._next <= now:
            self._next = now + self._interval
        self._timer = self._scheduler.at(self._next, self._tick)

    async def _send_all(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                # Events first: the effects of a command are reported before its reply.
                while self._events:
                    event = self._events.popleft()
                    if self._dropped:
                        event = msgspec.structs.replace(event, dropped=self._dropped)
                        self._dropped = 0
                    await self.send(event)
                while self._replies:
                    await self.send(self._replies.popleft())
                if self._snapshot_due:
                    await self._scheduler.work.turn((self, "snapshot"))
                    self._snapshot_due = False
                    await self.send(self._take_snapshot())
        except ConnectionClosed:
            pass
