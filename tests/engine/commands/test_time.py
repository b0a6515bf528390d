"""Commands of musical time."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from impsy_tui.control.status_text import status_lines
from impsy_tui.engine.commands.dispatch import CommandDispatcher
from impsy_tui.engine.io.mappings import Mappings
from impsy_tui.engine.performance.line_result import settle
from impsy_tui.engine.performance.scenes.scene import SceneKeeper, rig_lines
from impsy_tui.engine.players.settings import captured, present
from impsy_tui.errors import UserError
from impsy_tui.language import Mistake, parse
from tests.support.engine.scripted_players import ScriptedSession
from tests.support.snapshots import snapshot


def _commands(virtual: ScriptedSession) -> CommandDispatcher:
    return CommandDispatcher(cast(Any, SimpleNamespace(session=virtual.session, tempo=virtual.session.tempo)))


def _do(virtual: ScriptedSession, line: str) -> str:
    program = parse(line)
    assert not isinstance(program, Mistake), program.message
    return "; ".join(str(_commands(virtual).carry_out(invocation)) for invocation in program.walk())


def test_quantise_sets_and_ends_a_grid_with_tempo() -> None:
    virtual = ScriptedSession("battle")
    tempo = virtual.session.tempo
    assert _do(virtual, "quantise 1/8 at 90") == "quantised to 1/8, at 90"
    assert tempo.grid is not None
    assert (tempo.grid.note, tempo.beats) == ("1/8", 90.0)
    assert _do(virtual, "quantise 1/16") == "quantised to 1/16, at 90"
    assert _do(virtual, "swing 60%") == "swing 60%"
    assert tempo.swing == 0.6
    assert _do(virtual, "quantise off") == "not quantised: events sound at once"
    assert tempo.grid is None
    assert _do(virtual, "tempo 133") == "tempo 133 bpm"
    assert tempo.beats == 133.0


def test_quantise_clock_starts_a_grid_unless_there_is_one() -> None:
    virtual = ScriptedSession("battle")
    tempo = virtual.session.tempo
    assert _do(virtual, "quantise clock") == "quantised to 1/16, by the incoming clock"
    assert tempo.clock_in.follows
    _do(virtual, "quantise 1/4")
    assert _do(virtual, "quantise clock") == "quantised to 1/4, by the incoming clock"
    assert _do(virtual, "quantise off; clock in").endswith("clock in off")
    assert not tempo.clock_in.follows
    assert _do(virtual, "clock in on") == "clock in on"


@pytest.mark.parametrize("line", ["tempo 90", "quantise 1/16 at 90", "quantise clock at 90", "quantise off at 90"])
def test_quantise_refuses_impossible_tempo(line: str) -> None:
    virtual = ScriptedSession("battle")
    virtual.session.tempo.set_follows(True)
    for _ in range(10):
        virtual.session.clock("midi", "Sequencer", b"\xf8", virtual.time.time)
        virtual.wait(0.02)
    with pytest.raises(UserError, match=r"clock|quantise off takes no tempo"):
        _do(virtual, line)


def test_time_commands_reply_with_the_new_state() -> None:
    virtual = ScriptedSession("battle")
    assert _do(virtual, "hand over on bar") == "hand over bar"
    assert virtual.session.tempo.hand_over == "bar"
    assert _do(virtual, "hand over now") == "hand over now"
    assert _do(virtual, "clock out on") == "clock out on"
    assert virtual.session.tempo.clock_out.sends
    assert _do(virtual, "clock out") == "clock out off"
    assert _do(virtual, "nudge out -12ms") == "out nudged -12 ms"
    assert virtual.session.outputs.nudges == {"out": -0.012}
    assert _do(virtual, "nudge out 0s") == "out is not nudged"
    with pytest.raises(UserError, match="no output is called synth: there is out"):
        _do(virtual, "nudge synth 5ms")


def _status(virtual: ScriptedSession) -> str:
    session = virtual.session
    shown = {"tempo": session.tempo.state(), "parameters": present(session.parameters)}
    return "\n".join(status_lines(msgspec.structs.replace(snapshot(), **shown)))


def test_status_shows_musical_time_if_there_is_any() -> None:
    virtual = ScriptedSession("battle")
    assert "tempo" not in _status(virtual)
    _do(virtual, "quantise 1/16 at 90; swing 60%; hand over on beat; clock out on")
    virtual.wait(3.0)
    assert "tempo     90.0 bpm · bar 2\n" in _status(virtual)
    assert "set       quantise 1/16 · swing 60% · hand over beat · clock out on\n" in _status(virtual)
    _do(virtual, "clock in on")
    virtual.wait(1.5)
    assert "the clock is LOST" in _status(virtual)


def test_clocks_and_nudges_are_saved_as_command_lines() -> None:
    virtual = ScriptedSession("battle")
    assert list(rig_lines(virtual.session)) == []
    typed = ["clock in on", "clock out on", "nudge out -0.012s"]
    for line in typed:
        _do(virtual, line)
    assert [parse(line) for line in rig_lines(virtual.session)] == [parse(line) for line in typed]


def test_scenes_and_undo_keep_clocks_and_undo_restores_nudges() -> None:
    virtual = ScriptedSession("battle")
    models = SimpleNamespace(file_of=lambda player: None, blended_file=lambda player: None, stay=lambda player: None)
    scene_keeper = SceneKeeper(
        virtual.session,
        cast(Any, models),
        Mappings(virtual.session.scheduler, lambda mapped: None, lambda: (), lambda: 8),
    )
    before = scene_keeper.capture()
    _do(virtual, "quantise clock; clock out on; nudge out 20ms; hand over on bar")
    asyncio.run(settle(scene_keeper.restore(before)))
    assert captured(virtual.session.parameters) == before.values
    assert virtual.session.outputs.nudges == {"out": 0.0}
    assert list(rig_lines(virtual.session)) == ["clock in on", "clock out on"]
