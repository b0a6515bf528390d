"""Connection of a console to real engines, and to servers that are no engine."""

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import pytest
from websockets.sync.server import Server, ServerConnection, unix_serve

from impsy_tui.control.answers import Names
from impsy_tui.control.link import Link, LinkState
from impsy_tui.control.messages import PROTOCOL, Event, Hello, Reply
from impsy_tui.errors import UserError
from tests.support.engine_process import EngineProcess
from tests.support.waiting import until

Start = Callable[..., EngineProcess]

CONFIG = """
[interaction]
mode = "useronly"
[model]
dimension = 4
[demo]
"""


class Watched:
    """Link with its reported events and states."""

    def __init__(self, place: Path, rate: float = 20.0, *, is_tunnel: bool = False) -> None:
        self.events: list[Event] = []
        self.states: list[LinkState] = []
        self.link = Link(place, rate, self.events.append, self.states.append, is_tunnel=is_tunnel)

    def texts(self) -> list[str]:
        """Returns the texts of all events of commands."""
        return [event.text for event in self.events if event.source == "command"]


def watching(
    place: Path, what: Callable[[Watched], Awaitable[None]], rate: float = 20.0, *, is_tunnel: bool = False
) -> Watched:
    """Carries out an action while a link to a socket runs; the link must not end by itself."""

    async def both() -> Watched:
        watched = Watched(place, rate, is_tunnel=is_tunnel)
        keeping = asyncio.create_task(watched.link.run())
        try:
            await what(watched)
            assert not keeping.done()
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
        return watched

    return asyncio.run(both())


async def up(watched: Watched) -> None:
    """Waits for a connection and its first snapshot."""
    await until(lambda: watched.link.state is LinkState.UP)
    before = watched.link.received
    await until(lambda: watched.link.received > before)


def test_link_connects_and_keeps_the_newest_snapshot(start_engine: Start) -> None:
    engine = start_engine(CONFIG)

    async def look(watched: Watched) -> None:
        await up(watched)
        first = watched.link.snapshot
        await until(lambda: watched.link.received > 3)
        assert first is not None
        assert watched.link.snapshot is not None
        assert watched.link.snapshot.time > first.time
        assert watched.link.snapshot.dimension == 4
        assert watched.link.hello.pid == engine.process.pid

    assert watching(engine.socket, look).states == [LinkState.UP, LinkState.DOWN]


def test_commands_and_questions_are_answered_while_snapshots_come(start_engine: Start) -> None:
    engine = start_engine(CONFIG)

    async def talk(watched: Watched) -> None:
        await up(watched)
        replies = await asyncio.gather(*(watched.link.command(f"temp 1.{step}") for step in range(5)))
        assert all(reply.ok for reply in replies)
        wrong = await watched.link.command("temp x")
        assert (wrong.ok, wrong.start) == (False, 5)
        assert isinstance(await watched.link.ask("names"), Names)
        none = await watched.link.ask("log", "no such log", 10)
        assert isinstance(none, Reply)
        assert not none.ok
        await until(lambda: watched.link.snapshot.players[0].number("temp") == 1.4)

    watching(engine.socket, talk)


def test_link_repeats_earlier_events_once(start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    engine.command("send", "temp 1.1")

    async def come_back(watched: Watched) -> None:
        await up(watched)
        await until(lambda: len(watched.texts()) == 1)
        await watched.link.command("temp 1.2")
        await until(lambda: len(watched.texts()) == 2)
        connection = watched.link._connection
        assert connection is not None
        await connection.close()
        await until(lambda: watched.states.count(LinkState.UP) == 2)
        await watched.link.command("temp 1.3")
        await until(lambda: len(watched.texts()) == 3)

    texts = watching(engine.socket, come_back).texts()
    assert [text.split()[1] for text in texts] == ["1.1", "1.2", "1.3"]


def test_link_reconnects_after_kill_9_and_a_restart(start_engine: Start) -> None:
    first = start_engine(CONFIG)

    async def survive(watched: Watched) -> None:
        await up(watched)
        first.end(signal.SIGKILL)
        await until(lambda: watched.link.state is LinkState.DOWN)
        assert watched.link.snapshot is not None, "the last that is known stays"
        with pytest.raises(UserError, match="no engine answers at"):
            await watched.link.command("panic")
        second = await asyncio.to_thread(start_engine, CONFIG)
        await up(watched)
        assert watched.link.hello.pid == second.process.pid
        assert (await watched.link.command("temp 1.5")).ok

    watched = watching(first.socket, survive)
    assert watched.states[:3] == [LinkState.UP, LinkState.DOWN, LinkState.UP]


def test_link_of_a_late_console_stays_up(start_engine: Start) -> None:
    async def play(watched: Watched) -> None:
        await until(lambda: watched.link.received > 0)
        time.sleep(4.0)  # this process gets no processor time, and the engine goes on
        before = watched.link.received
        await until(lambda: watched.link.received > before + 3)

    assert watching(start_engine(CONFIG).socket, play).states == [LinkState.UP, LinkState.DOWN]


def test_link_waits_for_an_engine(start_engine: Start, tmp_path: Path) -> None:
    async def wait(watched: Watched) -> None:
        await until(lambda: watched.link.state is LinkState.DOWN)
        await asyncio.to_thread(start_engine, CONFIG)
        await up(watched)

    watching(tmp_path / "engine.sock", wait)


def test_link_answers_waiting_requests_after_loss(start_engine: Start) -> None:
    engine = start_engine(CONFIG)

    async def ask_the_dying(watched: Watched) -> None:
        await up(watched)
        engine.process.send_signal(signal.SIGSTOP)
        waiting = [
            asyncio.create_task(watched.link.command("temp 1.1")),
            asyncio.create_task(watched.link.ask("names")),
        ]
        await asyncio.sleep(0.1)
        assert not any(task.done() for task in waiting)
        engine.end(signal.SIGKILL)
        for task in waiting:
            with pytest.raises(UserError, match="the engine has ended"):
                await task

    watching(engine.socket, ask_the_dying)


def test_link_is_lost_while_engine_says_nothing(start_engine: Start) -> None:
    engine = start_engine(CONFIG)

    async def freeze(watched: Watched) -> None:
        await up(watched)
        engine.process.send_signal(signal.SIGSTOP)
        await until(lambda: watched.link.state is LinkState.LOST)
        with pytest.raises(UserError, match="nothing comes from the engine"):
            await watched.link.command("panic")
        engine.process.send_signal(signal.SIGCONT)
        await up(watched)

    watching(engine.socket, freeze)


@contextmanager
def serving(place: Path, talk: Callable[[ServerConnection], None]) -> Iterator[Server]:
    """Runs a WebSocket server that is not an engine."""
    with unix_serve(talk, str(place)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
    place.unlink()


def test_engine_of_another_protocol_is_foreign_until_it_has_gone(start_engine: Start, tmp_path: Path) -> None:
    place = tmp_path / "engine.sock"
    greeting = msgspec.json.encode(Hello(protocol=PROTOCOL + 1, version="9"))

    def talk(connection: ServerConnection) -> None:
        connection.send(greeting)
        for _ in connection:
            pass

    async def meet(watched: Watched) -> None:
        with serving(place, talk):
            await until(lambda: watched.link.state is LinkState.FOREIGN)
            with pytest.raises(UserError):
                await watched.link.command("panic")
        await until(lambda: watched.link.state is LinkState.DOWN)
        await asyncio.to_thread(start_engine, CONFIG)
        await up(watched)

    watching(place, meet)


@pytest.mark.parametrize(
    "riddle",
    [b"", b"\xff\xfe", b"{}", b'{"type":"hello","version":"\xff"}', b'{"type":"snapshot"}', b"[" * 100_000, "{"],
    ids=["nothing", "no text", "no type", "half a letter", "half a snapshot", "a well", "half a message"],
)
@pytest.mark.parametrize("greets", [False, True])
def test_riddles_do_not_end_it(riddle: bytes | str, greets: bool, tmp_path: Path) -> None:
    asked = []

    def talk(connection: ServerConnection) -> None:
        asked.append(connection)
        if greets:
            connection.send(msgspec.json.encode(Hello()))
        connection.send(riddle)
        with suppress(TimeoutError):
            connection.recv(timeout=1)

    async def listen(watched: Watched) -> None:
        await until(lambda: len(asked) > 1)

    with serving(tmp_path / "engine.sock", talk):
        watched = watching(tmp_path / "engine.sock", listen)
    assert watched.link.snapshot is None


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0\xff" * 500, b"HTTP/1.1 500 no\r\n\r\n", b"HTTP/1.1 301 away\r\nLocation: http://[nowhere\r\n\r\n"],
    ids=["nothing", "noise", "refusal", "elsewhere"],
)
def test_server_of_something_else_does_not_end_it(answer: bytes, start_engine: Start, tmp_path: Path) -> None:
    place = tmp_path / "engine.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(place))
    listening.listen()
    listening.settimeout(60)

    def talk() -> None:
        for _ in range(2):
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

    async def meet(watched: Watched) -> None:
        await asyncio.to_thread(talk)
        await until(lambda: watched.states == [LinkState.DOWN])

    with listening:
        watching(place, meet)
