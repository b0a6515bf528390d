"""Latency of an agent: from the last sample of a frame, or a message of a patch, to its parameters at the synth's
socket.

The process of an audio channel gets the sound in blocks of 128 samples (``agent_card.py``). A hop (2.9 ms at 44.1
kHz) and the buffers of a sound server come on top.
"""

import asyncio
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from agent_card import HOP, RATE, SECONDS, sounds
from common import OURS, ROOT, arrival, free_port, percentile, table, timed_socket

from impsy_tui.agent.descriptors.extraction import FrameSettings
from impsy_tui.agent.descriptors.framing import Framing
from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.agent.predictor import AgentPredictor
from impsy_tui.channels.audio.channel import AudioChannel
from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.channels.osc.packet import write_message
from impsy_tui.config import Audio, Osc
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.session import Session, SessionSettings
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.runtime.loop import EngineLoop

AGENT = ROOT / "models" / "agent-fm.npz"


class NoLog:
    """Log that writes nothing."""

    def write(self, at: float, source: str, values: Any) -> None: ...

    def begin(self, dimension: int) -> None: ...


def by_sound(steer: str) -> list[float]:
    """Returns the seconds from a block to parameters, in a loop like that of an engine."""
    receiver, delays = timed_socket(), []
    receiver.setblocking(False)
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)

    async def play(loop: EngineLoop) -> None:
        osc = OscChannel(Osc(server_port=free_port(), client_port=receiver.getsockname()[1], output_address=("/p",)))
        outputs = Outputs(loop.scheduler)
        session = Session(
            loop.scheduler,
            outputs,
            lambda *_: None,
            lambda *_: "",
            SessionSettings(),
            np.random.default_rng(1),
            4,
        )
        settings = PlayerSettings()
        settings.steer = steer
        session.add("main", AgentPredictor(AGENT, np.random.default_rng(1)), settings, NoLog())
        await osc.open(session, 4)
        outputs.open([osc])
        session.start()
        described = session.described

        def timed(channel: str, feats: HeardDescriptors, at: float) -> str:
            problem = described(channel, feats, at)
            while select.select([receiver], [], [], 0)[0]:
                _, stamp = arrival(receiver)
                delays.append(stamp - time.time() + time.monotonic() - at)
            return problem

        session.described = timed  # type: ignore[method-assign]
        ears = AudioChannel(Audio(), host="agent_card")
        await ears.open(session, 4)
        await asyncio.sleep(SECONDS + 2.0)
        ears.close()
        session.stop()
        osc.close()

    loop = EngineLoop()
    loop.run_until_complete(play(loop))
    loop.close()
    return delays


def by_osc() -> list[float]:
    """Returns the seconds from a patch's message to parameters, for an engine in a separate process."""
    receiver, port, delays = timed_socket(), free_port(), []
    framing = Framing(FrameSettings(rate=RATE, hop=HOP))
    frames = np.concatenate([framing.take(block) for block in sounds()])
    packets = [write_message("/feats/all", *[0.0] * len(NAMES), *frame.tolist(), 0.5, 0.5, 0.5) for frame in frames]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(
            f'[[player]]\nname = "main"\nkind = "agent"\nfile = "{AGENT}"\n[osc]\nserver_port = {port}\n'
            f'client_port = {receiver.getsockname()[1]}\noutput_address = "/p"\n'
        )
        command = [str(OURS / "impsy-tui"), "run", "-c", str(config), "--socket", str(Path(folder) / "s")]
        engine = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert engine.stdout is not None
        engine.stdout.readline()
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect(("127.0.0.1", port))
        for number in range(int(SECONDS * 100)):
            sent = time.time()
            sender.send(packets[number % len(packets)])
            if select.select([receiver], [], [], 0.01)[0]:
                delays.append(arrival(receiver)[1] - sent)
            time.sleep(max(0.0, sent + 0.01 - time.time()))
        engine.send_signal(signal.SIGTERM)
        engine.wait(5)
    return delays


def main() -> None:
    rows = []
    for name, delays in (
        ("sound, network", by_sound("network")),
        ("sound, seek", by_sound("seek")),
        ("OSC, network", by_osc()),
    ):
        rows.append(
            [name, str(len(delays)), *(f"{percentile(delays, share) * 1000:.2f}" for share in (0.5, 0.99, 1.0))]
        )
    table("An agent live, frame to parameters", ["by", "moves", "p50 ms", "p99 ms", "worst ms"], rows)


if __name__ == "__main__":
    main()
