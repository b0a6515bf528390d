"""The WebSocket channel with real clients."""

import asyncio
import base64
import json
import os
import re
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from impsy_tui.channels import ChannelProblem, pages
from impsy_tui.channels.websocket import WebSocketChannel
from impsy_tui.config import WebSocket
from impsy_tui.engine.loop import EngineLoop
from tests.channels.hearing import MidiHearing, free_tcp_port, to_the_end, until

FADERS = (("control_change", 1, 1), ("control_change", 1, 2))
KEYS = (("note_on", 1), ("note_velocity", 1))

Play = Callable[[WebSocketChannel, MidiHearing, str], Awaitable[None]]


def with_channel(play: Play, dimension: int = 3, **settings: Any) -> MidiHearing:
    """Open a channel, play, close it; nothing of it may be left behind."""
    port = free_tcp_port()
    loop = EngineLoop()
    hearing = MidiHearing(loop.scheduler)
    errors: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: errors.append(context))

    async def run() -> None:
        wanted = {"input": FADERS, "output": FADERS, **settings}
        channel = WebSocketChannel(WebSocket(server_port=port, **wanted))
        await channel.open(hearing, dimension)
        try:
            await play(channel, hearing, f"ws://127.0.0.1:{port}/")
        finally:
            channel.close()
            channel.close()
            await until(lambda: len(asyncio.all_tasks()) == 1)
        assert channel.status().state == "closed"
        assert channel.status().bound.endswith("no clients")

    to_the_end(loop, run())
    assert errors == []
    return hearing


async def said(client: ClientConnection, count: int) -> list[str]:
    async with asyncio.timeout(20):
        return [str(await client.recv()) for _ in range(count)]


async def _said_at_the_end(client: ClientConnection) -> list[str]:
    """All that is left until the server says goodbye."""
    found = []
    async with asyncio.timeout(20):
        try:
            while True:
                found.append(str(await client.recv()))
        except ConnectionClosed:
            return found


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


# In


def test_a_message_sets_the_values_that_it_is_mapped_to() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await client.send("/channel/1/cc/1/127")
            await client.send("/channel/1/cc/2/0")
            await client.send("/channel/1/cc/99/64")  # mapped to nothing
            await client.send("/channel/1/cc/1/0")
            await until(lambda: len(hearing.updates) == 3)
            status = channel.status()
            assert status.received == 4
            assert status.last_received == "/channel/1/cc/1/0"
            assert status.problems == 0

    assert with_channel(play).updates == [[(0, 1.0)], [(1, 0.0)], [(0, 0.0)]]


def test_a_message_that_sets_several_values_is_one_event() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await client.send("/channel/1/noteon/127/0")
            await client.send("/channel/1/noteon/127/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play, input=KEYS).updates == [[(0, 1.0), (1, 1.0)]]


def test_values_that_are_not_played_are_left_out() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            channel.set_dimension(2)
            await client.send("/channel/1/cc/2/127")
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play).updates == [[(0, 1.0)]]


def test_what_the_listener_takes_means_nothing_else() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        hearing.taken = True
        async with connect(url) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.messages))

    hearing = with_channel(play)
    assert hearing.messages == [b"\xb0\x01\x7f"]
    assert hearing.updates == []


def test_keys_are_held_until_the_last_client_has_let_go() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as one, connect(url) as other:
            await one.send("/channel/1/noteon/60/100")
            await until(lambda: hearing.holds == [True])
            await other.send("/channel/1/noteon/60/100")
            await until(lambda: len(hearing.updates) == 2)
            await one.send("/channel/1/noteoff/60/0")
            await one.send("/channel/1/noteon/1/0")
            await until(lambda: channel.status().received == 4)
            assert hearing.holds == [True]
            await other.send("/channel/1/noteon/60/0")
            await until(lambda: hearing.holds == [True, False])

    with_channel(play, input=KEYS)


def test_a_client_that_goes_lets_go_of_its_keys() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        client = await connect(url)
        await client.send("/channel/1/noteon/60/100")
        await until(lambda: hearing.holds == [True])
        client.transport.abort()  # without a word
        await until(lambda: hearing.holds == [True, False])
        assert channel.status().bound.endswith("no clients")

    with_channel(play, input=KEYS)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("hello", "understood"),
        ("/channel/17/cc/1/1", "1 to 16"),
        ("/channel/1/cc/1/128", "0 to 127"),
        (b"\xb0\x01\x01", "text is expected"),
    ],
)
def test_what_is_no_message_is_reported_and_the_client_stays(message: str | bytes, says: str) -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            for _ in range(20):
                await client.send(message)
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))
            assert channel.status().problems == 20
            assert says in channel.status().problem

    (told,) = with_channel(play).troubles
    assert says in told


def test_a_message_without_end_ends_its_client_alone() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as huge, connect(url) as other:
            await huge.send("/" * 2000)
            await _said_at_the_end(huge)
            assert huge.close_code == 1009
            await other.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    (told,) = with_channel(play).troubles
    assert "over 1024 bytes" in told


def test_noise_instead_of_a_handshake_does_no_harm() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        for noise in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n", b""):
            _, writer = await asyncio.open_connection("127.0.0.1", _port(url))
            writer.write(noise)
            await writer.drain()
            writer.close()
        async with connect(url) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play).troubles == []


def test_text_that_is_not_utf8_ends_its_client_alone() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await client.send(b"\xff\xfe", text=True)
            await _said_at_the_end(client)
            assert client.close_code == 1007

    (told,) = with_channel(play).troubles
    assert "UTF-8" in told


def test_a_client_that_floods_is_held_up_and_loses_nothing() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            for number in range(500):
                await client.send(f"/channel/1/cc/1/{number % 128}")
            await until(lambda: len(hearing.updates) == 500)

    hearing = with_channel(play)
    assert [update[0][1] for update in hearing.updates] == [number % 128 / 127 for number in range(500)]
    assert "is held up" in hearing.troubles[0]


def test_a_client_that_pings_without_end_is_dropped_and_the_others_are_heard() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        pings = Frame(Opcode.PING, b"").serialize(mask=True) * 1000
        async with connect(url) as client, connect(url) as other:
            try:
                async with asyncio.timeout(60):
                    while not hearing.troubles:
                        client.transport.write(pings)
                        await asyncio.sleep(0)
            finally:
                client.transport.abort()
            await until(lambda: channel.status().bound.endswith("1 client"))
            await other.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    (told,) = with_channel(play).troubles
    assert "sends without end" in told


# Out


def test_predictions_go_to_every_client_as_text() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as one, connect(url) as other:
            await until(lambda: channel.status().bound.endswith("2 clients"))
            channel.send((0.5, 1.0))
            channel.send((0.5, 0.0))  # what has not changed is not sent again
            for client in (one, other):
                assert await said(client, 3) == ["/channel/1/cc/1/64", "/channel/1/cc/2/127", "/channel/1/cc/2/0"]
            status = channel.status()
            assert status.sent == 3
            assert status.last_sent == "/channel/1/cc/2/0"

    with_channel(play)


def test_every_kind_of_entry_has_its_text() -> None:
    output = (
        ("control_change_14", 1, 7),
        ("pitch_bend", 2),
        ("program_change", 3),
        ("channel_pressure", 4),
        ("note_on", 5, 90),
    )

    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.send((1.0, 1.0, 1.0, 1.0, 1.0))
            assert await said(client, 6) == [
                "/channel/1/cc/7/127",
                "/channel/1/cc/39/127",
                "/channel/2/pitchbend/16383",
                "/channel/3/program/127",
                "/channel/4/pressure/127",
                "/channel/5/noteon/127/90",
            ]

    with_channel(play, dimension=6, output=output)


def test_a_new_client_is_sent_all_that_is_so_and_the_others_nothing_twice() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as early:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.send((0.0, 0.0, 0.0))
            channel.send((1.0, 0.0, 0.5))
            async with connect(url) as late:
                assert sorted(await said(late, 3)) == [
                    "/channel/1/cc/1/127",
                    "/channel/1/cc/2/0",
                    "/channel/2/noteon/64/127",
                ]
                channel.silence()
                assert await said(late, 1) == ["/channel/2/noteoff/64/0"]
            assert len(await said(early, 7)) == 7
            channel.send((0.5, 0.0, 0.5), frozenset({2}))
            assert await said(early, 1) == ["/channel/1/cc/1/64"]

    with_channel(play, dimension=4, output=(*FADERS, ("note_on", 2)))


def test_notes_of_some_values_end_at_once() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.send((0.5, 1.0, 1.0))
            assert len(await said(client, 3)) == 3
            channel.end_notes(frozenset((0, 1)))
            assert await said(client, 1) == ["/channel/1/noteoff/64/0"]
            channel.end_notes(frozenset((2,)))
            assert await said(client, 1) == ["/channel/2/noteoff/127/0"]

    with_channel(play, dimension=4, output=(("note_on", 1), ("control_change", 1, 1), ("note_on", 2)))


def test_another_dimension_leaves_nothing_sounding() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.send((0.5, 1.0))
            channel.set_dimension(2)
            assert (await said(client, 4))[2:] == ["/channel/1/noteoff/64/0", "/channel/2/noteoff/127/0"]

    with_channel(play, output=(("note_on", 1), ("note_on", 2)))


def test_nothing_sounds_when_it_is_closed() -> None:
    ends: list[list[str]] = []

    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        client = await connect(url)
        await until(lambda: channel.status().bound.endswith("1 client"))
        channel.send((0.0, 1.0))
        channel.close()
        ends.append(await _said_at_the_end(client))
        assert client.close_code == 1001
        channel.send((0.5, 0.5))  # nobody is there, and nothing is raised
        channel.end_notes(frozenset((0,)))
        channel.silence()
        channel.panic()

    with_channel(play, output=KEYS)
    assert ends == [["/channel/1/noteon/0/127", "/channel/1/noteoff/0/0"]]


def test_panic_turns_everything_off() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.send((0.0, 1.0))
            channel.panic()
            assert (await said(client, 5))[1:] == [
                "/channel/1/noteoff/0/0",
                "/channel/1/cc/64/0",
                "/channel/1/cc/120/0",
                "/channel/1/cc/123/0",
            ]

    with_channel(play, output=KEYS)


def test_sixty_four_clients_all_end_where_the_player_does() -> None:
    sends = 40
    counts: list[int] = []

    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(connect(url)) for _ in range(64)]
            await until(lambda: channel.status().bound.endswith("64 clients"))
            for number in range(sends):  # faster than they can all be written to
                channel.send((number / (sends - 1), number / (sends - 1)))
            channel.close()
            for client in clients:
                texts = await _said_at_the_end(client)
                counts.append(len(texts))
                assert [text for text in texts if "/cc/1/" in text][-1] == "/channel/1/cc/1/127"
                sounding: set[str] = set()
                for _, _, _, kind, note, *_ in [text.split("/") for text in texts]:
                    if kind == "noteon":
                        sounding.add(note)
                    elif kind == "noteoff":
                        sounding.discard(note)
                assert not sounding

    with_channel(play, output=(("control_change", 1, 1), ("note_on", 1)))
    assert min(counts) >= 2
    assert min(counts) < max(counts)  # the newest has won for some


def test_a_client_that_does_not_read_is_dropped_and_the_others_hear_on() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", _port(url)))
        key = base64.b64encode(os.urandom(16)).decode()
        deaf.sendall(
            f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        with deaf:
            async with connect(url, max_queue=None) as client:
                await until(lambda: channel.status().bound.endswith("2 clients"))
                number = 0
                async with asyncio.timeout(30):
                    while not hearing.troubles:
                        number += 1
                        channel.send((number % 2, number % 2))
                        await asyncio.sleep(0)
                await until(lambda: channel.status().bound.endswith("1 client"))
                texts = await said(client, 2 * number)
                assert texts[-1] == f"/channel/1/cc/2/{127 * (number % 2)}"

    (told,) = with_channel(play).troubles
    assert "does not read" in told


# Who may come


def _port(url: str) -> int:
    return int(url.rstrip("/").rpartition(":")[2])


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:{port}", "HTTP://127.0.0.1:{port}"])
def test_programs_and_the_own_page_may_play(origin: str | None) -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        here: Any = origin and origin.format(port=_port(url))
        async with connect(url, origin=here) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play).troubles == []


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "http://127.0.0.1:1", "null", "file://", "http://["])
def test_pages_of_other_places_may_not(origin: Any) -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, origin=origin)
        assert refused.value.response.status_code == 403

    (told,) = with_channel(play).troubles
    assert "page of another place" in told


def test_there_is_a_limit_to_how_many_come() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(128):
                await stack.enter_async_context(connect(url))
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 503

    (told,) = with_channel(play).troubles
    assert "128 clients are here" in told


def test_a_taken_port_is_said_in_the_performers_language() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        loop = EngineLoop()
        channel = WebSocketChannel(WebSocket(server_port=other.getsockname()[1]))
        with pytest.raises(ChannelProblem, match=r"is taken: another engine.*\[websocket\] server_port"):
            loop.run_until_complete(channel.open(MidiHearing(loop.scheduler), 3))
        assert channel.status().state == "error"
        channel.send((0.5, 0.5))
        channel.close()
        loop.close()


def test_an_unknown_host_is_said() -> None:
    loop = EngineLoop()
    channel = WebSocketChannel(WebSocket(server_ip="no-such-host.invalid", server_port=free_tcp_port()))
    with pytest.raises(ChannelProblem, match=r"no host is called no-such-host\.invalid"):
        loop.run_until_complete(channel.open(MidiHearing(loop.scheduler), 3))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_the_network_is_let_in_only_when_asked_and_told_so() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        assert channel.status().state == "open"

    assert with_channel(play).troubles == []
    (told,) = with_channel(play, server_ip="0.0.0.0").troubles
    assert "the whole network can reach port" in told
    assert re.search(r"a phone opens http://\S+:\d+/", told)


def test_the_port_is_free_again_at_once() -> None:
    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.close()
            await _said_at_the_end(client)
        again = WebSocketChannel(WebSocket(server_port=_port(url)))
        await again.open(hearing, 3)
        again.close()

    with_channel(play)


# The page


def _get(url: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    request = urllib.request.Request(url, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def answers(*requests: tuple[str, str], **settings: Any) -> list[tuple[int, dict[str, str], str]]:
    found: list[tuple[int, dict[str, str], str]] = []

    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        for method, path in requests:
            found.append(await _in_thread(_get, f"http://127.0.0.1:{_port(url)}{path}", method))

    with_channel(play, **settings)
    return found


def test_the_page_is_served_with_its_mapping_and_may_load_nothing_else() -> None:
    ((status, headers, page),) = answers(("GET", "/"))
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    found = re.search(r'id="mapping">(.*?)</script>', page)
    assert found is not None
    assert json.loads(found[1])["input"] == [list(entry) for entry in FADERS]


@pytest.mark.parametrize("touches", [False, True])
def test_what_is_learned_is_on_the_page_and_no_file_is_read_for_it(
    touches: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(pages.__file__).parent
    copies = [
        Path(shutil.copy(file, tmp_path)) for suffix in ("html", "css", "js") for file in folder.glob(f"*.{suffix}")
    ]
    monkeypatch.setattr(pages, "_FOLDER", tmp_path)

    async def play(channel: WebSocketChannel, hearing: MidiHearing, url: str) -> None:
        for copy in copies:
            copy.unlink()
        channel.learn("", 1, ("pitch_bend", 3))
        path = "faders" if touches else ""
        _, _, page = await _in_thread(_get, f"http://127.0.0.1:{_port(url)}/{path}")
        assert '"input":[["control_change",1,1],["pitch_bend",3]]' in page

    with_channel(play, touches=touches)


def test_a_mapping_cannot_end_the_script_that_it_stands_in() -> None:
    ((_, _, page),) = answers(("GET", "/"), input=(("</script><script>alert(1)</script>&", 1),), output=())
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 2


def test_there_is_one_page() -> None:
    page, asked, other = answers(("GET", "/"), ("GET", "/?a=1"), ("GET", "/etc/passwd"))
    assert asked[2] == page[2]
    assert other[0] == 404


@pytest.mark.skipif(int(websockets.__version__.split(".")[0]) < 17, reason="websockets before 17 knows GET alone")
def test_it_can_only_be_looked_at() -> None:
    page, head, delete = answers(("GET", "/"), ("HEAD", "/"), ("DELETE", "/"))
    assert head[2] == ""
    assert head[1]["ETag"] == page[1]["ETag"]
    assert head[1]["Content-Length"] == str(len(page[2].encode()))
    assert delete[0] == 405
    assert delete[1]["Allow"] == "GET, HEAD"


def test_another_mapping_is_another_page() -> None:
    one, other = answers(("GET", "/"))[0], answers(("GET", "/"), input=KEYS)[0]
    assert one[1]["ETag"] != other[1]["ETag"]
