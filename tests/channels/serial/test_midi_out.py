"""MIDI over real pseudo-terminals: output, and no hanging note."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from impsy_tui.channels.midi.stream import MidiStream
from impsy_tui.engine.runtime.loop import EngineLoop
from tests.support.channels.fake_listener import Hearing, descriptors, perform
from tests.support.channels.midi_wires import KNOBS, MIXED, channel_on, messages, silenced, sounding
from tests.support.channels.pseudo_terminals import Wire
from tests.support.waiting import until


def test_latest_vector_wins_and_no_note_hangs(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        for step in range(1000):
            channel.send((step % 100 / 127, (step % 100 + 20) / 127))
            if step % 25 == 0:
                await asyncio.sleep(0)
        channel.send((1.0, 0.0))
        await until(lambda: sounding(messages(wire)) == {(0, 127), (1, 0)})
        assert channel.status().sent < 2000  # most messages were left out
        channel.silence()
        await until(lambda: not sounding(messages(wire)))

    perform(channel, play)


def test_silence_overtakes_a_waiting_vector_and_begins_no_note(wire: Wire) -> None:
    channel = channel_on(wire, KNOBS, MIXED)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        channel.send((60 / 127, 0.0))
        channel.send((72 / 127, 1.0))
        channel.silence()
        await until(lambda: len(messages(wire)) == 4)
        await asyncio.sleep(0.05)

    perform(channel, play)
    assert messages(wire) == [b"\x90\x3c\x7f", b"\xb0\x07\x00", b"\x80\x3c\x00", b"\xb0\x07\x7f"]


def test_notes_of_one_value_end_at_once_and_the_vector_that_waits_begins_none(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        channel.send((60 / 127, 64 / 127))
        channel.send((61 / 127, 65 / 127))
        channel.end_notes(frozenset((1,)))
        await until(lambda: sounding(messages(wire)) == {(0, 61)})
        await asyncio.sleep(0.05)
        assert b"\x91\x41\x7f" not in messages(wire)
        channel.end_notes(frozenset((0, 1)))
        await until(lambda: not sounding(messages(wire)))

    perform(channel, play)
    assert messages(wire)[:3] == [b"\x90\x3c\x7f", b"\x91\x40\x7f", b"\x81\x40\x00"]


def test_panic_turns_everything_off_and_drops_what_waits(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        channel.send((60 / 127, 64 / 127))
        channel.send((61 / 127, 65 / 127))
        for _ in range(100):  # many panics in a row
            channel.panic()
        await until(lambda: len(messages(wire)) >= 10)
        await asyncio.sleep(0.2)
        assert len(messages(wire)) < 100  # of 600

    perform(channel, play)
    found = messages(wire)
    assert found[:4] == [b"\x90\x3c\x7f", b"\x91\x40\x7f", b"\x80\x3c\x00", b"\x81\x40\x00"]
    for controller in (64, 120, 123):
        for status in (0xB0, 0xB1):
            assert bytes((status, controller, 0)) in found


def test_close_ends_sounding_notes(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        channel.send((60 / 127, 64 / 127))
        channel.send((61 / 127, 65 / 127))

    perform(channel, play)
    assert messages(wire) == [b"\x90\x3c\x7f", b"\x91\x40\x7f", b"\x80\x3c\x00", b"\x81\x40\x00"]


def test_serial_midi_ends_notes_at_another_dimension(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        channel.send((60 / 127, 64 / 127))
        channel.set_dimension(2)
        await until(lambda: len(messages(wire)) == 4 and not sounding(messages(wire)))

    perform(channel, play)


def test_stuck_port_gets_whole_messages_and_no_hanging_note(wire: Wire) -> None:
    channel = channel_on(wire)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        channel.send((60 / 127, 64 / 127))
        await wire.fill(b"\xfe")
        for step in range(100):
            channel.send((step / 127, step / 127))
        assert hearing.times_told("does not read") == 1
        channel.silence()
        channel.send((1.0, 1.0))
        wire.read()
        await until(lambda: sounding(_notes(wire)) == {(0, 127), (1, 127)})
        assert len(_notes(wire)) <= 14
        channel.silence()
        await until(lambda: not sounding(_notes(wire)))

    perform(channel, play)


def _notes(wire: Wire) -> list[bytes]:
    stream = MidiStream()
    found = [message for message in stream.feed(wire.read()) if message != b"\xfe"]
    assert stream.stray == 0
    return found


_DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, 127), st.integers(0, 127)),
        st.tuples(st.just("end"), st.integers(0, 1)),
        st.tuples(st.sampled_from(["silence", "panic", "wait"])),
    ),
    max_size=40,
)


def test_close_ends_all_notes_after_any_output(wire: Wire) -> None:
    loop = EngineLoop()
    idle = descriptors()

    @settings(max_examples=25, deadline=None, database=None)
    @given(_DEEDS)
    def do(deeds: list[tuple[object, ...]]) -> None:
        wire.drain()
        channel = channel_on(wire)
        hearing = Hearing(loop.scheduler)

        async def run() -> None:
            await channel.open(hearing, 3)
            for name, *numbers in deeds:
                if name == "send":
                    channel.send([int(str(number)) / 127 for number in numbers])
                elif name == "end":
                    channel.end_notes(frozenset(int(str(number)) for number in numbers))
                elif name == "silence":
                    channel.silence()
                elif name == "panic":
                    channel.panic()
                else:
                    await asyncio.sleep(0.002)
            channel.send((1.0, 0.0))
            await until(lambda: sounding(messages(wire)) == {(0, 127), (1, 0)})
            channel.close()
            await until(lambda: not sounding(messages(wire)))
            await until(lambda: descriptors() <= idle)

        loop.run_until_complete(run())

    do()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
