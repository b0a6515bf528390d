"""Stage view and the history of gestures."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from impsy_tui.console.drawing.large_text import ROWS, large, large_width
from impsy_tui.console.themes import Palette, ThemeFolders
from impsy_tui.console.widgets.gesture_history import GestureHistory
from impsy_tui.console.widgets.stage import StageView
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import CueState
from tests.support.snapshots import snapshot, staged

PALETTE = ThemeFolders().load("amber")


class Stage(StageView):
    """A stage view of a given size without a screen."""

    def __init__(self, width: int, height: int, history: GestureHistory, palette: Palette = PALETTE) -> None:
        super().__init__(palette, history)
        self._given = (width, height)

    @property
    def size(self) -> Any:  # type: ignore[override]
        """Size of the view."""
        return type("Size", (), {"width": self._given[0], "height": self._given[1]})()


def at(seconds: float, value: float, *, by_player: bool = False) -> Snapshot:
    """A snapshot at a time, in which the musician or the player has just moved all dimensions."""
    made = msgspec.structs.replace(
        snapshot(output=(value,) * 3, output_age=0.0 if by_player else 5.0), uptime=seconds
    )
    return msgspec.structs.replace(made, input=(value,) * 3, input_age=5.0 if by_player else 0.0)


@given(st.text("ABCXYZ0189.:-' ", max_size=20), st.integers(1, 3))
def test_large_text_fits_its_width(text: str, scale: int) -> None:
    rows = large(text, scale)
    assert len(rows) == ROWS * scale
    assert all(len(row) <= large_width(text, scale) for row in rows)


def test_large_text_shows_different_signs_differently() -> None:
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789.:-/'×"
    assert len({tuple(large(sign)) for sign in signs}) == len(signs)


def test_history_shows_ten_seconds_in_any_number_of_columns() -> None:
    history = GestureHistory()
    for step in range(60):
        history.add(at(step * 0.25, 1.0 if step == 50 else 0.0))
    for columns in (10, 20, 40):
        musician, player = (only for (only,) in history.drawn(0, columns))
        assert len(musician) == len(player) == columns
    assert history.drawn(0, 40)[0][0].count("█") == 1


def test_history_of_several_rows_fills_them_from_the_lowest() -> None:
    history = GestureHistory()
    for step, value in enumerate((0.0, 0.5, 1.0)):
        history.add(at(step * 0.25, value))
    assert [row[-3:] for row in history.drawn(0, 40, 2)[0]] == ["  █", "▁██"]


def test_history_starts_again_with_another_player() -> None:
    history = GestureHistory()
    history.add(at(1.0, 1.0))
    other = msgspec.structs.replace(at(1.3, 0.5).players[0], name="other")
    history.add(msgspec.structs.replace(at(1.3, 0.5), players=(other,), focus="other"))
    assert history.drawn(0, 40)[0][0].strip() == "▅"


def test_history_takes_the_value_of_the_one_who_moved_last() -> None:
    history = GestureHistory()
    history.add(at(0.0, 0.25))
    history.add(at(0.25, 0.75, by_player=True))
    assert history.merged(1, 40)[-2:] == [(0.25, False), (0.75, True)]


@pytest.mark.parametrize(("width", "height"), [(80, 20), (120, 36), (200, 46)])
@pytest.mark.parametrize("dimensions", [1, 8, 64])
def test_stage_fits_its_size(width: int, height: int, dimensions: int) -> None:
    history = GestureHistory()
    made = msgspec.structs.replace(staged(), dimension=dimensions + 1)
    history.add(made)
    stage = Stage(width, height, history)
    stage.show(made)
    assert len(stage._lines) <= height
    for line in stage._lines:
        assert sum(cell_len(text) for text, _ in line) <= width


@pytest.mark.parametrize(("dimensions", "rows"), [(3, 8), (8, 3), (64, 1)])
def test_stage_gives_histories_all_its_rows_but_a_free_one_above_high_ones(dimensions: int, rows: int) -> None:
    history = GestureHistory()
    made = msgspec.structs.replace(staged(), dimension=dimensions + 1, input=(1.0,) * dimensions, input_age=0.0)
    history.add(made)
    stage = Stage(200, 43, history)
    stage.show(made)
    past = ["".join(text for text, _ in line) for line in stage._lines[18:]]
    assert 25 - dimensions < len(past) == rows * dimensions <= 25 or rows == 1
    assert ["█" in line for line in past[:rows]] == [rows <= 3, *[True] * (rows - 1)]


def test_stage_shows_whole_names_of_cues() -> None:
    stage = Stage(200, 43, GestureHistory())
    stage.show(staged(cue=CueState("evening", "breathing slowly", 3, 8, "few")))
    shown = ["".join(text for text, _ in line) for line in stage._lines]
    assert shown[12:17] == large("breathing slowly")
    assert shown[17] == "cue 3 of 8  next: few"


@pytest.mark.parametrize(
    ("player", "word"), [({"turn": "you", "mode": "callresponse"}, "YOU"), ({"turn": "player"}, "PLAYER")]
)
def test_stage_shows_turn_and_temperature_in_large_letters(player: dict[str, Any], word: str) -> None:
    stage = Stage(80, 20, GestureHistory())
    stage.show(snapshot(**player))
    shown = ["".join(text for text, _ in line) for line in stage._lines]
    assert [line[: len(row)] for line, row in zip(shown[1:6], large(word), strict=True)] == large(word)
    assert [line[-len(row) :] if row else row for line, row in zip(shown[1:6], large("1.00"), strict=True)] == large(
        "1.00"
    )


def test_stage_without_colours_tells_player_from_musician() -> None:
    history = GestureHistory()
    for step in range(40):
        history.add(at(step * 0.25, 1.0, by_player=step >= 20))
    stage = Stage(80, 20, history, ThemeFolders(glyphs=True).load("amber"))
    stage.show(at(10.0, 1.0, by_player=True))
    pieces = [(text, bool(style.dim)) for line in stage._lines for text, style in line]
    assert {(text[0], dim) for text, dim in pieces if set(text) in ({"█"}, {"▓"})} == {("█", False), ("▓", True)}
