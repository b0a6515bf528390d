"""Map of the surface of an ensemble: where its players touch now, and where they touched in the last seconds."""

from collections import deque
from typing import Final

from rich.style import Style

from impsy_tui.console.drawing.lines import Line, Piece
from impsy_tui.console.themes import Palette
from impsy_tui.control.states import EnsembleState

LEAST_ROWS: Final = 7
_EDGES: Final = 2
LEAST_COLUMNS: Final = 20
_SHAPE: Final = 2.7
"""Columns for each row: a cell is half as wide as it is high, and a surface is four to three."""
_TRAIL: Final = 5.0
"""Seconds for which a touch stays on the map."""
_MOST: Final = 400
_TITLE: Final = " touches "

Place = tuple[float, float]


class TouchMap:
    """Touches of the last seconds; the newest touch of each player has the player's number."""

    def __init__(self) -> None:
        self._trail: deque[tuple[float, int, Place]] = deque(maxlen=_MOST)
        self._now: tuple[Place, ...] = ()

    def add(self, ensemble: EnsembleState, uptime: float) -> bool:
        """Takes the touches of a snapshot; returns True if the map changes.

        Args:
            ensemble: state of the ensemble.
            uptime: seconds since the engine started.
        """
        before, self._now = self._now, ensemble.touches
        for number, place in enumerate(ensemble.touches):
            if place[0] >= 0 and (number >= len(before) or before[number] != place):
                self._trail.append((uptime, number, place))
        count = len(self._trail)
        while self._trail and not 0.0 <= uptime - self._trail[0][0] < _TRAIL:
            self._trail.popleft()
        return self._now != before or len(self._trail) != count

    def lines(self, width: int, rows: int, palette: Palette) -> list[Line]:
        """Returns the map with its upper and lower edge.

        Args:
            width: most cells of a line.
            rows: rows of the map with its edges.
            palette: styles.
        """
        high = rows - _EDGES
        wide = min(width, max(LEAST_COLUMNS, round(high * _SHAPE)))
        cells: dict[tuple[int, int], Piece] = {}
        for _, number, place in self._trail:
            cells[_cell(place, wide, high)] = (".", _ink(number, palette))
        for number, place in reversed(tuple(enumerate(self._now))):
            if place[0] >= 0:
                cells[_cell(place, wide, high)] = (f"{number + 1}", _ink(number, palette))
        left, right = f"{_TITLE:─^{wide}}".split(_TITLE)
        lines: list[Line] = [((left, palette.faint), (_TITLE, palette.dim), (right, palette.faint))]
        for row in range(high):
            pieces: list[Piece] = []
            at = 0
            for column in sorted(column for line, column in cells if line == row):
                pieces += [(" " * (column - at), palette.ground), cells[row, column]]
                at = column + 1
            lines.append((*pieces, (" " * (wide - at), palette.ground)))
        return [*lines, (("─" * wide, palette.faint),)]


def _cell(place: Place, wide: int, high: int) -> tuple[int, int]:
    x, y = (min(max(value, 0.0), 1.0) for value in place)
    return min(high - 1, int(y * high)), min(wide - 1, int(x * wide))


def _ink(number: int, palette: Palette) -> Style:
    return palette.prediction if number else palette.input
