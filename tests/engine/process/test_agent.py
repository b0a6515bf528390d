"""Real engine with an agent: descriptors of a patch over OSC as input, parameters as output."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.agent.file import write_agent
from impsy_tui.control.client import connected
from tests.support.agents import frame, small_agent
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


def feats(loudness: float, parameters: int = 2) -> list[float]:
    """Returns a patch's message of a musician's sound; the agent's synth sounds at -30 dBFS."""
    return [*frame(-30.0).tolist(), *frame(loudness).tolist(), *[0.5] * parameters]


@pytest.fixture
def start_agent(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> Callable[..., tuple]:
    write_agent(tmp_path / "agent-small.npz", small_agent())

    def start(port: int, file: str = "agent-small.npz", *options: str) -> tuple[EngineProcess, SimpleUDPClient]:
        engine = start_engine(
            f"log_predictions = true\n[model]\ndimension = 3\n[[player]]\nname = 'main'\nkind = 'agent'\n"
            f"file = '{file}'\n[osc]\nserver_port = {port}\nclient_port = {receiver.getsockname()[1]}\n"
            "output_address = '/p'\nstring_address = '/agent-params'\ntarget_address = '/target-params'\n",
            *options,
        )
        return engine, SimpleUDPClient("127.0.0.1", port)

    return start


def test_descriptors_come_in_and_parameters_go_out_as_floats_and_as_a_string(
    start_agent: Callable[..., tuple], receiver: socket.socket
) -> None:
    engine, patch = start_agent(free_port())
    assert engine.ready.startswith("ready: agent-small (numpy), dimension 3 · duet · osc ")
    for _ in range(10):
        patch.send_message("/feats/loudness", feats(-10.0))
        target, message, words = (OscMessage(receiver.recv(4096)) for _ in range(3))
    assert (target.address, message.address, words.address) == ("/target-params", "/p", "/agent-params")
    assert target.params[0].split(" ")[0] == "1"
    assert message.params == pytest.approx([1.0, 0.5], abs=0.01)
    assert [float(word) for word in words.params[0].split(" ")] == pytest.approx(message.params)

    patch.send_message("/feats/loudness", feats(-10.0, parameters=3))
    patch.send_message("/feats/loudness", feats(float("nan")))
    patch.send_message("/feats/loudness", [1.0] * 10)
    wait_until(lambda: engine.said().count("osc: ") >= 1)
    assert (
        engine.command("send", "aim contrast; steer seek; hear loudness-dBFS; budget 0.5; smooth 100ms").returncode
        == 0
    )
    assert "no descriptor is called noise" in engine.command("send", "hear noise").stderr
    with connected(engine.socket) as control:
        values = control.snapshot().focused.parameters
    assert [values[name] for name in ("aim", "steer", "budget", "smooth")] == ["contrast", "seek", 0.5, 0.1]
    assert engine.end() == 0
    sources = [row.split(",")[1] for row in engine.log_rows()]
    assert {"feats", "rnn"} == set(sources)
    said = engine.said()
    assert "3 parameters come with the descriptors, and agent-small plays 2" in said
    assert "Traceback" not in said


def test_file_that_is_no_agent_is_played_by_the_dummy(tmp_path: Path, start_agent: Callable[..., tuple]) -> None:
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 nothing")
    engine, _ = start_agent(free_port(), "broken.npz")
    assert "DUMMY player (no model)" in engine.ready
    assert "broken.npz is not an agent" in engine.said()
    (tmp_path / "models").mkdir()
    (tmp_path / "agent-small.npz").rename(tmp_path / "models" / "agent-small.npz")
    assert engine.command("send", "load agent-small").stdout.strip() == "agent-small plays, dimension 3"
