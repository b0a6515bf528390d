"""Listening socket on a system without descriptors, and of connections that are lost."""

import asyncio
import errno
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from impsy_tui.channels.listening_socket import ListeningSocket
from impsy_tui.channels.network import listen_at
from impsy_tui.engine.runtime.loop import EngineLoop, describe_loop_error
from tests.support.waiting import until


@contextmanager
def no_descriptors() -> Iterator[None]:
    """Lets this process open no descriptor."""
    with socket.socket() as lowest:
        free = lowest.fileno()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


class Served:
    """Server that sends a word to each client, in the loop of an engine, and the reported errors."""

    def __init__(self) -> None:
        self.loop = EngineLoop()
        self.errors: list[str] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(describe_loop_error(context)))
        self.listening = ListeningSocket()
        self.listening.bind(("127.0.0.1", 0))
        self.listening.setblocking(False)
        made = asyncio.start_server(self._answer, sock=self.listening)
        self.server = self.loop.run_until_complete(made)

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"here")
        writer.close()

    async def connect(self, client: socket.socket) -> None:
        await self.loop.sock_connect(client, self.listening.getsockname())

    async def fail(self, client: socket.socket) -> None:
        """Connects a client without descriptors, and waits for the error."""
        with no_descriptors():
            await self.connect(client)
            await self.until_error()

    async def until_error(self) -> None:
        await until(lambda: bool(self.errors))


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.server.close()
    made.loop.run_until_complete(made.server.wait_closed())
    made.loop.close()


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket() as made:
        made.setblocking(False)
        yield made


def test_listening_socket_reports_missing_descriptors_once_and_serves_later(
    served: Served, client: socket.socket
) -> None:
    async def run() -> bytes:
        await served.fail(client)
        return await asyncio.wait_for(served.loop.sock_recv(client, 10), 60.0)

    assert served.loop.run_until_complete(run()) == b"here"
    (error,) = served.errors
    assert error.startswith("the system has no memory or no free descriptor: Too many open files.")


def test_listening_socket_that_is_closed_while_asyncio_pauses_is_not_served_again(
    served: Served, client: socket.socket
) -> None:
    async def run() -> None:
        await served.fail(client)
        served.server.close()
        await asyncio.sleep(1.5)  # asyncio pauses for one second

    served.loop.run_until_complete(run())
    assert len(served.errors) == 1


def test_listening_socket_ignores_connections_that_are_lost_before(
    served: Served, client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [errno.EPROTO, errno.EPERM, errno.ENETDOWN]
    accept = socket.socket.accept

    def fail(listening: socket.socket) -> object:
        if lost:
            raise OSError(lost.pop(), "lost")
        return accept(listening)

    monkeypatch.setattr(socket.socket, "accept", fail)

    async def run() -> bytes:
        await served.connect(client)
        return await asyncio.wait_for(served.loop.sock_recv(client, 10), 60.0)

    assert served.loop.run_until_complete(run()) == b"here"
    assert not served.errors


def test_listen_at_leaves_out_an_option_that_the_system_lacks() -> None:
    unknown = 9999

    async def run() -> socket.socket:
        return await listen_at("127.0.0.1", 0, socket.SOCK_DGRAM, ((unknown, 1),), "[osc] server_port")

    with asyncio.run(run()) as listening:
        with pytest.raises(OSError, match="Protocol not available"):
            listening.setsockopt(socket.SOL_SOCKET, unknown, 1)
        assert listening.getsockname()[1] > 0
