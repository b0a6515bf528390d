"""Connection of a console to the engine: reconnects automatically and keeps only the newest snapshot."""

import asyncio
import contextlib
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from impsy_tui import __version__
from impsy_tui.control.encoding import encoded
from impsy_tui.control.messages import (
    PROTOCOL,
    About,
    Answer,
    Ask,
    CommandRequest,
    EditSet,
    Event,
    FromEngine,
    Hello,
    OpenSet,
    Reply,
    Request,
    SaveSet,
    SetUp,
    Snapshot,
    Subscribe,
)
from impsy_tui.control.socket_path import find_socket
from impsy_tui.errors import UserError
from impsy_tui.setup_questions import Answers

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 1.0
_PATIENCE: Final = 2.0
_SILENT: Final = 3.0
"""Seconds without a snapshot after which a connection counts as dead, for example after a laptop slept."""
_LATE: Final = 0.2
"""Seconds for the rest of a message that has begun to come."""


class LinkState(Enum):
    """State of the connection."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"
    """No engine runs, as far as the console knows."""
    LOST = "lost"
    """No data arrives: the link is broken or frozen, or the engine hangs; the music may continue."""
    FOREIGN = "foreign"
    """The engine speaks another version of the protocol."""


class Link:
    """Connects, subscribes, and connects again for as long as it runs.

    Args:
        socket: socket of the engine; None to look for the engine of this user at each attempt.
        rate: snapshots per second.
        on_event: called with every event, also with past ones.
        on_state: called with each change of the connection.
        is_tunnel: True if the socket is the near end of a tunnel, which may break while the engine plays.
    """

    def __init__(
        self,
        socket: Path | None,
        rate: float,
        on_event: Callable[[Event], None],
        on_state: Callable[[LinkState], None],
        *,
        is_tunnel: bool = False,
    ) -> None:
        self._socket = socket
        self.rate = rate
        self.state = LinkState.CONNECTING
        self.hello = Hello()
        self.snapshot: Snapshot | None = None
        """Newest snapshot; stays after the engine has ended."""
        self.received = 0
        """Number of received snapshots."""
        self._on_event = on_event
        self._on_state = on_state
        self._is_tunnel = is_tunnel
        self._connection: ClientConnection | None = None
        self._waiting: dict[int, asyncio.Future[Reply | Answer]] = {}
        self._count = 0
        self._last_event = 0.0
        self._edits: EditSet | None = None
        self._decode = msgspec.json.Decoder(FromEngine).decode

    async def run(self) -> None:
        """Keeps the connection to the engine until cancelled."""
        pause = _FIRST_PAUSE
        while True:
            state = LinkState.DOWN
            try:
                socket = find_socket(self._socket)
                if socket is None:
                    raise FileNotFoundError
                async with unix_connect(
                    str(socket),
                    compression=None,
                    open_timeout=_PATIENCE,
                    close_timeout=0.2,
                    max_size=None,
                    ping_interval=None,
                ) as connection:
                    if not await self._converse(connection):
                        state = LinkState.FOREIGN
            except (OSError, WebSocketException, msgspec.MsgspecError, ValueError, RecursionError) as error:
                # No engine runs, the engine has ended, or its messages cannot be read.
                state = self._state_after(error)
            finally:
                if self.state is LinkState.UP:
                    pause = _FIRST_PAUSE
                self._lost(state)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def command(self, line: str) -> Reply:
        """Sends a command line.

        Raises:
            UserError: there is no engine, or it went away before it answered.
        """
        answer = await self._ask(lambda number: CommandRequest(number, line))
        assert isinstance(answer, Reply)
        return answer

    async def ask(self, about: About, name: str = "", columns: int = 0) -> Answer | Reply:
        """Sends a query; a ``Reply`` gives the reason of a failure.

        Raises:
            UserError: there is no engine, or it went away before it answered.
        """
        return await self._ask(lambda number: Ask(number, about, name, columns))

    async def set_up(self, answers: Answers) -> Reply:
        """Sends the answers of the guide for a new configuration.

        Raises:
            UserError: there is no engine, or it went away before it answered.
        """
        answer = await self._ask(lambda number: SetUp(number, answers))
        assert isinstance(answer, Reply)
        return answer

    async def open_set(self, name: str) -> Answer | Reply:
        """Requests the text of a set list; a ``Reply`` gives the reason of a failure.

        Raises:
            UserError: there is no engine, or it went away before it answered.
        """
        return await self._ask(lambda number: OpenSet(number, name))

    async def save_set(self, name: str, text: str, version: str) -> Answer | Reply:
        """Saves a set list; see ``SaveSet``. A ``Reply`` gives the reason of a failure.

        Raises:
            UserError: there is no engine, or it went away before it answered.
        """
        return await self._ask(lambda number: SaveSet(number, name, text, version))

    async def edit_set(self, edits: EditSet) -> None:
        """Tells the engine which set list this console edits, also after the link was lost."""
        self._edits = edits
        if (connection := self._connection) is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._send(connection, edits)

    async def _ask(self, message: Callable[[int], CommandRequest | Request]) -> Reply | Answer:
        connection = self._connection
        if connection is None or self.state is not LinkState.UP:
            raise UserError(self._why_not())
        self._count += 1
        number = self._count
        future: asyncio.Future[Reply | Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            await self._send(connection, message(number))
            return await future
        except ConnectionClosed:
            raise UserError("the engine has ended") from None
        finally:
            self._waiting.pop(number, None)

    def _why_not(self) -> str:
        """Returns the reason why the engine cannot answer now."""
        if self.state is LinkState.LOST:
            return "nothing comes from the engine: the link is lost, or the engine hangs"
        if self._is_tunnel or self._socket is None:
            return "no engine answers"
        return f"no engine answers at {self._socket}"

    async def _converse(self, connection: ClientConnection) -> bool:
        """Receives messages until the engine disconnects; returns False for another version of the protocol."""
        hello = await self._receive(connection, _PATIENCE)
        if not isinstance(hello, Hello) or hello.protocol != PROTOCOL:
            return False
        if hello.pid != self.hello.pid:
            self._last_event = 0.0  # another engine: all of its events are new, at any time of its clock
        self.hello = hello
        await self._send(connection, Hello(version=__version__))
        await self._send(connection, Subscribe(self.rate, since=self._last_event))
        if self._edits is not None:
            await self._send(connection, self._edits)
        self._connection = connection
        self._become(LinkState.UP)
        while True:
            silent = _SILENT + 1.0 / self.rate if self.rate > 0 else None
            self._hear(await self._receive(connection, silent))

    async def _receive(self, connection: ClientConnection, patience: float | None) -> FromEngine:
        try:
            async with asyncio.timeout(patience):  # not wait_for: in Python 3.11 it can lose a cancellation
                data = await connection.recv()
        except TimeoutError:
            # On a busy machine this process may be late itself: what has come meanwhile is read first.
            await asyncio.sleep(0)
            async with asyncio.timeout(_LATE):
                data = await connection.recv()
        message: FromEngine = self._decode(data)
        return message

    def _hear(self, message: FromEngine) -> None:
        match message:
            case Snapshot():
                self.snapshot = message
                self.received += 1
            case Event():
                self._last_event = max(self._last_event, message.time)
                self._on_event(message)
            case Hello():
                pass
            case _:
                future = self._waiting.get(message.id)
                if future is not None and not future.done():
                    future.set_result(message)

    async def _send(self, connection: ClientConnection, message: msgspec.Struct) -> None:
        await connection.send(encoded(message), text=True)

    def _become(self, state: LinkState) -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state)

    def _state_after(self, error: Exception) -> LinkState:
        """Returns the state after a connection failed or ended.

        The near end of a tunnel accepts a connection, and closes it at once if no engine answers at the far end. If
        the near end accepts no connection, the tunnel is broken.
        """
        if isinstance(error, TimeoutError | BlockingIOError):
            return LinkState.LOST
        if self._is_tunnel and isinstance(error, ConnectionRefusedError | FileNotFoundError):
            return LinkState.LOST
        if self._is_tunnel and self.state is LinkState.UP:
            return LinkState.CONNECTING  # the next attempt shows which end is closed
        return LinkState.DOWN

    def _lost(self, state: LinkState) -> None:
        self._connection = None
        self._become(state)
        why = "the engine has ended" if state is LinkState.DOWN else "the link was lost before the engine answered"
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(UserError(why))
