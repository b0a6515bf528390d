"""Configuration of an earlier IMPSY in a real engine."""

from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.sync.client import connect

from impsy_tui.config import load_config
from impsy_tui.control.client import connected
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


def _config(port: int) -> str:
    return f"""
log = true
verbose = false
[owner]
name = "A musician"
[interaction]
mode = "useronly"
[model]
dimension = 3
[midi]
in_device = "NoBox"
out_device = "No such synth"
input = [["control_change", 1, 1], ["control_change", 1, 2]]
output = [["control_change", 1, 1], ["control_change", 1, 2]]
[websocket]
client_ip = "192.168.0.103"
client_port = "3000"
server_ip = "localhost"
server_port = "{port}"
[osc]
server_port = "{free_port()}"
client_port = "{free_port()}"
"""


def test_engine_plays_with_an_earlier_configuration_and_changes_it(start_engine: Start, tmp_path: Path) -> None:
    port = free_tcp_port()
    engine = start_engine(_config(port))
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{port}") as knobs:
        knobs.send("/channel/1/cc/2/127")
        wait_until(lambda: client.snapshot().input[1] == pytest.approx(1.0))
        for key, value in (("owner", "me"), ("osc.max_rate", "50"), ("midi.input.NoBox", '[["note_on", 1]]')):
            reply = client.command(f"set {key} {value}")
            assert reply.ok, reply.text
    loaded = load_config(tmp_path / "config.toml")
    assert not loaded.errors
    assert loaded.config.owner == "me"
    assert loaded.config.midi[0].input == {"NoBox": (("note_on", 1),)}
    assert loaded.config.websocket[0].input[1] == ("control_change", 1, 2)
