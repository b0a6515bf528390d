"""Writing, reading and refusal of the saved session."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from impsy_tui.engine.performance.session_state.autosave import Autosave
from impsy_tui.engine.performance.session_state.last_session import (
    SavedPlayer,
    SavedSet,
    SessionFile,
    earlier_file,
    read_session,
    write_session,
)
from impsy_tui.engine.performance.session_state.pending_lines import SavedPending
from impsy_tui.errors import UserError
from tests.support.engine.virtual_time import VirtualTime

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


def test_read_session_returns_what_was_written(tmp_path: Path) -> None:
    write_session(tmp_path / "logs", STATE)
    live_set = SavedSet(
        pending=(SavedPending(3, "over 20s temp 1.5", 4.5, starts=(("main", "temp", -1, 0.5),)),),
        recording=True,
        jobs=("train s",),
    )
    later = SessionFile({"main": DUET}, "main", False, True, live_set, "/c.toml", 12.5, True)
    write_session(tmp_path / "logs", later)
    assert read_session(tmp_path / "logs") == later
    assert [file.name for file in (tmp_path / "logs").iterdir()] == [".last-session.json"]


def test_read_session_takes_live_set_from_earlier_version(tmp_path: Path) -> None:
    earlier = {"words": ["drop = temp 2"], "rig": ["clock in on"], "set": "first", "cue": 1}
    raw = EARLIER | {"thru": False, "log": True, "rehearsed": earlier}
    (tmp_path / ".last-session.json").write_text(json.dumps(raw))
    session = read_session(tmp_path)
    assert session is not None
    assert session.live_set == SavedSet(macros=("drop = temp 2",), other_lines=("clock in on",), set="first", cue=1)


def test_read_session_takes_values_of_one_player_from_earlier_version(tmp_path: Path) -> None:
    (tmp_path / ".last-session.json").write_text(json.dumps(EARLIER | {"thru": False, "log": True}))
    assert read_session(tmp_path) == SessionFile({"main": MAIN}, "main", False, True, ended=True)


def test_read_session_takes_players_from_earlier_version(tmp_path: Path) -> None:
    (tmp_path / ".last-session.json").write_text(json.dumps(asdict(STATE) | {"players": {"b": EARLIER}}))
    assert read_session(tmp_path) == replace(STATE, players={"b": MAIN})


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
        json.dumps(asdict(STATE) | {"live_set": {"cue": float("inf")}}),
        json.dumps(asdict(STATE) | {"live_set": {"pending": [{"line": "after 1s take"}]}}),
    ],
)
def test_read_session_refuses_damaged_file(tmp_path: Path, content: str) -> None:
    (tmp_path / ".last-session.json").write_text(content)
    with pytest.raises(UserError, match="the file is damaged"):
        read_session(tmp_path)


def test_read_session_reports_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / ".last-session.json").mkdir()
    with pytest.raises(UserError, match="Is a directory"):
        read_session(tmp_path)


def test_autosave_moves_the_earlier_session_aside_unless_resumed(tmp_path: Path) -> None:
    time, work = VirtualTime(0.0), list[Coroutine[Any, Any, None]]()
    write_session(tmp_path, replace(STATE, focus="before"))
    for resumed, before in ((True, None), (False, "b")):
        autosave = Autosave(
            time.scheduler,
            tmp_path,
            lambda: STATE,
            work.append,
            lambda *said: None,
        )
        autosave.resumed = resumed
        asyncio.run(autosave.save(STATE))
        asyncio.run(autosave.save(replace(STATE, focus="main")))
        assert read_session(tmp_path) == replace(STATE, focus="main")
        assert earlier_file(tmp_path).exists() is (before is not None)
    assert json.loads(earlier_file(tmp_path).read_text())["focus"] == "main"


def test_read_session_returns_none_without_file(tmp_path: Path) -> None:
    assert read_session(tmp_path) is None


def test_autosave_saves_once_after_many_changes(tmp_path: Path) -> None:
    time, work = VirtualTime(0.0), list[Coroutine[Any, Any, None]]()
    focus = "main"
    autosave = Autosave(
        time.scheduler, tmp_path, lambda: replace(STATE, focus=focus), work.append, lambda *said: None
    )
    autosave.changed()
    time.advance(0.4)
    assert not work
    autosave.changed()
    focus = "b"
    time.advance(0.4)
    assert len(work) == 1
    asyncio.run(work.pop())  # type: ignore[arg-type]
    assert read_session(tmp_path) == replace(STATE, focus="b")
    time.advance(10.0)
    assert not work


def test_autosave_reports_a_disk_error(tmp_path: Path) -> None:
    time, work, told = VirtualTime(0.0), list[Coroutine[Any, Any, None]](), list[tuple[str, str, str]]()
    (tmp_path / "logs").touch()
    autosave = Autosave(
        time.scheduler, tmp_path / "logs", lambda: STATE, work.append, lambda *said: told.append(said)
    )
    autosave.changed()
    time.advance(1.0)
    asyncio.run(work.pop())  # type: ignore[arg-type]
    assert told == [("warning", "engine", "the session cannot be saved for --resume: Not a directory")]
