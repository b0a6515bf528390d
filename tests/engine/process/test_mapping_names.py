"""Names of channels and devices in mappings, on two serial MIDI ports."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from impsy_tui.control.answers import Names
from impsy_tui.control.client import connected
from tests.support.channels.midi_wires import messages
from tests.support.channels.pseudo_terminals import wire_at
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port
from tests.support.waiting import wait_until


def test_mapping_speaks_of_channels_by_their_names(
    start_engine: Callable[..., EngineProcess], tmp_path: Path
) -> None:
    with wire_at(tmp_path / "one") as one, wire_at(tmp_path / "two") as two:
        engine = start_engine(
            '[interaction]\nmode = "useronly"\ninput_thru = true\n[model]\ndimension = 3\n'
            f'[[serialmidi]]\nname = "keys"\nport = "{one.path}"\n[[serialmidi]]\nport = "{two.path}"\n'
            f'[osc]\nname = "max"\nserver_port = {free_port()}\nclient_port = {free_port()}\n'
        )
        with connected(engine.socket) as client:

            def do(line: str) -> str:
                reply = client.command(line)
                assert reply.ok, reply.text
                return reply.text

            assert do("map x1 -> keys cc 1 74") == "x1 plays keys cc 1 74"
            assert do("map serialmidi 2 bend 1 -> x1") == 'x1 is played by "serialmidi 2" bend 1'
            assert do("map x2 -> max osc /cutoff") == "x2 plays osc /cutoff"
            assert do("nudge max 20ms")
            answer = client.ask("names")
            assert isinstance(answer, Names)
            assert answer.places == ("max", "keys", "serialmidi 2")
            two.write(b"\xe0\x7f\x7f")
            wait_until(lambda: messages(one) == [b"\xb0\x4a\x7f"])
            assert messages(two) == []
            do("keep mapping")
    kept = tomllib.loads((tmp_path / "config.toml").read_text())
    assert kept["serialmidi"][0]["output"] == ["cc 1 74"]
    assert kept["serialmidi"][1]["input"] == ["bend 1"]
    assert kept["osc"]["output"] == ["", "/cutoff"]
