"""What --resume comes back to."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from impsy_tui.engine.resume import LastPlayer, LastSession, keep, recall

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
