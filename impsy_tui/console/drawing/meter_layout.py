"""Layout of the meters: all of them, as large as the space allows."""

from dataclasses import dataclass
from typing import Final

_TALL: Final = (7, 5, 3, 2)
"""Lines of a meter with two bars of three, two or one line; the last one has no space below."""
_LEAST_TALL: Final = 24
_LEAST_DENSE: Final = 8
_GAP: Final = 2
_VALUE: Final = 4
_LONGEST_NAME: Final = 10
_MARK: Final = 5
"""Cells of the mark below a name: muted, solo, held."""
_HISTORIES: Final = ((120, 40), (70, 20), (36, 10))
"""Cells of the last ten seconds, by the cells of a column from which there is room for them."""


@dataclass(frozen=True, slots=True)
class MeterLayout:
    """Positions of the meters.

    Attributes:
        rows: lines of a meter: 2 and more have one bar for input and one for predictions, 1 has both in
            half blocks.
        columns: number of columns of meters.
        per_column: number of meters in a column.
        width: width of a column in cells, without the gap.
        name: cells of the name, with the space after it.
        values: number of values that are written, 0 to 2.
        shown: number of visible meters; fewer than all only in a tiny window.
        history: cells of the last ten seconds, to the right of the value.
    """

    rows: int
    columns: int
    per_column: int
    width: int
    name: int
    values: int
    shown: int
    history: int = 0

    @property
    def thick(self) -> int:
        """Number of lines of a bar."""
        return max(1, self.rows // 2)

    @property
    def bar(self) -> int:
        """Number of cells of a bar."""
        return self.width - self.name - (_VALUE + 1) * self.values - (self.history + 1 if self.history else 0)

    @property
    def value_at(self) -> int:
        """First cell of a value in its column."""
        return self.name + self.bar + 1

    @property
    def history_at(self) -> int:
        """First cell of the last ten seconds in a column."""
        return self.width - self.history

    @property
    def bar_at(self) -> int:
        """First cell of a bar in its column."""
        return self.name

    def place(self, index: int) -> tuple[int, int]:
        """Returns the column and line of the upper left corner of a meter."""
        column, row = divmod(index, self.per_column)
        return column * (self.width + _GAP), row * self.rows

    def at(self, line: int) -> tuple[list[int], int]:
        """Returns the meters that a line crosses, from left to right, and the index of the line in them."""
        row, part = divmod(line, self.rows)
        if row >= self.per_column:
            return [], part
        meters = (column * self.per_column + row for column in range(self.columns))
        return [index for index in meters if index < self.shown], part


def lay_out(count: int, width: int, height: int, longest_name: int) -> MeterLayout:
    """Returns the layout with the largest meters that fit.

    Args:
        count: number of meters.
        width, height: space in cells.
        longest_name: characters of the longest name.
    """
    count, width, height = max(1, count), max(1, width), max(1, height)
    name = min(max(longest_name, _MARK), _LONGEST_NAME) + 1
    # One wide column before tall meters: a long bar is read from further away than a thick one.
    for columns in range(1, max(1, width // _LEAST_TALL) + 1):
        per_column = -(-count // columns)
        cells = (width - _GAP * (columns - 1)) // columns
        for rows in _TALL:
            if per_column * rows <= height and cells >= max(_LEAST_TALL, name + _VALUE + 8):
                history = next((wide for least, wide in _HISTORIES if cells >= least), 0)
                return MeterLayout(rows, columns, per_column, cells, name, 1, count, history)
    columns = -(-count // height)
    cells = (width - _GAP * (columns - 1)) // columns
    if cells < _LEAST_DENSE:
        columns = max(1, (width + _GAP) // (_LEAST_DENSE + _GAP))
        cells = (width - _GAP * (columns - 1)) // columns
    per_column = min(height, -(-count // columns))
    name = min(name, 4 if cells < _LEAST_TALL else name, max(0, cells - 1))
    space = cells - name
    values = 2 if space >= 20 else 1 if space >= 12 else 0
    return MeterLayout(1, columns, per_column, cells, name, values, min(count, per_column * columns))
