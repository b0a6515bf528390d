"""Lines and bars in a terminal, of Unicode's braille: two dots beside and four above each other in a cell.

Libraries for this bring along what is not wanted on a small machine: megabytes, one canvas for the
whole process, or a kernel to be compiled.
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
"""What each dot of a cell adds to the empty cell (ISO 11548-1)."""


class Canvas:
    """Cells without frame; what is drawn later covers what was there.

    Args:
        width: cells a line.
        height: lines.
        x: what the first and the last column stand for.
        y: what the lowest and the highest line stand for.
    """

    def __init__(self, width: int, height: int, x: tuple[float, float], y: tuple[float, float]) -> None:
        self._x, self._y = x, y
        self._cells: NDArray[np.int32] = np.zeros((height, width), np.int32)
        self._inks: NDArray[np.int32] = np.zeros((height, width), np.int32)

    def line(self, x: Sequence[float], y: Sequence[float], mark: str, ink: int) -> None:
        """Points, each joined to the next; what lies outside is left out.

        Args:
            x, y: of the points, finite.
            mark: ``BRAILLE``, or a character.
            ink: as of SGR, 30 to 37 or 90 to 97.
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
        """Bars beside each other over all of the width; one that is not 0 is seen.

        Args:
            values: 0 or more; of none nothing is drawn.
            mark, ink: as of ``line``.
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
        """What is drawn, each line as wide as the canvas."""
        shown = []
        for cells, inks in zip(self._cells.tolist(), self._inks.tolist(), strict=True):
            line = ""
            for ink, run in groupby(zip(inks, cells, strict=True), key=lambda cell: cell[0]):
                text = "".join(chr(cell) if cell else " " for _, cell in run)
                line += f"\x1b[{ink}m{text}\x1b[0m" if ink and colours else text
            shown.append(line)
        return shown

    def _grid(self, mark: str) -> tuple[int, int]:
        """Places for dots, across and up."""
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
    """Where values are, 0 to count - 1."""
    low, high = limits
    return (np.array(values, float) - low) / (high - low if high > low else 1.0) * (count - 1)
