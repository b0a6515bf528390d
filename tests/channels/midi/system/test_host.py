"""Processes that own MIDI ports: frames, and the end of the engine."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.midi.system.client import InLink, PortLink
from impsy_tui.channels.midi.system.frames import Frames, frame
from impsy_tui.channels.midi.system.host import _InPort
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.jack_listener import opened, with_channel
from tests.support.channels.jack_server import JackServer, plugged
from tests.support.waiting import until


def _fail(link: PortLink, why: str) -> None:
    raise AssertionError(why)


ENGINE = """
import asyncio
from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.config import Midi
from impsy_tui.engine.runtime.loop import EngineLoop
from tests.support.channels.fake_listener import Hearing

async def main():
    channel = MidiChannel(Midi(api="JACK", out_device=("Synth",), output={"Synth": (("note_on", 1),)}))
    await channel.open(Hearing(loop.scheduler), 2)
    while channel.status().state != "open":
        await asyncio.sleep(0.01)
    channel.send((60 / 127,))
    await asyncio.sleep(3600)

loop = EngineLoop()
loop.run_until_complete(main())
"""


@given(st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 1e9)), max_size=20), st.integers(1, 50))
def test_frames_decodes_what_was_encoded_however_it_is_cut(sent: list[tuple[bytes, float]], size: int) -> None:
    data = b"".join(frame(message, at) for message, at in sent)
    frames = Frames()
    found = [one for start in range(0, len(data), size) for one in frames.feed(data[start : start + size])]
    assert found == sent


def test_pipe_of_an_input_is_read_in_small_turns_and_reports_what_it_did_not_take() -> None:
    flood = 20_000
    heard: list[int] = []
    lost: list[int] = []
    turns: list[int] = []

    async def run() -> None:
        up, up_far = os.pipe()
        down_far, down = os.pipe()
        os.set_blocking(up_far, False)
        port = _InPort(up_far)
        port._has_answered = True
        for number in range(flood):
            port._arrived(([0xB0, 1, number % 128], 0.0), None)
        link = InLink((up, down), "Knobs", "", lambda _, message, __: heard.append(message[2]), _fail, lost.append)
        taken = flood - port._lost
        while len(heard) < taken:
            before = len(heard)
            await asyncio.sleep(0)
            turns.append(len(heard) - before)
        port._arrived(([0xB0, 1, 5], 0.0), None)
        await until(lambda: len(heard) > taken)
        link.close()
        os.close(up_far)
        os.close(down_far)

    asyncio.run(run())
    assert heard[:-1] == [number % 128 for number in range(len(heard) - 1)]
    assert lost == [flood - len(heard) + 1]
    assert lost[0] > 0
    assert max(turns) < 50


def test_output_turns_off_its_notes_when_the_engine_is_killed(jack_server: JackServer) -> None:
    with plugged("Synth", heard=False) as synth:
        engine = subprocess.Popen([sys.executable, "-c", ENGINE])
        try:
            asyncio.run(until(lambda: (0x90, 60, 127) in synth.got))
        finally:
            engine.kill()
            engine.wait()
        asyncio.run(until(lambda: synth.got[-1] == (0x80, 60, 0)))


def test_output_silences_its_note_channels_when_it_is_opened(jack_server: JackServer) -> None:
    entries = (("note_on", 3), ("control_change", 5, 7))

    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        await until(lambda: len(synth.got) == 2)

    with plugged("Synth", heard=False) as synth:
        with_channel(play, out_device=("Synth",), output={"Synth": entries})
        assert synth.got == [(0xB2, 120, 0), (0xB2, 123, 0)]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_channel_comes_back_when_the_process_of_a_port_is_killed(jack_server: JackServer) -> None:
    async def play(channel: MidiChannel, hearing: Hearing) -> None:
        await opened(channel)
        host = channel._host._process
        assert host is not None
        for child in Path(f"/proc/{host.pid}/task/{host.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        await until(lambda: hearing.times_told("MIDI works again") == 1)
        await opened(channel)
        knobs.send((0xB0, 1, 127))
        await until(lambda: bool(hearing.updates))

    with plugged("Knobs", played=False) as knobs:
        with_channel(play, in_device=("Knobs",), input={"Knobs": (("control_change", 1, 1),)})
