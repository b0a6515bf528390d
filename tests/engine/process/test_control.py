"""Control socket of an engine in a separate process: clients, commands, and other servers."""

import json
import signal
import socket
import stat
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import unix_connect

from impsy_tui.control.client import connected
from impsy_tui.control.launch import launch_engine
from impsy_tui.control.messages import PROTOCOL, Event, Snapshot
from impsy_tui.errors import NoEngineError
from tests.support.engine.processes import Start, config, received
from tests.support.ports import free_port


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
    assert "take needs turns: battle has none" in done.stderr
    assert "mode battle" in engine.command("send", "help").stdout or engine.command("send", "help").stdout
    done = engine.command("shutdown")
    assert done.returncode == 0
    assert engine.process.wait(60) == 0


def test_second_engine_is_refused_and_a_dead_ones_socket_taken_over(
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


def test_status_json_keeps_the_names_of_the_version_before(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    assert engine.command("send", "temp 1.4; sigma 0.02; threshold 3").returncode == 0
    state = json.loads(engine.command("status", "--json").stdout)
    player = state["players"][0]
    assert (player["parameters"]["temp"], player["pi_temperature"]) == (1.4, 1.4)
    assert (player["sigma_temperature"], player["threshold"], player["timescale"]) == (0.02, 3.0, 1.0)
    assert state["heard"] == state["received"] == 0
    assert state["guided"] is player["band"] is player["ensemble"] is player["agent"] is None


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
    """Checks that the start includes a second of waiting for a host name."""
    (tmp_path / "config.toml").write_text(
        f'[model]\ndimension = 3\n[osc]\nserver_port = {free_port()}\nclient_ip = "no-such-host.invalid"\n'
    )
    socket = tmp_path / "engine.sock"
    launch_engine(["-c", str(tmp_path / "config.toml"), "-l", str(tmp_path / "logs")], socket, tmp_path / "out")
    with connected(socket) as client:
        (channel,) = client.snapshot().channels
        assert (channel.name, channel.state) == ("osc", "waiting")
        client.command("shutdown")


def test_any_number_of_clients_and_a_stalled_one_costs_nothing(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    opened = ExitStack()
    stalled = opened.enter_context(unix_connect(str(engine.socket), compression=None))
    stalled.recv()
    stalled.send(f'{{"type": "hello", "protocol": {PROTOCOL}}}')
    stalled.send('{"type": "subscribe", "rate": 50}')
    # Its process continues to send requests without reading the replies.
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
        assert one.command("help").ok  # so the engine has read the request
        other.command("temp 1.1")
        event = next(one.messages())
        assert isinstance(event, Event)
        assert (event.source, event.text) == ("command", "temp 1.1")


def test_client_with_another_protocol_is_refused_with_a_message(
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
        raw.send(f'{{"type": "hello", "protocol": {PROTOCOL}}}')
        raw.send("nonsense")
        assert "not a message" in json.loads(raw.recv())["text"]
        raw.send(b"\xff\xff")
        assert "not a message" in json.loads(raw.recv())["text"]
    assert engine.command("status").returncode == 0


def test_client_without_an_engine_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoEngineError, match="start one with impsy-tui run"), connected(tmp_path / "none.sock"):
        pass
