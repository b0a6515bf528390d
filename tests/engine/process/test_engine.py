"""Engine as a process: real sockets, real signals, a real log."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import tty
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.control.client import connected
from tests.support.engine.processes import Start, config, received
from tests.support.models import constant_model
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until


def test_input_is_answered_logged_and_shown(start_engine: Start, receiver: socket.socket, pulse_model: Path) -> None:
    port = free_port()
    engine = start_engine(config(receiver, port))
    ready = "ready: pulse (numpy), dimension 4 · polyphony · osc 127.0.0.1:"
    assert engine.ready.startswith(ready), engine.said()
    client = SimpleUDPClient("127.0.0.1", port)
    for step in range(5):
        client.send_message("/interface", [step / 10, 0.5, 0.5])
    for _ in range(5):
        assert received(receiver).params == pytest.approx([0.2, 0.5, 0.8])

    done = engine.command("status", "--json")
    snapshot = json.loads(done.stdout)
    assert snapshot["heard"] == 5
    assert snapshot["input"] == pytest.approx([0.4, 0.5, 0.5])
    assert snapshot["players"][0]["kind"] == "mdrnn"
    assert snapshot["players"][0]["played"] == 5
    assert snapshot["channels"][0]["received"] == 5
    assert "pulse (numpy)" in engine.command("status").stdout

    assert engine.end() == 0
    rows = [row.split(",") for row in engine.log_rows()]
    assert [row[1] for row in rows].count("interface") == 5
    assert [row[1] for row in rows].count("rnn") == 5
    assert all(len(row) == 5 for row in rows)


def test_engine_without_a_model_shows_dummy_everywhere(start_engine: Start, receiver: socket.socket) -> None:
    engine = start_engine(config(receiver, free_port(), model="models/none.tflite", mode="battle"))
    assert engine.ready.startswith("ready: DUMMY player (no model), dimension 4")
    assert "no model is called none.tflite" in engine.said()
    assert len(received(receiver).params) == 3
    assert json.loads(engine.command("status", "--json").stdout)["players"][0]["kind"] == "dummy"
    assert "DUMMY" in engine.command("status").stdout


@pytest.mark.parametrize(
    ("more", "dimension"),
    [
        ("", 9),
        ('[model]\nfile = "models/musicMDRNN-dim5-layers2.tflite"\n', 5),
        ('[model]\nfile = "models/training-dataset-6d-s.tflite"\n', 6),
        ('[websocket]\ninput = [["note_on", 1], ["note_on", 2]]\noutput = []\n', 3),
    ],
)
def test_engine_without_a_model_and_a_dimension_plays_a_dummy(start_engine: Start, more: str, dimension: int) -> None:
    if "websocket" in more:
        more += f"server_port = {free_tcp_port()}\n"
    engine = start_engine(f"[osc]\nserver_port = {free_port()}\n{more}")
    assert engine.ready.startswith(f"ready: DUMMY player (no model), dimension {dimension}")
    assert f"[model] dimension is not set: the DUMMY player plays {dimension - 1} values" in engine.said()


def test_wrong_configuration_is_said_line_by_line(start_engine: Start) -> None:
    engine = start_engine('[interaction]\nmode = "x"\n[osc]\nserver_port = -1\n')
    assert engine.process.wait(60) == 1
    assert "config.toml:2: [interaction] mode" in engine.said()
    assert "config.toml:4: [osc] server_port" in engine.said()


def test_options_go_before_the_configuration(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    other = constant_model(tmp_path / "other.h5", [0.05, 0.1, 0.1])
    engine = start_engine(
        config(receiver, free_port()),
        *(str(other), "--mode", "duet", "--pi-temp", "1.5", "--sigma-temp", "0.5", "--timescale", "2"),
        *("--threshold", "3", "--input-thru", "--logdir", "elsewhere"),
    )
    assert engine.ready.startswith("ready: other (numpy), dimension 3 · duet")
    assert "the model's is 3" in engine.said()
    (player,) = (snapshot := json.loads(engine.command("status", "--json").stdout))["players"]
    assert snapshot["thru"] is True
    assert [player["parameters"][key] for key in ("temp", "sigma", "timescale", "threshold")] == [
        1.5,
        0.5,
        2,
        3,
    ]
    received(receiver)
    wait_until(lambda: any((tmp_path / "elsewhere").glob("*-3d-mdrnn.log")))


def test_models_are_swapped_while_playing_and_broken_ones_leave_the_old_one_playing(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    constant_model(tmp_path / "models" / "higher.h5", [0.02, 0.3, 0.6, 0.9])
    (tmp_path / "models" / "broken.tflite").write_bytes(b"TFL3" * 1000)
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    done = engine.command("send", "load broken")
    assert done.returncode == 1
    assert "pulse plays on" in done.stderr
    assert received(receiver).params == pytest.approx([0.2, 0.5, 0.8])
    done = engine.command("send", "load model higher")
    assert (done.returncode, done.stdout) == (0, "higher plays, dimension 4\n")
    wait_until(lambda: received(receiver).params == pytest.approx([0.3, 0.6, 0.9]))
    done = engine.command("send", "load highr")
    assert "did you mean higher" in done.stderr
    engine.command("send", "unload")
    assert json.loads(engine.command("status", "--json").stdout)["players"][0]["kind"] == "dummy"


def test_resume_comes_back_to_model_mode_and_parameters(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    constant_model(tmp_path / "models" / "higher.h5", [0.02, 0.3, 0.6, 0.9])
    engine = start_engine(config(receiver, free_port()))
    for line in ("mode duet", "temp 1.7", "speed 4", "load higher", "thru on"):
        assert engine.command("send", line).returncode == 0
    kept = tmp_path / "logs" / ".last-session.json"
    wait_until(lambda: kept.exists() and json.loads(kept.read_text())["thru"])
    engine.end(signal.SIGKILL)
    engine = start_engine(config(receiver, free_port()), "--resume", "--sigma-temp", "0.25")
    assert engine.ready.startswith("ready: higher (numpy), dimension 4 · duet")
    snapshot = json.loads(engine.command("status", "--json").stdout)
    player = snapshot["players"][0]
    assert [player["parameters"][key] for key in ("temp", "timescale", "sigma")] == [1.7, 0.25, 0.25]
    assert snapshot["thru"] is True


def test_osc_gives_commands_but_none_that_ends(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    port = free_port()
    engine = start_engine(config(receiver, port))
    client = SimpleUDPClient("127.0.0.1", port)

    def player() -> dict[str, object]:
        return dict(json.loads(engine.command("status", "--json").stdout)["players"][0])

    client.send_message("/impsy/mode", "battle")
    client.send_message("/impsy/pitemp", 1.25)
    client.send_message("/impsy/sigmatemp", 0.5)
    client.send_message("/impsy/timescale", 2)
    client.send_message("/impsy/threshold", 0.75)
    client.send_message("/impsy/reset", [])
    client.send_message("/impsy/pause", 1)
    client.send_message("/impsy/command", "shutdown")
    client.send_message("/impsy/command", "mode duett")
    wait_until(lambda: player()["paused"] is True)
    values = json.loads(engine.command("status", "--json").stdout)["players"][0]["parameters"]
    assert [values[key] for key in ("mode", "temp", "sigma", "timescale", "threshold")] == [
        "battle",
        1.25,
        0.5,
        2.0,
        0.75,
    ]
    client.send_message("/impsy/pause", 0)
    client.send_message("/impsy/command", "mode callresponse; ")
    client.send_message("/impsy/command", "mode callresponse")
    wait_until(lambda: player()["mode"] == "callresponse")
    assert engine.process.poll() is None


def test_full_disk_is_reported_while_the_music_goes_on(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("in the way")
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    for _ in range(20):
        received(receiver)
    wait_until(lambda: "Cannot write the log" in engine.said())
    assert "PROBLEM" in engine.command("status").stdout
    os.unlink(tmp_path / "logs")
    wait_until(lambda: len(engine.log_rows()) > 20)
    assert engine.end() == 0


def test_demo_plays_by_itself(start_engine: Start, receiver: socket.socket, shipped_model: Path) -> None:
    engine = start_engine(
        f"""
log_predictions = true
[interaction]
mode = "callresponse"
threshold = 0.3
[model]
file = "{shipped_model}"
[demo]
phrase = 1.0
rest = 1.0
[osc]
server_port = {free_port()}
client_port = {receiver.getsockname()[1]}
"""
    )
    assert "· demo simulated performer" in engine.ready
    wait_until(lambda: any(",rnn," in row for row in engine.log_rows()))
    assert len(received(receiver).params) == 8
    engine.end()
    assert any(",interface," in row for row in engine.log_rows())


def test_engine_plays_on_while_terminal_takes_no_output(
    receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(config(receiver, (port := free_port()), mode="battle"))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "impsy_tui", "run", "--socket", str(tmp_path / "e.sock")]
    engine = subprocess.Popen(command, cwd=tmp_path, stdout=theirs, stderr=theirs, start_new_session=True)
    try:
        received(receiver)
        tty.setraw(theirs)
        filler = os.open(os.ttyname(theirs), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        with contextlib.suppress(BlockingIOError):  # until the terminal accepts no more
            while True:
                os.write(filler, b"x" * 1024)
        os.close(filler)
        client = SimpleUDPClient("127.0.0.1", port)
        for number in range(3):
            client.send_message(f"/unknown{number}", 1.0)  # the terminal shows each of them
        with connected(tmp_path / "e.sock") as control:
            assert control.command("temp 0.5").ok
        receiver.settimeout(60)
        for _ in range(400):  # far more than the buffer of the socket can hold
            received(receiver)
        engine.terminate()
        assert engine.wait(60) == 0
    finally:
        engine.kill()
        engine.wait()
        os.close(ours)
        os.close(theirs)
