"""Real engine with a player of each kind: each hears its input and takes its commands."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.agent.file import write_agent
from impsy_tui.channels.osc.packet import read_packet
from impsy_tui.control.client import connected
from tests.support.agents import frame, small_agent
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


@pytest.fixture
def trio(
    tmp_path: Path, start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> tuple[EngineProcess, SimpleUDPClient]:
    write_agent(tmp_path / "agent-small.npz", small_agent())
    engine = start_engine(
        "[interaction]\nmode = 'polyphony'\n"
        f"[[player]]\nname = 'faders'\nfile = '{pulse_model}'\n"
        "[[player]]\nname = 'ear'\nkind = 'agent'\nfile = 'agent-small.npz'\n"
        "[[player]]\nname = 'ensemble'\nkind = 'ensemble'\nplayers = 3\n"
        f"[osc]\nserver_port = {(port := free_port())}\nclient_port = {receiver.getsockname()[1]}\n"
        "touches = ['metatone']\n"
    )
    return engine, SimpleUDPClient("127.0.0.1", port)


def test_players_of_each_kind_hear_their_input_and_play(
    trio: tuple[EngineProcess, SimpleUDPClient], receiver: socket.socket
) -> None:
    engine, client = trio
    assert engine.command("send", "force p2 small-swirl").returncode == 0
    with connected(engine.socket) as control:

        def all_have_played() -> bool:
            client.send_message("/interface", [0.5, 0.5, 0.5])
            client.send_message("/feats/loudness", [*frame(-30.0).tolist(), *frame(-10.0).tolist(), 0.5, 0.5])
            client.send_message("/metatone/touch", ["ann", 100.0, 100.0, 0.0])
            return all(player.played for player in control.snapshot().players)

        wait_until(all_have_played)
        snapshot = control.snapshot()
    faders, ear, ensemble = snapshot.players
    assert [player.kind for player in snapshot.players] == ["mdrnn", "agent", "ensemble"]
    assert ear.agent is not None
    assert ear.agent.level == -10.0
    assert ensemble.ensemble is not None
    assert ensemble.ensemble.lead_age >= 0.0
    assert (faders.agent, faders.ensemble, ear.ensemble, ensemble.agent) == (None, None, None, None)
    missing = {"/impsy", "/metatone/playback/touch"}
    while missing:
        missing -= {message.address for message in read_packet(receiver.recv(4096))}


def test_commands_are_about_the_kind_that_they_are_for(trio: tuple[EngineProcess, SimpleUDPClient]) -> None:
    engine, _ = trio
    assert (
        engine.command("send", "@ear aim contrast; @faders mode duet; @ensemble tacet p2; @all temp 0.8").returncode
        == 0
    )
    for line, why in (
        ("@ensemble aim contrast", "ensemble plays gestures"),
        ("@faders aim contrast", "faders has no aim: only a player of kind agent has"),
        ("@ear ensemble 4", "ear is not an ensemble: there is ensemble"),
    ):
        assert why in engine.command("send", line).stderr
    shown = engine.command("status").stdout
    for text in (
        "faders ▸  duet",
        "aim contrast · hear learned · steer network",
        "ensemble  3 players",
        "p2 nothing",
    ):
        assert text in shown
    for name in ("ear", "ensemble", "faders"):
        assert engine.command("send", f"player {name}").returncode == 0
        assert json.loads(engine.command("status", "--json").stdout)["focus"] == name
    assert engine.end() == 0
    assert "Traceback" not in engine.said()
