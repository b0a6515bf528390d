"""Client of the engine for one request at a time; the console uses ``link`` instead."""

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import msgspec
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, unix_connect

from impsy_tui import __version__
from impsy_tui.control.encoding import encoded
from impsy_tui.control.messages import (
    PROTOCOL,
    About,
    Answer,
    Ask,
    CommandRequest,
    Event,
    FromEngine,
    Hello,
    Reply,
    Snapshot,
    Subscribe,
)
from impsy_tui.control.socket_path import (
    find_socket,
    holder,
    places,
    services_of_others,
    socket_of_sudo_user,
    sudo_user,
    user_name,
)
from impsy_tui.errors import NoEngineError

_PATIENCE: Final = 5.0
_COMMAND_PATIENCE: Final = 60.0
"""Seconds. The first load of a model can take twenty."""


class ControlClient:
    """Connection to the engine.

    Use ``connected``; every method waits for the engine and raises ``NoEngineError`` if it goes away.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._decode = msgspec.json.Decoder(FromEngine).decode
        self._count = 0
        self.hello = Hello()
        """Greeting of the engine."""

    def greet(self) -> None:
        """Exchanges greetings and keeps the greeting of the engine."""
        hello = self._receive()
        if isinstance(hello, Reply):
            raise NoEngineError(f"the engine refuses: {hello.text}")
        if not isinstance(hello, Hello):
            raise NoEngineError("The program at this socket is not an engine")
        if hello.protocol != PROTOCOL:
            raise NoEngineError(
                f"the engine is version {hello.version}, this is {__version__}, and they do not understand "
                "each other: update the older one"
            )
        self._send(Hello(version=__version__))
        self.hello = hello

    def command(self, line: str, *, force: bool = False) -> Reply:
        """Sends a command line and returns the reply; ``force`` overrides the stage lock."""
        self._count += 1
        self._send(CommandRequest(self._count, line, force))
        while True:
            message = self._receive(_COMMAND_PATIENCE)
            if isinstance(message, Reply) and message.id == self._count:
                return message

    def ask(self, about: About, name: str = "", columns: int = 0) -> Answer | Reply:
        """Sends a query and returns the answer; see ``Ask``."""
        self._count += 1
        self._send(Ask(self._count, about, name, columns))
        while True:
            message = self._receive(_COMMAND_PATIENCE)
            if isinstance(message, Answer | Reply) and message.id == self._count:
                return message

    def snapshot(self) -> Snapshot:
        """Returns the next snapshot."""
        self.subscribe(1.0, events=False)
        return next(message for message in self.messages() if isinstance(message, Snapshot))

    def subscribe(self, rate: float, *, events: bool, since: float = 0.0) -> None:
        """Subscribes to snapshots at a rate in Hz, and to events, also past ones."""
        self._send(Subscribe(rate, events, since))

    def messages(self, patience: float | None = _PATIENCE) -> Iterator[Snapshot | Event]:
        """Yields snapshots and events until the engine disconnects.

        Args:
            patience: Most seconds of silence; None for no limit.
        """
        while True:
            message = self._receive(patience)
            if isinstance(message, Snapshot | Event):
                yield message

    def _send(self, message: msgspec.Struct) -> None:
        try:
            self._connection.send(encoded(message).decode())
        except ConnectionClosed:
            raise NoEngineError("the engine has ended") from None

    def _receive(self, patience: float | None = _PATIENCE) -> FromEngine:
        try:
            message: FromEngine = self._decode(self._connection.recv(timeout=patience))
        except ConnectionClosed:
            raise NoEngineError("the engine has ended") from None
        except TimeoutError:
            raise NoEngineError("the engine does not answer") from None
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise NoEngineError(f"the engine sends an invalid message: {error}") from None
        return message


@contextmanager
def connected(named: Path | None = None, timeout: float = 2.0) -> Iterator[ControlClient]:
    """Connects to an engine.

    Args:
        named: Socket of the engine; None for the engine of this user.
        timeout: Seconds that the engine has to answer.

    Raises:
        NoEngineError: No engine answers in time.
    """
    opened = ExitStack()
    socket = find_socket(named)
    if socket is None:
        raise NoEngineError(_none_runs())
    try:
        connection = opened.enter_context(
            unix_connect(
                str(socket),
                compression=None,
                open_timeout=timeout,
                close_timeout=0.2,
                max_size=None,
                ping_interval=None,
            )
        )
    except (OSError, WebSocketException, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM):
            raise NoEngineError(f"{socket} belongs to another user") from None
        raise NoEngineError(_why(socket, late=isinstance(error, TimeoutError | BlockingIOError))) from None
    with opened:
        client = ControlClient(connection)
        client.greet()
        yield client


def _why(socket: Path, *, late: bool) -> str:
    """Returns the reason why no engine answers at a socket, and the remedy."""
    process = holder(socket)
    if process is None and not late:
        return f"no engine runs (at {socket}); start one with impsy-tui run"
    who = f"the engine (process {process or 'unknown'})"
    remedy = f"wait, or end it with kill {process}" if process else "wait, or end that process"
    if late:
        return f"{who} runs but does not answer (at {socket}): {remedy}"
    return f"{who} is starting, or its socket {socket} was removed: {remedy}"


def _none_runs() -> str:
    user = sudo_user()
    if user is not None and socket_of_sudo_user() is not None:
        return f"no engine of root runs, but one of {user.pw_name} does: type the command without sudo"
    if others := services_of_others():
        return (
            f"no engine of user {user_name()} runs. The engine of user {others[0]} is a service that only "
            f"{others[0]} may use: log in as {others[0]}, or put sudo -u {others[0]} before the command"
        )
    return f"no engine of user {user_name()} runs (looked at {places()[0]}); start one with impsy-tui run"
