"""Learning and foot-switches of a real engine, played through its WebSocket."""

import json
import signal
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient
from websockets.sync.client import connect

from impsy_tui.control.client import ControlClient, connected
from impsy_tui.control.messages import Snapshot
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


@pytest.fixture
def ports() -> tuple[int, int]:
    """Returns the ports of OSC and of the WebSocket."""
    return free_port(), free_tcp_port()


def _config(ports: tuple[int, int], more: str = "") -> str:
    mapping = [["control_change", 1, number] for number in (1, 2, 3)]
    return (
        '[interaction]\nmode = "useronly"\n[model]\ndimension = 4\n'
        f"[osc]\nserver_port = {ports[0]}\nclient_port = {free_port()}\n"
        f"[websocket]  # by hand\nserver_port = {ports[1]}\ninput = {json.dumps(mapping)}\n{more}"
    )


def _now(client: ControlClient) -> Snapshot:
    return client.snapshot()


def test_knob_is_learned_and_kept_in_the_file(start_engine: Start, ports: tuple[int, int], tmp_path: Path) -> None:
    engine = start_engine(_config(ports))
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{ports[1]}") as knobs:
        assert client.command("learn x3").ok
        for level in (10, 40, 70):
            knobs.send(f"/channel/2/cc/74/{level}")

        def plays() -> bool:  # once the knob is learned
            knobs.send("/channel/2/cc/74/70")
            return _now(client).input[2] == pytest.approx(70 / 127)

        wait_until(plays)
        reply = client.command("keep mapping")
        assert reply.ok, reply.text
    text = (tmp_path / "config.toml").read_text()
    assert "# by hand" in text
    assert tomllib.loads(text)["websocket"]["input"][2] == "cc 2 74"


def test_osc_fader_is_learned_and_kept_in_the_file(
    start_engine: Start, ports: tuple[int, int], tmp_path: Path
) -> None:
    engine = start_engine(_config(ports))
    phone = SimpleUDPClient("127.0.0.1", ports[0])
    with connected(engine.socket) as client:
        assert client.command("learn x2").ok
        for level in (0.1, 0.4, 0.75):
            phone.send_message("/1/fader5", level)
        wait_until(lambda: _now(client).input[1] == pytest.approx(0.75))
        assert client.command("keep mapping").ok
    assert tomllib.loads((tmp_path / "config.toml").read_text())["osc"]["input"] == ["", "/1/fader5"]


def test_learned_osc_fader_comes_back_after_a_crash(
    start_engine: Start, ports: tuple[int, int], tmp_path: Path
) -> None:
    text = _config(ports)
    engine = start_engine(text)
    phone = SimpleUDPClient("127.0.0.1", ports[0])
    saved = tmp_path / "logs" / ".last-session.json"
    with connected(engine.socket) as client:
        assert client.command("learn x2").ok
        for level in (0.1, 0.4, 0.75):
            phone.send_message("/accxyz", [0.5, level, 0.5])
        wait_until(lambda: _now(client).input[1] == pytest.approx(0.75))
    wait_until(lambda: saved.exists() and "/accxyz" in saved.read_text())
    engine.end(signal.SIGKILL)
    engine = start_engine(text)
    with connected(engine.socket) as client:
        phone.send_message("/accxyz", [0.0, 0.25, 0.0])
        wait_until(lambda: _now(client).input[1] == pytest.approx(0.25))


def test_learn_all_takes_one_control_after_the_other(start_engine: Start, ports: tuple[int, int]) -> None:
    engine = start_engine(_config(ports))
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{ports[1]}") as knobs:
        assert "x1" in client.command("learn all").text
        for number, controller in enumerate((20, 21, 22), 1):
            for level in (0, 60, 61, 62):
                knobs.send(f"/channel/1/cc/{controller}/{level}")
            wait_until(lambda number=number: f"x{number} is played by" in engine.said())
        knobs.send("/channel/1/cc/22/127")
        wait_until(lambda: _now(client).input[2] == 1.0)
        knobs.send("/channel/1/cc/20/127")
        wait_until(lambda: _now(client).input[0] == 1.0)


def test_foot_switch_a_pad_and_an_address_carry_out_commands(start_engine: Start, ports: tuple[int, int]) -> None:
    engine = start_engine(_config(ports, '[bind]\n"osc /foot" = "mode polyphony"\n"cc 1" = "take"\n'))
    assert '[bind] "cc 1"' in engine.said()
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{ports[1]}") as feet:
        assert client.command('bind cc 1 64 "mode battle"').ok
        assert client.command("bind note 10 36 temp 1.7").ok
        refused = client.command("bind cc 1 65 shutdown")
        assert not refused.ok
        assert "type it at the prompt" in refused.text
        heard = _now(client).received
        feet.send("/channel/1/cc/64/127")
        wait_until(lambda: _now(client).players[0].mode == "battle")
        feet.send("/channel/10/noteon/36/90")
        wait_until(lambda: _now(client).players[0].number("temp") == 1.7)
        SimpleUDPClient("127.0.0.1", ports[0]).send_message("/foot", 1)
        wait_until(lambda: _now(client).players[0].mode == "polyphony")
        assert _now(client).received == heard  # a foot-switch is not an event of the musician
        assert 'cc 1 64 "mode battle"' in client.command("bindings").text
        assert client.command("unbind cc 1 64").ok
        assert client.command("keep mapping").ok
    kept = tomllib.loads((engine.folder / "config.toml").read_text())["bind"]
    assert kept["note 10 36"] == "temp 1.7"


def test_mapped_knob_and_fader_move_parameters_and_are_kept(start_engine: Start, ports: tuple[int, int]) -> None:
    engine = start_engine(_config(ports, '[map]\n"osc /fader1" = "temp 0.5 4.5"\n"osc /fader2" = "loudness"\n'))
    assert '[map] "osc /fader2"' in engine.said()
    phone = SimpleUDPClient("127.0.0.1", ports[0])
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{ports[1]}") as knobs:
        phone.send_message("/fader1", 0.5)
        wait_until(lambda: _now(client).players[0].number("temp") == 2.5)
        assert client.command("map cc 3 9 sigma 0 1").ok
        for level in (0, 127):
            knobs.send(f"/channel/3/cc/9/{level}")
        wait_until(lambda: _now(client).players[0].number("sigma") == 1.0)
        assert client.command("keep mapping").ok
    kept = tomllib.loads((engine.folder / "config.toml").read_text())["map"]
    assert kept == {"osc /fader1": "temp 0.5 4.5", "osc /fader2": "loudness", "cc 3 9": "sigma 0 1"}
    with connected(engine.socket) as client:
        assert client.command("unmap osc /fader1; unmap cc 3 9").ok
        assert client.command("keep mapping").ok
    assert tomllib.loads((engine.folder / "config.toml").read_text())["map"] == {"osc /fader2": "loudness"}
