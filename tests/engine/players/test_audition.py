"""Auditioned player: it hears everything, does not sound, and commands change it together with the other."""

import asyncio
from pathlib import Path

import pytest

from impsy_tui import modes
from impsy_tui.control.messages import Reply
from impsy_tui.engine.commands.dispatch import CommandDispatcher
from impsy_tui.language import Invocation, Program, parse
from tests.support.engine.command_host import BareHost
from tests.support.engine.scripted_players import ScriptedPredictor, ScriptedSession
from tests.support.engine.virtual_session import VirtualSession
from tests.support.models import constant_model


def _audition(virtual: ScriptedSession, dt: float = 0.05) -> ScriptedPredictor:
    other = ScriptedPredictor(virtual.session.dimension, dt)
    virtual.player.audition(other)
    return other


@pytest.mark.parametrize("mode", ["callresponse", "polyphony", "duet"])
def test_auditioned_player_hears_the_musician_and_does_not_sound(mode: str) -> None:
    virtual = ScriptedSession(mode, threshold=0.5)
    alone = ScriptedSession(mode, threshold=0.5)
    other = _audition(virtual)
    for each in (virtual, alone):
        for _ in range(3):
            each.play(0.5)
            each.wait(0.2)
        each.wait(2)
        each.play(0.7)
    assert [values for _, values in other.heard].count((0.5,)) == 3
    assert other.heard[-1][1] == (0.7,)
    assert virtual.player.auditioned is not None
    assert virtual.player.auditioned.played > 0
    assert virtual.out.said == alone.out.said
    assert virtual.log.rows == alone.log.rows


def test_in_battle_it_plays_from_its_own_output() -> None:
    virtual = ScriptedSession("battle")
    other = _audition(virtual)
    virtual.wait(1.0)
    assert virtual.player.auditioned is not None
    assert virtual.player.auditioned.played == pytest.approx(20, abs=1)
    assert {dt for dt, _ in other.heard[1:]} == {0.05}
    assert len(virtual.out.played) == 10


def test_commands_turn_both(tmp_path: Path) -> None:
    virtual = ScriptedSession("polyphony")
    other = _audition(virtual)
    commands = CommandDispatcher(BareHost(virtual.session, tmp_path))

    def do(line: str) -> None:
        program = parse(line)
        assert isinstance(program, Program)
        (step,) = program.steps
        assert isinstance(step, Invocation)
        assert isinstance(commands.carry_out(step), str)

    for line in ("temp 1.5", "sigma 0.25", "timescale 2", "threshold 3s", "max_response 9s", "mode callresponse"):
        do(line)
    auditioned = virtual.player.auditioned
    assert auditioned is not None
    assert (other.pi_temperature, other.sigma_temperature) == (1.5, 0.25)
    assert auditioned.settings == virtual.behaviour.settings
    assert auditioned.settings.mode == "callresponse"
    do("give")
    assert auditioned.turn.value == virtual.behaviour.turn.value == "player"
    do("take")
    assert auditioned.turn.value == virtual.behaviour.turn.value == "you"
    do("reset")
    assert other.resets == 1
    do("mode filter")
    assert auditioned.mode.name == "polyphony"


@pytest.mark.parametrize("mode", list(modes.MODES))
def test_paused_it_plays_nothing_and_listens(mode: str) -> None:
    virtual = ScriptedSession(mode, threshold=0.1)
    virtual.session.pause()
    other = _audition(virtual)
    auditioned = virtual.player.auditioned
    assert auditioned is not None
    virtual.play(0.5)
    virtual.wait(5)
    assert auditioned.played == 0
    assert ((0.5,) in [values for _, values in other.heard]) is modes.MODES[mode].hears
    virtual.session.resume()
    virtual.play(0.5)
    virtual.wait(5)
    assert (auditioned.played > 0) is modes.MODES[mode].plays
    before = auditioned.played
    virtual.session.panic()
    virtual.wait(5)
    assert auditioned.played == before


def test_sent_away_it_comes_back_with_what_it_heard_and_hears_no_more() -> None:
    virtual = ScriptedSession("battle")
    other = _audition(virtual)
    virtual.wait(1)
    assert virtual.player.end_audition() is other
    assert virtual.player.end_audition() is None
    heard = list(other.heard)
    virtual.wait(1)
    virtual.play(0.5)
    assert other.heard == heard
    assert len(virtual.out.played) == 20


def test_second_one_takes_the_place_of_the_first() -> None:
    virtual = ScriptedSession("polyphony")
    first, second = _audition(virtual), _audition(virtual)
    virtual.play(0.5)
    assert (len(first.heard), len(second.heard)) == (0, 1)


def test_audition_reports_its_errors() -> None:
    virtual = ScriptedSession("polyphony")
    _audition(virtual).faults = 1
    virtual.play(0.5)
    assert ("error", "it failed") in virtual.told
    virtual.wait(0.2)
    assert len(virtual.out.played) == 1


def test_player_of_another_dimension_ends_it() -> None:
    virtual = ScriptedSession("battle")
    _audition(virtual)
    virtual.player.change_predictor(ScriptedPredictor(dimension=4))
    assert virtual.player.auditioned is None


def test_load_previous_returns_to_the_model_before(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, models=tmp_path, mode="useronly")
    for name in ("one", "two"):
        constant_model(tmp_path / f"{name}.h5", [0.1, 0.2, 0.5, 0.8])

    def load(name: str) -> Reply:
        return asyncio.run(set_.executor.carry_out(f"load {name}", 1))

    assert load("previous").text == "no model played before this one: load NAME loads another"
    assert [load(name).text.split(" ")[0] for name in ("on", "two", "previous", "previous")] == [
        *("one", "two", "one", "two")
    ]


@pytest.mark.parametrize(("then", "auditioned"), [("unload", None), ("audition off", None), ("audition two", "two")])
def test_command_during_audition_load_cancels_audition(tmp_path: Path, then: str, auditioned: str | None) -> None:
    set_ = VirtualSession(tmp_path, models=tmp_path, mode="useronly")
    for name in ("one", "two"):
        constant_model(tmp_path / f"{name}.h5", [0.1, 0.2, 0.5, 0.8])

    async def both() -> Reply:
        first = asyncio.create_task(set_.executor.carry_out("audition one", 1))
        await asyncio.sleep(0)
        await set_.executor.carry_out(then, 2)
        return await first

    reply = asyncio.run(both())
    assert "one is not auditioned: something else was requested" in reply.text
    beside = set_.session.focused_player.auditioned
    assert (None if beside is None else beside.predictor.name) == auditioned
