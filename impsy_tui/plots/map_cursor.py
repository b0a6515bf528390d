"""Cursor on a map in a terminal, moved from point to point."""

from typing import Final

import numpy as np

from impsy_tui.agent.lookup_table import LookupTable
from impsy_tui.plots.maps import Map, draw, laid_out
from impsy_tui.plots.terminal import Paper

_TALL: Final = 2.0
"""Height of a terminal cell in widths."""
_ASIDE: Final = 2.0
"""Weight of the distance across the direction of a move."""


class MapCursor:
    """Cursor on one row of a look-up table.

    Args:
        drawn: map of the table.
        table: look-up table.
        paper: size and abilities of the terminal.
    """

    def __init__(self, drawn: Map, table: LookupTable, paper: Paper) -> None:
        self._drawn, self._table, self._paper = drawn, table, paper
        width, _, self._cells = laid_out(drawn, paper)
        self._occupied = np.unique(self._cells)
        self._at = np.column_stack([self._occupied % width, self._occupied // width * _TALL])
        middle = self._at.mean(axis=0)
        self._cell = int(((self._at - middle) ** 2).sum(axis=1).argmin())
        self._within = 0

    @property
    def row(self) -> int:
        """Row of the table under the cursor."""
        here = self._here()
        return int(here[self._within % len(here)])

    @property
    def parameters(self) -> np.ndarray:
        """Parameters ``[N]`` of the row under the cursor, 0 to 1."""
        parameters: np.ndarray = self._table.parameters[self.row]
        return parameters

    def move(self, across: int, down: int) -> None:
        """Moves to the nearest point in a direction, if any; each argument is -1, 0 or 1."""
        way = np.array([across, down], float)
        off = self._at - self._at[self._cell]
        along = off @ way
        far = along + _ASIDE * np.abs(off @ way[::-1])
        far[along <= 0.0] = np.inf
        nearest = int(far.argmin())
        if np.isfinite(far[nearest]):
            self._cell, self._within = nearest, 0

    def turn(self, by: int) -> None:
        """Selects another row that is drawn in the same cell."""
        self._within = (self._within + by) % len(self._here())

    def draw(self) -> str:
        """Returns the map with the cursor, and a line about the row under the cursor."""
        here, row = self._here(), self.row
        shown = draw(self._drawn, self._paper, int(self._occupied[self._cell]))
        parameters = " ".join(f"{value:.3g}" for value in self.parameters)
        place = f" ({self._within + 1} of {len(here)} here)" if len(here) > 1 else ""
        value = f"{self._drawn.descriptor} {self._drawn.values[row]:.4g}"
        return f"{shown}\nrow {row + 1}{place}: {parameters}  {value}"

    def _here(self) -> np.ndarray:
        return np.flatnonzero(self._cells == self._occupied[self._cell])
