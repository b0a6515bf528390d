"""Undo and redo of what a line did to the set list and to pending lines."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import SET, VirtualSession, temp
from tests.support.models import constant_model


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    """Returns a session at the first cue of a set list with three cues (warm, drop, end)."""
    made = VirtualSession(tmp_path)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text(SET)
    made.do("cue first")
    made.do("next")
    return made


def test_undo_of_next_takes_back_the_place_in_the_set_list(set_: VirtualSession) -> None:
    set_.do("next")
    set_.do("undo")
    assert set_.do("cue").splitlines()[0] == "▸ warm"
    assert set_.do("next").startswith("cue 2 of 3: drop")
    set_.do("undo")
    set_.do("redo")
    assert set_.do("cue").splitlines()[1] == "▸ drop"
    assert set_.do("next").startswith("cue 3 of 3: end")


def test_undo_of_a_cue_restores_cancelled_lines(set_: VirtualSession) -> None:
    set_.do("every 4s temp rand 0.5 1.5")
    pending = [line.split("  ")[:2] for line in set_.do("what").splitlines()]
    set_.do("goto end")  # cancels all pending commands
    assert set_.do("what") == "nothing is pending"
    set_.wait(1)
    set_.do("undo")
    assert [line.split("  ")[:2] for line in set_.do("what").splitlines()] == pending
    assert "(in 4.0s)" in set_.do("what")
    set_.wait(5)
    assert temp(set_) == 1.2


def test_undo_of_opening_a_set_list_leaves_none_open(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text(SET)
    made.do("cue first")
    assert made.do("undo") == "undone: cue first"
    assert "no set list is open" in made.try_("next").text


@pytest.mark.parametrize("line", ["cancel all", "cancel 2"])
def test_undo_of_cancel_restores_pending_lines(tmp_path: Path, line: str) -> None:
    made = VirtualSession(tmp_path)
    made.do("after 10s temp 2")
    made.do("over 20s sigma 1")
    before = made.do("what")
    made.do(line)
    assert made.do("undo") == f"undone: {line}"
    assert made.do("what") == before
    made.wait(21)
    assert (temp(made), made.session.players["main"].behaviour.settings.sigma) == (2.0, 1.0)


def test_undo_of_a_parameter_continues_its_ramp(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    made.do("over 10s temp 2")
    made.wait(5)
    made.do("temp 0.5")
    made.wait(1)
    assert temp(made) == 0.5
    made.do("undo")
    assert temp(made) == pytest.approx(1.6, abs=0.01)
    made.wait(5)
    assert temp(made) == 2.0


def test_undo_does_not_restore_lines_that_became_due(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    made.do("after 2s temp 2")
    made.do("mode battle")
    made.wait(3)
    made.do("undo")
    assert made.do("what") == "nothing is pending"


def test_redo_carries_out_the_line_as_it_was_parsed(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    for line in ("def drop = temp 2", "drop", "undo", "undef drop"):
        made.do(line)
    assert made.do("redo") == "redone: drop"
    assert temp(made) == 2.0


def _session_with_temperatures(folder: Path, pi: float, sigma: float) -> VirtualSession:
    predictor = ScriptedPredictor(4)
    predictor.fitted = (pi, sigma)
    return VirtualSession(folder, players={"main": predictor})


def _sigma_of_next_model(made: VirtualSession) -> float:
    predictor = ScriptedPredictor(4)
    predictor.fitted = (1.4, 0.2)
    made.session.players["main"].change_predictor(predictor)
    return made.session.players["main"].behaviour.settings.sigma


@pytest.mark.parametrize("line", ["sigma 0.1", "over 4s sigma 0.1"])
def test_undo_of_a_temperature_follows_the_model_again(tmp_path: Path, line: str) -> None:
    made = _session_with_temperatures(tmp_path, 0.7, 0.5)
    made.do(line)
    made.wait(5)
    made.do("undo")
    assert made.session.players["main"].behaviour.settings.sigma == 0.5
    assert _sigma_of_next_model(made) == 0.2


def test_undo_of_trained_keeps_the_value_of_the_performer(tmp_path: Path) -> None:
    made = _session_with_temperatures(tmp_path, 0.7, 0.5)
    made.do("sigma 0.5")  # the value of the training, but set
    made.wait(2)
    made.do("sigma trained")
    assert made.do("undo") == "undone: sigma trained"
    assert _sigma_of_next_model(made) == 0.5


@pytest.mark.parametrize(
    "line", ["every 2s over 40s temp 2", "at event 1 over 40s temp 2", "every 2s after 1s over 40s temp 2"]
)
def test_undo_of_a_pending_line_ends_what_the_line_left(tmp_path: Path, line: str) -> None:
    made = VirtualSession(tmp_path)
    before = temp(made)
    made.do(line)
    made.wait(1)
    made.play(0.1, 0.2, 0.3)
    made.wait(4)
    assert temp(made) != before
    made.do("undo")
    assert made.do("what") == "nothing is pending"
    made.wait(3)
    assert temp(made) == before


def test_undo_of_opening_a_set_list_ends_its_pending_lines(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text("every 4s temp 2\n# one\nundo; sigma 1\n")
    made.do("mode battle")
    made.do("cue first")
    assert made.do("what")
    made.do("next")
    for _ in range(3):
        made.do("undo")
    assert made.do("what") == "nothing is pending"
    assert made.session.players["main"].behaviour.mode.name == "callresponse"


def test_two_undos_at_once_take_back_two_lines(tmp_path: Path) -> None:
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    made = VirtualSession(tmp_path)
    made.do("load pulse")
    made.do("every 4s temp 2")
    made.do("cancel all; unload")

    async def undo() -> None:
        await asyncio.gather(*(made.executor.carry_out("undo", number) for number in range(2)))

    asyncio.run(undo())  # the first one loads the model
    assert made.do("what") == "nothing is pending"


def test_undo_ends_a_ramp_that_a_pending_line_left_and_another_line_cut(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    made.do("at event 1 over 40s temp 2 sigma 1")
    made.play(0.1, 0.2, 0.3)
    made.wait(0.1)
    made.do("sigma 0.5")
    made.do("undo")
    assert made.do("what")
    made.do("undo")
    assert made.do("what") == "nothing is pending"


def test_undo_of_a_pending_cue_ends_the_lines_of_the_cue(set_: VirtualSession) -> None:
    set_.do("after 1s goto warm")
    set_.wait(2)
    assert len(set_.do("what").splitlines()) == 2
    set_.do("undo")
    assert len(set_.do("what").splitlines()) == 1


@pytest.mark.parametrize("line", ["sigma 1; undo", "undo; sigma 1"])
def test_undo_of_a_line_with_undo_returns_to_the_start(tmp_path: Path, line: str) -> None:
    made = VirtualSession(tmp_path)
    start = temp(made)
    made.do("temp 2")
    made.do("every 4s temp 3")
    made.do(line)
    assert made.do("what") == "nothing is pending"
    made.do("undo")
    assert "every 4s temp 3" in made.do("what")
    made.do("undo")
    made.do("undo")
    assert temp(made) == start
    assert made.do("what") == "nothing is pending"
    assert made.try_("undo").text == "there is nothing to undo"


@pytest.mark.parametrize(
    "lines",
    [
        ("load pulse", "undo"),  # undo waits for the model
        ("load pulse", "sigma 1"),
        ("load pulse; undo", "sigma 1"),  # another line ends before the undo
        ("load pulse; undo", "load pulse; undo"),
        ("load pulse; redo; undo", "load pulse; undo", "load pulse; redo; undo"),
    ],
)
def test_undo_of_lines_at_once_returns_to_the_start(tmp_path: Path, lines: Sequence[str]) -> None:
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    made = VirtualSession(tmp_path)
    start = made.live_set.history.capture()
    made.do("mode battle")
    made.do("temp 2")
    made.do("undo")

    async def carry_out() -> None:
        async with asyncio.timeout(60):
            await asyncio.gather(*(made.executor.carry_out(line, 1) for line in lines))

    asyncio.run(carry_out())
    while made.try_("undo").ok:
        pass
    assert made.live_set.history.capture().scene == start.scene


def test_undo_after_undo_and_redo_in_a_line_returns_to_the_start(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    start = made.live_set.history.capture()
    made.do("temp 2")
    made.do("sigma 1; undo; redo")
    assert temp(made) == 2.0
    while made.try_("undo").ok:
        pass
    assert made.live_set.history.capture().scene == start.scene


def test_undo_ends_while_a_pending_line_carries_out_the_undone_lines_again(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    start = made.live_set.history.capture()
    for line in ("temp 2", "every 0.02s redo", "sigma 1", "after 60s mode duet"):
        made.do(line)
    for _ in range(4):
        made.do("undo")
        made.wait(0.05)
    assert made.try_("undo").text == "there is nothing to undo"
    assert made.do("what") == "nothing is pending"
    assert made.live_set.history.capture().scene == start.scene


@pytest.mark.parametrize("end", ["undo", "cancel all"])
def test_ramp_to_a_scene_does_not_start_if_it_ends_while_its_file_is_read(tmp_path: Path, end: str) -> None:
    made = VirtualSession(tmp_path)
    made.do("scene save a")
    made.do("temp 2")
    made.do("at event 1 over 30s scene a")
    made.session.received("in", (0.1, 0.2, 0.3), made.time.time)
    made.time.advance(0)  # the ramp is due, and its file is not read yet
    made.do(end)
    assert made.do("what") == "nothing is pending"


def test_undo_waits_for_what_a_pending_line_is_carrying_out(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    made.do("scene save a")
    made.do("temp 2")
    made.do("at event 1 scene a; after 60s temp 3")
    made.session.received("in", (0.1, 0.2, 0.3), made.time.time)
    made.time.advance(0)  # the scene is being read
    made.do("undo")
    assert temp(made) == 2.0
    assert made.do("what") == "nothing is pending"


def test_undo_in_a_pending_line_and_undo_of_this_line_do_not_wait_for_each_other(tmp_path: Path) -> None:
    made = VirtualSession(tmp_path)
    start = made.live_set.history.capture()
    made.do("scene save a")
    made.do("temp 2")
    made.do("at event 1 scene a; undo; sigma 1")
    made.session.received("in", (0.1, 0.2, 0.3), made.time.time)
    made.time.advance(0)
    made.try_("undo; temp 3")
    while made.try_("undo").ok:
        pass
    assert made.live_set.history.capture().scene == start.scene
