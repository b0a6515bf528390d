"""Lines that are typed while an older line or an undo waits for a file."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from impsy_tui.control.messages import Reply
from impsy_tui.engine.performance.scenes.scene import Scene
from impsy_tui.engine.performance.undo import UndoStep
from impsy_tui.parameters import PARAMETERS
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import SET, VirtualSession, temp
from tests.support.models import constant_model


def _session_with_models(folder: Path) -> VirtualSession:
    for name in ("pulse", "rain"):
        constant_model(folder / "models" / f"{name}.h5", [0.02, 0.2, 0.5, 0.8])
    made = VirtualSession(folder, players={"main": ScriptedPredictor(4), "bass": ScriptedPredictor(4)})
    made.do("@all load pulse")
    return made


def _replies(set_: VirtualSession, *lines: str) -> list[Reply]:
    """Types lines at once; returns the replies."""

    async def carry_out() -> list[Reply]:
        async with asyncio.timeout(60):
            return await asyncio.gather(*(set_.executor.carry_out(line, 1) for line in lines))

    return asyncio.run(carry_out())


def _model(set_: VirtualSession, player: str = "main") -> str:
    return set_.session.players[player].behaviour.predictor.name


@pytest.mark.parametrize(
    ("newer", "kept"),
    [
        ("temp 1.5", lambda set_: temp(set_) == 1.5),
        ("@bass temp 1.5; thru on", lambda set_: temp(set_, "bass") == 1.5 and set_.session.settings.thru),
        ("mute x1", lambda set_: set_.session.players["main"].shaping.values(PARAMETERS["mute"]) == {0: True}),
        ("@bass load rain", lambda set_: _model(set_, "bass") == "rain"),
        ("map cc 1 7 temp", lambda set_: set_.live_set.mappings.capture().parameters),
        ("cue first", lambda set_: set_.live_set.cues.name == "first"),
        ("over 60s temp 2", lambda set_: "over 60s temp 2" in set_.do("what")),
    ],
)
@pytest.mark.parametrize("undone", ["load rain", "mode battle; load rain"])
def test_undo_that_waits_for_its_line_keeps_what_a_newer_line_changed(
    tmp_path: Path, newer: str, kept: Callable[[VirtualSession], bool], undone: str
) -> None:
    made = _session_with_models(tmp_path)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text(SET)
    start, model = made.live_set.history.capture(), _model(made)
    made.do("sigma 0.5")
    before = made.session.players["main"].behaviour.settings.mode
    replies = _replies(made, undone, "undo", newer)
    assert [reply.ok for reply in replies] == [True] * 3
    assert replies[1].text == f"undone: {undone}"
    assert (_model(made), made.session.players["main"].behaviour.settings.mode) == (model, before)
    assert kept(made)
    assert made.do("undo") == f"undone: {newer}"
    assert not kept(made)
    assert (_model(made), made.session.players["main"].behaviour.settings.mode) == (model, before)
    assert made.session.players["main"].behaviour.settings.sigma == 0.5
    made.do("undo")
    assert made.live_set.history.capture().scene == start.scene


@pytest.mark.parametrize(
    ("newer", "left"),
    [("temp 1.5", "nothing is pending"), ("cancel 1", "nothing is pending"), ("sigma 1", "over 60s temp 2")],
)
def test_undo_that_loads_a_model_resumes_nothing_that_a_newer_line_ended(
    tmp_path: Path, newer: str, left: str
) -> None:
    made = _session_with_models(tmp_path)
    made.do("over 60s temp 2")
    made.do("cancel all; unload")
    assert [reply.ok for reply in _replies(made, "undo", newer)] == [True, True]
    assert _model(made) == "pulse"
    assert left in made.do("what")


@pytest.mark.parametrize("line", ["over 4s scene dark", "over 4s scene dark now", "over 4s blend rain 1"])
def test_cancel_finds_a_ramp_whose_file_is_being_read(tmp_path: Path, line: str) -> None:
    made = _session_with_models(tmp_path)
    made.do("temp 2; mode battle")
    made.do("scene save dark")
    made.do("temp 1; mode duet")
    started, cancelled = _replies(made, line, "cancel 1")
    assert cancelled.text == started.text == f"cancelled: {line}"
    made.wait(5)
    assert made.do("what") == "nothing is pending"
    assert (temp(made), made.session.players["main"].behaviour.settings.mode) == (1.0, "duet")


@pytest.mark.parametrize("end", ["cancel 1", "cancel all", "hush"])
def test_pattern_does_not_start_if_it_ends_while_its_model_is_read(tmp_path: Path, end: str) -> None:
    made = _session_with_models(tmp_path)
    assert _replies(made, 'blend rain "0 1"', end)[1].ok
    assert made.do("what") == "nothing is pending"
    assert made.do("cancel all") == "nothing was pending"


def test_ramp_to_a_scene_leaves_what_a_newer_line_set_while_its_file_was_read(tmp_path: Path) -> None:
    made = _session_with_models(tmp_path)
    made.do("temp 2; sigma 0.5")
    made.do("scene save dark")
    made.do("temp 1; sigma 1")
    _replies(made, "over 4s scene dark", "temp 1.5")
    made.wait(3.9)
    assert temp(made) == 1.5
    assert made.session.players["main"].behaviour.settings.sigma < 0.6


@pytest.mark.parametrize("older", ["load rain", "sigma 0.5; load rain; mode battle", "player add x rain"])
@pytest.mark.parametrize("newer", ["temp 1.5", "@bass load rain", "@bass mute x1; temp 1.5", "map cc 1 7 temp"])
def test_undo_keeps_what_an_older_line_changed_after_its_line(tmp_path: Path, older: str, newer: str) -> None:
    made = _session_with_models(tmp_path)
    start = made.live_set.history.capture()
    made.do(older)
    alone = made.live_set.history.capture()
    made.do("undo")
    assert all(reply.ok for reply in _replies(made, older, newer))
    assert made.do("undo") == f"undone: {newer}"
    assert _apart_from_roster(made.live_set.history.capture()) == _apart_from_roster(alone)
    made.do("undo")
    assert made.live_set.history.capture().scene == start.scene


def _apart_from_roster(step: UndoStep) -> Scene:
    """Returns the scene without the players themselves, which are new ones after each `player add`."""
    return replace(step.scene, roster=None)


@pytest.mark.parametrize("newer", ["temp 1.5", "@bass load rain", "mute x1"])
def test_undo_keeps_what_an_older_undo_restored_after_its_line(tmp_path: Path, newer: str) -> None:
    made = _session_with_models(tmp_path)
    start = made.live_set.history.capture()
    made.do("load rain; temp 2")
    assert all(reply.ok for reply in _replies(made, "undo", newer))
    assert made.live_set.history.capture().scene != start.scene
    assert made.do("undo") == f"undone: {newer}"
    assert made.live_set.history.capture().scene == start.scene


def test_undo_takes_back_no_refused_line_because_of_a_newer_line(tmp_path: Path) -> None:
    made = _session_with_models(tmp_path)
    (tmp_path / "models" / "damaged.h5").write_bytes(b"no model")
    assert [reply.ok for reply in _replies(made, "load damaged", "temp 1.5")] == [False, True]
    assert made.do("undo") == "undone: temp 1.5"
    assert made.do("undo") == "undone: @all load pulse"
