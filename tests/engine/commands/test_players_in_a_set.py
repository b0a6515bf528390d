"""Players that are added, removed and rerouted while others play."""

import asyncio
from pathlib import Path

import pytest

from impsy_tui.engine.players.roster.changes import roster_state
from impsy_tui.engine.players.routing import Routing, read_routing
from impsy_tui.language import parse
from impsy_tui.language.program import Program
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import SHIPPED, VirtualSession, temp

HALF = 'player add b hears x1-x2 plays x3-x4 channels "out"'


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    """Returns a session with the player main, of three values of an instrument of four."""
    made = VirtualSession(tmp_path, models=SHIPPED.parent, mode="battle")
    made.do("player main hears x1-x3 plays x1-x3; player add wide plays x2-x4; player remove wide")
    made.out.said.clear()
    return made


def names(set_: VirtualSession) -> list[str]:
    return list(set_.session.all_players)


def test_player_add_changes_nothing_for_the_others(set_: VirtualSession) -> None:
    main = set_.session.players["main"]
    set_.wait(0.35)
    upcoming, played = main.behaviour.upcoming, main.behaviour.played
    assert set_.do(HALF) == "b plays: callresponse · DUMMY; hears x1-x2, plays x3-x4 on out"
    assert (main.behaviour.upcoming, main.behaviour.played) == (upcoming, played)
    set_.do("@b mode battle; @b speed 4")
    set_.wait(2)
    assert main.behaviour.played == played + 20
    assert set_.session.players["b"].behaviour.played > 0
    assert set_.logs["b"].begun == [3]
    assert not set_.problems


def test_player_add_gives_the_instrument_the_values_that_it_names(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path)
    set_.play(0.1, 0.2, 0.3)
    assert "the instrument has 6 values now" in set_.do("player add b hears x1-x3 plays x4-x6")
    assert set_.session.last_input == (0.1, 0.2, 0.3, 0.0, 0.0, 0.0)
    set_.play(0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    assert set_.session.players["main"].received_at == set_.time.time
    set_.do("undo")
    assert set_.session.dimension == 4
    set_.play(0.1, 0.2, 0.3)
    assert not set_.problems


def test_player_add_loads_a_model_before_the_next_command_of_the_line(set_: VirtualSession) -> None:
    said = set_.do("player add b newest plays x1-x8; @b temp 1.5")
    assert "musicMDRNN-dim9" in said
    assert temp(set_, "b") == 1.5
    assert set_.player_models.file_of(set_.session.players["b"]) == SHIPPED
    assert set_.do("player add b newest plays x1-x8").startswith("b plays already: callresponse · musicMDRNN")


def test_player_add_takes_an_agent(set_: VirtualSession) -> None:
    assert "ear plays: " in set_.do("player add ear agent-sine plays x3-x4")
    player = set_.session.players["ear"]
    assert (player.behaviour.kind, player.plays) == ("agent", (2, 3))
    set_.do("player remove ear")
    set_.do("undo")
    assert set_.session.players["ear"] is player
    assert not set_.problems


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("player add B", "b plays already"),
        ("player add main-2 nothing-like-it", "no model is called nothing-like-it"),
        ("player add remove", "'remove' is not a name of a player"),
        ("player add c musicMDRNN", "has dimension 9, and the instrument has 4 values"),
        ("player add c musicMDRNN plays x1-x3", "needs dimension 4"),
        ("player add c hears x1-x2 plays x1-x3", "hears 2 values and plays 3"),
        ("player add c plays x2000", "at most 1023 values"),
        ("player add c channels nowhere", "no channel is called nowhere: there is out"),
        ("player main hears x1-x2", "hears 2 values and plays 3"),
        ("player hears x1", "the name of the player is missing"),
        ("player remove c", "no player is called c"),
        ("player remove all", "one player stays"),
    ],
)
def test_refused_change_leaves_the_players(set_: VirtualSession, line: str, why: str) -> None:
    set_.do("player add b")
    before = roster_state(set_.session)
    reply = set_.try_(line)
    assert not reply.ok
    assert why in reply.text
    assert roster_state(set_.session) == before


def test_last_player_stays(set_: VirtualSession) -> None:
    assert "one player stays" in set_.try_("player remove main").text


def test_player_remove_ends_notes_and_pending_events(set_: VirtualSession) -> None:
    set_.do(HALF + "; @b mode battle")
    set_.wait(10)
    b = set_.session.players["b"]
    played = b.behaviour.played
    assert played
    set_.out.said.clear()
    set_.do("player remove b")
    assert [what for _, what in set_.out.said] == [frozenset({3})]  # main sounds on x3 too
    set_.wait(3)
    set_.play(0.1, 0.2, 0.3, 0.4)
    set_.wait(3)
    assert b.behaviour.played == played
    assert set_.logs["b"].ended == 1


def test_player_remove_ends_what_is_pending_and_mapped(set_: VirtualSession) -> None:
    set_.do(HALF)
    for line in (
        "@b over 20s speed 2",
        "@all over 30s sigma 0.3",
        "every 4s @b give",
        "every 5s @b temp 1; @main temp 1",
        '@b temp "1 2"',
        "map cc 1 7 @b temp 0.5 2",
        'bind cc 1 64 "@b take"',
    ):
        set_.do(line)
    said = set_.do("player remove b")
    assert "3 pending lines ended: @b over 20s speed 2, every 4s @b give, @b temp" in said
    assert "no longer mapped: cc 1 7" in said
    assert "still pending, with commands for b: 4  every 5s" in said
    assert "still bound, with commands for b: cc 1 64" in said
    assert [one.number for one in set_.live_set.scheduled.all()] == [2, 4]
    set_.do("undo")
    assert [one.number for one in set_.live_set.scheduled.all()] == [4, 1, 2, 3, 5]
    assert set_.live_set.mappings.parameters.table == {"cc 1 7": "@b temp 0.5 2"}


def test_undo_of_remove_brings_back_the_same_player(set_: VirtualSession) -> None:
    set_.do(HALF + "; @b temp 1.7; @b mute x3; player b; @b pause")
    b = set_.session.players["b"]
    set_.play(0.1, 0.2, 0.3, 0.4)
    set_.do("player remove b")
    assert (names(set_), set_.session.focus) == (["main"], "main")
    set_.do("undo")
    assert set_.session.players["b"] is b
    assert (names(set_), set_.session.focus, b.paused) == (["main", "b"], "b", True)
    assert (temp(set_, "b"), b.shaping.muted) == (1.7, {2})
    assert set_.logs["b"].begun == [3, 3]
    set_.do("redo")
    assert names(set_) == ["main"]
    set_.do("undo")
    assert set_.session.players["b"] is b


def test_removed_first_player_comes_back_in_its_place(set_: VirtualSession) -> None:
    set_.do(HALF)
    set_.do("player remove main")
    set_.do("undo")
    assert (names(set_), set_.session.focus) == (["main", "b"], "main")


def test_reroute_ends_notes_and_can_be_undone(set_: VirtualSession) -> None:
    set_.wait(1)
    set_.out.said.clear()
    assert set_.do("player main hears x2-x4 plays x2-x4") == "main: hears x2-x4, plays x2-x4"
    assert [what for _, what in set_.out.said] == ["silence"]
    set_.wait(0.5)
    set_.do("undo")
    assert set_.session.players["main"].routing == Routing((0, 1, 2), (0, 1, 2))
    set_.do("player main hears first plays first channels out")
    assert set_.session.players["main"].routing == Routing((), (), frozenset({"out"}), frozenset({"out"}))


def test_scene_adds_its_players_and_removes_none(set_: VirtualSession) -> None:
    set_.do("scene save alone")
    set_.do(f"{HALF}; @b temp 1.3; @b invert x3")
    set_.do("scene save both")
    set_.do("player remove b")
    set_.do("scene both")
    b = set_.session.players["b"]
    assert (temp(set_, "b"), b.shaping.inverted, b.routing.table["plays"]) == (1.3, {2}, ["x3", "x4"])
    set_.do("undo")
    assert names(set_) == ["main"]
    set_.do("redo")
    set_.do("scene alone")
    assert names(set_) == ["main", "b"]


def test_recorded_players_come_back_in_a_replay(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path / "a", players={"main": ScriptedPredictor(5)})
    set_.do("player add early hears x1-x2 plays x3-x4")
    set_.do("record on")
    for line in (HALF, "player remove b", "undo", "player early plays x1-x2", "undo", "player remove early"):
        set_.do(line)
    set_.do("undo")
    set_.do("record off")
    set_.live_set.recording.command_log.close()
    (file,) = (tmp_path / "a" / "logs").glob("*.commands")
    rows = [row.partition(",")[2] for row in file.read_text().splitlines()]
    assert "player add early hears x1 x2 plays x3 x4 channels all" in rows
    other = VirtualSession(tmp_path / "b", players={"main": ScriptedPredictor(5)})
    for row in rows:
        asyncio.run(other.executor.carry_out_line(row))
    assert {n: p.routing for n, p in other.session.all_players.items()} == {
        n: p.routing for n, p in set_.session.all_players.items()
    }


def test_line_of_a_player_reads_as_it_is_written() -> None:
    line = 'player add b "my model" hears x1-x2 plays x5 x6 channels midi "osc 1"'
    program = parse(line, {})
    assert isinstance(program, Program)
    assert parse(str(program), {}) == program
    routing = Routing((0, 1), (4, 5), frozenset({"midi", "osc 1"}), frozenset({"midi", "osc 1"}), ("a",))
    assert read_routing(routing.table) == routing
    assert routing.words == 'hears x1 x2 plays x5 x6 channels midi "osc 1"'
