"""Low and high of targets that ramps and scenes move while a real engine plays."""

from collections.abc import Callable
from pathlib import Path

from impsy_tui.control.client import ControlClient, connected
from tests.support.channels.pseudo_terminals import wire_at
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port
from tests.support.waiting import wait_until


def _do(client: ControlClient, line: str) -> str:
    reply = client.command(line)
    assert reply.ok, reply.text
    return reply.text


def test_ramps_and_scenes_move_the_ends_of_targets(
    start_engine: Callable[..., EngineProcess], tmp_path: Path
) -> None:
    with wire_at(tmp_path / "tty") as wire:
        engine = start_engine(
            '[interaction]\nmode = "useronly"\n[model]\ndimension = 4\n'
            f"[osc]\nserver_port = {free_port()}\nclient_port = {free_port()}\n"
            f'[serialmidi]\nport = "{wire.path}"\noutput = [["note_on", 1]]\n'
        )
        with connected(engine.socket) as client:

            def plays(text: str) -> None:
                wait_until(lambda: f"plays {text}\n" in _do(client, "bindings") + "\n")

            _do(client, "map x3 -> cc 1 74; map x3 -> osc /cutoff 100 200")
            assert _do(client, "over 0.3s map x3 -> cc 1 74 20 100") == "1  over 0.3s map x3 -> cc 1 74 20 100"
            plays("cc 1 74 20 100")
            _do(client, "over 0.3s map x3 -> osc /cutoff 400 200.5")
            plays("osc /cutoff 1 400 200.5")
            _do(client, "scene save one; map x3 -> cc 1 74 100 20; map x3 -> osc /cutoff 20 30; scene save two")
            _do(client, "over 0.3s scene one")
            plays("cc 1 74 20 100")
            plays("osc /cutoff 1 400 200.5")
            _do(client, "over 600s map x3 -> cc 1 74 0 0")
            assert "over 600s map x3 -> cc 1 74 0 0" in _do(client, "what")
            _do(client, "map x3 -> cc 1 74 5 6")
            assert "over" not in _do(client, "what")
            plays("cc 1 74 5 6")
            _do(client, "over 600s map x3 -> cc 1 74 0 0")
            _do(client, "unmap x3")
            assert "over" not in _do(client, "what")
            _do(client, "undo; undo")
            plays("cc 1 74 5 6")
            for line, problem in (
                ("over 1s map x1 -> note 1", "note 1 has no low and high that could move"),
                ("over 1s map x2 -> cc 1 9 0 1", "x2 does not play cc 1 9 0 1: map it first"),
                ("over 1s map cc 1 7 temp", "over moves low and high of targets: over 8s map x3 -> cc 1 74 20 100"),
                ("over 1s map x9 -> cc 1 9 0 1", "there is no x9: the last is x3"),
            ):
                reply = client.command(line)
                assert not reply.ok
                assert problem in reply.text
