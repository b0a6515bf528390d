"""WebSocket channel with real clients: input and output."""

import asyncio
import base64
import os
import socket
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from impsy_tui.channels.web.channel import WebSocketChannel
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.web_listener import FADERS, KEYS, port_of, said, said_at_the_end, with_channel
from tests.support.waiting import until

# Input


def test_message_sets_the_values_that_it_is_mapped_to() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
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


def test_message_that_sets_several_values_is_one_event() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            await client.send("/channel/1/noteon/127/0")
            await client.send("/channel/1/noteon/127/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play, input=KEYS).updates == [[(0, 1.0), (1, 1.0)]]


def test_values_that_are_not_played_are_left_out() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            channel.set_dimension(2)
            await client.send("/channel/1/cc/2/127")
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play).updates == [[(0, 1.0)]]


def test_message_taken_by_listener_sets_no_dimension() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        hearing.bound = b"\xb0\x01\x7f"
        async with connect(url) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.messages))

    hearing = with_channel(play)
    assert hearing.bytes_heard == [b"\xb0\x01\x7f"]
    assert hearing.updates == []


def test_keys_are_held_until_the_last_client_has_let_go() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as one, connect(url) as other:
            await one.send("/channel/1/noteon/60/100")
            await until(lambda: hearing.held == [True])
            await other.send("/channel/1/noteon/60/100")
            await until(lambda: len(hearing.updates) == 2)
            await one.send("/channel/1/noteoff/60/0")
            await one.send("/channel/1/noteon/1/0")
            await until(lambda: channel.status().received == 4)
            assert hearing.held == [True]
            await other.send("/channel/1/noteon/60/0")
            await until(lambda: hearing.held == [True, False])

    with_channel(play, input=KEYS)


def test_client_that_goes_lets_go_of_its_keys() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        client = await connect(url)
        await client.send("/channel/1/noteon/60/100")
        await until(lambda: hearing.held == [True])
        client.transport.abort()  # without closing the connection
        await until(lambda: hearing.held == [True, False])
        assert channel.status().bound.endswith("no clients")

    with_channel(play, input=KEYS)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("hello", "is not a message such as"),
        ("/channel/17/cc/1/1", "1 to 16"),
        ("/channel/1/cc/1/128", "0 to 127"),
        (b"\xb0\x01\x01", "text is expected"),
    ],
)
def test_invalid_message_is_reported_and_client_stays(message: str | bytes, says: str) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            for _ in range(20):
                await client.send(message)
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))
            assert channel.status().problems == 20
            assert says in channel.status().problem

    (told,) = with_channel(play).troubles
    assert says in told


def test_message_without_end_ends_its_client_alone() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as huge, connect(url) as other:
            await huge.send("/" * 2000)
            await said_at_the_end(huge)
            assert huge.close_code == 1009
            await other.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    (told,) = with_channel(play).troubles
    assert "over 1024 bytes" in told


def test_noise_instead_of_a_handshake_does_no_harm() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        for noise in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n", b""):
            _, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
            writer.write(noise)
            await writer.drain()
            writer.close()
        async with connect(url) as client:
            await client.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))

    assert with_channel(play).troubles == []


def test_text_that_is_not_utf8_ends_its_client_alone() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            await client.send(b"\xff\xfe", text=True)
            await said_at_the_end(client)
            assert client.close_code == 1007

    (told,) = with_channel(play).troubles
    assert "UTF-8" in told


def test_client_that_floods_is_held_up_and_loses_nothing() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            for number in range(500):
                await client.send(f"/channel/1/cc/1/{number % 128}")
            await until(lambda: len(hearing.updates) == 500)

    hearing = with_channel(play)
    assert [update[0][1] for update in hearing.updates] == [number % 128 / 127 for number in range(500)]
    assert "is slowed down" in hearing.troubles[0]


def test_client_that_pings_without_end_is_dropped_and_the_others_are_heard() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        # Long ones: the limit is in bytes a second, and a busy machine answers few pings a second.
        pings = Frame(Opcode.PING, bytes(125)).serialize(mask=True) * 100
        async with connect(url, ping_interval=None) as client, connect(url, ping_interval=None) as other:
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


# Output


def test_predictions_go_to_every_client_as_text() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as one, connect(url) as other:
            await until(lambda: channel.status().bound.endswith("2 clients"))
            channel.send((0.5, 1.0))
            channel.send((0.5, 0.0))  # unchanged values are not sent again
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

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
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


def test_new_client_is_sent_all_that_is_so_and_the_others_nothing_twice() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
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
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.send((0.5, 1.0, 1.0))
            assert len(await said(client, 3)) == 3
            channel.end_notes(frozenset((0, 1)))
            assert await said(client, 1) == ["/channel/1/noteoff/64/0"]
            channel.end_notes(frozenset((2,)))
            assert await said(client, 1) == ["/channel/2/noteoff/127/0"]

    with_channel(play, dimension=4, output=(("note_on", 1), ("control_change", 1, 1), ("note_on", 2)))


def test_websocket_ends_notes_at_another_dimension() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.send((0.5, 1.0))
            channel.set_dimension(2)
            assert (await said(client, 4))[2:] == ["/channel/1/noteoff/64/0", "/channel/2/noteoff/127/0"]

    with_channel(play, output=(("note_on", 1), ("note_on", 2)))


def test_websocket_silences_its_note_channels_when_a_client_comes() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        channel.send((0.0, 1.0))
        async with connect(url) as client:
            texts = [await client.recv() for _ in range(4)]
        assert texts == [
            "/channel/3/cc/120/0",
            "/channel/3/cc/123/0",
            "/channel/3/noteon/0/127",
            "/channel/5/cc/7/127",
        ]

    with_channel(play, output=(("note_on", 3), ("control_change", 5, 7)))


def test_websocket_ends_notes_when_it_is_closed() -> None:
    ends: list[list[str]] = []

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        client = await connect(url)
        await until(lambda: channel.status().bound.endswith("1 client"))
        channel.send((0.0, 1.0))
        channel.close()
        ends.append(await said_at_the_end(client))
        assert client.close_code == 1001
        channel.send((0.5, 0.5))  # without clients, no error is raised
        channel.end_notes(frozenset((0,)))
        channel.silence()
        channel.panic()

    with_channel(play, output=KEYS)
    assert ends == [["/channel/1/noteon/0/127", "/channel/1/noteoff/0/0"]]


def test_panic_turns_everything_off() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
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

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(connect(url)) for _ in range(64)]
            await until(lambda: channel.status().bound.endswith("64 clients"))
            for number in range(sends):  # faster than they can all be written to
                channel.send((number / (sends - 1), number / (sends - 1)))
            channel.close()
            for client in clients:
                texts = await said_at_the_end(client)
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
    assert min(counts) < max(counts)  # some clients got only the newest value


def test_client_that_does_not_read_is_dropped_and_the_others_hear_on() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port_of(url)))
        key = base64.b64encode(os.urandom(16)).decode()
        deaf.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        with deaf:
            async with connect(url, max_queue=None) as client:
                await until(lambda: channel.status().bound.endswith("2 clients"))
                number = 0
                async with asyncio.timeout(60):
                    while not hearing.troubles:
                        number += 1
                        channel.send((number % 2, number % 2))
                        await asyncio.sleep(0)
                await until(lambda: channel.status().bound.endswith("1 client"))
                texts = await said(client, 2 * number)
                assert texts[-1] == f"/channel/1/cc/2/{127 * (number % 2)}"

    (told,) = with_channel(play).troubles
    assert "does not read" in told


def test_clients_get_other_targets_and_pages_learn_of_them() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            channel.send((0.5, 1.0))
            assert await said(client, 2) == ["/channel/1/noteon/64/127", "/channel/1/cc/2/127"]
            channel.set_targets("websocket", ("bend 3, cc 1 74 0 100", "cc 1 2"))
            assert channel.targets() == {"websocket": ("bend 3, cc 1 74 0 100", "cc 1 2")}
            assert await said(client, 2) == ["/channel/1/noteoff/64/0", "/page/mapping"]
            channel.send((0.5, 1.0))
            assert await said(client, 2) == ["/channel/3/pitchbend/8192", "/channel/1/cc/74/50"]
            assert [one.value for one in channel.played()] == ["8192", "50", "127"]
            async with connect(url) as later:
                assert "/page/mapping" not in await said(later, 3)

    with_channel(play, output=(("note_on", 1), ("control_change", 1, 2)))
