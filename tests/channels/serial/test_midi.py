"""MIDI over real pseudo-terminals: input, and ports that disappear and come back."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impsy_tui.channels.base import RemappableInput
from impsy_tui.channels.serial.midi import SerialMidiChannel
from impsy_tui.config import SerialMidi
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.errors import UserError
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.channels.midi_wires import KEYS, KNOBS, MIXED, channel_on, messages, sounding
from tests.support.channels.pseudo_terminals import Wire
from tests.support.waiting import until


def test_messages_come_in_and_vectors_go_out(wire: Wire) -> None:
    channel = channel_on(wire, KNOBS, MIXED)

    async def play(hearing: Hearing) -> None:
        wire.write(b"\xb0\x07\x7f\xb0\x08\x00\xb0\x20\x11")
        await until(lambda: len(hearing.messages) == 3)
        channel.send((60 / 127, 1.0))
        await until(lambda: messages(wire) == [b"\x90\x3c\x7f", b"\xb0\x07\x7f"])
        status = channel.status()
        assert (status.state, status.received, status.sent, status.problems) == ("open", 3, 4, 0)
        assert status.bound == f"{wire.path}, 31250 baud"
        assert status.last_received == "cc 32 = 17 ch 1"
        assert status.last_sent == "note 60 vel 127 ch 1, cc 7 = 127 ch 1"

    hearing = perform(channel, play)
    assert hearing.updates == [[(0, 1.0)], [(1, 0.0)]]
    assert hearing.told == []


def test_running_status_pieces_and_real_time_bytes_inside_of_messages(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        for piece in (b"\xb0\x07", b"\xf8", b"\x7f\x08", b"\x00\xfe\x07\xf8\x00\xf0\x01\x02", b"\xf7\xb0\x08\x7f"):
            wire.write(piece)
            await asyncio.sleep(0.02)
        await until(lambda: len(hearing.updates) == 4)

    hearing = perform(channel, play)
    assert hearing.updates == [[(0, 1.0)], [(1, 0.0)], [(0, 0.0)], [(1, 1.0)]]
    assert hearing.told == []


def test_serial_midi_counts_a_message_as_an_event_and_holds_keys(wire: Wire) -> None:
    channel = channel_on(wire, KEYS)

    async def play(hearing: Hearing) -> None:
        wire.write(b"\x90\x7f\x7f\x90\x00\x7f\x80\x7f\x00\x90\x00\x00")
        await until(lambda: hearing.held == [True, False])

    assert perform(channel, play).updates == [[(0, 1.0), (1, 1.0)], [(0, 0.0), (1, 1.0)]]


def test_values_that_the_instrument_does_not_have_are_not_set(wire: Wire) -> None:
    channel = channel_on(wire, (*KNOBS, ("control_change", 1, 7)))

    async def play(hearing: Hearing) -> None:
        wire.write(b"\xb0\x07\x7f")
        await until(lambda: bool(hearing.updates))

    assert perform(channel, play).updates == [[(0, 1.0)]]


def test_message_that_is_taken_means_nothing_else(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        hearing.bound = b"\xb0\x07\x40"
        wire.write(b"\xb0\x07\x40\xb0\x08\x00")
        await until(lambda: bool(hearing.updates))

    hearing = perform(channel, play)
    assert hearing.bytes_heard == [b"\xb0\x07\x40", b"\xb0\x08\x00"]
    assert hearing.updates == [[(1, 0.0)]]


def test_bytes_that_are_no_message_are_counted_and_reported_once_a_second(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        for _ in range(5):
            wire.write(b"\x07\x08\xf7")
            await asyncio.sleep(0.02)
        wire.write(b"\xb0\x07\x7f")
        await until(lambda: bool(hearing.updates))
        assert channel.status().problems >= 1

    assert len(perform(channel, play).told) == 1


def test_port_may_go_and_come_back_and_what_sounded_is_turned_off(wire: Wire) -> None:
    channel = channel_on(wire, KEYS, MIXED)

    async def play(hearing: Hearing) -> None:
        for turn in range(3):
            wire.write(b"\x90\x3c\x40\x90")
            channel.send((60 / 127, 1.0))
            await until(lambda turn=turn: len(hearing.updates) == turn + 1 and sounding(messages(wire)))
            assert hearing.held[-1]
            wire.unplug()
            await until(lambda: channel.status().state == "waiting")
            assert not hearing.held[-1]
            channel.send((61 / 127, 0.0))
            channel.silence()
            wire.got = b""
            wire.plug()
            await until(lambda: channel.status().state == "open")
            channel.send((62 / 127, 1.0))
            await until(lambda: len(messages(wire)) == 5)
            # The controller is sent again: the device may have lost its value.
            assert messages(wire) == [
                b"\x80\x3c\x00",
                b"\xb0\x78\x00",
                b"\xb0\x7b\x00",
                b"\x90\x3e\x7f",
                b"\xb0\x07\x7f",
            ]
            channel.silence()
            await until(lambda: len(messages(wire)) == 6)
            wire.got = b""

    hearing = perform(channel, play)
    assert hearing.held == [True, False] * 3
    assert hearing.told.count(("info", f"{wire.path} is back")) == 3


def test_panic_while_it_is_away_is_heard_when_it_is_back(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        wire.unplug()
        await until(lambda: channel.status().state == "waiting")
        for _ in range(10):
            channel.panic()
        wire.plug()
        await until(lambda: len(messages(wire)) == 6)

    perform(channel, play)


def test_changed_source_acts_at_once(wire: Wire) -> None:
    channel = channel_on(wire, KNOBS[:1])
    assert isinstance(channel, RemappableInput)

    async def play(hearing: Hearing) -> None:
        channel.set_sources("serialmidi", ("cc 1 7", "", "bend 3"))
        wire.write(b"\xe2\x7f\x7f\xb0\x07\x00")
        await until(lambda: len(hearing.updates) == 2)

    hearing = perform(channel, play, dimension=4)
    assert hearing.updates == [[(2, 1.0)], [(0, 0.0)]]
    assert channel.sources() == {"serialmidi": ("cc 1 7", "", "bend 3")}


def test_serial_midi_without_a_port_is_refused() -> None:
    loop = EngineLoop()
    channel = SerialMidiChannel(SerialMidi(), "")
    with pytest.raises(UserError, match="no port is given"):
        loop.run_until_complete(channel.open(Hearing(loop.scheduler), 3))
    assert channel.status().state == "error"
    loop.close()


def test_serial_midi_that_is_not_open_ignores_calls(wire: Wire) -> None:
    channel = channel_on(wire)

    def use() -> None:
        channel.send((0.5, 0.5))
        channel.end_notes(frozenset((0,)))
        channel.silence()
        channel.panic()
        channel.close()

    async def play(hearing: Hearing) -> None:
        assert messages(wire) == []
        channel.close()
        use()

    use()
    perform(channel, play)
    assert messages(wire) == []


_PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"\x90", b"\x80\x3c", b"\xb0\x07", b"\xf0", b"\xf7", b"\xff", b"\xfe", b"\x01" * 5000]),
)


def test_serial_midi_takes_any_bytes_in_any_pieces(wire: Wire) -> None:
    channel = channel_on(wire, KEYS)
    loop = EngineLoop()
    hearing = Hearing(loop.scheduler)

    @settings(max_examples=300, deadline=None, database=None)
    @given(st.lists(_PIECES, max_size=30))
    def feed(pieces: list[bytes]) -> None:
        results = []
        for stream in ([b"".join(pieces)], pieces):
            hearing.updates.clear()
            hearing.held.clear()
            channel.disconnected()
            channel.connected()
            for piece in stream:
                channel.received(piece, loop.time())
            channel.disconnected()
            results.append((list(hearing.updates), list(hearing.held)))
        assert results[0] == results[1]
        assert all(0.0 <= value <= 1.0 for update in hearing.updates for _, value in update)
        assert len(hearing.scheduler) < 10

    async def close() -> None:
        channel.close()

    loop.run_until_complete(channel.open(hearing, 3))
    feed()
    loop.run_until_complete(close())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_pair_of_controllers_is_one_event_and_half_of_it_acts_alone(wire: Wire) -> None:
    channel = channel_on(wire, (("control_change_14", 1, 7),))

    async def play(hearing: Hearing) -> None:
        wire.write(b"\xb0\x27\x05\xb0\x07\x40")
        await until(lambda: len(hearing.updates) == 1)
        wire.write(b"\xb0\x07\x41")
        await until(lambda: len(hearing.updates) == 2)

    hearing = perform(channel, play)
    assert hearing.updates == [[(0, (64 << 7 | 5) / 16383)], [(0, (65 << 7) / 16383)]]
