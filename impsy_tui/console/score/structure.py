"""Structure of a score as lines of text: blocks, cues, comments and numbers."""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

_COMMENT: Final = "// "
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")


class Number(NamedTuple):
    """Number in a line: its first column, the column after it, and its text."""

    start: int
    end: int
    text: str


def is_command(line: str) -> bool:
    """Returns True for a line of commands: neither empty, nor a comment, nor the heading of a cue."""
    line = line.strip()
    return bool(line) and not line.startswith(("//", "#"))


def is_heading(line: str) -> bool:
    """Returns True for the heading of a cue."""
    return line.lstrip().startswith("#")


def block_of(lines: Sequence[str], row: int) -> range:
    """Returns the rows of the block around a row: the lines between two empty lines."""
    if not lines[row].strip():
        return range(row, row)
    start, end = row, row + 1
    while start > 0 and lines[start - 1].strip():
        start -= 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return range(start, end)


def cue_of(lines: Sequence[str], row: int) -> range:
    """Returns the rows of the cue around a row, with its heading; before the first heading, the rows there."""
    start = next((at for at in range(row, -1, -1) if is_heading(lines[at])), 0)
    end = next((at for at in range(row + 1, len(lines)) if is_heading(lines[at])), len(lines))
    return range(start, end)


def with_comment_toggled(lines: Sequence[str]) -> list[str]:
    """Returns lines as comments, or without the comment marks if all of them are comments already."""
    filled = [line for line in lines if line.strip()]
    if filled and all(line.lstrip().startswith("//") for line in filled):
        return [re.sub(r"^(\s*)// ?", r"\1", line) for line in lines]
    return [f"{_COMMENT}{line}" if line.strip() else line for line in lines]


def number_at(line: str, column: int) -> Number | None:
    """Returns the number at a column, or just before it; None without one."""
    for found in _NUMBER.finditer(line):
        if found.start() <= column <= found.end():
            return Number(found.start(), found.end(), found[0])
    return None


def stepped(text: str, up: bool) -> str:
    """Returns a number one step of its last digit higher or lower: 0.5 becomes 0.6, 120 becomes 121."""
    digits = len(text.partition(".")[2])
    value = (round(float(text) * 10**digits) + (1 if up else -1)) / 10**digits
    return f"{value:.{digits}f}"


def row_map(before: Sequence[str], after: Sequence[str]) -> Callable[[int], int | None]:
    """Returns the function from rows before an edit to rows after it; None for a row that was removed.

    A row that was edited keeps its number if it is still between the unchanged lines above and below.
    """
    least = min(len(before), len(after))
    head = next((at for at in range(least) if before[at] != after[at]), least)
    tail = next((at for at in range(least - head) if before[-1 - at] != after[-1 - at]), least - head)
    shift = len(after) - len(before)

    def moved(row: int) -> int | None:
        if row < head:
            return row
        if row >= len(before) - tail:
            return row + shift
        return row if row < len(after) - tail else None

    return moved
