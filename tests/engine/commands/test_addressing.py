"""Commands for one player, for all players, and for the player with the focus."""

from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.commands.dispatch import CommandDispatcher
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.performance.line_result import LineResult
from impsy_tui.engine.players.routing import Routing
from impsy_tui.language import Program
from impsy_tui.mdrnn.dummy import DummyPredictor
from tests.support.engine.command_host import BareHost
from tests.support.engine.scripted_players import Member, ScriptedSession


class _Duo:
    """Session of two players with an executor."""

    def __init__(self, folder: Path, mode: str = "battle") -> None:
        self.virtual = ScriptedSession(mode)
        self.b: Member = self.virtual.join("b", mode)
        commands = CommandDispatcher(BareHost(self.virtual.session, folder))  # type: ignore[arg-type]
        self.executor = Executor(
            commands.carry_out,
            np.random.default_rng(1),
            lambda *said: None,
            lambda: None,
            lambda work: work.close(),
            self.virtual.session.scheduler.work,
        )

    def do(self, line: str) -> LineResult:
        program = self.executor.read(line)
        assert isinstance(program, Program)
        return self.executor.perform(program)

    @property
    def temperatures(self) -> tuple[float, float]:
        return self.virtual.predictor.pi_temperature, self.b.predictor.pi_temperature


@pytest.fixture
def duo(tmp_path: Path) -> _Duo:
    return _Duo(tmp_path)


def test_command_without_player_addresses_the_focus(duo: _Duo) -> None:
    assert duo.do("temp 1.1").replies == ["main: temp 1.1"]
    assert duo.do("@b temp 1.2").replies == ["b: temp 1.2"]
    assert duo.temperatures == (1.1, 1.2)
    assert duo.do("@all temp 1.3").replies == ["all: temp 1.3"]
    assert duo.temperatures == (1.3, 1.3)
    duo.do("player b; temp 1.4")
    assert duo.temperatures == (1.3, 1.4)


def test_reply_names_no_player_in_a_session_of_one(tmp_path: Path) -> None:
    virtual = ScriptedSession("battle")
    commands = CommandDispatcher(BareHost(virtual.session, tmp_path))  # type: ignore[arg-type]
    work = virtual.session.scheduler.work
    executor = Executor(
        commands.carry_out,
        np.random.default_rng(1),
        lambda *said: None,
        lambda: None,
        lambda work: work.close(),
        work,
    )
    program = executor.read("@main temp 1.5")
    assert isinstance(program, Program)
    assert executor.perform(program).replies == ["temp 1.5"]


def test_unknown_player_is_refused_with_the_known_names(duo: _Duo) -> None:
    for line in ("@c temp 1.5", "player c"):
        assert duo.do(line).problems == ["no player is called c: there is main and b"]
    assert duo.do("player all").problems == ["only one player has the focus: @all addresses all players"]
    assert duo.temperatures == (1.0, 1.0)


def test_player_command_lists_players_and_marks_the_focus(duo: _Duo) -> None:
    assert duo.do("player").replies == ["▸ main  battle · scripted\n  b     battle · scripted"]
    assert duo.do("player b").replies == ["  main  battle · scripted\n▸ b     battle · scripted"]


def test_pause_resume_and_panic_address_all_players_by_default(duo: _Duo) -> None:
    def paused() -> tuple[bool, bool]:
        return duo.virtual.behaviour.paused, duo.b.player.behaviour.paused

    duo.do("@b pause")
    assert paused() == (False, True)
    duo.do("resume")
    assert paused() == (False, False)
    duo.do("pause")
    assert paused() == (True, True)
    duo.do("@main resume")
    assert paused() == (False, True)
    duo.do("resume; panic")
    assert paused() == (True, True)
    assert duo.virtual.out.said[-1][1] == "panic"
    duo.do("resume")
    duo.virtual.wait(0.5)
    duo.do("@main panic")
    assert paused() == (True, False)


def test_shaping_and_models_are_separate_for_each_player(duo: _Duo) -> None:
    duo.do("@b mute x1; hold x1 0.5")
    assert (duo.virtual.player.shaping.muted, duo.virtual.player.shaping.held) == (set(), {0: 0.5})
    assert duo.b.player.shaping.muted == {0}
    duo.do("@b unload")
    assert isinstance(duo.b.player.behaviour.predictor, DummyPredictor)
    assert duo.virtual.behaviour.predictor is duo.virtual.predictor


def test_shaping_without_effect_is_refused_with_the_played_dimensions(tmp_path: Path) -> None:
    virtual = ScriptedSession("battle", instrument=4, routing=Routing((0,), (0,)))
    virtual.join("b", "battle", routing=Routing((2,), (2,)))
    commands = CommandDispatcher(BareHost(virtual.session, tmp_path))  # type: ignore[arg-type]
    work = virtual.session.scheduler.work
    executor = Executor(
        commands.carry_out,
        np.random.default_rng(1),
        lambda *said: None,
        lambda: None,
        lambda work: work.close(),
        work,
    )
    for line, problem in (
        ("@b mute x1 x2", "x1 x2 has no effect: b plays x3"),
        ("@all hold x2 0.5", "x2 has no effect: main plays x1; b plays x3"),
        ("mute x4", "there is no x4: the last is x3"),
    ):
        program = executor.read(line)
        assert isinstance(program, Program)
        assert executor.perform(program).problems == [problem]


def test_give_addresses_only_players_that_take_turns(tmp_path: Path) -> None:
    duo = _Duo(tmp_path, "callresponse")
    duo.do("@main mode battle")
    assert duo.do("give").problems == ["give needs turns: battle has none, mode callresponse has"]
    assert duo.do("@all give").replies == ["all: the player's turn"]
    assert duo.b.player.behaviour.turn.value == "player"
