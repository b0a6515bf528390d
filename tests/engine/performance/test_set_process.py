"""Sets in a real engine: replay over the wire, and resume after a crash."""

import signal
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.control.client import connected
from tests.support.engine.processes import Start, config, received
from tests.support.models import constant_model
from tests.support.ports import free_port
from tests.support.waiting import wait_until

SET = """
def drop = mode battle; temp 2
bind cc 1 64 drop
# warm
temp 1.1; hold x2 0.25
# drop
drop
"""


def test_engine_replays_a_log(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    began = datetime(2026, 1, 2, 3, 4, 5)
    times = [0.0, 0.05, 0.2, 0.21]
    rows = [
        f"{(began + timedelta(seconds=at)).isoformat(timespec='microseconds')},interface,0.{number},0.5,0.5\n"
        for number, at in enumerate(times)
    ]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "old-4d-mdrnn.log").write_text("".join(rows))
    (tmp_path / "logs" / "old-4d-mdrnn.commands").write_text(f"{began.isoformat()},temp 1.7\n")
    engine = start_engine(config(receiver, free_port(), mode="useronly"))
    with connected(engine.socket) as console:
        assert console.command("thru on").ok
        assert console.command("replay old-4d-mdrnn at 2x").text == "old-4d-mdrnn is replayed: 4 events, 0:00"
        assert [round(received(receiver).params[0], 3) for _ in times] == [0.0, 0.1, 0.2, 0.3]
        wait_until(lambda: console.snapshot().replay is None)
        assert console.snapshot().players[0].number("temp") == 1.7
        assert "no log is called none" in console.command("replay none").text
        assert "no model is called nothing" in console.command("replay old-4d-mdrnn through nothing").text
        assert console.snapshot().replay is None
    engine.end()
    sources = [row.split(",")[1] for row in engine.log_rows()]
    assert (sources.count("replay"), sources.count("interface")) == (4, 4)  # events of the old log


def test_engine_resumes_a_set_after_a_crash(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text(SET)
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        for line in ("cue first", "next", "next", "def calm = temp 0.5", "tempo 90; quantise 1/8"):
            assert console.command(line).ok, line
    kept = tmp_path / "logs" / ".last-session.json"
    wait_until(lambda: kept.exists() and '"calm = temp 0.5"' in kept.read_text() and "1/8" in kept.read_text())
    engine.end(signal.SIGKILL)
    engine = start_engine(config(receiver, free_port()), "--resume")
    with connected(engine.socket) as console:
        snapshot = console.snapshot()
        assert snapshot.cue is not None
        assert (snapshot.cue.set, snapshot.cue.cue, snapshot.cue.number) == ("first", "drop", 2)
        assert snapshot.tempo is not None
        assert (snapshot.parameters["tempo"], snapshot.parameters["quantise"]) == (90.0, "1/8")
        assert snapshot.marks == ("", "held", "")
        assert (snapshot.players[0].mode, snapshot.players[0].number("temp")) == ("battle", 2.0)
        assert "cc 1 64" in console.command("bindings").text
        assert console.command("calm").ok
        assert console.command("back").text.startswith("cue 1 of 2: warm")


def test_other_hosts_may_set_parameters_and_schedule_nothing(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only chooses the source address
        except OSError:
            pytest.skip("this machine has no network, and so no address but its own")
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no address but its own")
    port = free_port()
    engine = start_engine(config(receiver, port).replace("[osc]", '[osc]\nserver_ip = "0.0.0.0"'))
    client = SimpleUDPClient(own, port)
    with connected(engine.socket) as console:
        client.send_message("/impsy/after", [0, "temp 1.9"])
        client.send_message("/impsy/def", ["drop = temp 1.9"])
        wait_until(lambda: "/impsy/" in console.snapshot().channels[0].problem)
        client.send_message("/impsy/sigmatemp", 0.5)
        wait_until(lambda: console.snapshot().players[0].number("sigma") == 0.5)
        snapshot = console.snapshot()
        assert (snapshot.players[0].number("temp"), snapshot.macros, snapshot.pending) == (1.0, (), ())


def test_resume_runs_the_preamble_before_the_saved_state(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        constant_model(tmp_path / "models" / f"{name}.h5", [0.05, 0.2, 0.5, 0.8])
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text("load one\ntemp 1.5\n# drop\nload two; temp 2\n")
    engine = start_engine(config(receiver, free_port(), mode="useronly"))
    with connected(engine.socket) as console:
        assert console.command("cue first").ok
        wait_until(lambda: console.snapshot().players[0].model == "one")
        assert console.command("next").ok
        wait_until(lambda: console.snapshot().players[0].model == "two")
    kept = tmp_path / "logs" / ".last-session.json"
    wait_until(lambda: kept.exists() and "two.h5" in kept.read_text())
    engine.end(signal.SIGKILL)
    engine = start_engine(config(receiver, free_port(), mode="useronly"), "--resume")
    with connected(engine.socket) as console:
        player = console.snapshot().players[0]
        assert (player.model, player.number("temp")) == ("two", 2.0)
