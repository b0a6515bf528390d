"""Requests of a console to a real engine: files, settings, rig check, ports."""

import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pythonosc.udp_client import SimpleUDPClient
from websockets.sync.client import unix_connect

from impsy_tui.channels.midi.system.driver import loading_problem
from impsy_tui.control.answers import Files, LogPlot, Names, Ports, Rig, Settings
from impsy_tui.control.client import ControlClient, connected
from impsy_tui.control.messages import PROTOCOL, Event, FromEngine, Reply
from tests.support.engine.processes import config, received
from tests.support.engine_process import EngineProcess
from tests.support.models import constant_model
from tests.support.ports import free_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


def _settings(client: ControlClient) -> dict[str, tuple[str, str]]:
    answer = client.ask("settings")
    assert isinstance(answer, Settings)
    return {setting.key: (setting.value, setting.origin) for setting in answer.settings}


def test_files_are_listed_drawn_named_renamed_and_deleted(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    constant_model(tmp_path / "models" / "higher.h5", [0.02, 0.3, 0.6, 0.9])
    port = free_port()
    engine = start_engine(config(receiver, port))
    client = SimpleUDPClient("127.0.0.1", port)
    for _ in range(3):
        client.send_message("/interface", [0.5, 0.5, 0.5])
        received(receiver)
    with connected(engine.socket) as console:
        wait_until(lambda: len(engine.log_rows()) == 6)
        names = console.ask("names")
        assert isinstance(names, Names)
        assert {"pulse", "higher"} <= set(names.models)
        (log,) = names.logs
        files = console.ask("files")
        assert isinstance(files, Files)
        assert {(file.kind, file.rows) for file in files.files if file.name == f"{log}.log"} == {("log", 6)}
        picture = console.ask("log", log, 10)
        assert isinstance(picture, LogPlot)
        assert (picture.rows, sum(picture.played), sum(picture.predicted)) == (6, 3, 3)
        for name in ("none", "../config", "/etc/passwd"):
            refused = console.ask("log", name, 10)
            assert isinstance(refused, Reply)
            assert not refused.ok
        assert console.command("rename model higher high").ok
        assert (tmp_path / "models" / "high.h5").is_file()
        assert console.command("delete model high").ok
        for line in (f"delete log {log}", "delete model pulse", "rename model pulse p"):
            reply = console.command(line)
            assert not reply.ok
            assert "stays as it is" in reply.text
        assert not console.command("delete model ../config").ok
    assert pulse_model.is_file()


def test_rig_is_checked(start_engine: Start, receiver: socket.socket, pulse_model: Path) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        rig = console.ask("rig")
    assert isinstance(rig, Rig)
    checks = {check.name: check for check in rig.checks}
    assert checks["model"].text == "pulse, dimension 4, numpy"
    assert [checks[name].state for name in ("osc", "model", "log", "disk", "socket")] == ["ok"] * 5
    assert {"timing", "clock", "system"} <= checks.keys()
    assert not list(engine.folder.glob("**/.rig-check*"))


def test_rig_check_finds_what_is_wrong(start_engine: Start, receiver: socket.socket, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    port = free_port()
    engine = start_engine(config(receiver, port, model=""))
    with connected(engine.socket) as console:
        engine.socket.chmod(0o666)
        SimpleUDPClient("127.0.0.1", port).send_message("/interface", [0, 0, 0])
        wait_until(lambda: "Cannot write the log" in engine.said())
        rig = console.ask("rig")
        assert isinstance(rig, Rig)
    checks = {check.name: check for check in rig.checks}
    assert "DUMMY" in checks["model"].text
    assert [checks[name].state for name in ("model", "log", "disk", "socket")] == [
        "error",
        "error",
        "error",
        "warning",
    ]


def test_settings_are_shown_changed_in_their_file_and_put_in_force(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    engine = start_engine(config(receiver, free_port()), "--pi-temp", "1.5")
    file = tmp_path / "config.toml"
    with connected(engine.socket) as console:
        found = _settings(console)
        assert found["interaction.threshold"] == ("0.2", "config.toml:5")
        assert found["model.pitemp"] == ("1.5", "--pi-temp")
        assert found["model.sigmatemp"] == ('"trained"', "default")
        assert console.command("temp 3").ok
        assert _settings(console)["model.pitemp"] == ("3.0", "live")
        assert console.command("temp trained").ok
        assert _settings(console)["model.pitemp"] == ('"trained"', "live")
        assert console.command("set interaction.threshold 1.5").text.endswith("active now")
        assert console.snapshot().players[0].number("threshold") == 1.5
        assert "threshold = 1.5" in file.read_text()
        assert console.command("set osc.client_port 7001").text.endswith("from the next start")
        assert _settings(console)["osc.client_port"][1] == "7001 from the next start"
        before = file.read_text()
        for line in ("set interaction.threshold -1", "set nonsense 1", 'set title "a\0b"'):
            assert not console.command(line).ok
        assert file.read_text() == before
        # The value is in the file for the next start; the running engine cannot use it.
        reply = console.command('set model.file "models/none.h5"')
        assert (reply.ok, "not active: no model is called none.h5" in reply.text) == (False, True)
        assert console.command("set model.file 'a\"b.h5'").ok is False
        assert console.snapshot().players[0].model == "pulse"


def test_engine_keeps_panic_on_its_default_key_if_the_configured_one_is_unknown(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()) + '[console.keys]\npanic = "F99"\n')
    assert "[console.keys] panic: F99 is not a key; panic stays on F9" in engine.said()
    with connected(engine.socket) as console:
        assert console.command("bind f9 take").text == "f9 is the key of panic and cannot be bound"
        assert console.command("bind f10 take").ok


def test_model_is_auditioned_and_goes_on_with_what_it_heard(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    constant_model(tmp_path / "models" / "higher.h5", [0.02, 0.3, 0.6, 0.9])
    constant_model(tmp_path / "models" / "wide.h5", [0.02, *[0.5] * 8])
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    with connected(engine.socket) as console:
        assert not console.command("audition off").ok
        refused = console.command("audition wide")
        assert (refused.ok, "has dimension 9, 4 is played" in refused.text) == (False, True)
        assert console.snapshot().audition is None
        assert console.command("audition higher").ok
        for _ in range(10):
            assert received(receiver).params == pytest.approx([0.2, 0.5, 0.8])
        heard = console.snapshot().audition
        assert heard is not None
        assert (heard.model, heard.mode) == ("higher", "battle")
        wait_until(lambda: (state := console.snapshot().audition) is not None and state.played > 3)
        assert "it plays now" in console.command("delete model higher").text
        assert console.command("load higher").text == "higher plays, as auditioned"
        wait_until(lambda: received(receiver).params == pytest.approx([0.3, 0.6, 0.9]))
        assert console.snapshot().audition is None
        assert console.command("audition pulse").ok
        assert console.command("unload").ok
        assert console.command("delete model pulse").ok  # no player plays this model any more


def test_dimensions_are_shaped_and_marked(start_engine: Start, receiver: socket.socket, pulse_model: Path) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    with connected(engine.socket) as console:
        for line in ("hold x1 0.75", "range x2 0 0.5", "invert x3"):
            assert console.command(line).ok
        wait_until(lambda: received(receiver).params == pytest.approx([0.75, 0.25, 0.2]))
        snapshot = console.snapshot()
        assert snapshot.marks == ("held", "range", "inverted")
        assert snapshot.players[0].output == pytest.approx((0.75, 0.25, 0.2))
        assert "there is no x4: the last is x3" in console.command("mute x2 x4").text
        assert console.command("solo x3").ok
        assert console.snapshot().marks == ("muted", "muted", "solo")
        assert console.command("release").ok
        wait_until(lambda: received(receiver).params == pytest.approx([0.2, 0.5, 0.8]))
        assert console.snapshot().marks == ()
        assert console.command("timer start").ok
        assert console.snapshot().timer_runs


def test_late_subscriber_gets_earlier_events(start_engine: Start, receiver: socket.socket, pulse_model: Path) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as first, connected(engine.socket) as second:
        for temperature in (1.1, 1.2, 1.3):
            assert first.command(f"temp {temperature}").ok
        second.subscribe(0, events=True)
        messages = second.messages()
        past = [next(messages) for _ in range(3)]
        assert [event.text for event in past if isinstance(event, Event)] == ["temp 1.1", "temp 1.2", "temp 1.3"]
        second.subscribe(0, events=True, since=past[1].time)
        assert next(second.messages()) == past[2]
        second.subscribe(0, events=False)
        assert second.command("help").ok
        second.subscribe(0, events=True, since=past[2].time)
        assert first.command("temp 1.4").ok
        assert getattr(next(second.messages()), "text", "") == "temp 1.4"


def test_commands_of_consoles_are_refused_by_the_engine(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        for line in ("quit", "theme stage", "show files"):
            reply = console.command(line)
            assert not reply.ok
            assert "is a console command" in reply.text


def test_osc_may_shape_and_time_but_touch_no_file(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    port = free_port()
    engine = start_engine(config(receiver, port))
    before = (tmp_path / "config.toml").read_text()
    client = SimpleUDPClient("127.0.0.1", port)
    for line in ("set interaction.threshold 9", "rename model pulse p", "delete model pulse", "dataset", "train"):
        client.send_message("/impsy/command", line)
        client.send_message(f"/impsy/{line.split()[0]}", line.split()[1:])
    client.send_message("/impsy/command", "quit")
    client.send_message("/impsy/hold", ["x1", 0.25])
    client.send_message("/impsy/timer", "start")
    with connected(engine.socket) as console:
        wait_until(lambda: console.snapshot().timer_runs)
        snapshot = console.snapshot()
        assert snapshot.marks == ("held", "", "")
        assert snapshot.jobs == ()
        assert snapshot.players[0].number("threshold") == 0.2
        assert snapshot.channels[0].problems > 0
    assert (tmp_path / "config.toml").read_text() == before
    assert pulse_model.is_file()


def test_panic_does_not_wait_for_a_model_that_loads(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    shutil.copy(pulse_model, tmp_path / "models" / "new.h5")
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    with unix_connect(str(engine.socket)) as raw:
        raw.recv()
        for message in (
            f'{{"type": "hello", "protocol": {PROTOCOL}}}',
            '{"type": "command", "id": 1, "line": "load new"}',
            '{"type": "ask", "id": 2, "about": "files"}',
            '{"type": "command", "id": 3, "line": "panic"}',
        ):
            raw.send(message)
        replies = [msgspec.json.decode(raw.recv(), type=FromEngine) for _ in range(3)]
    assert isinstance(replies[0], Reply)
    assert replies[0].id == 3
    assert {reply.id for reply in replies[1:] if isinstance(reply, Reply | Files)} == {1, 2}


def test_many_ask_at_once_and_all_are_answered(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    answers: list[object] = []

    def ask() -> None:
        with connected(engine.socket) as console:
            answers.extend(console.ask(about) for about in ("names", "settings", "rig"))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(60)
    assert sorted(type(answer).__name__ for answer in answers) == ["Names"] * 4 + ["Rig"] * 4 + ["Settings"] * 4


def test_ports_are_listed_where_there_is_no_midi(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    if problem := loading_problem():
        pytest.skip(problem)
    engine = start_engine(config(receiver, free_port()) + '[midi]\napi = "Imaginary"\n')
    done = engine.command("send", "ports")
    assert done.returncode == 0
    assert done.stdout.startswith('MIDI: no MIDI system is called "Imaginary"')
    assert "MIDI inputs:  none" in done.stdout
    with connected(engine.socket) as console:
        ports = console.ask("ports")
    assert isinstance(ports, Ports)
    assert ports.problem
    assert (ports.inputs, ports.outputs) == ((), ())
