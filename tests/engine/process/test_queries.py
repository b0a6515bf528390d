"""Requests of a console to a real engine: files, settings, rig check, jobs."""

import os
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pythonosc.udp_client import SimpleUDPClient
from websockets.sync.client import unix_connect

from impsy_tui.channels.midi.system.driver import loading_problem
from impsy_tui.control.client import ControlClient, connected
from impsy_tui.control.messages import Event, Files, FromEngine, LogPlot, Names, Ports, Reply, Rig, Settings
from impsy_tui.data.datasets import read_dataset, write_dataset
from tests.support.engine.processes import config, ended_jobs, received
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


def test_the_rig_is_checked(start_engine: Start, receiver: socket.socket, pulse_model: Path) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        rig = console.ask("rig")
    assert isinstance(rig, Rig)
    checks = {check.name: check for check in rig.checks}
    assert checks["model"].text == "pulse, dimension 4, numpy"
    assert [checks[name].state for name in ("osc", "model", "log", "disk", "socket")] == ["ok"] * 5
    assert {"timing", "clock", "system"} <= checks.keys()
    assert not list(engine.folder.glob("**/.rig-check*"))


def test_the_rig_check_finds_what_is_wrong(start_engine: Start, receiver: socket.socket, tmp_path: Path) -> None:
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
        assert console.command("temp 3").ok
        assert _settings(console)["model.pitemp"] == ("3.0", "live")
        assert console.command("set interaction.threshold 1.5").text.endswith("in force now")
        assert console.snapshot().players[0].number("threshold") == 1.5
        assert "threshold = 1.5" in file.read_text()
        assert console.command("set osc.client_port 7001").text.endswith("from the next start")
        assert _settings(console)["osc.client_port"][1] == "7001 from the next start"
        before = file.read_text()
        for line in ("set interaction.threshold -1", "set nonsense 1", 'set title "a\0b"'):
            assert not console.command(line).ok
        assert file.read_text() == before
        # It is kept for the next start, but cannot be had now.
        reply = console.command('set model.file "models/none.h5"')
        assert (reply.ok, "and not in force: no model is called none.h5" in reply.text) == (False, True)
        assert console.command("set model.file 'a\"b.h5'").ok is False
        assert console.snapshot().players[0].model == "pulse"


def test_engine_keeps_panic_on_its_default_key_if_the_configured_one_is_unknown(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()) + '[console.keys]\npanic = "F99"\n')
    assert "[console.keys] panic: F99 is not a key; panic stays on F9" in engine.said()
    with connected(engine.socket) as console:
        assert console.command("bind f9 take").text == "f9 is panic, and stays it"
        assert console.command("bind f10 take").ok


def test_a_plot_is_drawn_beside_the_music(start_engine: Start, receiver: socket.socket, pulse_model: Path) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "no log, data set or model is called none" in console.command("plot none").text
        assert "no log, data set or model is called ../x" in console.command("plot ../x").text
        assert console.command("plot pulse").text == "job 1 draws pulse"
        assert ended_jobs(console) == ["finished"]
        assert Path(console.snapshot().jobs[0].file) == engine.folder / "plots" / "pulse.svg"
        assert "</svg>" in (engine.folder / "plots" / "pulse.svg").read_text()


def test_plot_without_a_name_draws_the_newest_log(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        reply = console.command("plot")
        assert (reply.ok, reply.text) == (
            False,
            f"no log is in {engine.folder / 'logs'} yet: play, or name a data set or a model",
        )
        (tmp_path / "logs").mkdir(exist_ok=True)
        for day in (1, 2):
            log = tmp_path / "logs" / f"2026-01-0{day}T00-00-00-4d-mdrnn.log"
            log.write_text("".join(f"2026-01-01T00:00:{at:02}.000000,interface,0.1,0.2,0.3\n" for at in range(50)))
            os.utime(log, (day, day))
        assert console.command("plot").text == "job 1 draws 2026-01-02T00-00-00-4d-mdrnn"
        assert ended_jobs(console) == ["finished"]


@pytest.mark.parametrize("line", ["cancel job", "keep job"])
def test_undo_of_an_ended_job_says_that_it_does_not_go_on(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path, line: str
) -> None:
    (tmp_path / "datasets").mkdir()
    write_dataset(tmp_path / "datasets" / "training-dataset-4d.npz", [np.full((500, 4), 0.5)])
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert console.command("temp 1.5").ok
        assert console.command("train xxs").ok
        assert console.command(line).ok
        refused = console.command("undo")
        assert not refused.ok
        assert ("was cancelled" if line.startswith("cancel") else "has ended") in refused.text
        assert "undo cannot restore this" in refused.text
        assert console.snapshot().players[0].number("temp") == 1.5
        assert console.command("train xxs").ok
        again = console.command("redo")
        assert (again.ok, again.text) == (False, f"redo does not end jobs: type {line} again")
        assert console.command("undo").text == "undone: temp 1.5"
        assert console.command("cancel job 2").ok


def test_a_data_set_is_made_beside_the_music(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "2026-01-01T00-00-00-4d-mdrnn.log").write_text(
        "".join(f"2026-01-01T00:00:{at:02}.000000,interface,0.1,0.2,0.3\n" for at in range(50))
    )
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "job 1 builds a dataset from the logs" in console.command("dataset 4").text
        assert ended_jobs(console) == ["finished"]
        (job,) = console.snapshot().jobs
        assert "49 events" in job.text
        assert len(read_dataset(Path(job.file))[0]) == 49
        assert Path(job.file).parent == tmp_path / "datasets"
        assert console.command("dataset 9").ok
        assert ended_jobs(console, 2) == ["finished", "failed"]
        assert "no job runs" in console.command("cancel job").text
        assert "no data set is called none" in console.command("train xxs on none").text
        assert "no data set is called ../x" in console.command("train xxs on ../x").text
        assert "budget is only for train auto" in console.command("train s budget 5").text
        assert "auto trains new models" in console.command("train auto from current").text
        assert "no folder of gesture scores is called none" in console.command("train ensemble on none").text
        assert "job 3 trains auto on training-dataset-4d" in console.command("train auto budget 2.5 seed 3").text
        assert ended_jobs(console, 3) == ["finished", "failed", "failed"]
        text = console.snapshot().jobs[2].text
        assert "the longest performance has 49 events" in text or "TensorFlow, which is not installed" in text
    assert "job: 2 dataset 9d: no events of dimension 9" in engine.said()


def test_gestures_are_learned_beside_the_music(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    columns = "centroid_x,centroid_y,std_x,std_y,freq,movement_freq,touchdown_freq,velocity"
    rows = [f"2026-01-01T00:00:{at:02},1,1,{at},1,{9 * at},1,1,1,{1 + at // 30}" for at in range(60)]
    (tmp_path / "logs" / "table.csv").write_text("\n".join([f"time,{columns},gesture", *rows]))
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "takes no more than this" in console.command("train gestures epochs 3").text
        assert "job 1 trains a classifier of gestures" in console.command("train gestures seed 2").text
        ended_jobs(console)
        (job,) = console.snapshot().jobs
        if "scikit-learn, which is not installed" in job.text:
            pytest.skip("training a classifier is the extra [gestures]")
        assert (job.state, Path(job.file).name) == ("finished", "gestures-table.npz")
        assert Path(job.file).is_file()


def test_a_model_is_auditioned_and_goes_on_with_what_it_heard(
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
        assert console.command("delete model pulse").ok  # nobody plays it any more


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
        for line in ("quit", "theme stage", "lock", "unlock", "show files"):
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
            '{"type": "hello", "protocol": 1}',
            '{"type": "command", "id": 1, "line": "load new"}',
            '{"type": "ask", "id": 2, "about": "files"}',
            '{"type": "command", "id": 3, "line": "panic"}',
        ):
            raw.send(message)
        replies = [msgspec.json.decode(raw.recv(), type=FromEngine) for _ in range(3)]
    assert isinstance(replies[0], Reply)
    assert replies[0].id == 3
    assert {reply.id for reply in replies[1:] if isinstance(reply, Reply | Files)} == {1, 2}


def test_an_engine_that_ends_leaves_no_worker_behind(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    for number in range(40):
        rows = "".join(f"2026-01-01T00:{at // 60:02}:{at % 60:02},interface,1,2,3\n" for at in range(3000))
        (tmp_path / "logs" / f"{number}-4d-mdrnn.log").write_text(rows)
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert console.command("dataset 4").ok
        (job,) = console.snapshot().jobs
        assert job.state == "running"
    assert engine.end() == 0
    assert not (tmp_path / "datasets" / "training-dataset-4d.npz").exists()
    assert engine.said() == "job: 1 dataset 4d: cancelled: nothing was kept\n"


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
