"""Real engine that is killed, gets SIGHUP or is shut down, and the next engine in the same folder."""

import signal
import socket
from pathlib import Path

import pytest
from websockets.sync.client import connect

from impsy_tui.control.client import connected
from tests.support.engine.processes import Start, config
from tests.support.engine_process import EngineProcess
from tests.support.models import constant_model
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Returns the file of the saved session."""
    return tmp_path / "logs" / ".last-session.json"


def _set_up(engine: EngineProcess, saved: Path, *lines: str, sigma: float = 0.0625) -> None:
    """Carries out these lines, and waits until the session is saved with this sigma temperature."""
    with connected(engine.socket) as console:
        for line in (*lines, f"sigma {sigma}"):
            reply = console.command(line)
            assert reply.ok, reply.text
    wait_until(lambda: saved.exists() and str(sigma) in saved.read_text())


def test_engine_resumes_by_itself_after_it_was_killed(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, saved: Path
) -> None:
    web = free_tcp_port()
    text = config(receiver, free_port(), mode="useronly")
    text += f'[websocket]\nserver_port = {web}\ninput = [["control_change", 1, 1]]\n'
    engine = start_engine(text)
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{web}") as knobs:
        assert client.command("learn x3").ok
        for level in (10, 40, 70):
            knobs.send(f"/channel/2/cc/74/{level}")

        def plays() -> bool:  # once the knob is learned
            knobs.send("/channel/2/cc/74/70")
            return client.snapshot().input[2] > 0

        wait_until(plays)
    lines = ("mode duet", "after 3600s take", "every 7200s temp 1", "over 3600s temp 2", "record on", "pause")
    _set_up(engine, saved, *lines)
    engine.end(signal.SIGKILL)

    engine = start_engine(text)
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{web}") as knobs:
        snapshot = client.snapshot()
        assert snapshot.players[0].mode == "duet"
        assert [(one.number, one.text) for one in snapshot.pending] == [
            (1, "after 3600s take"),
            (2, "every 7200s temp 1"),
            (3, "over 3600s temp 2"),
        ]
        knobs.send("/channel/2/cc/74/127")
        wait_until(lambda: client.snapshot().input[2] == 1.0)
        assert "commands up to here are in" in client.command("record off").text
        assert client.command("cancel 2").ok
    said = engine.said()
    assert (
        "resume: the last session, which did not end with shutdown, continues (--fresh starts without it): main"
        in said
    )
    assert "3 pending lines; the recording continues in a new file" in said
    assert "resume: main is paused, as before: resume lets it play" in said


@pytest.mark.parametrize(
    ("number", "options", "mode"),
    [
        (signal.SIGKILL, (), "duet"),
        (signal.SIGHUP, (), "duet"),
        (signal.SIGTERM, (), "useronly"),
        (signal.SIGTERM, ("--resume",), "duet"),
        (signal.SIGKILL, ("--fresh",), "useronly"),
    ],
)
def test_session_is_resumed_unless_it_ended_on_purpose(
    start_engine: Start,
    receiver: socket.socket,
    pulse_model: Path,
    saved: Path,
    number: int,
    options: tuple[str, ...],
    mode: str,
) -> None:
    text = config(receiver, free_port(), mode="useronly")
    engine = start_engine(text)
    _set_up(engine, saved, "mode duet")
    engine.end(number)
    engine = start_engine(text, *options)
    with connected(engine.socket) as client:
        assert client.snapshot().players[0].mode == mode
    _set_up(engine, saved, sigma=0.125)
    earlier = saved.with_name(".session-before.json")
    assert earlier.exists() is (mode == "useronly")
    if mode == "useronly":
        assert '"duet"' in earlier.read_text()


def test_session_of_another_configuration_is_kept_and_not_resumed(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, saved: Path, tmp_path: Path
) -> None:
    text = config(receiver, free_port(), mode="useronly")
    engine = start_engine(text)
    _set_up(engine, saved, "mode duet")
    engine.end(signal.SIGKILL)
    (tmp_path / "other.toml").write_text(text)
    engine = start_engine(text, "-c", "other.toml")
    with connected(engine.socket) as client:
        assert client.snapshot().players[0].mode == "useronly"
    assert f"resume: the last session did not end with shutdown, and played {tmp_path}/config.toml" in engine.said()


def test_damaged_session_is_reported_kept_and_the_configuration_plays(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, saved: Path
) -> None:
    saved.parent.mkdir()
    saved.write_text('{"players": 1')
    engine = start_engine(config(receiver, free_port(), mode="useronly"))
    assert engine.ready.startswith("ready")
    assert "resume: the saved session cannot be read: the file is damaged. The configuration plays" in engine.said()
    _set_up(engine, saved, sigma=0.125)
    assert saved.with_name(".session-before.json").read_text() == '{"players": 1'


def test_session_that_was_resumed_is_resumed_again_after_another_crash(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, saved: Path
) -> None:
    text = config(receiver, free_port(), mode="useronly")
    engine = start_engine(text)
    _set_up(engine, saved, "mode duet")
    for _ in range(2):
        engine.end(signal.SIGKILL)
        engine = start_engine(text)
    with connected(engine.socket) as client:
        assert client.snapshot().players[0].mode == "duet"


def test_resumed_temperature_follows_the_training_as_before(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, saved: Path
) -> None:
    other = constant_model(pulse_model.with_name("other.h5"), [0.02, 0.2, 0.5, 0.8])
    for model, pi, sigma in ((pulse_model, 0.7, 0.5), (other, 1.4, 0.2)):
        model.with_suffix(".toml").write_text(f"pi_temperature = {pi}\nsigma_temperature = {sigma}\n")
    text = config(receiver, free_port())
    engine = start_engine(text)
    _set_up(engine, saved)
    for _ in range(2):
        engine.end(signal.SIGKILL)
        engine = start_engine(text)
    with connected(engine.socket) as client:
        player = client.snapshot().players[0]
        assert player.trained == ("temp",)
        assert (player.parameters["temp"], player.parameters["sigma"]) == (0.7, 0.0625)
        assert client.command("load other").ok
        player = client.snapshot().players[0]
        assert (player.parameters["temp"], player.parameters["sigma"]) == (1.4, 0.0625)
        assert client.command("sigma trained").ok
        assert client.snapshot().players[0].parameters["sigma"] == 0.2
