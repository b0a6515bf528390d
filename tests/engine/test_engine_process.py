"""The engine as a process: real sockets, real signals, a real log."""

import contextlib
import json
import os
import pty
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import tty
from contextlib import ExitStack
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient
from websockets.sync.client import unix_connect

from impsy_tui.control.client import NoEngine, connected
from impsy_tui.control.launch import launch_engine
from impsy_tui.control.messages import Event, Snapshot
from tests.conftest import free_port, free_tcp_port, wait_until
from tests.engine.processes import Start, config, received
from tests.models import constant_model


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


def test_commands_are_answered_and_mistakes_exit_with_1(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    done = engine.command("send", "mode battle")
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "battle")
    assert received(receiver).params == pytest.approx([0.2, 0.5, 0.8])
    done = engine.command("send", "mode batle")
    assert done.returncode == 1
    assert done.stderr.splitlines()[:2] == ["mode batle", "     ^^^^^"]
    assert "did you mean battle" in done.stderr
    done = engine.command("send", "take")
    assert done.returncode == 1
    assert "only in callresponse" in done.stderr
    assert "mode battle" in engine.command("send", "help").stdout or engine.command("send", "help").stdout
    done = engine.command("shutdown")
    assert done.returncode == 0
    assert engine.process.wait(5) == 0


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM, signal.SIGABRT],
)
def test_signals_end_it_in_silence_with_the_log_closed(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, number: int
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    received(receiver)
    began = time.monotonic()
    assert engine.end(number) == 0
    assert time.monotonic() - began < 5
    receiver.settimeout(0.2)
    last = None
    while True:
        try:
            last = received(receiver)
        except TimeoutError:
            break
    assert last is not None
    assert last.address == "/impsy/silence"
    assert not engine.socket.exists()
    assert engine.log_rows()[-1].count(",") == 4


def test_kill_9_loses_nothing_that_was_answered(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    port = free_port()
    engine = start_engine(config(receiver, port), "--timescale", "0")
    client = SimpleUDPClient("127.0.0.1", port)
    for step in range(200):
        client.send_message("/interface", [step / 200, 0.5, 0.5])
        received(receiver)
    engine.end(signal.SIGKILL)
    wait_until(lambda: sum(",interface," in row for row in engine.log_rows()) == 200)


def test_a_second_engine_is_refused_and_a_dead_ones_socket_taken_over(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    first = start_engine(config(receiver, free_port()))
    second = start_engine(config(receiver, free_port()))
    assert second.process.wait(60) == 1
    assert f"an engine runs already (process {first.process.pid}" in second.said()
    assert first.command("status").returncode == 0
    first.end(signal.SIGKILL)
    assert first.socket.exists()
    assert start_engine(config(receiver, free_port())).ready.startswith("ready")


def test_socket_is_this_users_alone_and_its_removal_is_reported(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    assert stat.S_IMODE(engine.socket.stat().st_mode) == 0o600
    engine.socket.unlink()
    done = engine.command("status")
    assert done.returncode == 1
    assert f"the engine (process {engine.process.pid}) is starting, or its socket" in done.stderr
    assert f"end it with kill {engine.process.pid}" in done.stderr
    assert engine.end() == 0


def test_status_of_an_engine_that_hangs_gives_its_process(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    engine.process.send_signal(signal.SIGSTOP)
    try:
        done = engine.command("status")
    finally:
        engine.process.send_signal(signal.SIGCONT)
    assert done.returncode == 1
    assert f"the engine (process {engine.process.pid}) runs but does not answer" in done.stderr
    assert engine.command("status").returncode == 0


def test_engine_answers_only_after_its_channels_are_opened(tmp_path: Path) -> None:
    """A second of waiting for a host name is part of the start."""
    (tmp_path / "config.toml").write_text(
        f'[model]\ndimension = 3\n[osc]\nserver_port = {free_port()}\nclient_ip = "no-such-host.invalid"\n'
    )
    socket = tmp_path / "engine.sock"
    launch_engine(["-c", str(tmp_path / "config.toml"), "-l", str(tmp_path / "logs")], socket, tmp_path / "out")
    with connected(socket) as client:
        (channel,) = client.snapshot().channels
        assert (channel.name, channel.state) == ("osc", "waiting")
        client.command("shutdown")


def test_without_a_model_the_dummy_says_so_everywhere(start_engine: Start, receiver: socket.socket) -> None:
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
        ('[websocket]\ninput = [["note_on", 1], ["note_on", 2]]\noutput = []\n', 3),
    ],
)
def test_engine_without_a_model_and_a_dimension_plays_a_dummy(start_engine: Start, more: str, dimension: int) -> None:
    if "websocket" in more:
        more += f"server_port = {free_tcp_port()}\n"
    engine = start_engine(f"[osc]\nserver_port = {free_port()}\n{more}")
    assert engine.ready.startswith(f"ready: DUMMY player (no model), dimension {dimension}")
    assert f"[model] dimension is not set: the DUMMY player plays {dimension - 1} values" in engine.said()


def test_a_wrong_configuration_is_said_line_by_line(start_engine: Start) -> None:
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
    assert [player[key] for key in ("pi_temperature", "sigma_temperature", "timescale", "threshold")] == [
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
    assert (player["pi_temperature"], player["timescale"], player["sigma_temperature"]) == (1.7, 0.25, 0.25)
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
    assert (
        player()
        | {
            "mode": "battle",
            "pi_temperature": 1.25,
            "sigma_temperature": 0.5,
            "timescale": 2.0,
            "threshold": 0.75,
        }
        == player()
    )
    client.send_message("/impsy/pause", 0)
    client.send_message("/impsy/command", "mode callresponse; ")
    client.send_message("/impsy/command", "mode callresponse")
    wait_until(lambda: player()["mode"] == "callresponse")
    assert engine.process.poll() is None


def test_any_number_of_clients_and_a_stalled_one_costs_nothing(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    opened = ExitStack()
    stalled = opened.enter_context(unix_connect(str(engine.socket), compression=None))
    stalled.recv()
    stalled.send('{"type": "hello", "protocol": 1}')
    stalled.send('{"type": "subscribe", "rate": 50}')
    # Its process goes on asking for replies it does not read.
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                stalled.send('{"type": "command", "id": 1, "line": "help"}')
            except Exception:
                return

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        with connected(engine.socket) as one, connected(engine.socket) as other:
            one.subscribe(50, events=False)
            seen = [s for s, _ in zip(one.messages(), range(50), strict=False) if isinstance(s, Snapshot)]
            assert other.command("temp 1.1").ok
        assert seen[-1].players[0].played > seen[0].players[0].played
    finally:
        stop.set()
        stalled.socket.close()
        asking.join(60)
        opened.close()
    assert engine.command("status").returncode == 0
    assert engine.end() == 0


def test_events_reach_every_client_that_wants_them(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as one, connected(engine.socket) as other:
        one.subscribe(0, events=True)
        assert one.command("help").ok  # so the wish has been heard
        other.command("temp 1.1")
        event = next(one.messages())
        assert isinstance(event, Event)
        assert (event.source, event.text) == ("command", "temp 1.1")


def test_another_protocol_is_refused_in_words(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    for greeting in ('{"type": "hello", "protocol": 99}', '{"type": "dance"}', "\x00", "[[[[" * 1000):
        with unix_connect(str(engine.socket)) as raw:
            raw.recv()
            raw.send(greeting)
            reply = json.loads(raw.recv())
            assert reply["ok"] is False
            assert "protocol only" in reply["text"]
    with unix_connect(str(engine.socket)) as raw:
        raw.recv()
        raw.send('{"type": "hello", "protocol": 1}')
        raw.send("nonsense")
        assert "not a message" in json.loads(raw.recv())["text"]
        raw.send(b"\xff\xff")
        assert "not a message" in json.loads(raw.recv())["text"]
    assert engine.command("status").returncode == 0


def test_no_engine_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoEngine, match="start one with impsy-tui run"), connected(tmp_path / "none.sock"):
        pass


def test_a_full_disk_is_told_while_the_music_goes_on(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("in the way")
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    for _ in range(20):
        received(receiver)
    wait_until(lambda: "the log cannot be written" in engine.said())
    assert "PROBLEM" in engine.command("status").stdout
    os.unlink(tmp_path / "logs")
    wait_until(lambda: len(engine.log_rows()) > 20)
    assert engine.end() == 0


def test_the_demo_plays_by_itself(start_engine: Start, receiver: socket.socket, shipped_model: Path) -> None:
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


def test_engine_ends_while_log_writer_does_not_answer(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    received(receiver)
    pids = subprocess.run(
        ["pgrep", "-P", str(engine.process.pid), "-f", "log_writer"],
        capture_output=True,
        text=True,
        check=True,
    )
    writer = int(pids.stdout.split()[0])
    os.kill(writer, signal.SIGSTOP)
    try:
        assert engine.command("shutdown").returncode == 0
        assert engine.process.wait(60) == 0  # it waited forever
    finally:
        os.kill(writer, signal.SIGCONT)


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
        with contextlib.suppress(BlockingIOError):  # until the terminal takes nothing
            while True:
                os.write(filler, b"x" * 1024)
        os.close(filler)
        client = SimpleUDPClient("127.0.0.1", port)
        for number in range(3):
            client.send_message(f"/unknown{number}", 1.0)  # each is reported in the terminal
        with connected(tmp_path / "e.sock") as control:
            assert control.command("temp 0.5").ok
        receiver.settimeout(60)
        for _ in range(400):  # far more than the socket can hold from before
            received(receiver)
        engine.terminate()
        assert engine.wait(60) == 0
    finally:
        engine.kill()
        engine.wait()
        os.close(ours)
        os.close(theirs)
