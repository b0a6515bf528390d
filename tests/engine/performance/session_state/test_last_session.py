"""The saved session: what is written, read, and refused."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from impsy_tui.engine.io.midi_learn import LearnedControl
from impsy_tui.engine.performance.session_state.autosave import Keeping
from impsy_tui.engine.performance.session_state.last_session import (
    SavedPlayer,
    SavedSet,
    SessionFile,
    earlier_file,
    keep,
    recall,
)
from impsy_tui.engine.performance.session_state.pending_lines import LastPending
from impsy_tui.engine.runtime.scheduler import VirtualTime
from impsy_tui.errors import UserError

VALUES = {"mode": "battle", "temp": 1.3, "sigma": 0.02, "timescale": 0.5, "threshold": 2.0, "max_response": None}
MAIN = SavedPlayer("m.tflite", VALUES, True)
DUET = replace(MAIN, values=VALUES | {"mode": "duet"})
STATE = SessionFile({"main": MAIN, "b": replace(DUET, model="")}, "b", False, True)
EARLIER = {
    "model": "m.tflite",
    "mode": "battle",
    "pi_temperature": 1.3,
    "sigma_temperature": 0.02,
    "timescale": 0.5,
    "threshold": 2.0,
    "max_response": 0.0,
    "paused": True,
}


def test_what_is_kept_is_recalled(tmp_path: Path) -> None:
    keep(tmp_path / "logs", STATE)
    rehearsed = SavedSet(
        pending=(LastPending(3, "over 20s temp 1.5", 4.5, starts=(("main", "temp", -1, 0.5),)),),
        learned=(LearnedControl("midi", "Knobs", 2, ("control_change", 1, 74)),),
        recording=True,
        jobs=("train s",),
    )
    later = SessionFile({"main": DUET}, "main", False, True, rehearsed, "/c.toml", 12.5, True)
    keep(tmp_path / "logs", later)
    assert recall(tmp_path / "logs") == later
    assert [file.name for file in (tmp_path / "logs").iterdir()] == [".last-session.json"]


def test_what_was_kept_when_there_was_one_player_is_recalled_for_main(tmp_path: Path) -> None:
    (tmp_path / ".last-session.json").write_text(json.dumps(EARLIER | {"thru": False, "log": True}))
    assert recall(tmp_path) == SessionFile({"main": MAIN}, "main", False, True, ended=True)


def test_recall_reads_the_players_of_the_version_before(tmp_path: Path) -> None:
    (tmp_path / ".last-session.json").write_text(json.dumps(asdict(STATE) | {"players": {"b": EARLIER}}))
    assert recall(tmp_path) == replace(STATE, players={"b": MAIN})


def _kept(**changes: object) -> str:
    return json.dumps(asdict(STATE) | {"players": {"b": asdict(MAIN) | {"values": VALUES | changes}}})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "{",
        "[" * 100_000,
        _kept(mode="x"),
        _kept(timescale=-1),
        json.dumps(asdict(STATE) | {"players": [1]}),
        json.dumps(asdict(STATE) | {"rehearsed": {"cue": float("inf")}}),
        json.dumps(asdict(STATE) | {"rehearsed": {"pending": [{"line": "after 1s take"}]}}),
        json.dumps(asdict(STATE) | {"rehearsed": {"learned": [1]}}),
    ],
)
def test_what_makes_no_sense_is_not_recalled(tmp_path: Path, content: str) -> None:
    (tmp_path / ".last-session.json").write_text(content)
    with pytest.raises(UserError, match="it is damaged"):
        recall(tmp_path)


def test_recall_reports_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / ".last-session.json").mkdir()
    with pytest.raises(UserError, match="Is a directory"):
        recall(tmp_path)


def test_keeping_moves_the_session_before_aside_unless_it_is_resumed(tmp_path: Path) -> None:
    time, work = VirtualTime(0.0), list[Coroutine[Any, Any, None]]()
    keep(tmp_path, replace(STATE, focus="before"))
    for resumed, before in ((True, None), (False, "b")):
        keeping = Keeping(time.scheduler, tmp_path, lambda: STATE, work.append, lambda *said: None)
        keeping.resumed = resumed
        asyncio.run(keeping.keep(STATE))
        asyncio.run(keeping.keep(replace(STATE, focus="main")))
        assert recall(tmp_path) == replace(STATE, focus="main")
        assert earlier_file(tmp_path).exists() is (before is not None)
    assert json.loads(earlier_file(tmp_path).read_text())["focus"] == "main"


def test_nothing_kept_is_nothing_recalled(tmp_path: Path) -> None:
    assert recall(tmp_path) is None


def test_it_is_kept_once_a_little_after_the_first_of_many_changes(tmp_path: Path) -> None:
    time, work = VirtualTime(0.0), list[Coroutine[Any, Any, None]]()
    focus = "main"
    keeping = Keeping(time.scheduler, tmp_path, lambda: replace(STATE, focus=focus), work.append, lambda *said: None)
    keeping.changed()
    time.advance(0.4)
    assert not work
    keeping.changed()
    focus = "b"
    time.advance(0.4)
    assert len(work) == 1
    asyncio.run(work.pop())  # type: ignore[arg-type]
    assert recall(tmp_path) == replace(STATE, focus="b")
    time.advance(10.0)
    assert not work


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    time, work, told = VirtualTime(0.0), list[Coroutine[Any, Any, None]](), list[tuple[str, str, str]]()
    (tmp_path / "logs").touch()
    keeping = Keeping(time.scheduler, tmp_path / "logs", lambda: STATE, work.append, lambda *said: told.append(said))
    keeping.changed()
    time.advance(1.0)
    asyncio.run(work.pop())  # type: ignore[arg-type]
    assert told == [("warning", "engine", "the session cannot be saved for --resume: Not a directory")]
