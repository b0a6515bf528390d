"""Drawing of scores as in the literature."""

from pathlib import Path

import numpy as np
import pytest

from impsy_tui.ensemble.scores import Score
from impsy_tui.ensemble.synthetic.scores import scores
from impsy_tui.errors import UserError
from impsy_tui.plots import gesture_scores
from impsy_tui.plots.terminal import Paper

SCORE = Score("an evening", ("lead", "p2", "a player with a long name"), scores(2, 90, 1)[1])


def test_score_in_a_terminal_has_lines_for_every_player_and_fits() -> None:
    text = gesture_scores.draw_text(SCORE, Paper(60, None, False, False))
    lines = text.split("\n")
    assert len(lines) == 1 + 3 * 4 + 1
    assert max(map(len, lines)) <= 100  # the title; the drawing is narrower
    assert max(map(len, lines[1:])) <= 60
    assert [line.split()[0] for line in lines[2::4]][:2] == ["lead", "p2"]
    assert "1:30" in lines[-1]


def test_steps_are_where_the_gestures_are() -> None:
    codes = np.repeat([[0], [8]], 30, axis=0).astype(np.int8)
    lines = gesture_scores.draw_text(Score("s", ("p1",), codes), Paper(63, None, False, False)).split("\n")[1:5]
    top, bottom = lines[0][3:].rstrip(), lines[-1][3:].rstrip()
    assert top.strip() != ""
    assert len(bottom) == pytest.approx(30, abs=2)  # the first half lies low,
    assert len(top) - len(top.lstrip()) == pytest.approx(29, abs=2)  # and the second high


def test_lead_is_red_and_files_hold_nothing_but_ascii() -> None:
    coloured = gesture_scores.draw_text(SCORE, Paper(60, None, True, False))
    red = "\x1b[91m"
    assert [red in line for line in coloured.split("\n")[1:-1]] == [True] * 4 + [False] * 8
    plain = gesture_scores.draw_text(SCORE, Paper(60, None, False, True))
    assert plain.isascii()
    assert "\x1b" not in plain


@pytest.mark.parametrize(("suffix", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_score_is_drawn_into_a_picture(tmp_path: Path, suffix: str, begins: bytes) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / f"score{suffix}"
    gesture_scores.draw_picture(SCORE, file, lead=1)
    content = file.read_bytes()
    assert content.startswith(begins)
    if suffix == ".svg":
        assert content.count(b"#d62728") >= 1
        assert "an evening: p2 leads" in content.decode()
    with pytest.raises(UserError, match="No such file"):
        gesture_scores.draw_picture(SCORE, tmp_path / "nowhere" / f"score{suffix}")
