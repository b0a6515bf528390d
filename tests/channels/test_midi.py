"""The MIDI channel through a real JACK server, with python-rtmidi on the other side."""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import rtmidi

from impsy_tui.channels import ChannelProblem
from impsy_tui.channels.midi import MidiChannel, list_ports
from impsy_tui.channels.midi_device import Echoes, Takeover
from impsy_tui.channels.midi_inbox import MESSAGES_A_TURN, MOST_WAITING, Inbox
from impsy_tui.channels.midi_ports import match
from impsy_tui.config import Midi
from impsy_tui.engine.loop import EngineLoop
from impsy_tui.engine.scheduler import Scheduler
from impsy_tui.gestures.surfaces import Lifted
from impsy_tui.gestures.touches import Touch
from tests.channels.jack import Device, JackServer, plugged

CC1, CC2 = ("control_change", 1, 1), ("control_change", 1, 2)
NOTES = (("note_on", 1), ("note_velocity", 1))


@dataclass
class Hearing:
    """A listener that keeps what it hears."""

    scheduler: Scheduler
    updates: list[list[tuple[int, float]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    bound: bytes = b""
    """A message that is taken for something else."""
    told: list[tuple[str, str]] = field(default_factory=list)
    clocks: list[tuple[str, bytes, float]] = field(default_factory=list)
    touches: list[Touch | Lifted] = field(default_factory=list)

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        self.touches.append(touch)

    def heard(self, channel: str, values: Sequence[float], at: float) -> None:
        raise AssertionError("MIDI messages are no whole vectors")

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        assert channel == "midi"
        self.updates.append(list(updates))
        self.times.append(at)

    def holding(self, channel: str, held: bool, at: float) -> None:
        self.held.append(held)

    def message(self, channel: str, device: str, message: bytes) -> bool:
        self.messages.append((device, message))
        return message == self.bound

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        self.clocks.append((device, message, at))

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        raise AssertionError("MIDI messages have no address")

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        self.told.append((level, message))

    def said(self, text: str) -> int:
        """How often something with this text was said."""
        return sum(text in message for _, message in self.told)


Play = Callable[[MidiChannel, Hearing], Awaitable[None]]


def with_channel(play: Play, *, dimension: int = 3, api: str = "JACK", **settings: Any) -> Hearing:
    """Open a channel, play, close it."""
    loop = EngineLoop()
    hearing = Hearing(loop.scheduler)

    async def run() -> None:
        channel = MidiChannel(Midi(api=api, **settings))
        await channel.open(hearing, dimension)
        try:
            await play(channel, hearing)
        finally:
            channel.close()
            channel.close()  # harmless
            assert channel.status().state == "closed"
        await asyncio.sleep(0)

    try:
        loop.run_until_complete(run())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()
    return hearing


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def opened(channel: MidiChannel) -> None:
    await until(lambda: channel.status().state == "open")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIDO_BACKEND", raising=False)


def test_controllers_and_bends_come_in_as_values(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        before = time.monotonic()
        knobs.send((0xB0, 1, 127), (0xE0, 0, 64), (0xB0, 99, 5), (0xB0, 1, 0))
        await until(lambda: len(hearing.updates) == 3)
        assert before <= hearing.times[0] <= hearing.times[1] <= hearing.times[2] <= time.monotonic()
        status = channel.status()
        assert status.received == 4  # the one that means nothing, too
        assert status.last_received == "cc 1 = 0 ch 1"
        assert status.bound == "Knobs → nothing"
        assert status.problems == 0

    with plugged("Knobs", played=False) as knobs:
        hearing = with_channel(play, in_device=("Knobs",), input={"Knobs": (CC1, ("pitch_bend", 1))})
    assert hearing.updates == [[(0, 1.0)], [(1, 8192 / 16383)], [(0, 0.0)]]
    assert hearing.told == []


def test_a_key_is_one_event_and_is_held_until_it_is_let_go(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        keys.send((0x90, 127, 127), (0x90, 60, 1), (0x90, 127, 0))
        await until(lambda: len(hearing.messages) == 3)
        assert hearing.held == [True]
        keys.send((0x80, 60, 64))
        await until(lambda: hearing.held == [True, False])

    with plugged("Keys", played=False) as keys:
        hearing = with_channel(play, in_device=("Keys",), input={"Keys": NOTES})
    assert hearing.updates == [[(0, 1.0), (1, 1.0)], [(0, 60 / 127), (1, 1 / 127)]]


def test_a_held_key_of_any_device_counts(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        left.send((0x90, 60, 1))
        right.send((0x90, 61, 1))
        await until(lambda: len(hearing.updates) == 2)
        left.send((0x80, 60, 0))
        await until(lambda: len(hearing.messages) == 3)
        assert hearing.held == [True]
        right.send((0x80, 61, 0))
        await until(lambda: hearing.held == [True, False])

    with plugged("Left", played=False) as left, plugged("Right", played=False) as right:
        notes = {"Left": NOTES, "Right": NOTES}
        with_channel(play, in_device=("Left", "Right"), input=notes)


def test_values_beyond_the_instrument_and_what_a_command_takes_change_nothing(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        hearing.bound = bytes((0xB0, 1, 7))
        await opened(channel)
        knobs.send((0xB0, 2, 1), (0xB0, 1, 7), (0xB0, 1, 127))
        await until(lambda: len(hearing.messages) == 3)
        await until(lambda: bool(hearing.updates))

    with plugged("Knobs", played=False) as knobs:
        hearing = with_channel(play, dimension=2, in_device=("Knobs",), input={"Knobs": (CC1, CC2)})
    assert hearing.updates == [[(0, 1.0)]]
    assert hearing.messages[1] == ("Knobs", bytes((0xB0, 1, 7)))


def test_noise_is_counted_and_harmless(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        knobs.send((0xB0, 1, 200), (0x40, 1), (0x90, 1), (0xF8,), (0xF0, 1, 0xF7), (0xB0, 1, 127))
        await until(lambda: bool(hearing.updates))
        assert channel.status().problems == 3

    with plugged("Knobs", played=False) as knobs:
        assert with_channel(play, in_device=("Knobs",), input={"Knobs": (CC1,)}).updates == [[(0, 1.0)]]


def test_a_value_is_learned(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.learn("Knobs", 1, ("control_change", 1, 42))
        knobs.send((0xB0, 42, 127))
        await until(lambda: bool(hearing.updates))
        assert channel.learned() == {'midi.input."Knobs"': (("unused",), ("control_change", 1, 42))}

    with plugged("Knobs", played=False) as knobs:
        assert with_channel(play, in_device=("Knobs",)).updates == [[(1, 1.0)]]


def test_vectors_go_out_as_each_device_is_told_them(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        channel.send((0.5, 0.0))
        channel.silence()
        channel.silence()
        await until(lambda: len(synth.got) == 4 and len(box.got) == 3)
        status = channel.status()
        assert status.sent == 7
        assert status.last_sent == "note 64 off ch 1"
        assert status.bound == "nothing → Synth, Box"

    with plugged("Synth", heard=False) as synth, plugged("Box", heard=False) as box:
        with_channel(
            play,
            out_device=("Synth", "Box"),
            output={"Synth": NOTES, "Box": (("pitch_bend", 2), ("control_change", 2, 9))},
        )
        assert synth.got == [(0x90, 64, 127), (0x80, 64, 0), (0x90, 64, 1), (0x80, 64, 0)]
        assert box.got == [(0xE1, 0, 64), (0xB1, 9, 127), (0xB1, 9, 0)]


def test_muted_notes_end(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.0, 1.0))
        channel.send((0.0, 1.0), frozenset((0,)))
        await until(lambda: len(synth.got) == 2)

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": NOTES})
        assert synth.got == [(0x90, 0, 127), (0x80, 0, 0)]


def test_notes_of_some_values_end_at_once_and_the_others_sound_on(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 0.5, 1.0))
        channel.end_notes(frozenset((1, 2)))
        await until(lambda: len(synth.got) == 4 and len(box.got) == 2)
        assert synth.got[3] == (0x81, 127, 0)  # value 1 sounds what value 0 sounds, too
        assert box.got[1] == (0x82, 64, 0)
        channel.end_notes(frozenset((0,)))
        await until(lambda: len(synth.got) == 5)
        assert synth.got[4] == (0x80, 64, 0)

    with plugged("Synth", heard=False) as synth, plugged("Box", heard=False) as box:
        notes = {"Synth": (("note_on", 1), ("note_on", 1), ("note_on", 2)), "Box": (("unused",), ("note_on", 3))}
        with_channel(play, dimension=4, out_device=("Synth", "Box"), output=notes)


def test_nothing_sounds_on_after_the_end(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        keys.send((0x92, 40, 9))
        await until(lambda: len(synth.got) == 2)

    with plugged("Synth", heard=False) as synth, plugged("Keys", played=False) as keys:
        settings = {"out_device": ("Synth",), "output": {"Synth": NOTES}, "in_device": ("Keys",)}
        with_channel(play, thru_matrix={"Keys": ("Synth",)}, **settings)
        asyncio.run(until(lambda: len(synth.got) == 4))
        assert synth.got[2:] == [(0x80, 64, 0), (0x82, 40, 0)]


def test_panic_ends_everything_on_every_channel_that_was_sent_on(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        keys.send((0x92, 40, 9))
        await until(lambda: len(synth.got) == 2)
        channel.panic()
        await until(lambda: len(synth.got) == 10)

    with plugged("Synth", heard=False) as synth, plugged("Keys", played=False) as keys:
        settings = {"out_device": ("Synth",), "output": {"Synth": NOTES}, "in_device": ("Keys",)}
        with_channel(play, thru_matrix={"Keys": ("Synth",)}, **settings)
        off = [(0xB0, 64, 0), (0xB0, 120, 0), (0xB0, 123, 0)]
        assert synth.got[2:] == [(0x82, 40, 0), (0x80, 64, 0), *off, *[(0xB2, *rest) for _, *rest in off]]


def test_what_comes_in_is_passed_on_as_it_is(jack_server: JackServer) -> None:
    played = [(0x90, 60, 100), (0xA0, 60, 5), (0xC0, 3), (0xF8,), (0x80, 60, 7), (0xE0, 1, 2), (0xF0, 1, 2, 0xF7)]

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        keys.send(*played)
        await until(lambda: len(synth.got) == len(played))
        assert channel.status().received == 5  # neither the clock nor the system exclusive message

    with plugged("Keys", played=False) as keys, plugged("Synth", heard=False) as synth:
        with plugged("Other", heard=False) as other:
            with_channel(play, in_device=("Keys",), out_device=("Synth", "Other"), thru_matrix={"Keys": ("Synth",)})
            assert other.got == []
        assert synth.got == played


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Synth", "Synth"),
        ("synth", "My Synth:synth 20:0"),
        ("My Synth:synth", "My Synth:synth 20:0"),
        ("SYNTH", "My Synth:synth 20:0"),
        ("keys", "KEYS:midi 1"),
        ("drum", None),
    ],
)
def test_parts_of_names_are_enough(wanted: str, found: str | None) -> None:
    assert match(wanted, ["KEYS:midi 1", "My Synth:synth 20:0", "Synth"]) == found


def test_a_device_is_found_by_a_part_of_its_name_and_own_ports_are_no_devices(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        synth.send((0xB0, 1, 127))
        channel.send((1.0, 1.0))
        await until(lambda: bool(hearing.updates) and bool(synth.got))
        inputs, outputs = list_ports("jack")
        assert inputs == ["The Great Synth:out"]
        assert [name.partition(":")[2] for name in outputs] == ["in"]

    with plugged("The Great Synth") as synth:
        with_channel(
            play,
            api="jack",
            in_device=("great synth",),
            out_device=("great synth",),
            input={"great synth": (CC1,)},
            output={"great synth": (CC2,)},
        )


def test_a_missing_device_is_told_once_and_found_when_it_comes(jack_server: JackServer) -> None:
    knobs: list[Device] = []

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert channel.status().bound == "Knobs (not there) → Synth"
        channel.send((0.5, 0.5))
        await until(lambda: len(synth.got) == 1)  # the other is undisturbed
        await asyncio.sleep(1.2)
        assert hearing.said("no input is called Knobs: it is waited for") == 1
        knobs.append(Device("Knobs", played=False))
        await opened(channel)
        knobs[0].send((0xB0, 1, 127))
        await until(lambda: bool(hearing.updates))
        assert hearing.told[-1] == ("info", "Knobs is there")

    with plugged("Synth", heard=False) as synth:
        with_channel(
            play,
            in_device=("Knobs",),
            out_device=("Synth",),
            input={"Knobs": (CC1,)},
            output={"Synth": (CC1,)},
        )
        knobs[0].pull()
        assert len(synth.got) == 1


def test_a_pulled_keyboard_holds_nothing_and_leaves_nothing_sounding(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        keys.send((0x90, 60, 100), (0x91, 61, 100))
        knobs.send((0x90, 5, 100))
        await until(lambda: len(synth.got) == 3 and hearing.held == [True])
        keys.pull()
        await until(lambda: len(synth.got) == 5)
        assert synth.got[3:] == [(0x80, 60, 0), (0x81, 61, 0)]
        assert hearing.held == [True, False]
        assert channel.status().state == "waiting"
        assert hearing.said("Keys has gone") == 1
        knobs.send((0xB0, 1, 127))
        await until(lambda: len(hearing.updates) == 2)
        again = Device("Keys", played=False)
        await opened(channel)
        again.send((0x90, 62, 100))
        await until(lambda: hearing.held == [True, False, True])
        again.pull()

    with (
        plugged("Keys", played=False) as keys,
        plugged("Knobs", played=False) as knobs,
        plugged("Synth", heard=False) as synth,
    ):
        hearing = with_channel(
            play,
            in_device=("Keys", "Knobs"),
            out_device=("Synth",),
            input={"Keys": NOTES, "Knobs": (("note_on", 2), CC1)},
            thru_matrix={"Keys": ("Synth",), "Knobs": ("Synth",)},
        )
    assert hearing.said("Keys is there") == 1


def test_a_synthesiser_that_comes_back_is_silenced_and_told_everything_anew(jack_server: JackServer) -> None:
    entries = (("note_on", 1), ("control_change", 1, 9))

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        await until(lambda: len(synth.got) == 2)
        synth.pull()
        await until(lambda: channel.status().state == "waiting")
        channel.send((0.25, 1.0))  # nobody hears it
        channel.silence()
        channel.panic()
        again = Device("Synth", heard=False)
        await opened(channel)
        channel.send((1.0, 1.0))
        await until(lambda: len(again.got) == 3)
        assert again.got == [(0x80, 64, 0), (0x90, 127, 127), (0xB0, 9, 127)]
        again.pull()
        await until(lambda: channel.status().state == "waiting")

    with plugged("Synth", heard=False) as synth:
        hearing = with_channel(play, out_device=("Synth",), output={"Synth": entries})
    assert hearing.said("Synth has gone") == 2


def test_a_device_that_was_gone_for_an_instant_is_connected_again(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        synth.pull()
        again = Device("Synth", heard=False)
        await until(lambda: hearing.said("Synth is there") == 1)
        channel.send((1.0, 1.0))
        await until(lambda: bool(again.got))
        again.pull()

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": (CC1,)})


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
def test_an_echo_is_dropped_where_that_is_asked_for(
    jack_server: JackServer, sent: tuple[float, float], echo: tuple[int, ...]
) -> None:
    entries = (CC1, ("pitch_bend", 1), ("note_on", 1))

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((*sent, 0.5))
        channel.silence()
        await until(lambda: len(desk.got) == 4)
        desk.send(echo, (0xB0, 1, 127))
        await until(lambda: bool(hearing.updates))

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
        assert (0xB0, 1, 127) in desk.got  # passed on, other than the echo
        assert len(desk.got) == 5
    assert hearing.updates == [[(0, 1.0)]]
    assert hearing.held == []


def test_a_loop_is_told_once_where_nothing_drops_it(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        for step in range(20):
            channel.send((step / 20, 0.0))
        await until(lambda: len(desk.got) == 20)
        desk.send(*desk.got)
        await until(lambda: len(hearing.updates) == 20)

    with plugged("Desk") as desk:
        settings: dict[str, Any] = {"in_device": ("Desk",), "out_device": ("Desk",), "feedback_threshold": 10.0}
        hearing = with_channel(play, input={"Desk": (CC1,)}, output={"Desk": (CC1,)}, **settings)
    assert hearing.said("feedback_protection = true drops that") == 1


def test_an_echo_is_the_same_message_soon_after() -> None:
    echoes = Echoes(0.02)
    echoes.sent(b"\xb0\x01\x40", 10.0)
    assert echoes.echoes(b"\xb0\x01\x40", 10.01)
    assert not echoes.echoes(b"\xb0\x01\x41", 10.01)
    assert not echoes.echoes(b"\xb0\x01\x40", 10.03)
    assert not echoes.echoes(b"\xb0\x01\x40", 9.99)  # it came in before
    for number in range(100_000):
        echoes.sent(bytes((0xB0, number % 100, number // 100 % 128)), 10.01)
    assert not echoes.echoes(b"\xb0\x01\x40", 10.01) or len(echoes._sent) <= 1024


def test_a_controller_shows_predictions_and_its_knobs_act_once_they_pass(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        desk.send((0xB0, 1, 10))
        await until(lambda: len(hearing.updates) == 1)
        channel.send((1.0, 64 / 127))
        await until(lambda: len(desk.got) == 2)
        assert desk.got == [(0xB0, 1, 127), (0xB0, 2, 64)]
        desk.send((0xB0, 1, 60), (0xB0, 1, 124))  # short of it
        desk.send((0xB0, 1, 125))  # within two steps
        desk.send((0xB0, 1, 3))  # its own again
        desk.send((0xB0, 2, 10), (0xB0, 2, 70), (0xB0, 2, 80))  # passes it
        await until(lambda: len(hearing.updates) == 5)
        channel.send((3 / 127, 80 / 127))  # where they are: nothing to show, nothing to pass
        desk.send((0xB0, 1, 90))
        await until(lambda: len(hearing.updates) == 6)
        assert channel.status().bound == "Desk → Desk"

    with plugged("Desk") as desk:
        hearing = with_channel(play, in_device=("Desk",), input={"Desk": (CC1, CC2)}, feedback={"Desk": True})
        assert len(desk.got) == 2
    values = [(index, round(value * 127)) for ((index, value),) in hearing.updates]
    assert values == [(0, 10), (0, 125), (0, 3), (1, 70), (1, 80), (0, 90)]


def test_a_light_is_set_again_after_the_musician_has_moved_its_knob(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((1.0, 0.0))
        desk.send((0xB0, 1, 127), (0xB0, 1, 20))
        await until(lambda: len(hearing.updates) == 2)
        channel.send((1.0, 0.0))
        await until(lambda: desk.got == [(0xB0, 1, 127), (0xB0, 2, 0), (0xB0, 1, 127)])

    with plugged("Desk") as desk:
        with_channel(play, in_device=("Desk",), input={"Desk": (CC1, CC2)}, feedback={"Desk": True})


def test_motor_faders_that_report_their_own_way_are_not_heard(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((1.0, 0.5))
        await until(lambda: len(desk.got) == 2)
        desk.send(*desk.got)
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


def test_virtual_ports_are_there_for_others(jack_server: JackServer) -> None:
    peer = Device("unused", heard=False, played=False)

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "open"
        peer.connect(source="Impsy out", sink="Impsy in")
        peer.send((0xB0, 1, 127))
        await until(lambda: bool(hearing.updates))
        channel.send((0.5, 0.0))
        await until(lambda: bool(peer.got))
        await asyncio.sleep(1.2)
        assert channel.status().state == "open"
        channel.send((0.0, 0.0))
        await until(lambda: len(peer.got) == 2)

    hearing = with_channel(
        play,
        virtual=True,
        in_device=("Impsy in",),
        out_device=("Impsy out",),
        input={"Impsy in": (CC1,)},
        output={"Impsy out": (CC1,)},
    )
    peer.pull()
    assert peer.got == [(0xB0, 1, 64), (0xB0, 1, 0)]
    assert hearing.told == []


@pytest.mark.parametrize("kill", [True, False])
def test_a_server_that_ends_and_comes_back(jack_server: JackServer, kill: bool) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        keys.send((0x90, 60, 100))
        channel.send((0.5, 1.0))
        await until(lambda: len(synth.got) == 1 and hearing.held == [True])
        await asyncio.to_thread(jack_server.end, kill=kill)
        keys.abandon()
        synth.abandon()
        try:
            for _ in range(20_000):  # far more than a buffer takes
                channel.send((0.25, 1.0))
            await until(lambda: hearing.held == [True, False])
            assert channel.status().state == "waiting"
            channel.silence()
            channel.panic()
            await until(lambda: hearing.said("the JACK server is not running: MIDI waits for it") == 1)
            await asyncio.sleep(1.2)
            assert hearing.said("not running") == 1
        finally:
            await asyncio.to_thread(jack_server.start)
        again, keyboard = Device("Synth", heard=False), Device("Keys", played=False)
        await opened(channel)
        channel.send((1.0, 1.0))
        await until(lambda: (0x90, 127, 127) in again.got)
        assert again.got[0] == (0x80, 64, 0)
        keyboard.send((0x90, 61, 100))
        await until(lambda: hearing.held == [True, False, True])
        keyboard.pull()
        again.pull()

    keys, synth = Device("Keys", played=False), Device("Synth", heard=False)
    hearing = with_channel(
        play, in_device=("Keys",), out_device=("Synth",), input={"Keys": NOTES}, output={"Synth": NOTES}
    )
    assert hearing.said("MIDI is there again") == 1


def test_without_a_server_it_waits_for_one(jack_server: JackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert channel.status().bound == "Keys (not there) → Synth (not there)"
        channel.send((0.5, 0.5))
        channel.silence()
        channel.panic()
        await asyncio.sleep(0.7)
        assert hearing.told == [("warning", "the JACK server is not running: MIDI waits for it")]
        os.environ["JACK_DEFAULT_SERVER"] = jack_server.name
        await opened(channel)
        assert hearing.told[1:] == [("info", "MIDI is there again")]

    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"{jack_server.name}-not")
    with pytest.raises(ChannelProblem, match="the JACK server is not running"):
        list_ports("JACK")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_server.name)
    with plugged("Keys", played=False), plugged("Synth", heard=False):
        monkeypatch.setenv("JACK_DEFAULT_SERVER", f"{jack_server.name}-not")
        with_channel(play, in_device=("Keys",), out_device=("Synth",))


@pytest.mark.parametrize(
    ("api", "says"),
    [
        ("WinMM", "WinMM is not to be had on this machine; there are here: "),
        ("Mido", 'no MIDI system is called "Mido"'),
    ],
)
def test_a_system_that_is_not_there_is_told(api: str, says: str) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert hearing.said(says) == 1

    if rtmidi.API_WINDOWS_MM in rtmidi.get_compiled_api():
        pytest.skip("it is there")
    with_channel(play, api=api, in_device=("Keys",))
    with pytest.raises(ChannelProblem, match=says):
        list_ports(api)


@pytest.mark.parametrize("backend", ["mido.backends.rtmidi/UNIX_JACK", "mido.backends.portmidi", ""])
def test_the_system_is_that_of_the_environment_or_the_first_that_works(
    jack_server: JackServer, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    if os.path.exists("/dev/snd/seq") and "JACK" not in backend:
        pytest.skip("ALSA works here")
    monkeypatch.setenv("MIDO_BACKEND", backend)
    with plugged("Keys", played=False):
        assert list_ports() == (["Keys:out"], [])
    monkeypatch.setenv("MIDO_BACKEND", "mido.backends.rtmidi/WINDOWS_MM")
    with pytest.raises(ChannelProblem, match="WinMM is not to be had"):
        list_ports()
    assert list_ports("jack") == ([], [])


def test_what_is_written_for_a_device_that_is_not_named_is_told(jack_server: JackServer) -> None:
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
    assert hearing.said('input."A" is not used: in_device does not name it') == 1


def test_a_flood_comes_in_whole(jack_server: JackServer) -> None:
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


def test_the_inbox_is_fair_and_has_an_end() -> None:
    handled: list[Any] = []
    turns: list[int] = []
    overflows: list[int] = []
    loop = asyncio.new_event_loop()

    async def run() -> None:
        box = Inbox(loop, lambda *message: handled.append(message), overflows.append)
        for number in range(MOST_WAITING + 5):
            box.put(None, [number], 0.0)  # type: ignore[arg-type]
        while len(handled) < MOST_WAITING or not overflows:
            await asyncio.sleep(0)
            turns.append(len(handled))
        box.put(None, [0], 0.0)  # type: ignore[arg-type]
        while len(handled) == MOST_WAITING:
            await asyncio.sleep(0)

    loop.run_until_complete(run())
    loop.close()
    assert max(b - a for a, b in zip([0, *turns], turns, strict=False)) == MESSAGES_A_TURN
    assert [message[1] for message in handled] == [[number] for number in range(MOST_WAITING)] + [[0]]
    assert overflows == [5]


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
