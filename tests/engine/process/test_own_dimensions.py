"""Mappings of one player of a real engine: behind @name, x1 is the player's first dimension."""

from collections.abc import Callable
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from tests.support.channels.pseudo_terminals import wire_at
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port

Start = Callable[..., EngineProcess]


@pytest.mark.timeout(300)
def test_mappings_of_a_player_have_its_numbers(start_engine: Start, tmp_path: Path) -> None:
    with wire_at(tmp_path / "tty") as wire:
        engine = start_engine(
            "[model]\ndimension = 7\n"
            f"[osc]\nserver_port = {free_port()}\nclient_port = {free_port()}\n"
            f'[serialmidi]\nport = "{wire.path}"\ninput = [["note_on", 1]]\noutput = [["note_on", 1]]\n'
            '[[player]]\nname = "lead"\n[[player]]\nname = "bass"\nhears = "x1-x2"\nplays = ["x5", "x6"]\n'
        )
        with connected(engine.socket) as client:
            for line, text in (
                ("@bass map x1 -> cc 1 74", "x5 plays cc 1 74"),
                ("@bass map x2 -> note 3", "x6 plays note 3"),
                ("@bass map cc 1 7 -> x2", "x2 is played by cc 1 7"),
                ("@bass over 1s map x1 -> cc 1 74 20 90", "@bass over 1s map"),
                ("@bass unmap x2", "x6 no longer plays note 3"),
                ("@bass map cc 1 8 temp 0.2 3", "cc 1 8 moves temp from 0.2 to 3"),
                ("@bass map cc 1 9 hold x1", "cc 1 9 moves hold x5 from 0 to 1"),
                ("@bass map x2 speed", "x2 moves speed"),
                ("@lead map x3 -> cc 2 3", "x3 plays cc 2 3"),
                ("@all map x1 -> pressure 4", "x1 plays note 1, pressure 4\nx5 plays cc 1 74 0 127, pressure 4"),
            ):
                reply = client.command(line)
                assert reply.ok, (line, reply.text)
                assert text.splitlines()[0] in reply.text
            said = client.command("bindings").text
            assert "cc 1 8 moves @bass temp 0.2 3" in said
            assert "cc 1 9 moves @bass hold x5" in said
            for line, why in (
                ("@bass map x3 -> cc 1 74", "bass has no x3: with @bass, its dimensions are x1-x2"),
                ("@bass map reset", "map reset is for the whole instrument"),
                ("@tenor map x1 -> cc 1 74", "no player is called tenor"),
            ):
                reply = client.command(line)
                assert not reply.ok
                assert why.removeprefix("map ") in reply.text
            client.command("undo")
            assert "pressure 4" not in client.command("bindings").text
        assert engine.end() == 0
