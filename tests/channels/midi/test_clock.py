"""A MIDI clock in and out, through real JACK ports and pseudo-terminals."""

import asyncio
from collections.abc import Callable
from itertools import count, pairwise

from impsy_tui.channels.base import ClockChannel
from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.midi.mapping import CONTINUE, SONG_POSITION, START, STOP, TICK
from impsy_tui.channels.serial.midi import SerialMidiChannel
from impsy_tui.config import SerialMidi
from impsy_tui.engine.clock.tempo import Tempo
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.channels.jack_listener import is_part_in_order, opened, sent_until, soon, with_channel
from tests.support.channels.jack_server import JackServer, plugged
from tests.support.channels.pseudo_terminals import Wire
from tests.support.waiting import until


def test_clock_of_a_device_is_heard_while_it_is_wanted_and_no_longer(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        sequencer.send((TICK,), (START,))
        await sent_until(sequencer, (0xB0, 1, 1), lambda: bool(hearing.messages))
        assert hearing.clocks == []
        channel.hear_clock(True)
        for message in ((SONG_POSITION, 8, 1), (CONTINUE,), (TICK,), (TICK,), (STOP,)):
            before = len(hearing.clocks)
            sequencer.send((0xFE,))
            await sent_until(sequencer, message, lambda before=before: len(hearing.clocks) > before)  # type: ignore[misc]
        channel.hear_clock(False)
        sequencer.send((TICK,))
        await sent_until(sequencer, (0xB0, 1, 2), lambda: hearing.messages[-1][1] == bytes((0xB0, 1, 2)))
        # A clock message is not an event of the musician.
        assert channel.status().received == len(hearing.messages)

    with plugged("Sequencer", played=False) as sequencer:
        hearing = with_channel(play, in_device=("Sequencer",))
    expected = [bytes((SONG_POSITION, 8, 1)), *(bytes((status,)) for status in (CONTINUE, TICK, TICK, STOP))]
    heard = [tuple(message) for _, message, _ in hearing.clocks]
    assert is_part_in_order([tuple(message) for message in expected], heard)
    assert set(heard) == {tuple(message) for message in expected}
    assert {device for device, _, _ in hearing.clocks} == {"Sequencer"}
    times = [at for _, _, at in hearing.clocks]
    assert times == sorted(times)
    assert hearing.told == []


def test_device_that_comes_later_is_heard_too(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        channel.hear_clock(True)
        with plugged("Sequencer", played=False) as sequencer:
            await opened(channel)
            sequencer.send((TICK,))
            await until(lambda: len(hearing.clocks) == 1)

    with_channel(play, in_device=("Sequencer",))


def test_tempo_follows_a_device_and_is_sent_to_every_output(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)

        class Lines:
            def hear_clock(self, wanted: bool) -> None:
                channel.hear_clock(wanted)

            def send_clock(self, message: bytes) -> None:
                sent.append(tuple(message))
                channel.send_clock(message)

        told: list[str] = []
        tempo = Tempo(hearing.scheduler, Lines(), lambda level, text: told.append(text))
        tempo.set_follows(True)
        tempo.clock_out.set_sends(True)
        handed = 0

        def hand_over() -> None:
            nonlocal handed
            new, handed = hearing.clocks[handed:], len(hearing.clocks)
            for device, message, at in new:
                tempo.clock_in.take(device, message, at)

        while "the clock of Sequencer is followed" not in told:
            sequencer.send((TICK,))
            await asyncio.sleep(0.02)
            hand_over()

        def starts_in_a_bar() -> bool:
            hand_over()
            return all(((START,), (TICK,)) in pairwise(device.got[count:]) for device, count in before)

        before = [(device, len(device.got)) for device in (drum, other)]
        while not starts_in_a_bar():
            heard = clocks_after(hearing)
            await sent_until(sequencer, (START,), lambda heard=heard: bytes((START,)) in heard())  # type: ignore[misc]
            await sent_until(sequencer, (TICK,), lambda heard=heard: heard()[-1] == bytes((TICK,)))  # type: ignore[misc]
            hand_over()
            assert tempo.clock_in.runs
            started = next(at for _, message, at in reversed(hearing.clocks) if message == bytes((START,)))
            assert tempo.beat_at(started) < 1.0
            await soon(starts_in_a_bar)
        while not all((STOP,) in device.got for device in (drum, other)):
            tempo.clock_out.set_sends(True)
            tempo.clock_out.set_sends(False)
            await soon(lambda: all((STOP,) in device.got for device in (drum, other)))

    sent: list[tuple[int, ...]] = []
    with (
        plugged("Sequencer", played=False) as sequencer,
        plugged("Drum", heard=False) as drum,
        plugged("Other", heard=False) as other,
    ):
        with_channel(play, in_device=("Sequencer",), out_device=("Drum", "Other"))
        for device in (drum, other):
            assert is_part_in_order(device.played, sent)
            assert set(device.played) == {(TICK,), (START,), (STOP,)}


def clocks_after(hearing: Hearing) -> Callable[[], list[bytes]]:
    """Collects the clock messages that are heard from now on."""
    first = len(hearing.clocks)
    return lambda: [message for _, message, _ in hearing.clocks[first:]]


def test_clock_that_is_passed_on_gives_way_to_one_that_is_sent(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        numbers = count(1)

        async def arrives(status: int) -> None:
            """Sends a message with the next number until one has arrived."""
            while not played or played[-1][0] != status or played[-1] not in drum.got:
                played.append((status, 60, next(numbers)))
                sequencer.send(played[-1])
                await soon(lambda: played[-1] in drum.got)

        await arrives(SONG_POSITION)
        channel.send_clock(bytes((TICK,)))
        sequencer.send((SONG_POSITION, 60, 0))  # this message has no number and may get lost
        await arrives(0x90)
        channel.send_clock(bytes((STOP,)))
        await arrives(SONG_POSITION)

    played: list[tuple[int, ...]] = []
    with plugged("Sequencer", played=False) as sequencer, plugged("Drum", heard=False) as drum:
        with_channel(play, in_device=("Sequencer",), out_device=("Drum",), thru_matrix={"Sequencer": ("Drum",)})
        passed = [message for message in drum.got if message[0] in (SONG_POSITION, 0x90)]
        assert is_part_in_order(passed, played)  # without messages that arrived while a clock was sent
        assert {message[0] for message in passed} == {SONG_POSITION, 0x90}


def test_clock_comes_in_by_a_serial_wire_inside_of_other_messages(wire: Wire) -> None:
    channel = SerialMidiChannel(SerialMidi(input=(("control_change", 1, 7),)), str(wire.path))
    assert isinstance(channel, ClockChannel)

    async def play(hearing: Hearing) -> None:
        wire.write(b"\xf8\xb0\x07\x01")
        await until(lambda: len(hearing.messages) == 1)
        assert hearing.clocks == []
        channel.hear_clock(True)
        wire.write(b"\xb0\xf8\x07\xfa\x7f\xf2\x08")
        wire.write(b"\x01\xfe\xfc")
        await until(lambda: len(hearing.clocks) == 4)

    hearing = perform(channel, play)
    assert [message for _, message, _ in hearing.clocks] == [b"\xf8", b"\xfa", b"\xf2\x08\x01", b"\xfc"]
    assert hearing.updates == [[(0, 1 / 127)], [(0, 1.0)]]


def test_clock_goes_out_by_a_serial_wire_before_what_waits(wire: Wire) -> None:
    outputs = tuple(("control_change", 1, number) for number in range(1, 9))
    channel = SerialMidiChannel(SerialMidi(output=outputs), str(wire.path))

    async def play(hearing: Hearing) -> None:
        channel.send((0.5,) * 8)
        channel.send((1.0,) * 8)  # waits until the wire is free
        channel.send_clock(bytes((TICK,)))
        await until(lambda: len(wire.read()) == 49)

    perform(channel, play, dimension=9)
    assert wire.got[24] == TICK
    assert wire.got.count(TICK) == 1


def test_clock_for_a_wire_that_no_one_reads_is_lost_until_someone_does(wire: Wire) -> None:
    channel = SerialMidiChannel(SerialMidi(), str(wire.path))
    channel.send_clock(bytes((TICK,)))  # the channel is not open yet

    async def play(hearing: Hearing) -> None:
        for _ in range(100_000):
            channel.send_clock(bytes((TICK,)))
        wire.drain()

        def is_read() -> bool:
            channel.send_clock(bytes((START,)))
            return bytes((START,)) in wire.read()

        await until(is_read)

    perform(channel, play)
    assert len(wire.got) < 50_000
