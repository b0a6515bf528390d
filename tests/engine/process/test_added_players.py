"""Real engine to which players are added while it plays."""

import json
import signal
import socket
from pathlib import Path

from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.control.client import connected
from tests.support.engine.processes import Start, received
from tests.support.models import constant_model
from tests.support.ports import free_port
from tests.support.waiting import wait_until


def _config(folder: Path, receiver: socket.socket, port: int) -> str:
    """Returns a configuration as IMPSY has it: one model, and no table of players."""
    constant_model(folder / "models" / "left.h5", [0.05, 0.1, 0.2])
    constant_model(folder / "models" / "right.h5", [0.05, 0.8, 0.9])
    return (
        "# my rig\nlog_predictions = true\n[interaction]\nmode = 'polyphony'\n"
        "[model]\nfile = 'models/left.h5' # left hand\n"
        f"[osc]\nserver_port = {port}\nclient_port = {receiver.getsockname()[1]}\noutput_address = '/p'\n"
    )


def test_added_player_plays_is_kept_and_resumed(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> None:
    port = free_port()
    text = _config(tmp_path, receiver, port)
    engine = start_engine(text)
    with connected(engine.socket) as control:
        for line in ("player add b right hears x1-x2 plays x3-x4; @b temp 1.5", "player add c", "player remove c"):
            reply = control.command(line)
            assert reply.ok, reply.text
        SimpleUDPClient("127.0.0.1", port).send_message("/interface", [0.5] * 4)
        wait_until(lambda: [player.played for player in control.snapshot().players] == [1, 1])
        assert [(one.name, one.plays) for one in control.snapshot().players] == [("main", (0, 1)), ("b", (2, 3))]
        heard = [tuple(round(value, 1) for value in received(receiver).params) for _ in range(2)]
        assert heard[-1] == (0.1, 0.2, 0.8, 0.9)
        assert control.command("player remove main").ok
    kept = tmp_path / "logs" / ".last-session.json"
    wait_until(lambda: kept.exists() and json.loads(kept.read_text())["removed"] == ["main"])
    engine.end(signal.SIGKILL)

    engine = start_engine(text)
    with connected(engine.socket) as control:
        (player,) = control.snapshot().players
        assert (player.name, player.model, player.number("temp"), player.plays) == ("b", "right", 1.5, (2, 3))
        assert control.command("undo").text == "there is nothing to undo"
        assert control.command("player add main left plays x1-x2").ok
        reply = control.command("keep players")
        assert reply.text == "b, main in config.toml; active from the next start too"
    written = (tmp_path / "config.toml").read_text()
    assert written.startswith("# my rig\n")
    assert "file = 'models/left.h5' # left hand" in written
    assert engine.end() == 0

    engine = start_engine(written, "--fresh")
    with connected(engine.socket) as control:
        players = control.snapshot().players
        assert [(one.name, one.model, one.plays) for one in players] == [
            ("b", "right", (2, 3)),
            ("main", "left", (0, 1)),
        ]
        assert players[0].number("temp") == 1.5
        assert control.command("player remove b").ok
    assert {file.name[20:] for file in (tmp_path / "logs").glob("*.log")} >= {"3d-mdrnn.log", "b-3d-mdrnn.log"}


def test_added_ensemble_plays_is_kept_and_resumed(
    tmp_path: Path, start_engine: Start, receiver: socket.socket
) -> None:
    text = _config(tmp_path, receiver, free_port())
    engine = start_engine(text)
    with connected(engine.socket) as control:
        said = control.command("player add trio ensembleRNN channels osc; @trio ensemble 3; @trio temp 1.5")
        assert said.text.startswith("trio plays: 4 players, a lead among them · ensembleRNN-units16"), said
        for line in ("@trio force p2 fast-taps", "player trio", "player remove main", "@trio pause"):
            assert control.command(line).ok
        wait_until(lambda: control.snapshot().players[0].paused)
    kept = tmp_path / "logs" / ".last-session.json"

    def is_saved() -> bool:
        saved = json.loads(kept.read_text()) if kept.exists() else {"removed": []}
        return saved["removed"] == ["main"] and saved["players"]["trio"]["paused"]

    wait_until(is_saved)
    engine.end(signal.SIGKILL)

    engine = start_engine(text)
    with connected(engine.socket) as control:
        (player,) = control.snapshot().players
        assert (player.name, player.kind, player.paused, player.number("temp")) == ("trio", "ensemble", True, 1.5)
        assert player.ensemble is not None
        assert (player.ensemble.players, player.ensemble.forced) == (("lead", "p2", "p3"), ("p2",))
        assert control.command("@trio resume; player add main left plays x1-x2").ok
        assert control.command("keep players").text == "trio, main in config.toml; active from the next start too"
    assert engine.end() == 0

    engine = start_engine((tmp_path / "config.toml").read_text(), "--fresh")
    with connected(engine.socket) as control:
        trio, main = control.snapshot().players
        assert (trio.name, trio.kind, trio.model, main.model) == ("trio", "ensemble", "ensembleRNN-units16", "left")
        assert trio.number("temp") == 1.5
        assert trio.ensemble is not None
        assert trio.ensemble.players == ("lead", "p2", "p3")
