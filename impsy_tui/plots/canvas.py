"""Lines and bars in a terminal by Unicode's braille patterns: two columns and four rows of dots in a cell.

Libraries for this task need megabytes, have one canvas for the whole process, or compile a kernel. That does not suit
a small machine.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BRAILLE: Final = "braille"
_ACROSS, _UP = 2, 4
_EMPTY: Final = 0x2800
_DOTS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.int32)
"""Offset of each dot of a cell from the empty cell (ISO 11548-1)."""


class Canvas:
    """Grid of cells without a frame; later shapes cover earlier ones.

    Args:
        width: number of cells in a line.
        height: number of lines.
        x: x of the first and the last column.
        y: y of the lowest and the highest line.
    """

    def __init__(self, width: int, height: int, x: tuple[float, float], y: tuple[float, float]) -> None:
        self._x, self._y = x, y
        self._cells: NDArray[np.int32] = np.zeros((height, width), np.int32)
        self._inks: NDArray[np.int32] = np.zeros((height, width), np.int32)

    def line(self, x: Sequence[float], y: Sequence[float], mark: str, ink: int) -> None:
        """Draws a line through points; parts outside the canvas are left out.

        Args:
            x, y: finite coordinates of the points.
            mark: ``BRAILLE``, or a character.
            ink: colour number of SGR, 30 to 37 or 90 to 97.
        """
        columns, rows = self._grid(mark)
        across = _places(x, self._x, columns)
        up = _places(y, self._y, rows)
        if not len(across):
            return
        steps = np.maximum(np.maximum(np.abs(np.diff(across)), np.abs(np.diff(up))).round().astype(int), 1)
        at = np.concatenate([[0.0], *(index + np.arange(1, most + 1) / most for index, most in enumerate(steps))])
        points = np.arange(len(across))
        self._dot(np.interp(at, points, across), np.interp(at, points, up), mark, ink)

    def bars(self, values: Sequence[float], mark: str, ink: int) -> None:
        """Draws bars over the whole width; a bar above 0 has at least one dot.

        Args:
            values: heights, 0 or more; an empty sequence draws nothing.
            mark, ink: as in ``line``.
        """
        if not len(values):
            return
        columns, rows = self._grid(mark)
        tops = np.array(values, float) / self._y[1] * rows
        tops = np.where(tops > 0, np.maximum(tops.round(), 1), 0)
        high = tops[np.arange(columns) * len(values) // columns]
        up, across = np.nonzero(np.arange(rows)[:, None] < high[None, :])
        self._dot(across, up, mark, ink)

    def lines(self, *, colours: bool) -> list[str]:
        """Returns the lines of the canvas, each ``width`` cells wide."""
        shown = []
        for cells, inks in zip(self._cells.tolist(), self._inks.tolist(), strict=True):
            line = ""
            for ink, run in groupby(zip(inks, cells, strict=True), key=lambda cell: cell[0]):
                text = "".join(chr(cell) if cell else " " for _, cell in run)
                line += f"\x1b[{ink}m{text}\x1b[0m" if ink and colours else text
            shown.append(line)
        return shown

    def _grid(self, mark: str) -> tuple[int, int]:
        """Returns the number of dots in a row and in a column."""
        height, width = self._cells.shape
        return (width * _ACROSS, height * _UP) if mark == BRAILLE else (width, height)

    def _dot(self, across: NDArray[Any], up: NDArray[Any], mark: str, ink: int) -> None:
        columns, rows = self._grid(mark)
        column, row = across.round().astype(int), rows - 1 - up.round().astype(int)
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        column, row = column[inside], row[inside]
        if mark == BRAILLE:
            cell = (row // _UP, column // _ACROSS)
            self._cells[cell] = np.where(self._cells[cell] & ~0xFF == _EMPTY, self._cells[cell], _EMPTY)
            np.bitwise_or.at(self._cells, cell, _DOTS[row % _UP, column % _ACROSS])
        else:
            cell = (row, column)
            self._cells[cell] = ord(mark)
        self._inks[cell] = ink


def _places(values: Sequence[float], limits: tuple[float, float], count: int) -> NDArray[np.float64]:
    """Returns the indices of values on an axis, 0 to count - 1."""
    low, high = limits
    return (np.array(values, float) - low) / (high - low if high > low else 1.0) * (count - 1)
