"""MIDI devices that are controller and display: echoes, lights, motors and takeover."""

from typing import Any

import pytest

from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.midi.device import EchoFilter, Takeover
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.jack_listener import opened, sent_until, with_channel
from tests.support.channels.jack_server import JackServer, plugged
from tests.support.waiting import until

CC1, CC2 = ("control_change", 1, 1), ("control_change", 1, 2)


@pytest.mark.parametrize(
    ("sent", "echo"),
    [
        ((0.5, 0.5), (0xB0, 1, 64)),
        ((0.5, 0.5), (0xE0, 0, 64)),
        ((0.5, 0.5), (0x90, 64, 127)),
        ((0.5, 0.5), (0x80, 64, 0)),
        ((0.5, 0.5), (0x90, 64, 0)),
    ],
)
def test_echo_is_dropped_where_that_is_asked_for(
    jack_server: JackServer, sent: tuple[float, float], echo: tuple[int, ...]
) -> None:
    entries = (CC1, ("pitch_bend", 1), ("note_on", 1))

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((*sent, 0.5))
        channel.silence()
        await until(lambda: len(desk.played) == 4)
        desk.send(echo)
        # Passed on, unlike the echo.
        await sent_until(desk, (0xB0, 1, 127), lambda: bool(hearing.updates) and (0xB0, 1, 127) in desk.played)

    with plugged("Desk") as desk:
        hearing = with_channel(
            play,
            dimension=4,
            in_device=("Desk",),
            out_device=("Desk",),
            input={"Desk": entries},
            output={"Desk": entries},
            thru_matrix={"Desk": ("Desk",)},
            feedback_protection=True,
            feedback_threshold=10.0,
        )
        # The last message comes again if JACK has lost or delayed it.
        assert set(desk.played[4:]) == {(0xB0, 1, 127)}
    assert all(update == [(0, 1.0)] for update in hearing.updates)
    assert hearing.held == []


def test_echo_through_a_port_of_another_name_is_dropped(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5,))
        await until(lambda: (0xB0, 1, 64) in synth.played)
        keys.send((0xB0, 1, 64))
        await sent_until(keys, (0xB0, 1, 127), lambda: bool(hearing.updates))

    with plugged("Synth", heard=False) as synth, plugged("Return", played=False) as keys:
        hearing = with_channel(
            play,
            dimension=2,
            in_device=("Return",),
            out_device=("Synth",),
            input={"Return": (CC1,)},
            output={"Synth": (CC1,)},
            feedback_protection=True,
            feedback_threshold=10.0,
        )
    assert hearing.updates[0] == [(0, 1.0)]


def test_input_sends_back_only_the_outputs_paired_with_it(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5,))
        await until(lambda: (0xB0, 1, 64) in synth.played)
        await sent_until(keys, (0xB0, 1, 64), lambda: bool(hearing.updates))
        assert hearing.times_told('feedback_pairs."Keys" has no effect for "Box": out_device does not name it') == 1

    with plugged("Synth", heard=False) as synth, plugged("Keys", played=False) as keys:
        with_channel(
            play,
            dimension=2,
            in_device=("Keys",),
            out_device=("Synth",),
            input={"Keys": (CC1,)},
            output={"Synth": (CC1,)},
            feedback_protection=True,
            feedback_pairs={"Keys": ("Box",)},
            feedback_threshold=10.0,
        )


def test_echo_that_takes_the_turn_is_reported(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        hearing.turn_lasts = 1
        await opened(channel)
        channel.send((0.5,))
        await until(lambda: (0xB0, 1, 64) in desk.played)
        await sent_until(desk, (0xB0, 1, 64), lambda: bool(hearing.updates))
        assert hearing.times_told("cc 1 = 64 ch 1 is an echo from Desk and takes the turn from the player") == 1

    with plugged("Desk") as desk:
        settings: dict[str, Any] = {"in_device": ("Desk",), "out_device": ("Desk",), "feedback_threshold": 10.0}
        with_channel(play, dimension=2, input={"Desk": (CC1,)}, output={"Desk": (CC1,)}, **settings)


def test_loop_is_reported_once_where_nothing_drops_it(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        for step in range(20):
            channel.send((step / 20, 0.0))
        await until(lambda: len(desk.played) == 20)
        desk.send(*desk.played)
        await until(lambda: len(hearing.updates) == 20)

    with plugged("Desk") as desk:
        settings: dict[str, Any] = {"in_device": ("Desk",), "out_device": ("Desk",), "feedback_threshold": 10.0}
        hearing = with_channel(play, input={"Desk": (CC1,)}, output={"Desk": (CC1,)}, **settings)
    assert hearing.times_told("feedback_protection = true drops that") == 1


def test_echo_is_the_same_message_soon_after() -> None:
    echoes = EchoFilter(0.02)
    echoes.sent(b"\xb0\x01\x40", 10.0)
    assert echoes.echoes(b"\xb0\x01\x40", 10.01)
    assert not echoes.echoes(b"\xb0\x01\x41", 10.01)
    assert not echoes.echoes(b"\xb0\x01\x40", 10.03)
    assert not echoes.echoes(b"\xb0\x01\x40", 9.99)  # it came in before
    for number in range(100_000):
        echoes.sent(bytes((0xB0, number % 100, number // 100 % 128)), 10.01)
    assert not echoes.echoes(b"\xb0\x01\x40", 10.01) or len(echoes._sent) <= 1024


def test_controller_shows_predictions_and_its_knobs_act_once_they_pass(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        desk.send((0xB0, 1, 10))
        await until(lambda: len(hearing.updates) == 1)
        channel.send((1.0, 64 / 127))
        await until(lambda: len(desk.played) == 2)
        assert desk.played == [(0xB0, 1, 127), (0xB0, 2, 64)]
        desk.send((0xB0, 1, 60), (0xB0, 1, 124))  # short of it
        desk.send((0xB0, 1, 125))  # within two steps
        desk.send((0xB0, 1, 3))  # the knob acts again
        desk.send((0xB0, 2, 10), (0xB0, 2, 70), (0xB0, 2, 80))  # passes it
        await until(lambda: len(hearing.updates) == 5)
        channel.send((3 / 127, 80 / 127))  # the knobs are at these values: nothing to show, nothing to pass
        desk.send((0xB0, 1, 90))
        await until(lambda: len(hearing.updates) == 6)
        assert channel.status().bound == "Desk → Desk"

    with plugged("Desk") as desk:
        hearing = with_channel(play, in_device=("Desk",), input={"Desk": (CC1, CC2)}, feedback={"Desk": True})
        assert len(desk.played) == 2
    values = [(index, round(value * 127)) for ((index, value),) in hearing.updates]
    assert values == [(0, 10), (0, 125), (0, 3), (1, 70), (1, 80), (0, 90)]


def test_light_is_set_again_after_the_musician_has_moved_its_knob(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((1.0, 0.0))
        desk.send((0xB0, 1, 127), (0xB0, 1, 20))
        await until(lambda: len(hearing.updates) == 2)
        channel.send((1.0, 0.0))
        await until(lambda: desk.played == [(0xB0, 1, 127), (0xB0, 2, 0), (0xB0, 1, 127)])

    with plugged("Desk") as desk:
        with_channel(play, in_device=("Desk",), input={"Desk": (CC1, CC2)}, feedback={"Desk": True})


def test_motor_faders_that_report_their_own_way_are_not_heard(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((1.0, 0.5))
        await until(lambda: len(desk.played) == 2)
        desk.send(*desk.played)
        desk.send((0xB0, 1, 126))
        await until(lambda: bool(hearing.updates))

    with plugged("Desk") as desk:
        hearing = with_channel(
            play,
            in_device=("Desk",),
            input={"Desk": (CC1, CC2)},
            feedback={"Desk": True},
            feedback_protection=True,
            feedback_threshold=10.0,
        )
    assert hearing.updates == [[(0, 126 / 127)]]


def test_notes_need_no_takeover() -> None:
    takeover = Takeover((("note_on", 1), ("control_change", 1, 1)))
    takeover.moved((1.0, 1.0))
    assert takeover.admitted([(0, 0.0), (1, 0.0)]) == [(0, 0.0)]
    assert takeover.admitted([(1, 0.5)]) == []
    assert takeover.admitted([(1, 1.0)]) == [(1, 1.0)]
    assert takeover.admitted([(1, 0.1)]) == [(1, 0.1)]
