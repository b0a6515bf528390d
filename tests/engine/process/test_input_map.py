"""Sources of dimensions that change while a real engine plays, on a serial MIDI port and over UDP."""

import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.control.client import ControlClient, connected
from tests.support.channels.midi_wires import messages, sounding
from tests.support.channels.pseudo_terminals import Wire, wire_at
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


def _config(wire: Wire, port: int) -> str:
    return (
        '[interaction]\nmode = "useronly"\ninput_thru = true\n[model]\ndimension = 4\n'
        f"[osc]  # by hand\nserver_port = {port}\nclient_port = {free_port()}\n"
        f'[serialmidi]\nport = "{wire.path}"\ninput = [["note_on", 1]]\noutput = [["note_on", 1]]\n'
    )


def _do(client: ControlClient, line: str) -> str:
    reply = client.command(line)
    assert reply.ok, reply.text
    return reply.text


def test_sources_change_while_the_engine_plays(start_engine: Start, tmp_path: Path) -> None:
    port = free_port()
    with wire_at(tmp_path / "tty") as wire:
        config = _config(wire, port)
        engine = start_engine(config)
        fader = SimpleUDPClient("127.0.0.1", port)
        with connected(engine.socket) as client:

            def plays(number: int, value: float) -> None:
                wait_until(lambda: client.snapshot().input[number - 1] == pytest.approx(value))

            assert _do(client, "map cc 1 7 20 100 -> x2") == "x2 is played by cc 1 7 20 100"
            assert _do(client, "map bend 3 -> x2") == "x2 is played by cc 1 7 20 100, bend 3"
            wire.write(b"\xb0\x07\x3c")
            plays(2, 0.5)
            wire.write(b"\xe2\x7f\x7f")
            plays(2, 1.0)
            assert _do(client, "map osc /1/fader1 0 127 -> x3") == "x3 is played by osc /1/fader1 0 127"
            fader.send_message("/1/fader1", 127 / 4)
            plays(3, 0.25)
            assert _do(client, "unmap bend 3 -> x2") == "x2 is no longer played by bend 3"
            assert _do(client, "map cc 1 7 -> x3") == "x3 is played by cc 1 7"
            assert (
                _do(client, "unmap cc 1 7")
                == "x2 is no longer played by cc 1 7 20 100; x3 is no longer played by cc 1 7"
            )
            wire.write(b"\xe2\x00\x00\xb0\x07\x00\xb0\x08\x00")
            assert "x3 is played by osc /1/fader1 0 127" in _do(client, "bindings")
            _do(client, "undo")
            assert "x2 is played by cc 1 7 20 100" in _do(client, "bindings")
            wire.write(b"\xb0\x07\x14")
            plays(2, 0.0)
            _do(client, "scene save mapped")
            assert _do(client, "unmap -> x2") == "x2 is no longer played by cc 1 7 20 100"
            _do(client, "scene mapped")
            wire.write(b"\xb0\x07\x64")
            plays(2, 1.0)
            _do(client, "keep mapping")
        saved = tmp_path / "logs" / ".last-session.json"
        wait_until(lambda: saved.exists() and "cc 1 7 20 100" in saved.read_text())
        engine.process.kill()
        engine.process.wait()
        text = (tmp_path / "config.toml").read_text()
        assert "# by hand" in text
        kept = tomllib.loads(text)
        assert kept["serialmidi"]["input"] == ["note 1", "cc 1 7 20 100", "cc 1 7"]
        assert kept["osc"]["input"] == ["", "", "/1/fader1 0 127"]
        for config in (text, _config(wire, port)):  # from the file; then from the saved session alone
            engine = start_engine(config)
            with connected(engine.socket) as client:
                bindings = _do(client, "bindings")
                assert "x2 is played by cc 1 7 20 100\nx3 is played by cc 1 7" in bindings
                assert _do(client, "map reset") == "all mappings are those of the configuration"
                assert ("cc 1 7" in _do(client, "bindings")) is (config == text)
            engine.process.kill()
            engine.process.wait()


def test_note_ends_when_its_source_goes(start_engine: Start, tmp_path: Path) -> None:
    with wire_at(tmp_path / "tty") as wire:
        engine = start_engine(_config(wire, free_port()))
        with connected(engine.socket) as client:
            wire.write(b"\x90\x3c\x40")
            wait_until(lambda: sounding(messages(wire)) == {(0, 60)})
            _do(client, "map cc 1 7 -> x2")
            wire.write(b"\xb0\x07\x7f")
            wait_until(lambda: client.snapshot().input[1] == 1.0)
            assert sounding(messages(wire)) == {(0, 60)}
            _do(client, "unmap note 1 -> x1")
            wait_until(lambda: not sounding(messages(wire)))
            wire.write(b"\x80\x3c\x40")


def test_parameters_are_sources_and_targets(start_engine: Start, tmp_path: Path) -> None:
    with wire_at(tmp_path / "tty") as wire, connected(start_engine(_config(wire, free_port())).socket) as client:
        assert _do(client, "map nrpn 1 300 0 8192 -> x2") == "x2 is played by nrpn 1 300 0 8192"
        assert _do(client, "map x2 -> nrpn 2 5") == "x2 plays nrpn 2 5"
        wire.write(b"\xb0\x63\x02\xb0\x62\x2c\xb0\x06\x20\xb0\x26\x00")
        wait_until(lambda: client.snapshot().input[1] == 0.5)
        wait_until(
            lambda: messages(wire)[-4:] == [b"\xb1\x63\x00", b"\xb1\x62\x05", b"\xb1\x06\x40", b"\xb1\x26\x00"]
        )
        _do(client, "undo; undo")
        assert "nrpn" not in _do(client, "bindings")


_REFUSED = [
    ("map note 1 60 -> x1", "note 1 60: an input plays the pitch of all keys of a channel, such as note 1"),
    ("map cc 1 7 -> x9", "there is no x9: the last is x3"),
    ("map cc 1 7 -> loud", "loud"),
    ("map -> x1", "'' is no source: map cc 1 7 -> x3, or map osc /1/fader1 -> x3. Kinds: cc, cc14"),
    ("map knob 1 -> x1", "'knob 1' is no source"),
    ("map piano cc 1 7 -> x1", "no input is called piano. Inputs: serialmidi"),
    ("map cc 17 7 -> x1", "MIDI channel must be a whole number from 1 to 16"),
    ("map osc fader -> x1", 'fader is not an OSC address such as "/prediction"'),
    ("map osc /a 1 1 -> x1", "low and high of /a must be two different numbers"),
    ("unmap bend 4 -> x1", "x1 is not played by bend 4: bindings lists all"),
    ("unmap bend 4", "bend 4 plays no dimension and moves no parameter: bindings lists all"),
    ("map cc 1 9 -> x1", "cc 1 9 moves temp: unmap cc 1 9 first"),
    ("map cc 1 64 -> x1", 'cc 1 64 carries out "take": unbind cc 1 64 first'),
]


def test_sources_that_cannot_play_are_refused(start_engine: Start, tmp_path: Path) -> None:
    with wire_at(tmp_path / "tty") as wire, connected(start_engine(_config(wire, free_port())).socket) as client:
        _do(client, "map cc 1 9 temp")
        _do(client, "bind cc 1 64 take")
        before = _do(client, "bindings")
        for line, problem in _REFUSED:
            reply = client.command(line)
            assert not reply.ok
            assert problem in reply.text
        assert _do(client, "bindings") == before


def test_replay_repeats_mapping_commands(start_engine: Start, tmp_path: Path) -> None:
    port = free_port()
    with wire_at(tmp_path / "tty") as wire, connected(start_engine(_config(wire, port)).socket) as client:
        fader = SimpleUDPClient("127.0.0.1", port)

        def play(*values: float) -> None:
            fader.send_message("/interface", values)
            wait_until(lambda: client.snapshot().input == pytest.approx(values))
            time.sleep(0.2)  # the port takes a millisecond for each message, with the mapping of that moment

        play(0.1, 0.1, 0.1)
        _do(client, "map x2 -> cc 1 74; map cc 1 9 temp; map bend 2 -> x3")
        time.sleep(1.1)  # logs are named by the second
        _do(client, "record on")
        wait_until(lambda: sounding(messages(wire)) == {(0, 13)})
        heard = len(messages(wire))
        play(0.2, 0.2, 0.2)
        _do(client, "map x3 -> bend 3; unmap x2 -> cc 1 74; map cc 1 7 -> x2")
        play(0.3, 0.3, 0.3)
        _do(client, "undo")
        play(0.4, 0.4, 0.4)
        _do(client, "unmap x1; map x3 -> cc14 1 8")
        play(0.5, 0.5, 0.5)
        _do(client, "record off; log off")
        wait_until(lambda: not sounding(messages(wire)))
        bindings, first = _do(client, "bindings"), messages(wire)[heard:]
        _do(client, "map reset; map bend 5 -> x1; map x2 -> cc 1 74; map x3 -> bend 3; map x3 -> cc14 1 8")
        play(0.1, 0.1, 0.1)
        wire.drain()
        _do(client, f"replay {next((tmp_path / 'logs').glob('*.commands')).stem}")
        wait_until(lambda: client.snapshot().replay is None)
        assert _do(client, "bindings") == bindings
        assert messages(wire) == first


def test_scene_without_changed_targets_restores_those_of_the_configuration(
    start_engine: Start, tmp_path: Path
) -> None:
    with wire_at(tmp_path / "tty") as wire, connected(start_engine(_config(wire, free_port())).socket) as client:
        _do(client, "scene save one")
        before = _do(client, "bindings")
        _do(client, "unmap x1; map x1 -> cc 1 74; scene save two; map cc 1 7 -> x2")
        _do(client, "scene one")
        assert _do(client, "bindings") == before.replace(
            "note 1\nx1 plays", "note 1\nx2 is played by cc 1 7\nx1 plays"
        )
        _do(client, "scene two")
        assert "x1 plays cc 1 74" in _do(client, "bindings")
