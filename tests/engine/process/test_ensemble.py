"""Real engine with an ensemble: a lead and a listener over OSC."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pythonosc.udp_client import SimpleUDPClient
from websockets.sync.client import ClientConnection, connect

from impsy_tui.channels.osc.packet import Message, read_packet
from impsy_tui.ensemble.scores import read_score
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.touch import HEIGHT, WIDTH, read_touches
from tests.support.engine_process import EngineProcess
from tests.support.places import ROOT
from tests.support.ports import free_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]

_BIG_SWIRL = 6


def _config(port: int, receiver: socket.socket, more: str = "") -> str:
    return (
        f"[[player]]\nname = 'ensemble'\nkind = 'ensemble'\nplayers = 3\n{more}\n"
        f"[osc]\nserver_port = {port}\nclient_port = {receiver.getsockname()[1]}\n"
        "touches = ['metatone', '/pad x y']\n"
    )


def _heard(receiver: socket.socket, address: str, *begin: Any) -> Message:
    """Returns the next message with this address whose arguments begin with these."""
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        for message in read_packet(receiver.recv(4096)):
            if message.address == address and tuple(message.arguments[: len(begin)]) == begin:
                return message
    raise AssertionError(f"{address} {begin} did not come")


def test_lead_is_followed_and_all_of_it_is_kept(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> None:
    port = free_port()
    engine = start_engine(_config(port, receiver))
    assert engine.ready.startswith("ready: ensemble: 3 players, a lead among them · ensembleRNN-units16 · osc ")
    client = SimpleUDPClient("127.0.0.1", port)
    assert engine.command("send", "force p2 fast-swipe; tacet p3").returncode == 0
    made = play(_BIG_SWIRL, 3.0, np.random.default_rng(1))
    began = time.monotonic()
    for at, x, y, velocity in zip(
        *(column.tolist() for column in (made.times, made.x, made.y, made.velocities)), strict=True
    ):
        time.sleep(max(0.0, began + at - time.monotonic()))
        client.send_message("/metatone/touch", ["ann", x * WIDTH, y * HEIGHT, velocity * WIDTH])
    assert _heard(receiver, "/metatone/classifier/gesture", "lead", "BS")
    touch = _heard(receiver, "/metatone/playback/touch", "p2").arguments
    assert 0 <= touch[1] <= WIDTH
    assert 0 <= touch[2] <= HEIGHT
    assert _heard(receiver, "/metatone/classifier/gesture", "p3", "N")
    assert _heard(receiver, "/metatone/classifier/ensemble/state")

    for strange in (["ann", 5000.0, 0.0, 0.0], ["ann", "left", 0.0, 0.0], ["ann"]):
        client.send_message("/metatone/touch", strange)
    wait_until(lambda: "/metatone/touch is ignored" in engine.said())
    state = json.loads(engine.command("status", "--json").stdout)["players"][0]
    assert state["kind"] == "ensemble"
    assert state["ensemble"]["players"] == ["lead", "p2", "p3"]
    assert state["ensemble"]["forced"] == ["p2", "p3"]
    assert state["ensemble"]["gestures"][1:] == [3, 0]
    told = engine.command("status").stdout
    assert "temp 1 · clips random" in told
    assert "p2 fast-swipe · p3 nothing" in told

    assert engine.end() == 0
    (touches,) = tmp_path.glob("logs/*-ensemble-touches.csv")
    assert len(read_touches(touches).players["ann"]) == len(made)
    (score,) = tmp_path.glob("scores/*-ensemble.csv")
    read = read_score(score)
    assert read.remarks == ()
    assert read.score.players == ("lead", "p2", "p3")
    assert _BIG_SWIRL in read.score.codes[:, 0]
    assert set(read.score.codes[1:, 1].tolist()) == {3}


def test_browser_leads_and_is_the_destination_of_one_follower(
    tmp_path: Path, start_engine: Start, receiver: socket.socket
) -> None:
    web = free_port()
    engine = start_engine(
        _config(free_port(), receiver, "destinations = ['websocket', 'osc']")
        + f"[websocket]\nserver_port = {web}\ntouches = true\n"
    )
    with connect(f"ws://127.0.0.1:{web}/") as page:
        for text in ("/touch/0/0.25/0.5", "/touch/0/0.35/0.5", "/touch/0/9/9"):
            page.send(text)
        assert _told(page, "/shown/touch/lead/0.35/") == "/shown/touch/lead/0.35/0.5/0.1"
        assert engine.command("send", "force p2 fast-taps; force p3 fast-taps").returncode == 0
        assert _told(page, "/playback/touch/p2/").endswith("/0")
        # another channel plays the touch, and this page shows it
        assert _told(page, "/shown/touch/p3/").endswith("/0")
        assert _told(page, "/classifier/gesture/p3/") == "/classifier/gesture/p3/FT"
        assert _heard(receiver, "/metatone/playback/touch").arguments[0] == "p3"
    assert "'/touch/0/9/9' from 127.0.0.1 is an invalid touch: x is outside" in engine.said()
    assert engine.end() == 0
    (touches,) = tmp_path.glob("logs/*-ensemble-touches.csv")
    assert read_touches(touches).players["lead"].x.tolist() == [0.25, 0.35]


def _told(page: ClientConnection, begin: str) -> str:
    """Returns the next text of a page that begins with this text."""
    while not (text := str(page.recv(timeout=60))).startswith(begin):
        pass
    return text


def test_models_of_values_are_trained_and_judged_where_an_ensemble_has_the_focus(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    values = "[[player]]\nname = 'pulse'\nfile = 'models/pulse.h5'\n"
    engine = start_engine(_config(free_port(), receiver) + values)
    for line in ("train", "train from current", "evaluate"):
        assert "no dataset of dimension 4 is in" in engine.command("send", line).stderr
    assert engine.end() == 0


def test_gesture_recording_survives_killed_engine(
    tmp_path: Path, start_engine: Start, receiver: socket.socket
) -> None:
    port = free_port()
    engine = start_engine(_config(port, receiver))
    assert "fast-taps in 5s" in engine.command("send", "record gestures each 10s").stdout
    assert engine.command("send", "record gestures").returncode == 1
    SimpleUDPClient("127.0.0.1", port).send_message("/pad", [0.25, 0.5])
    wait_until(lambda: json.loads(engine.command("status", "--json").stdout)["log"]["written"] >= 4)
    engine.process.kill()
    engine.process.wait()
    (touches,) = tmp_path.glob("logs/*-guided-touches.csv")
    wait_until(lambda: len(read_touches(touches).players["lead"]) == 1)
    (targets,) = tmp_path.glob("logs/*-guided-gesturetargets.csv")
    assert targets.name.split("-guided-")[0] == touches.name.split("-guided-")[0]
    assert targets.read_text().splitlines()[0] == "time,target"


def test_recording_for_a_classifier_ends_with_the_log_and_is_whole(
    tmp_path: Path, start_engine: Start, receiver: socket.socket
) -> None:
    engine = start_engine(_config(free_port(), receiver))
    assert engine.command("send", "record gestures each 10s").returncode == 0
    assert engine.command("send", "log off").stdout == "log off; no gesture was recorded\n"
    assert json.loads(engine.command("status", "--json").stdout)["gesture_recording"] is None
    assert "no gesture was recorded, 0 touches" in engine.said()
    assert engine.command("send", "log off").stdout == "log off\n"


def test_ensemble_plays_without_missing_files(start_engine: Start, receiver: socket.socket) -> None:
    engine = start_engine(
        f"[[player]]\nname = 'ensemble'\nkind = 'ensemble'\nfile = 'none'\nclassifier = 'nowhere.npz'\n"
        f"clip_file = '{ROOT}/README.md'\n"
        f"[osc]\nserver_port = {free_port()}\nclient_port = {receiver.getsockname()[1]}\ntouches = '/pad x'\n"
    )
    said = engine.said()
    for text in ("a DUMMY ensemble plays", "gestures-synthetic.npz, which ships", "clips-synthetic.npz, which ships"):
        assert text in said
    assert "touches = '/pad x' is left out: x and y must both be given" in said
    state = json.loads(engine.command("status", "--json").stdout)["players"][0]
    assert state["parameters"]["classifier"] == state["band"]["told_by"] == "gestures-synthetic"
    # Random gestures may rest for a long time.
    assert engine.command("send", "force p2 fast-swipe").returncode == 0
    assert _heard(receiver, "/metatone/playback/touch")


def test_ensemble_comes_back_as_it_was(tmp_path: Path, start_engine: Start, receiver: socket.socket) -> None:
    engine = start_engine(_config(free_port(), receiver))
    assert engine.command("send", "ensemble 5; temp 0.5; tacet p5; clips nearest; pause").returncode == 0
    wait_until((tmp_path / "logs" / ".last-session.json").exists)
    engine.end()
    again = start_engine(_config(free_port(), receiver), "--resume")
    state = json.loads(again.command("status", "--json").stdout)["players"][0]
    assert (len(state["ensemble"]["players"]), state["parameters"]["temp"], state["paused"]) == (5, 0.5, True)
    assert (state["ensemble"]["forced"], state["parameters"]["clips"]) == (["p5"], "nearest")


def test_ensemble_and_a_player_of_faders_play_side_by_side(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    port = free_port()
    engine = start_engine(
        f"[interaction]\nmode = 'polyphony'\n[[player]]\nname = 'faders'\nfile = '{pulse_model}'\n"
        + _config(port, receiver)
    )
    SimpleUDPClient("127.0.0.1", port).send_message("/interface", [0.5, 0.5, 0.5])
    assert len(_heard(receiver, "/impsy").arguments) == 3
    assert engine.command("send", "force p2 fast-taps").returncode == 0
    assert _heard(receiver, "/metatone/playback/touch")
    assert "faders" in engine.ready
    assert "ensemble" in engine.ready
    done = engine.command("send", "player ensemble; mode duet")
    assert done.returncode == 1
    assert "ensemble plays gestures" in done.stderr
    snapshot = json.loads(engine.command("status", "--json").stdout)
    assert [player["name"] for player in snapshot["players"]] == ["faders", "ensemble"]
    assert snapshot["focus"] == "ensemble"
