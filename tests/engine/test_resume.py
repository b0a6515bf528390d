"""What --resume comes back to."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from impsy_tui.engine.resume import LastSession, keep, recall

STATE = LastSession("m.tflite", "battle", 1.3, 0.02, 0.5, 2.0, 0.0, True, False, True)


def test_what_is_kept_is_recalled(tmp_path: Path) -> None:
    keep(tmp_path / "logs", STATE)
    keep(tmp_path / "logs", replace(STATE, mode="duet"))
    assert recall(tmp_path / "logs") == replace(STATE, mode="duet")
    assert [file.name for file in (tmp_path / "logs").iterdir()] == [".last-session.json"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "{", json.dumps(asdict(STATE) | {"mode": "x"}), json.dumps(asdict(STATE) | {"timescale": -1})],
)
def test_what_makes_no_sense_is_not_recalled(tmp_path: Path, content: str) -> None:
    (tmp_path / ".last-session.json").write_text(content)
    assert recall(tmp_path) is None


def test_nothing_kept_is_nothing_recalled(tmp_path: Path) -> None:
    assert recall(tmp_path) is None
