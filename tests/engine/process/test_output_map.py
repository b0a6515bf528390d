"""Targets of dimensions that change while a real engine plays, on a serial MIDI port and over UDP."""

import socket
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.control.client import connected
from impsy_tui.control.states import TargetState
from tests.support.channels.midi_wires import messages, sounding
from tests.support.channels.pseudo_terminals import Wire, wire_at
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


def _config(wire: Wire, port: int, receiver: socket.socket) -> str:
    return (
        '[interaction]\nmode = "useronly"\ninput_thru = true\n[model]\ndimension = 4\n'
        f"[osc]  # by hand\nserver_port = {port}\nclient_port = {receiver.getsockname()[1]}\n"
        f'[serialmidi]\nport = "{wire.path}"\noutput = [["note_on", 1]]\n'
    )


def _received(receiver: socket.socket) -> dict[str, list[float]]:
    """Returns the arguments by address of all bundles that have come."""
    found: dict[str, list[float]] = {}
    while True:
        try:
            packet = receiver.recv(2000)
        except TimeoutError:
            return found
        if OscBundle.dgram_is_bundle(packet):
            found |= {message.address: message.params for message in OscBundle(packet)}


@pytest.fixture
def receiver() -> socket.socket:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(0.5)
        yield made


def test_targets_change_while_the_engine_plays(start_engine: Start, tmp_path: Path, receiver: socket.socket) -> None:
    port = free_port()
    with wire_at(tmp_path / "tty") as wire:
        config = _config(wire, port, receiver)
        engine = start_engine(config)
        player = SimpleUDPClient("127.0.0.1", port)
        with connected(engine.socket) as client:

            def do(line: str) -> str:
                reply = client.command(line)
                assert reply.ok, reply.text
                return reply.text

            player.send_message("/interface", [0.5, 0.25, 0.5])
            wait_until(lambda: sounding(messages(wire)) == {(0, 64)})
            assert do("map x2 -> cc 1 74 0 100") == "x2 plays cc 1 74 0 100"
            assert do("map x2 -> bend 3") == "x2 plays cc 1 74 0 100, bend 3"
            assert sounding(messages(wire)) == {(0, 64)}
            assert do("unmap x1") == "x1 no longer plays note 1"
            wait_until(lambda: not sounding(messages(wire)))
            assert do("map x3 -> osc /synth/cutoff 200 800 log") == "x3 plays osc /synth/cutoff 200 800 log"
            player.send_message("/interface", [0.6, 0.5, 0.5])
            wait_until(lambda: b"\xb0\x4a\x32" in messages(wire) and b"\xe2\x00\x40" in messages(wire))
            assert sounding(messages(wire)) == set()
            assert _received(receiver)["/synth/cutoff"] == [pytest.approx(400)]
            assert "x3 plays osc /synth/cutoff 200 800 log" in do("bindings")
            do("undo")
            assert "cutoff" not in do("bindings")
            do("undo")
            assert "x1 plays note 1" in do("bindings")
            do("unmap x1")
            do("map x3 -> osc /synth/cutoff 200 800 log")
            do("scene save mapped")
            do("map x3 -> osc /synth/cutoff 0 1")
            do("scene mapped")
            assert do("map x2 -> cc 1 74 100 0") == "x2 plays cc 1 74 100 0, bend 3"
            assert "x7" in client.command("map x7 -> cc 1 1").text
            assert "is no target" in client.command("map x1 -> knob 1 1").text
            assert "MIDI channel must be a whole number" in client.command("map x1 -> cc 17 1").text
            do("keep mapping")
        saved = tmp_path / "logs" / ".last-session.json"
        wait_until(lambda: "cc 1 74 100 0" in saved.read_text())
        engine.process.kill()
        engine.process.wait()
        text = (tmp_path / "config.toml").read_text()
        assert "# by hand" in text
        kept = tomllib.loads(text)
        assert kept["serialmidi"]["output"] == ["", "cc 1 74 100 0, bend 3"]
        assert kept["osc"]["output"] == ["", "", "/synth/cutoff 200 800 log"]
        for config in (text, _config(wire, port, receiver)):  # from the file; then from the saved session alone
            engine = start_engine(config)
            with connected(engine.socket) as client:
                bindings = client.command("bindings").text
                assert "x2 plays cc 1 74 100 0\nx2 plays bend 3" in bindings or "cc 1 74 100 0, bend 3" in bindings
                assert "note 1" not in bindings
            engine.process.kill()
            engine.process.wait()


def test_one_address_for_all_dimensions_becomes_a_list_when_one_changes(start_engine: Start, tmp_path: Path) -> None:
    config = f'[model]\ndimension = 3\n[osc]\nserver_port = {free_port()}\noutput = "/fader{{n}}"\n'
    engine = start_engine(config)
    with connected(engine.socket) as client:
        assert client.command("keep mapping").text == "nothing was learned, bound or mapped"
        reply = client.command("map x2 -> osc /cutoff 0 10").text
        assert reply == "x2 plays osc /fader2, osc /cutoff 0 10"
        assert client.command("keep mapping").ok
    kept = tomllib.loads((tmp_path / "config.toml").read_text())
    assert kept["osc"]["output"] == ["/fader1", "/fader2, /cutoff 0 10"]


def test_browsers_get_other_targets_if_the_line_names_them(start_engine: Start, tmp_path: Path) -> None:
    with wire_at(tmp_path / "tty") as wire:
        engine = start_engine(
            f'[model]\ndimension = 4\n[serialmidi]\nport = "{wire.path}"\noutput = []\n'
            f"[websocket]\nserver_port = {free_tcp_port()}\noutput = []\n"
        )
        with connected(engine.socket) as client:
            for line, reply in (
                ("map x1 -> cc 1 74", "x1 plays serialmidi cc 1 74"),
                ("map x1 -> websocket cc 1 74", "x1 plays websocket cc 1 74"),
                ("map x2 -> web note 3", "x2 plays websocket note 3"),
                ("unmap x1 cc 1 74", "x1 no longer plays serialmidi cc 1 74"),
            ):
                assert client.command(line).text == reply
            shown = {channel.name: channel.targets for channel in client.snapshot().channels}
            assert shown["websocket"] == (TargetState(1, "cc 1 74", ""), TargetState(2, "note 3", ""))
            assert shown["serialmidi"] == ()
            client.command("undo")
            assert "serialmidi cc 1 74" in client.command("bindings").text
            assert client.command("keep mapping").ok
    kept = tomllib.loads((tmp_path / "config.toml").read_text())
    assert kept["websocket"]["output"] == ["cc 1 74", "note 3"]
