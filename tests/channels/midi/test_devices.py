"""MIDI devices and their system: parts of names, missing devices, and devices that come back."""

import asyncio
import os

import pytest
import rtmidi

from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.midi.system.port_names import match
from impsy_tui.channels.midi.system.ports import list_ports
from impsy_tui.errors import UserError
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.jack_listener import opened, two_looks, with_channel
from tests.support.channels.jack_server import Device, JackServer, plugged
from tests.support.waiting import until

CC1, CC2 = ("control_change", 1, 1), ("control_change", 1, 2)
NOTES = (("note_on", 1), ("note_velocity", 1))
ALL_OFF = [(0xB0, 120, 0), (0xB0, 123, 0)]


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


def test_device_is_found_by_a_part_of_its_name_and_own_ports_are_no_devices(jack_server: JackServer) -> None:
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


def test_missing_device_is_reported_once_and_found_when_it_comes(jack_server: JackServer) -> None:
    knobs: list[Device] = []

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert channel.status().bound == "Knobs (not there) → Synth"
        channel.send((0.5, 0.5))
        await until(lambda: len(synth.got) == 1)  # the other device still works
        await two_looks(channel)
        assert hearing.times_told("no input is called Knobs: the engine waits for it") == 1
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


def test_pulled_keyboard_holds_nothing_and_leaves_nothing_sounding(jack_server: JackServer) -> None:
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
        assert hearing.times_told("Keys is disconnected") == 1
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
    assert hearing.times_told("Keys is there") == 1


def test_synthesiser_that_comes_back_is_silenced_and_gets_all_values(jack_server: JackServer) -> None:
    entries = (("note_on", 1), ("control_change", 1, 9))

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        channel.send((0.5, 1.0))
        await until(lambda: len(synth.got) == 4)
        synth.pull()
        await until(lambda: channel.status().state == "waiting")
        channel.send((0.25, 1.0))  # no device receives this vector
        channel.silence()
        channel.panic()
        assert channel.status().problem.startswith("Synth is disconnected")
        again = Device("Synth", heard=False)
        await opened(channel)
        assert channel.status().problem == ""
        channel.send((1.0, 1.0))
        await until(lambda: again.got[-1:] == [(0xB0, 9, 127)])
        assert again.got[0] == (0x80, 64, 0)
        assert again.got[-4:] == [*ALL_OFF, (0x90, 127, 127), (0xB0, 9, 127)]
        again.pull()
        await until(lambda: channel.status().state == "waiting")
        await until(lambda: hearing.times_told("Synth is disconnected") == 2)

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": entries})


def test_device_that_was_gone_for_an_instant_is_connected_again(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        synth.pull()
        again = Device("Synth", heard=False)
        await until(lambda: hearing.times_told("Synth is there") == 1)
        channel.send((1.0, 1.0))
        await until(lambda: bool(again.got))
        again.pull()

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": (CC1,)})


def test_virtual_ports_are_there_for_others(jack_server: JackServer) -> None:
    peer = Device("unused", heard=False, played=False)

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "open"
        peer.connect(source="Impsy out", sink="Impsy in")
        peer.send((0xB0, 1, 127))
        await until(lambda: bool(hearing.updates))
        channel.send((0.5, 0.0))
        await until(lambda: bool(peer.got))
        await two_looks(channel)
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
def test_server_that_ends_and_comes_back(jack_server: JackServer, kill: bool) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        keys.send((0x90, 60, 100))
        channel.send((0.5, 1.0))
        await until(lambda: len(synth.got) == 3 and hearing.held == [True])
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
            await until(lambda: hearing.times_told("the JACK server is not running: MIDI waits for it") == 1)
            await two_looks(channel)
            assert hearing.times_told("not running") == 1
        finally:
            await asyncio.to_thread(jack_server.start)
        again, keyboard = Device("Synth", heard=False), Device("Keys", played=False)
        await opened(channel)
        assert channel.status().problem == ""
        channel.send((1.0, 1.0))
        await until(lambda: (0x90, 127, 127) in again.got)
        assert (0x80, 64, 0) in again.got[: again.got.index((0x90, 127, 127))]
        keyboard.send((0x90, 61, 100))
        await until(lambda: hearing.held == [True, False, True])
        keyboard.pull()
        again.pull()

    keys, synth = Device("Keys", played=False), Device("Synth", heard=False)
    hearing = with_channel(
        play, in_device=("Keys",), out_device=("Synth",), input={"Keys": NOTES}, output={"Synth": NOTES}
    )
    assert hearing.times_told("MIDI works again") == 1


def test_channel_without_a_server_waits_for_one(jack_server: JackServer) -> None:
    devices: list[Device] = []

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        try:
            assert channel.status().state == "waiting"
            assert channel.status().bound == "Keys (not there) → Synth (not there)"
            channel.send((0.5, 0.5))
            channel.silence()
            channel.panic()
            await until(lambda: bool(hearing.told))
            assert hearing.told == [("warning", "the JACK server is not running: MIDI waits for it")]
        finally:
            await asyncio.to_thread(jack_server.start)
        devices.extend((Device("Keys", played=False), Device("Synth", heard=False)))
        await opened(channel)
        assert ("info", "MIDI works again") in hearing.told

    jack_server.end()
    with_channel(play, in_device=("Keys",), out_device=("Synth",))
    for device in devices:
        device.pull()


def test_list_ports_without_a_server_says_so(jack_server: JackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"{jack_server.name}-not")
    with pytest.raises(UserError, match="the JACK server is not running"):
        list_ports("JACK")


@pytest.mark.parametrize(
    ("api", "says"),
    [
        ("WinMM", "WinMM is not available on this machine. MIDI systems here: "),
        ("Mido", 'no MIDI system is called "Mido"'),
    ],
)
def test_system_that_is_not_there_is_reported(api: str, says: str) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert hearing.times_told(says) == 1

    if rtmidi.API_WINDOWS_MM in rtmidi.get_compiled_api():
        pytest.skip("it is there")
    with_channel(play, api=api, in_device=("Keys",))
    with pytest.raises(UserError, match=says):
        list_ports(api)


@pytest.mark.parametrize("backend", ["mido.backends.rtmidi/UNIX_JACK", "mido.backends.portmidi", ""])
def test_system_is_that_of_the_environment_or_the_first_that_works(
    jack_server: JackServer, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    if os.path.exists("/dev/snd/seq") and "JACK" not in backend:
        pytest.skip("ALSA works here")
    monkeypatch.setenv("MIDO_BACKEND", backend)
    with plugged("Keys", played=False):
        assert list_ports() == (["Keys:out"], [])
    monkeypatch.setenv("MIDO_BACKEND", "mido.backends.rtmidi/WINDOWS_MM")
    with pytest.raises(UserError, match="WinMM is not available"):
        list_ports()
    assert list_ports("jack") == ([], [])
