"""Touches of channels: from OSC and MIDI, as OSC and notes, and from the demo."""

import asyncio
import socket
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.channels.base import TouchOutput, VirtualTouch
from impsy_tui.channels.demo.touches import TouchDemoChannel
from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.config import Demo
from impsy_tui.ensemble.touches.surfaces import Lifted, gesture_message
from impsy_tui.ensemble.touches.touch import Touch
from tests.support.channels import jack_listener, osc_listener
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.jack_server import JackServer, plugged
from tests.support.engine.virtual_time import VirtualTime
from tests.support.waiting import until, wait_until

_DOWN = VirtualTouch("p2", 0.25, 0.75, 0.0, 3, 60, 96)


@pytest.mark.parametrize(
    ("touches", "address", "arguments", "x", "y"),
    [
        ("metatone", "/metatone/touch", ["ann", 512.0, 192.0, 0.0], 0.5, 0.25),
        ("touchosc", "/1/multixy1/2", [0.5, 0.25], 0.5, 0.25),
        (("touchosc", "/pad/{finger} y x"), "/pad/7", [300.0, 50.0], 0.5, 0.25),
    ],
)
def test_touches_are_recognised_from_osc_messages(
    touches: Any, address: str, arguments: list[Any], x: float, y: float
) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message(address, arguments)
        await until(lambda: bool(hearing.touches))
        assert channel.status().last_received.startswith(address)

    settings = {"touches": (touches,) if isinstance(touches, str) else touches, "touch_x": (0.0, 100.0)}
    hearing = osc_listener.with_channel(play, touch_y=(400.0, 0.0), **settings)
    (touch,) = hearing.touches
    assert isinstance(touch, Touch)
    assert (touch.x, touch.y, touch.velocity) == (x, y, 0.0)
    assert hearing.addresses == []


def test_surface_reports_invalid_touch_and_passes_other_messages_on() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message("/metatone/touch", ["ann", 9000.0, 0.0, 0.0])
        client.send_message("/metatone/online", ["ann"])
        client.send_message("/metatone/touch/ended", ["ann"])
        client.send_message("/impsy/reset", [])
        await until(lambda: bool(hearing.addresses))

    hearing = osc_listener.with_channel(play, touches=("metatone",))
    assert hearing.troubles[:2] == ["/metatone/touch is ignored: x is outside of the surface", "ann is there"]
    assert hearing.touches == [Lifted("ann", 0)]
    assert hearing.addresses == [("/impsy/reset", (), True)]


def test_touch_messages_without_the_setting_are_no_touches() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message("/metatone/touch", ["ann", 1.0, 1.0, 0.0])
        await until(lambda: bool(hearing.addresses))

    assert osc_listener.with_channel(play).touches == []


def test_touches_and_gestures_go_out_as_osc(receiver: socket.socket) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        assert isinstance(channel, TouchOutput)
        channel.play_touch(_DOWN)
        channel.end_touch("p2")
        channel.send_ensemble_messages([gesture_message("p2", 7)])
        assert channel.status().last_sent == "/metatone/classifier/gesture p2 SS"

    osc_listener.with_channel(play, receiver)
    messages = [OscMessage(receiver.recv(2000)) for _ in range(2)]
    assert [(each.address, each.params) for each in messages] == [
        ("/metatone/playback/touch", ["p2", 256.0, 576.0, 0.0]),
        ("/metatone/classifier/gesture", ["p2", "SS"]),
    ]


def test_touches_go_out_at_addresses_of_the_performer_s_own(receiver: socket.socket) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        channel.play_touch(_DOWN)

    own = ("/synth/{player} x velocity y", "/all player x", "metatone", "/left x down", "", "/{finger} x y")
    hearing = osc_listener.with_channel(play, receiver, playback=own, touch_x=(-1.0, 1.0), touch_y=(100.0, 0.0))
    messages = [OscMessage(receiver.recv(2000)) for _ in range(2)]
    assert [(each.address, each.params) for each in messages] == [
        ("/synth/p2", [-0.5, 0.0, 25.0]),
        ("/metatone/playback/touch", ["p2", 256.0, 576.0, 0.0]),
    ]
    assert hearing.troubles == [
        "playback = '/all player x' is left out: x and y must both be given; ready-made is metatone",
        "playback = '/left x down' is left out: 'down': an argument is one of player, x, y, velocity; "
        "ready-made is metatone",
        "playback = '' is left out: '': an address begins with /; ready-made is metatone",
        "playback = '/{finger} x y' is left out: 'finger': an argument is one of player, x, y, velocity; "
        "ready-made is metatone",
    ]


def test_touches_go_out_as_notes_that_end(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await jack_listener.opened(channel)
        channel.play_touch(_DOWN)
        channel.play_touch(_DOWN._replace(velocity=0.01, loudness=50))  # on the same note, which continues
        channel.play_touch(_DOWN._replace(velocity=0.02, note=62, loudness=70))
        channel.play_touch(VirtualTouch("p3", 0.5, 0.5, 0.0, 4, 67, 96))
        channel.silence()  # silences players of values: the ensemble still sounds
        channel.end_touch("p2")
        channel.end_touch("p2")
        await until(lambda: len(synth.got) == 5)

    with plugged("Synth", heard=False) as synth:
        jack_listener.with_channel(play, out_device=("Synth",))
        wait_until(lambda: len(synth.got) >= 6)
        assert synth.got == [
            (0x92, 60, 96),
            (0x82, 60, 0),
            (0x92, 62, 70),
            (0x93, 67, 96),
            (0x82, 62, 0),
            (0x83, 67, 0),
        ]


def test_touch_pad_takes_two_controllers(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await jack_listener.opened(channel)
        for message in ((0xB0, 16, 127), (0xB0, 17, 127), (0xB0, 16, 0), (0xB0, 1, 127)):
            pad.send(message)
        await jack_listener.sent_until(pad, (0xB0, 1, 127), lambda: bool(hearing.updates))

    with plugged("Pad", played=False) as pad:
        hearing = jack_listener.with_channel(
            play, in_device=("Pad",), input={"Pad": (jack_listener.CC1,)}, touches={"Pad": (16, 17)}
        )
    assert [(touch.x, touch.y) for touch in hearing.touches if isinstance(touch, Touch)] == [(1.0, 0.0), (0.0, 0.0)]
    assert all(update == [(0, 1.0)] for update in hearing.updates)


def test_demo_leads_with_rests_between_for_ever_and_the_same_each_time() -> None:
    def performance() -> list[Touch | Lifted]:
        time = VirtualTime()
        hearing = Hearing(time.scheduler)
        channel = TouchDemoChannel(Demo(touches=True, phrase=4.0, rest=3.0))
        asyncio.run(channel.open(hearing, 2))  # type: ignore[arg-type]
        channel.set_dimension(9)
        time.advance(120.0)
        assert not time.errors
        played = len(hearing.touches)
        assert channel.status().received == played
        channel.close()
        time.advance(60.0)
        assert len(hearing.touches) == played
        return hearing.touches

    touches = performance()
    times = [touch.time for touch in touches if isinstance(touch, Touch)]
    assert len(times) > 500
    assert times == sorted(times)
    assert touches == performance()
