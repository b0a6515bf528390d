"""Lines of numbers over real pseudo-terminals."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impsy_tui.channels.serial.lines import LONGEST_LINE, SerialChannel
from impsy_tui.config import Serial
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.errors import UserError
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.channels.pseudo_terminals import Wire, wire_at
from tests.support.waiting import until


def _channel(path: Path, baudrate: int = 115200) -> SerialChannel:
    return SerialChannel(Serial(port=str(path), baudrate=baudrate))


def _lines(wire: Wire) -> list[bytes]:
    """Returns the sent lines."""
    *lines, rest = wire.read().split(b"\n")
    assert rest == b""
    return lines


def test_vectors_come_in_and_go_out_as_lines(wire: Wire) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        wire.write(b"0.25,0.75\n0.5,1\n")
        await until(lambda: len(hearing.vectors) == 2)
        channel.send((0.1, 0.98765))
        await until(lambda: wire.read() == b"0.1000,0.9877\n")
        status = channel.status()
        assert (status.state, status.received, status.sent, status.problems) == ("open", 2, 1, 0)
        assert status.bound == f"{wire.path}, 115200 baud"
        assert status.last_received == "0.5,1"
        assert status.last_sent == "0.10 0.99"

    hearing = perform(channel, play)
    assert hearing.vectors == [(0.25, 0.75), (0.5, 1.0)]
    assert hearing.told == []


def test_lines_in_pieces_with_any_ends_and_spaces(wire: Wire) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        for piece in (b"0.2", b"5,0.", b"75\r\n\r\n\n 0.5 ,\t0.5 \r\n0.12", b"5", b",1e-1\n"):
            wire.write(piece)
            await asyncio.sleep(0.02)
        await until(lambda: len(hearing.vectors) == 3)

    hearing = perform(channel, play)
    assert hearing.vectors == [(0.25, 0.75), (0.5, 0.5), (0.125, 0.1)]
    assert hearing.told == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"0.5", "a line of 1 values is ignored: 2 are expected"),
        (b"0.5,0.5,0.5", "3 values"),
        (b"0.5,a\x1b[2J", "0.5,a\\x1b[2J is ignored: numbers"),
        (b"0.5,", "a line of 1 values is ignored"),
        (b"0.5,,0.5", "numbers separated by commas"),
        (b",", "numbers separated by commas"),
        (b"\xff\x00\xfe", "is 115200 baud right?"),
        (b"nan,0.5", "NaN"),
        (b"0.5,-inf", "NaN or infinity"),
        (b"0," * LONGEST_LINE, "a line of more than 4096 bytes"),
    ],
)
def test_channel_reports_invalid_line(wire: Wire, line: bytes, says: str) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        for start in range(0, len(line), 1000):
            wire.write(line[start : start + 1000])
            await asyncio.sleep(0)
        wire.write(b"\n0.5,0.5\n")
        await until(lambda: bool(hearing.vectors))
        assert channel.status().problems == 1
        assert says in channel.status().problem

    hearing = perform(channel, play)
    assert hearing.vectors == [(0.5, 0.5)]
    assert says in hearing.told[0][1]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b",\r", b", \n", b";\r\n"])
def test_lines_may_end_in_every_way(wire: Wire, end: bytes) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        for step in (1, 2, 3):
            wire.write(b"0.5,0.%d" % step + end)
        await until(lambda: len(hearing.vectors) == 3)

    hearing = perform(channel, play)
    assert hearing.vectors == [(0.5, 0.1), (0.5, 0.2), (0.5, 0.3)]
    assert hearing.told == []


def test_values_outside_the_bounds_are_clipped_and_reported(wire: Wire) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        wire.write(b"\n-0.5,1.5\n")
        await until(lambda: bool(hearing.vectors))

    hearing = perform(channel, play)
    assert hearing.vectors == [(0.0, 1.0)]
    assert hearing.times_told("clipped") == 1


def test_noise_is_counted_and_reported_once_a_second(wire: Wire) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        wire.write(b"\xf0 noise\n" * 50 + b"0.5,0.5\n")
        await until(lambda: bool(hearing.vectors))
        assert channel.status().problems == 50

    assert len(perform(channel, play).told) == 1


@pytest.mark.parametrize("rest", [b"5,0.75", b"1,0.75", b".5,0.75"])
def test_rest_of_a_line_that_began_before_the_port_was_opened_is_not_heard(wire: Wire, rest: bytes) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        wire.write(rest + b"\n1,0.25\n")
        await until(lambda: bool(hearing.vectors))

    hearing = perform(channel, play)
    assert hearing.vectors == [(1.0, 0.25)]
    assert hearing.times_told("its beginning may be missing") == 1


def test_first_line_is_heard_when_nothing_came_at_the_opening(wire: Wire) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        await asyncio.sleep(0.15)
        wire.write(b"1,0\n")
        await until(lambda: bool(hearing.vectors))

    assert perform(channel, play).vectors == [(1.0, 0.0)]


def test_port_that_is_missing_is_awaited_and_opened_when_it_comes(tmp_path: Path) -> None:
    with wire_at(tmp_path / "ttyLATE", plugged=False) as wire:
        channel = _channel(wire.path)

        async def play(hearing: Hearing) -> None:
            assert channel.status().state == "waiting"
            channel.send((0.1, 0.1))
            await asyncio.sleep(1.2)  # more than one attempt to open the port
            assert hearing.told == [("warning", f"{wire.path} does not exist: the engine waits for it")]
            wire.plug()
            await until(lambda: channel.status().state == "open")
            wire.write(b"\n0.5,0.5\n")
            channel.send((0.2, 0.2))
            await until(lambda: bool(hearing.vectors) and wire.read() == b"0.2000,0.2000\n")
            assert hearing.told[1:] == [("info", f"{wire.path} is there")]
            wire.unplug()

        perform(channel, play)


def test_port_may_go_and_come_back_many_times(wire: Wire) -> None:
    channel = _channel(wire.path)
    times = 4

    async def play(hearing: Hearing) -> None:
        for turn in range(times):
            wire.write(b"\n0.5,0.25\n0.5,0.")
            await until(lambda turn=turn: len(hearing.vectors) == turn + 1)
            wire.unplug()
            await until(lambda: channel.status().state == "waiting")
            channel.send((0.1, 0.1))
            channel.silence()
            channel.panic()
            wire.got = b""
            wire.plug()
            await until(lambda: channel.status().state == "open")
            assert channel.status().problem == ""
            # Neither the line from before nor a line from meanwhile is sent.
            channel.send((0.3, 0.3))
            await until(lambda: wire.read() == b"0.3000,0.3000\n")

    hearing = perform(channel, play)
    assert hearing.vectors == [(0.5, 0.25)] * times
    assert hearing.told.count(("info", f"{wire.path} is back")) == times
    assert 1 <= hearing.times_told("is disconnected: the engine waits for it") <= times
    assert hearing.times_told("is not there") == 0


def test_stuck_port_gets_whole_lines_and_the_latest_vector(wire: Wire) -> None:
    channel = _channel(wire.path, 4_000_000)
    room = 30_000

    async def play(hearing: Hearing) -> None:
        sent = 0
        while hearing.times_told("does not read") == 0:
            channel.send((0.25, 0.25))
            sent += 14
            assert sent < room * 100
            await asyncio.sleep(0)
        for _ in range(20):  # the kernel makes room once more after it was full
            channel.send((0.25, 0.25))
            await asyncio.sleep(0.01)
        for _ in range(1000):
            channel.send((0.5, 0.5))
        channel.send((0.75, 0.75))
        assert channel.status().problems > 1000
        await until(lambda: wire.read().endswith(b"0.7500,0.7500\n"))
        channel.send((1.0, 1.0))
        await until(lambda: wire.read().endswith(b"1.0000,1.0000\n"))
        assert channel.status().problem == ""

    perform(channel, play)
    lines = _lines(wire)
    assert set(lines[:-2]) == {b"0.2500,0.2500"}  # the first waiting line was begun; no other line was queued
    assert lines[-2:] == [b"0.7500,0.7500", b"1.0000,1.0000"]
    assert len(lines) * 14 < room


def test_slow_wire_is_given_no_more_than_it_carries(wire: Wire) -> None:
    channel = _channel(wire.path, 1200)  # a line takes 0.12 s

    async def play(hearing: Hearing) -> None:
        for step in range(100):
            channel.send((step / 100, 0.5))
        assert channel.status().sent == 1
        await until(lambda: channel.status().sent == 2)

    perform(channel, play)
    assert _lines(wire) == [b"0.0000,0.5000", b"0.9900,0.5000"]


def test_close_sends_waiting_lines(wire: Wire) -> None:
    channel = _channel(wire.path, 1200)

    async def play(hearing: Hearing) -> None:
        channel.send((0.1, 0.1))
        channel.send((0.2, 0.2))

    perform(channel, play)
    assert _lines(wire) == [b"0.1000,0.1000", b"0.2000,0.2000"]


def test_stuck_port_can_be_closed(wire: Wire) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        await wire.fill(b"\n")
        for _ in range(3):
            channel.send((0.1, 0.1))

    perform(channel, play)


def test_port_is_one_programs_alone(wire: Wire) -> None:
    first, second = _channel(wire.path), _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        await second.open(hearing, 3)
        assert second.status().state == "waiting"
        assert hearing.times_told("is used by another program") == 1
        first.close()
        await until(lambda: second.status().state == "open")
        second.close()

    perform(first, play)


def test_permission_denied_says_what_helps(wire: Wire) -> None:
    channel = _channel(Path(os.ttyname(wire.near)))

    async def play(hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert hearing.times_told("add yourself to the group dialout") == 1

    os.chmod(wire.near, 0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        perform(channel, play)
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize(("path", "says"), [("/dev/null", "is not a serial port"), ("/", "cannot be opened: Is a")])
def test_open_reports_path_without_serial_port(path: str, says: str) -> None:
    channel = _channel(Path(path))

    async def play(hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert hearing.times_told(says) == 1

    perform(channel, play)


def test_serial_without_a_port_is_refused() -> None:
    loop = EngineLoop()
    channel = SerialChannel(Serial(port=""))
    with pytest.raises(UserError, match="no port is given"):
        loop.run_until_complete(channel.open(Hearing(loop.scheduler), 3))
    assert channel.status().state == "error"
    loop.close()


def test_closing_while_a_port_is_awaited_leaves_nothing_to_be_done(tmp_path: Path) -> None:
    channel = _channel(tmp_path / "nothing")

    async def play(hearing: Hearing) -> None:
        await until(lambda: len(hearing.scheduler) == 2)  # the next attempt, and the second of the report
        channel.close()
        assert len(hearing.scheduler) == 1
        channel.send((0.5, 0.5))
        channel.silence()
        channel.panic()
        channel.close()

    perform(channel, play)


def test_serial_that_is_not_open_ignores_calls() -> None:
    channel = _channel(Path("nowhere"))
    channel.send((0.5, 0.5))
    channel.silence()
    channel.panic()
    channel.close()


def test_serial_can_be_opened_again(wire: Wire) -> None:
    channel = _channel(wire.path)

    async def play(hearing: Hearing) -> None:
        wire.write(b"\n0.5,0.5\n")
        await until(lambda: bool(hearing.vectors))

    for _ in range(2):
        assert perform(channel, play).vectors == [(0.5, 0.5)]


_PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"0.5", b"1", b",", b"\n", b"0.25,0.75\n", b"\r\n", b"nan", b"-1e308", b"1e999", b"9" * 5000]),
)


def test_serial_takes_any_bytes_in_any_pieces(wire: Wire) -> None:
    whole, cut = _channel(wire.path), _channel(wire.path)
    loop = EngineLoop()
    heard_whole, heard_cut = Hearing(loop.scheduler), Hearing(loop.scheduler)

    @settings(max_examples=300, deadline=None, database=None)
    @given(st.lists(_PIECES, max_size=30))
    def feed(pieces: list[bytes]) -> None:
        for channel in (whole, cut):
            channel.connected()
        heard_whole.vectors.clear()
        heard_cut.vectors.clear()
        at = loop.time()
        whole.received(b"".join(pieces), at)
        for piece in filter(None, pieces):
            cut.received(piece, at)
            assert len(cut._lines.begun) <= LONGEST_LINE
        assert heard_cut.vectors == heard_whole.vectors
        assert all(0.0 <= x <= 1.0 for vector in heard_cut.vectors for x in vector)
        assert len(heard_cut.scheduler) < 20

    async def close() -> None:
        whole.close()
        cut.close()

    loop.run_until_complete(whole.open(heard_whole, 3))
    loop.run_until_complete(cut.open(heard_cut, 3))
    feed()
    loop.run_until_complete(close())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
