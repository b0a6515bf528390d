"""Real engine with two players, over OSC."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.control.client import connected
from impsy_tui.data.collate import log_files
from tests.support.engine_process import EngineProcess
from tests.support.models import constant_model
from tests.support.places import ROOT
from tests.support.ports import free_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


def _config(folder: Path, receiver: socket.socket, port: int, main: str = "", more: str = "") -> str:
    constant_model(folder / "models" / "left.h5", [0.05, 0.1, 0.2])
    constant_model(folder / "models" / "right.h5", [0.02, 0.7, 0.8, 0.9])
    return (
        f"log_predictions = true\n[interaction]\nmode = 'polyphony'\n"
        f"[[player]]\nname = 'main'\nfile = 'models/left.h5'\nhears = 'x1-x2'\nplays = 'x1-x2'\n{main}\n"
        f"[[player]]\nname = 'b'\nfile = 'models/right.h5'\nhears = 'x3-x5'\nplays = 'x3-x5'\n{more}\n"
        f"[osc]\nserver_port = {port}\nclient_port = {receiver.getsockname()[1]}\noutput_address = '/p'\n"
    )


def _next(receiver: socket.socket) -> list[float]:
    message = OscMessage(receiver.recv(4096))
    assert message.address == "/p"
    return pytest.approx(message.params, abs=1e-3)


def test_players_have_separate_halves_and_logs(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> None:
    port = free_port()
    engine = start_engine(_config(tmp_path, receiver, port))
    assert engine.ready.startswith(
        "ready: main: left (numpy), dimension 3 · polyphony · b: right (numpy), dimension 4 · polyphony · osc "
    )
    client = SimpleUDPClient("127.0.0.1", port)
    client.send_message("/interface", [0.5] * 5)
    assert _next(receiver) == [0.5, 0.5, 0.7, 0.8, 0.9]
    assert _next(receiver) == [0.1, 0.2, 0.7, 0.8, 0.9]
    client.send_message("/interface", [0.6, 0.5, 0.5, 0.5, 0.5])
    assert _next(receiver) == [0.1, 0.2, 0.7, 0.8, 0.9]

    assert engine.command("send", "@b pause; @main temp 1.5; player b; temp 1.2").returncode == 0
    done = engine.command("send", "@c temp 1")
    assert (done.returncode, done.stderr.strip()) == (1, "no player is called c: there is main and b")
    client.send_message("/impsy/pitemp", 1.25)  # the focus
    with connected(engine.socket) as control:
        wait_until(lambda: control.snapshot().players[1].number("temp") == 1.25)
        snapshot = control.snapshot()
    assert (snapshot.dimension, snapshot.focus) == (6, "b")
    assert [(player.name, player.plays, player.paused) for player in snapshot.players] == [
        ("main", (0, 1), False),
        ("b", (2, 3, 4), True),
    ]
    assert [player.played for player in snapshot.players] == [2, 1]
    status = engine.command("status").stdout
    assert "main      polyphony · the player answers each event" in status
    assert "b ▸       polyphony · PAUSED" in status

    assert engine.end() == 0
    names = {file.name[20:]: file.read_text().splitlines() for file in (tmp_path / "logs").glob("*.log")}
    assert sorted(names) == ["3d-mdrnn.log", "b-4d-mdrnn.log"]
    assert [row.partition(",")[2] for row in names["3d-mdrnn.log"] if "interface" in row] == [
        "interface,0.5,0.5",
        "interface,0.6000000238418579,0.5",
    ]
    assert [row.split(",")[1] for row in names["b-4d-mdrnn.log"]] == ["interface", "rnn"]
    # Datasets use these logs by their dimension, like all logs.
    assert [file.name[20:] for file in log_files(tmp_path / "logs", 4).files] == ["b-4d-mdrnn.log"]


def test_resumed_each_is_as_it_was(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> None:
    text = _config(tmp_path, receiver, free_port())
    engine = start_engine(text)
    assert engine.command("send", "@b mode battle; @main temp 1.5; @b temp 0.7; @b pause; player b").returncode == 0
    assert engine.command("send", "@main unload").returncode == 0
    kept = tmp_path / "logs" / ".last-session.json"
    wait_until(lambda: kept.exists() and json.loads(kept.read_text())["players"]["main"]["model"] == "")
    engine.process.kill()
    engine.process.wait()
    again = start_engine(text, "--resume")
    assert "main: DUMMY player (no model), dimension 3" in again.ready
    with connected(again.socket) as control:
        snapshot = control.snapshot()
    assert snapshot.focus == "b"
    assert [(p.mode, p.number("temp"), p.paused) for p in snapshot.players] == [
        ("polyphony", 1.5, False),
        ("battle", 0.7, True),
    ]


def test_players_hear_each_other(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> None:
    main = "mode = 'battle'\nhears = 'x1-x2'\n"
    text = _config(tmp_path, receiver, free_port(), more="hears_channels = []\nhears_players = 'main'")
    text = text.replace("hears = 'x3-x5'", "hears = 'x1 x2 x5'").replace("plays = 'x1-x2'\n", "plays = 'x1-x2'\n", 1)
    engine = start_engine(text.replace("hears = 'x1-x2'\n", main, 1))
    heard = [_next(receiver).expected for _ in range(6)]
    assert pytest.approx(heard[-1], abs=1e-3) == [0.1, 0.2, 0.7, 0.8, 0.9]
    engine.end()
    (log,) = (tmp_path / "logs").glob("*-b-4d-mdrnn.log")
    rows = [row.split(",")[1:] for row in log.read_text().splitlines()]
    assert all(float(row[3]) == 0.0 for row in rows if row[0] == "interface")
    assert {"interface", "rnn"} == {row[0] for row in rows}


def test_model_that_does_not_fit_leaves_the_dummy_and_says_why(
    tmp_path: Path, start_engine: Start, receiver: socket.socket
) -> None:
    text = _config(tmp_path, receiver, free_port()).replace("models/right", "models/left")
    engine = start_engine(text)
    assert "b: DUMMY player (no model), dimension 4" in engine.ready
    assert "left has dimension 3: the player hears 3 values, so its model needs dimension 4" in engine.said()
    done = engine.command("send", "@main load right")
    assert "right has dimension 4: the player hears 2 values" in done.stderr
    assert engine.command("send", "@b load right").stdout.strip() == "b: right plays, dimension 4"
    done = engine.command("send", "@all load right")
    assert done.stderr.splitlines()[-2:] == [
        "b: right plays, dimension 4",
        "main: right has dimension 4: the player hears 2 values, so its model needs dimension 3",
    ]


def test_example_duels(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> None:
    port = free_port()
    text = (ROOT / "configs" / "duel.toml").read_text().replace("../models", str(ROOT / "models"))
    text = text.replace("6000", str(port)).replace("6001", str(receiver.getsockname()[1])).replace("0.6", "0.1")
    text = text.replace("0.9", "0.2").replace("max_response = 5.0", "max_response = 0.5")
    engine = start_engine(text.replace("max_response = 8.0", "max_response = 0.5"))
    SimpleUDPClient("127.0.0.1", port).send_message("/interface", [0.5] * 8)
    with connected(engine.socket) as control:
        wait_until(lambda: all(player.played > 1 for player in control.snapshot().players))


def test_set_is_recorded_where_no_one_is_called_main(
    tmp_path: Path, start_engine: Start, receiver: socket.socket
) -> None:
    port = free_port()
    engine = start_engine(_config(tmp_path, receiver, port).replace("'main'", "'a'"))
    client = SimpleUDPClient("127.0.0.1", port)
    with connected(engine.socket) as console:
        assert console.command("record on").ok
        client.send_message("/interface", [0.5] * 5)
        _next(receiver)
        assert console.command("temp 1.5").ok
        assert console.command("record off").ok
    engine.end()
    (commands,) = (tmp_path / "logs").glob("*.commands")
    assert commands.stem.endswith("-a-3d-mdrnn")
    assert commands.with_suffix(".log").is_file()
    assert commands.read_text().endswith(",temp 1.5\n")


def test_model_of_a_user_that_is_not_there_leaves_the_dummy(
    tmp_path: Path, start_engine: Start, receiver: socket.socket
) -> None:
    engine = start_engine(_config(tmp_path, receiver, free_port()).replace("models/right", "~nobody-here/none"))
    assert "main: left (numpy)" in engine.ready
    assert "b: DUMMY player (no model), dimension 4" in engine.ready
