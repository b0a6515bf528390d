"""What --resume comes back to."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from impsy_tui.engine.keeping import Keeping
from impsy_tui.engine.resume import LastPlayer, LastSession, keep, recall
from impsy_tui.engine.scheduler import VirtualTime

MAIN = LastPlayer("m.tflite", "battle", 1.3, 0.02, 0.5, 2.0, 0.0, True)
STATE = LastSession({"main": MAIN, "b": replace(MAIN, model="", mode="duet")}, "b", False, True)


def test_what_is_kept_is_recalled(tmp_path: Path) -> None:
    keep(tmp_path / "logs", STATE)
    later = replace(STATE, players={"main": replace(MAIN, mode="duet")}, focus="main")
    keep(tmp_path / "logs", later)
    assert recall(tmp_path / "logs") == later
    assert [file.name for file in (tmp_path / "logs").iterdir()] == [".last-session.json"]


def test_what_was_kept_when_there_was_one_player_is_recalled_for_main(tmp_path: Path) -> None:
    (tmp_path / ".last-session.json").write_text(json.dumps(asdict(MAIN) | {"thru": False, "log": True}))
    assert recall(tmp_path) == LastSession({"main": MAIN}, "main", False, True)


def _kept(**changes: object) -> str:
    return json.dumps(asdict(STATE) | {"players": {"b": asdict(MAIN) | changes}})


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
    ],
)
def test_what_makes_no_sense_is_not_recalled(tmp_path: Path, content: str) -> None:
    (tmp_path / ".last-session.json").write_text(content)
    assert recall(tmp_path) is None


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
    assert told == [("warning", "engine", "what --resume needs could not be kept: File exists")]
