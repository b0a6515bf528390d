"""The MIDI channel through a real JACK server, with python-rtmidi on the other side."""

import asyncio
import threading
import time
from collections.abc import Callable

from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.midi.device import MidiOutput
from impsy_tui.channels.midi.output_mapping import OutputMapping
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.jack_listener import (
    is_part_in_order,
    opened,
    repeated_if_lost,
    sent_until,
    soon,
    with_channel,
)
from tests.support.channels.jack_server import JackServer, plugged
from tests.support.waiting import until

CC1, CC2 = ("control_change", 1, 1), ("control_change", 1, 2)
NOTES = (("note_on", 1), ("note_velocity", 1))


@repeated_if_lost
def test_controllers_and_bends_come_in_as_values(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        before = time.monotonic()
        knobs.send((0xB0, 1, 127), (0xE0, 0, 64), (0xB0, 99, 5), (0xB0, 1, 0))
        await until(lambda: len(hearing.updates) == 3)
        assert before <= hearing.times[0] <= hearing.times[1] <= hearing.times[2] <= time.monotonic()
        status = channel.status()
        assert status.received == 4  # also the message without a meaning
        assert status.last_received == "cc 1 = 0 ch 1"
        assert status.bound == "Knobs → nothing"
        assert status.problems == 0

    with plugged("Knobs", played=False) as knobs:
        hearing = with_channel(play, in_device=("Knobs",), input={"Knobs": (CC1, ("pitch_bend", 1))})
    assert hearing.updates == [[(0, 1.0)], [(1, 8192 / 16383)], [(0, 0.0)]]
    assert hearing.told == []


def test_key_is_one_event_and_is_held_until_it_is_let_go(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        await sent_until(keys, (0x90, 127, 127), lambda: bool(hearing.updates))
        assert hearing.updates[-1] == [(0, 1.0), (1, 1.0)]
        assert channel.held == "note 127"
        await sent_until(keys, (0x90, 60, 1), lambda: channel.held == "notes 127 60")
        assert hearing.updates[-1] == [(0, 60 / 127), (1, 1 / 127)]
        await sent_until(keys, (0x90, 127, 0), lambda: channel.held == "note 60")
        assert hearing.held == [True]
        await sent_until(keys, (0x80, 60, 64), lambda: hearing.held == [True, False])

    with plugged("Keys", played=False) as keys:
        with_channel(play, in_device=("Keys",), input={"Keys": NOTES})


def test_held_key_of_any_device_counts(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        await sent_until(left, (0x90, 60, 1), lambda: channel.held == "note 60")
        await sent_until(right, (0x90, 61, 1), lambda: channel.held == "notes 60 61")
        await sent_until(left, (0x80, 60, 0), lambda: channel.held == "note 61")
        assert hearing.held == [True]
        await sent_until(right, (0x80, 61, 0), lambda: hearing.held == [True, False])

    with plugged("Left", played=False) as left, plugged("Right", played=False) as right:
        notes = {"Left": NOTES, "Right": NOTES}
        with_channel(play, in_device=("Left", "Right"), input=notes)


def test_values_beyond_the_instrument_and_what_a_command_takes_change_nothing(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        hearing.bound = bytes((0xB0, 1, 7))
        await opened(channel)
        for message in ((0xB0, 2, 1), (0xB0, 1, 7)):
            await sent_until(
                knobs,
                message,
                lambda message=message: ("Knobs", bytes(message)) in hearing.messages,  # type: ignore[misc]
            )
        await sent_until(knobs, (0xB0, 1, 127), lambda: bool(hearing.updates))

    with plugged("Knobs", played=False) as knobs:
        hearing = with_channel(play, dimension=2, in_device=("Knobs",), input={"Knobs": (CC1, CC2)})
    assert all(update == [(0, 1.0)] for update in hearing.updates)


def test_noise_is_counted_and_harmless(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        knobs.send((0xF8,), (0xF0, 1, 0xF7))
        for noise in ((0xB0, 1, 200), (0x40, 1), (0x90, 1)):
            before = channel.status().problems
            await sent_until(knobs, noise, lambda before=before: channel.status().problems > before)  # type: ignore[misc]
        status = channel.status()
        assert status.problems == status.received  # each message that arrived is counted once
        assert hearing.bytes_heard == []
        number = 0
        while not hearing.updates:
            number += 1
            knobs.send((0xB0, 1, number))
            await soon(lambda: bool(hearing.updates))
        assert channel.status().problems == status.problems

    with plugged("Knobs", played=False) as knobs:
        hearing = with_channel(play, in_device=("Knobs",), input={"Knobs": (CC1,)})
    numbers = [message[2] for message in hearing.bytes_heard]
    assert numbers == sorted(set(numbers))
    assert hearing.updates == [[(0, number / 127)] for number in numbers]
    assert hearing.times_told("Knobs sends invalid MIDI messages: they are ignored")


def test_source_changes_while_the_channel_is_open(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.set_sources("Knobs", ("", "cc 1 42"))
        knobs.send((0xB0, 42, 127))
        await until(lambda: bool(hearing.updates))
        assert channel.sources() == {"Knobs": ("", "cc 1 42")}

    with plugged("Knobs", played=False) as knobs:
        assert with_channel(play, in_device=("Knobs",)).updates == [[(1, 1.0)]]


@repeated_if_lost
def test_vectors_go_out_by_the_mapping_of_each_device(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        channel.send((0.5, 0.0))
        channel.silence()
        channel.silence()
        await until(lambda: len(synth.played) == 4 and len(box.played) == 3)
        status = channel.status()
        assert status.sent in (9, 10)  # two of them silence the synthesiser at the beginning; a note-off is repeated
        assert status.last_sent == "note 64 off ch 1"
        assert status.bound == "nothing → Synth, Box"

    with plugged("Synth", heard=False) as synth, plugged("Box", heard=False) as box:
        with_channel(
            play,
            out_device=("Synth", "Box"),
            output={"Synth": NOTES, "Box": (("pitch_bend", 2), ("control_change", 2, 9))},
        )
        assert synth.played == [(0x90, 64, 127), (0x80, 64, 0), (0x90, 64, 1), (0x80, 64, 0)]
        assert box.played == [(0xE1, 0, 64), (0xB1, 9, 127), (0xB1, 9, 0)]


def test_note_offs_at_the_end_of_a_turn_are_repeated(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        while synth.all_got.count((0x80, 64, 0)) < 2:  # the device may lose one
            channel.send((0.5, 1.0))
            channel.silence()
            await soon(lambda: synth.all_got.count((0x80, 64, 0)) > 1)

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": NOTES})


def test_still_off_leaves_out_notes_that_sound_again() -> None:
    output = MidiOutput("Synth", [OutputMapping(NOTES), OutputMapping((("note_on", 2), ("note_on", 3)))], 0.1)
    output.play((0.5, 0.25))
    output.passes("Keys", b"\x93\x28\x09")
    ended = [*output.silence(), *output.silence_passed(), b"\xb0\x7b\x00"]
    assert output.still_off(ended) == [b"\x80\x40\x00", b"\x81\x40\x00", b"\x82\x20\x00", b"\x83\x28\x00"]
    output.play((0.5, 0.5))
    output.passes("Keys", b"\x93\x28\x09")
    assert output.still_off(ended) == [b"\x82\x20\x00"]


def test_note_offs_are_repeated_before_a_port_is_closed(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        await until(lambda: len(synth.played) == 1)

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": NOTES})
        asyncio.run(until(lambda: synth.all_got.count((0x80, 64, 0)) == 2))


def test_muted_notes_end(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.0, 1.0))
        channel.send((0.0, 1.0), frozenset((0,)))
        await until(lambda: len(synth.played) == 2)

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": NOTES})
        assert synth.played == [(0x90, 0, 127), (0x80, 0, 0)]


def test_notes_of_some_values_end_at_once_and_the_others_sound_on(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 0.5, 1.0))
        channel.end_notes(frozenset((1, 2)))
        await until(lambda: len(synth.played) == 4 and len(box.played) == 2)
        assert synth.played[3] == (0x81, 127, 0)  # value 1 plays the same note as value 0
        assert box.played[1] == (0x82, 64, 0)
        channel.end_notes(frozenset((0,)))
        await until(lambda: len(synth.played) == 5)
        assert synth.played[4] == (0x80, 64, 0)

    with plugged("Synth", heard=False) as synth, plugged("Box", heard=False) as box:
        notes = {"Synth": (("note_on", 1), ("note_on", 1), ("note_on", 2)), "Box": (("unused",), ("note_on", 3))}
        with_channel(play, dimension=4, out_device=("Synth", "Box"), output=notes)


def test_midi_channel_leaves_no_note_sounding(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        keys.send((0x92, 40, 9))
        await until(lambda: len(synth.played) == 2)

    with plugged("Synth", heard=False) as synth, plugged("Keys", played=False) as keys:
        settings = {"out_device": ("Synth",), "output": {"Synth": NOTES}, "in_device": ("Keys",)}
        with_channel(play, thru_matrix={"Keys": ("Synth",)}, **settings)
        asyncio.run(until(lambda: len(synth.played) == 4))
        assert synth.played[2:] == [(0x80, 64, 0), (0x82, 40, 0)]


@repeated_if_lost
def test_panic_ends_everything_on_every_channel_that_was_sent_on(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        keys.send((0x92, 40, 9))
        await until(lambda: len(synth.played) == 2)
        channel.panic()
        await until(lambda: len(synth.played) == 10)

    with plugged("Synth", heard=False) as synth, plugged("Keys", played=False) as keys:
        settings = {"out_device": ("Synth",), "output": {"Synth": NOTES}, "in_device": ("Keys",)}
        with_channel(play, thru_matrix={"Keys": ("Synth",)}, **settings)
        off = [(0xB0, 64, 0), (0xB0, 120, 0), (0xB0, 123, 0)]
        assert synth.played[2:] == [(0x82, 40, 0), (0x80, 64, 0), *off, *[(0xB2, *rest) for _, *rest in off]]


def test_thru_passes_messages_on_unchanged(jack_server: JackServer) -> None:
    # Each message has a number, so that a message that is passed on twice differs from one that is sent again.
    channel_messages: list[Callable[[int], tuple[int, ...]]] = [
        lambda number: (0x90, 60, number),
        lambda number: (0xA0, 60, number),
        lambda number: (0xC0, number),
        lambda number: (0x80, 60, number),
        lambda number: (0xE0, 1, number),
    ]
    played: list[tuple[int, ...]] = []

    async def pass_on(message: Callable[[int], tuple[int, ...]]) -> None:
        """Sends a message with the next number until one has arrived."""
        arrived = False
        while not arrived:
            played.append(message(len(played) + 1))
            before = synth.all_got.count(played[-1])
            keys.send(played[-1])
            await soon(lambda before=before: synth.all_got.count(played[-1]) > before)  # type: ignore[misc]
            arrived = synth.all_got.count(played[-1]) > before

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        sent = channel.status().sent
        for message in channel_messages:
            await pass_on(message)
        heard = [tuple(message) for message in hearing.bytes_heard]
        assert is_part_in_order(heard, played)
        assert channel.status().received == len(heard)
        assert channel.status().sent - sent == len(heard)
        passed = [message for message in synth.all_got if message in played]
        assert is_part_in_order(passed, heard)
        # A clock and a system exclusive message are passed on and not counted.
        await pass_on(lambda number: (0xF0, number, 0xF7))
        await pass_on(lambda number: (0xF8,))
        assert channel.status().received == len(heard)

    with plugged("Keys", played=False) as keys, plugged("Synth", heard=False) as synth:
        with plugged("Other", heard=False) as other:
            with_channel(play, in_device=("Keys",), out_device=("Synth", "Other"), thru_matrix={"Keys": ("Synth",)})
            assert other.got == []
        assert is_part_in_order([message for message in synth.all_got if message in played], played)


def test_channel_reports_settings_of_a_device_that_is_not_named(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "open"
        assert channel.status().problems == 5

    hearing = with_channel(
        play,
        input={"A": (CC1,)},
        output={"B": (CC1,)},
        feedback={"A": True},
        thru_matrix={"A": ("B",)},
    )
    assert hearing.times_told('input."A" is not used: in_device does not name it') == 1


def test_flood_comes_in_whole(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        for number in range(2000):
            knobs.send((0xB0, 1, number % 128))
            if number % 20 == 0:
                await asyncio.sleep(0.001)
        await until(lambda: len(hearing.updates) == 2000)
        assert channel.status().received == 2000

    with plugged("Knobs", played=False) as knobs:
        hearing = with_channel(play, in_device=("Knobs",), input={"Knobs": (CC1,)})
    assert hearing.told == []


def test_closing_amid_a_flood_neither_hangs_nor_fails(jack_server: JackServer) -> None:
    going = True

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        await until(lambda: len(hearing.updates) > 100)

    def flood() -> None:
        while going:
            knobs.send((0xB0, 1, 1), (0xB0, 1, 2))
            time.sleep(0.0005)

    with plugged("Knobs", played=False) as knobs:
        thread = threading.Thread(target=flood)
        thread.start()
        try:
            for _ in range(5):
                with_channel(play, in_device=("Knobs",), input={"Knobs": (CC1,)})
        finally:
            going = False
            thread.join()
