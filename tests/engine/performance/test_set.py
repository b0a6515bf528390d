"""Lines of commands, ramps, schedules and undo, on a virtual clock."""

import asyncio
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.performance.replaying.replay import RecordedPerformance
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import SHIPPED, VirtualSession, temp
from tests.support.models import constant_model


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


def test_line_carries_out_several_commands(set_: VirtualSession) -> None:
    reply = set_.do("mode battle; temp 1.3")
    assert reply.splitlines()[1] == "temp 1.3"
    assert set_.session.focused_player.behaviour.settings.mode == "battle"
    assert temp(set_) == 1.3
    assert ("info", "command", "mode battle; temp 1.3") in set_.messages


def test_line_reports_a_refused_command_and_carries_out_the_others(set_: VirtualSession) -> None:
    reply = set_.try_("mode battle; give; temp 1.3")
    assert not reply.ok
    assert "give needs turns: battle has none" in reply.text
    assert temp(set_) == 1.3


def test_fade_without_safe_values_says_so(set_: VirtualSession) -> None:
    assert set_.do("fade 5s").startswith("silent at once: no output has safe values to fade to")
    set_.out.safe = (0.0, 0.0, 0.0)
    assert set_.do("fade 5s") == "fading for 5s; resume lets the player play"


def test_line_with_a_mistake_changes_nothing(set_: VirtualSession) -> None:
    reply = set_.try_("temp 1.3; mode batle")
    assert (reply.ok, reply.start, reply.end) == (False, 15, 20)
    assert temp(set_) == 1.0


def test_over_ramps_from_the_present_value(set_: VirtualSession) -> None:
    assert set_.do("over 8s temp 0.6 sigma 0.1") == "1  over 8s temp 0.6 sigma 0.1"
    set_.wait(4)
    assert temp(set_) == pytest.approx(0.8, abs=0.01)
    assert set_.session.focused_player.behaviour.settings.sigma == pytest.approx(0.0316, abs=0.001)
    set_.wait(4)
    assert (temp(set_), set_.session.focused_player.behaviour.settings.sigma) == (0.6, 0.1)
    assert set_.do("what") == "nothing is pending"


def test_over_draws_a_random_end_at_its_start(set_: VirtualSession) -> None:
    set_.do("every 2s over 1s temp rand 2 3")
    set_.wait(1)
    arrived = []
    for _ in range(3):
        set_.wait(2)
        arrived.append(temp(set_))
        assert 2 <= arrived[-1] <= 3
    assert len(set(arrived)) == 3


def test_rand_takes_its_ends_in_any_order(set_: VirtualSession) -> None:
    set_.do("temp rand 3 2")
    assert 2.0 <= temp(set_) <= 3.0


def test_command_ends_the_ramp_of_its_parameter(set_: VirtualSession) -> None:
    set_.do("over 8s temp 0.6 sigma 0.1")
    set_.wait(1)
    set_.do("temp 2")
    set_.wait(10)
    assert temp(set_) == 2.0
    assert set_.session.focused_player.behaviour.settings.sigma == 0.1


def test_speed_and_timescale_are_one_parameter(set_: VirtualSession) -> None:
    set_.do("over 8s speed 4")
    set_.wait(4)
    assert set_.session.focused_player.behaviour.settings.timescale == pytest.approx(0.5, abs=0.01)
    set_.do("timescale 3")
    set_.wait(10)
    assert set_.session.focused_player.behaviour.settings.timescale == 3.0


def test_over_ramps_hold_and_range(set_: VirtualSession) -> None:
    set_.do("over 2s hold x1 x2 0.5 range x3 0.2 0.8")
    set_.wait(1)
    assert set_.session.focused_player.shaping.ranged[2] == pytest.approx((0.1, 0.9), abs=0.01)
    set_.wait(1)
    assert set_.session.focused_player.shaping.held == {0: 0.5, 1: 0.5}
    assert set_.session.focused_player.shaping.ranged == {2: (0.2, 0.8)}
    reply = set_.try_("over 2s hold x9 0.5")
    assert "there is no x9: the last is x3" in reply.text


def test_release_ends_ramps(set_: VirtualSession) -> None:
    set_.do("over 5s hold x1 0.5")
    set_.wait(1)
    set_.do("release")
    set_.wait(10)
    assert set_.session.focused_player.shaping.held == {}


def test_over_ramps_tempo_and_swing(set_: VirtualSession) -> None:
    set_.do("over 4s tempo 140 swing 60%")
    set_.wait(2)
    assert set_.tempo.beats == pytest.approx(130, abs=0.5)
    set_.wait(2)
    assert (set_.tempo.beats, set_.tempo.swing) == (140.0, 0.6)


def test_after_and_every_run_their_commands(set_: VirtualSession) -> None:
    set_.do("after 10s mode battle; temp 2")
    set_.do("every 4s temp rand 0.5 1.5")
    assert len(set_.do("what").splitlines()) == 2
    set_.wait(4.1)
    first = temp(set_)
    set_.wait(4)
    assert 0.5 <= first <= 1.5
    assert temp(set_) != first
    set_.do("cancel 2")
    set_.wait(10)
    assert temp(set_) == 2.0
    assert set_.do("cancel all") == "nothing was pending"
    assert "number 2" in set_.try_("cancel 2").text


def test_at_response_and_whenever_call_run_their_commands(set_: VirtualSession) -> None:
    set_.do("at response temp 2")
    set_.do("whenever call temp 1")
    set_.play(0.1, 0.2, 0.3)
    assert temp(set_) == 1.0
    set_.wait(1.2)
    assert temp(set_) == 2.0
    set_.play(0.1, 0.2, 0.3)
    assert temp(set_) == 1.0
    set_.do("temp 3")
    set_.play(0.1, 0.2, 0.3)
    assert temp(set_) == 3.0  # the call continues
    set_.wait(1.2)
    assert temp(set_) == 3.0
    set_.play(0.1, 0.2, 0.3)
    assert temp(set_) == 1.0


def test_problem_of_a_pending_command_is_reported(set_: VirtualSession) -> None:
    set_.do("mode battle; every 1s give")
    set_.wait(3.1)
    assert [text for level, source, text in set_.messages if level == "error"] == [
        "give needs turns: battle has none, mode callresponse has"
    ] * 3


def test_macro_is_defined_called_and_removed(set_: VirtualSession) -> None:
    set_.do("def drop = mode battle; over 2s temp 1.8")
    set_.do("def warm t x = over $t temp $x")
    assert set_.do("drop").splitlines()[1] == "1  over 2s temp 1.8"
    set_.wait(2)
    assert temp(set_) == 1.8
    set_.do("warm 1s 0.7")
    set_.wait(1)
    assert temp(set_) == 0.7
    assert set_.do("defs").splitlines() == ["drop = mode battle; over 2s temp 1.8", "warm t x = over $t temp $x"]
    set_.do("undef drop")
    assert "no command is called drop" in set_.try_("drop").text
    assert "defs lists" in set_.try_("undef drop").text


def test_undo_and_redo_of_parameters_and_pending_commands(set_: VirtualSession) -> None:
    set_.do("temp 1.3; mode battle; mute x1")
    set_.do("over 8s temp 2")
    set_.do("after 5s temp 3")
    set_.wait(1)
    assert set_.do("undo") == "undone: after 5s temp 3"
    assert set_.do("undo") == "undone: over 8s temp 2"
    assert temp(set_) == 1.3
    set_.wait(20)
    assert temp(set_) == 1.3
    assert set_.do("undo") == "undone: temp 1.3; mode battle; mute x1"
    player = set_.session.focused_player
    assert (temp(set_), player.behaviour.settings.mode, player.shaping.muted) == (1.0, "callresponse", set())
    assert "nothing to undo" in set_.try_("undo").text
    assert set_.do("redo") == "redone: temp 1.3; mode battle; mute x1"
    assert (temp(set_), player.behaviour.settings.mode, player.shaping.muted) == (1.3, "battle", {0})
    set_.do("redo")
    set_.wait(8)
    assert temp(set_) == 2.0
    set_.do("sigma 1")
    assert "nothing to redo" in set_.try_("redo").text


def test_undo_skips_lines_without_effect(set_: VirtualSession) -> None:
    set_.do("temp 2")
    set_.do("temp 3; mute x1")
    set_.do("undo")
    assert not set_.try_("load nothing").ok
    set_.do("temp 2")
    assert set_.do("redo") == "redone: temp 3; mute x1"
    set_.do("undo")
    assert not set_.try_("load nothing").ok
    assert set_.do("undo") == "undone: temp 2"


def test_undo_takes_back_repeated_steps_as_one(set_: VirtualSession) -> None:
    for value in (1.1, 1.2, 1.3):
        set_.do(f"temp {value}")
        set_.wait(0.1)
    set_.do("undo")
    assert temp(set_) == 1.0


@pytest.mark.parametrize(
    ("first", "second"),
    [("scene one", "scene two"), ("hold x1 0.2", "hold x2 0.8"), ("hold x1 0.2", "hold x1 x2 0.8")],
)
def test_undo_takes_back_quick_different_lines_one_by_one(set_: VirtualSession, first: str, second: str) -> None:
    set_.do("temp 1.1; scene save one; temp 1.2; scene save two; temp 1.3")
    set_.wait(2)
    set_.do(first)
    set_.do(second)
    assert set_.do("undo") == f"undone: {second}"
    assert set_.do("undo") == f"undone: {first}"


def test_undo_keeps_what_was_played(set_: VirtualSession) -> None:
    set_.do("temp 2")
    set_.play(0.1, 0.2, 0.3)
    set_.do("undo")
    assert [row[1] for row in set_.logs["main"].rows] == ["interface"]


def test_line_addresses_players_by_name(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"a": ScriptedPredictor(4), "b": ScriptedPredictor(4)})
    set_.do("@b over 2s temp 2")
    set_.do("temp 1.5")
    set_.do("@all sigma 0.5; @b after 1s mode battle; temp 3")
    set_.wait(0.5)
    assert (temp(set_, "a"), temp(set_, "b")) == (1.5, pytest.approx(1.25, abs=0.02))
    set_.wait(2)
    assert temp(set_, "b") == 3.0
    assert set_.session.players["b"].behaviour.settings.mode == "battle"
    assert set_.session.players["a"].behaviour.settings.mode == "callresponse"
    assert "no player is called c" in set_.try_("@c temp 1").text


def test_undo_restores_the_model(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"main": ScriptedPredictor(9)}, models=SHIPPED.parent)
    set_.do(f"load {SHIPPED.stem}")
    assert set_.session.focused_player.behaviour.predictor.kind == "mdrnn"
    set_.do("undo")
    assert set_.session.focused_player.behaviour.predictor.kind == "dummy"
    set_.do("redo")
    assert set_.session.focused_player.behaviour.predictor.name == SHIPPED.stem


def test_undo_restores_a_model_named_by_its_path(tmp_path: Path) -> None:
    file = constant_model(tmp_path / "elsewhere" / "mine.h5", [0.1, 0.2, 0.5, 0.8])
    for name in ("mine", "other"):
        constant_model(tmp_path / "models" / f"{name}.h5", [0.1, 0.2, 0.5, 0.8])
    set_ = VirtualSession(tmp_path, mode="useronly")
    player, player_models = set_.session.focused_player, set_.player_models
    player.change_predictor(asyncio.run(player_models.first("main", "mdrnn", str(file), player.routing, 4)))
    for line in ("load other", "load mine", "unload"):
        set_.do(line)
        assert player_models.file_of(player) != file
        set_.do("undo")
        assert player_models.file_of(player) == file
        assert player.behaviour.predictor.name == "mine"


def test_close_does_not_wait_for_the_disk(set_: VirtualSession, tmp_path: Path) -> None:
    file = tmp_path / "logs" / "2026-01-01T00-00-00-4d-mdrnn.commands"
    file.parent.mkdir()
    os.mkfifo(file)  # opening a FIFO waits for a reader
    set_.do("record on")
    closing = threading.Thread(target=set_.live_set.close)
    closing.start()
    closing.join(60)
    waited = closing.is_alive()
    reader = os.open(file, os.O_RDWR)  # from here on opening does not wait
    set_.live_set.recording.command_log.close()
    assert b",cancel all" in os.read(reader, 1 << 16)
    os.close(reader)
    assert not waited


@pytest.mark.parametrize(
    "line",
    [
        "shutdown",
        "after 1s delete model m",
        "every 1s after 1s set model.size s",
        "def drop = delete model m",
        "def drop which = delete model $which",
        "def drop = temp 1; after 1s shutdown",
        "def drop = def other = shutdown",
        "def drop name = def other = load $name; shutdown",
        "def drop = wipe",
        "at call wipe",
        "bind f5 temp 1",
    ],
)
def test_keyboard_commands_are_refused_from_channels_in_any_wrapping(set_: VirtualSession, line: str) -> None:
    set_.do("def wipe = delete model m")
    problem = set_.executor.carry_out_for("osc", "/impsy/command", line)
    assert "is not allowed from osc" in problem
    assert list(set_.executor.macros) == ["wipe"]
    assert set_.do("what") == "nothing is pending"


def test_harmless_macro_is_accepted_from_channels(set_: VirtualSession) -> None:
    problem = set_.executor.carry_out_for("osc", "/impsy/command", "def glide to = @main temp $to; mode duet")
    assert (problem, list(set_.executor.macros)) == ("", ["glide"])


def test_macros_are_limited(set_: VirtualSession) -> None:
    for number in range(500):
        set_.do(f"def w{number} = temp 1")
    assert "500 macros are defined" in set_.try_("def another = temp 1").text
    set_.do("def w7 = temp 2")
    set_.do("undef w8; def another = temp 1")
    assert len(set_.executor.macros) == 500


def test_input_after_a_failed_replay_is_logged_as_input(set_: VirtualSession) -> None:
    def fail(*values: object) -> None:
        raise ConnectionError

    set_.do("thru on")
    send, set_.out.send = set_.out.send, fail  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        set_.session.replayed((0.1, 0.2, 0.3), set_.time.time)
    set_.out.send = send  # type: ignore[method-assign]
    set_.play(0.1, 0.2, 0.3)
    assert set_.logs["main"].rows[-1][1] == "interface"


def test_undo_takes_back_lines_in_the_order_of_their_beginning(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, models=tmp_path, mode="useronly")
    constant_model(tmp_path / "one.h5", [0.1, 0.2, 0.5, 0.8])

    async def both() -> None:
        await asyncio.gather(set_.executor.carry_out("load one", 1), set_.executor.carry_out("every 4s temp 2", 2))

    asyncio.run(both())
    assert set_.session.focused_player.behaviour.predictor.name == "one"
    assert set_.do("undo") == "undone: every 4s temp 2"  # the line that began last
    assert set_.do("undo") == "undone: load one"
    assert set_.session.focused_player.behaviour.predictor.kind == "dummy"
    set_.do("every 4s temp 2")
    set_.do("scene save a")
    set_.do("over 4s scene a")
    set_.do("undo")
    assert len(set_.live_set.scheduled) == 1


def test_mode_filter_restores_thru_when_another_mode_follows(set_: VirtualSession) -> None:
    set_.do("thru on")
    set_.do("mode filter")
    assert not set_.session.settings.thru
    set_.do("mode filter")
    set_.do("mode callresponse")
    assert set_.session.settings.thru
    set_.do("mode filter; thru off; mode duet")  # thru from a command stays
    assert not set_.session.settings.thru


def test_pending_ramp_names_released_parameters(set_: VirtualSession) -> None:
    set_.do("over 20s temp 1.5 sigma 0.05")
    set_.do("temp 1")
    assert set_.do("what").startswith("1  over 20s temp 1.5 sigma 0.05, not temp  (")


def test_cancel_replay_ends_its_ramps(set_: VirtualSession, tmp_path: Path) -> None:
    commands = ((0.0, "temp 1"), (0.5, "#1 over 60s temp 2"), (100.0, "temp 1"))
    performance = RecordedPerformance("old", np.empty(0), np.empty((0, 3)), commands)
    set_.do("over 60s sigma 0.5")
    asyncio.run(set_.live_set.replay.start(performance))
    set_.wait(1)
    assert len(set_.do("what").splitlines()) == 2
    set_.do("cancel replay")
    assert set_.do("what").startswith("1  over 60s sigma 0.5")
    assert len(set_.do("what").splitlines()) == 1
