"""Structure of scores: blocks, cues, comments, numbers, and rows that move with an edit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.console.score.structure import (
    block_of,
    cue_of,
    number_at,
    row_map,
    stepped,
    with_comment_toggled,
)

_SCORE = ["tempo 120", "", "# dark", "temp 0.5", "sigma 0.1", "", "mode battle", "# light", "temp 2"]


@pytest.mark.parametrize(("row", "rows"), [(0, range(1)), (1, range(1, 1)), (3, range(2, 5)), (6, range(6, 9))])
def test_block_of_ends_at_empty_lines(row: int, rows: range) -> None:
    assert block_of(_SCORE, row) == rows


@pytest.mark.parametrize(("row", "rows"), [(0, range(2)), (2, range(2, 7)), (6, range(2, 7)), (8, range(7, 9))])
def test_cue_of_ends_at_the_next_heading(row: int, rows: range) -> None:
    assert cue_of(_SCORE, row) == rows


@given(st.lists(st.sampled_from(["temp 1", "  mode battle", "", "// old", "//x"]), min_size=1))
def test_comment_toggled_twice_restores_commands(lines: list[str]) -> None:
    commands = [line for line in lines if not line.startswith("//")]
    assert with_comment_toggled(with_comment_toggled(commands)) == commands


@pytest.mark.parametrize(
    ("text", "up", "down"),
    [("0.5", "0.6", "0.4"), ("120", "121", "119"), ("0.00", "0.01", "-0.01"), ("9", "10", "8"), ("-1", "0", "-2")],
)
def test_stepped_turns_the_last_digit(text: str, up: str, down: str) -> None:
    assert (stepped(text, True), stepped(text, False)) == (up, down)


def test_number_at_finds_the_number_at_and_before_the_column() -> None:
    line = 'over 8s temp 0.55 x3 "1 -2"'
    assert [number_at(line, column) and number_at(line, column)[2] for column in (0, 5, 14, 17, 19, 25)] == [  # type: ignore[index]
        *(None, "8", "0.55", "0.55", None, "-2")
    ]


@given(
    st.lists(st.integers(0, 3), max_size=12),
    st.lists(st.integers(4, 6), max_size=4),
    st.integers(0, 12),
    st.integers(0, 4),
)
def test_row_map_follows_unchanged_lines(before: list[int], new: list[int], at: int, gone: int) -> None:
    lines = [f"{number} {row}" for row, number in enumerate(before)]
    at = min(at, len(lines))
    after = [*lines[:at], *map(str, new), *lines[at + gone :]]
    moved = row_map(lines, after)
    for row, line in enumerate(lines):
        if row < at or row >= at + gone:
            now = moved(row)
            assert now is not None
            assert after[now] == line
