"""Margin of a score: marks of the lines that run, are muted or are wrong."""

from collections.abc import Callable
from typing import Final

from rich.segment import Segment

from impsy_tui.console.drawing.drawn_widget import DrawnWidget
from impsy_tui.console.drawing.lines import blocks
from impsy_tui.console.themes import Palette

MARKS: Final = {"mistake": "✗", "running": "▸", "muted": "M"}
"""Marks by kind. A line whose phase is known has a block that rises with the phase in place of its mark."""


class Margin(DrawnWidget):
    """Two columns next to the editor.

    Args:
        palette: colours.
        mark: returns the kind of mark of a row, and its phase from 0 to 1 or -1.
        top: returns the first visible row.
    """

    DEFAULT_CSS = "Margin { width: 2; height: 1fr; }"

    def __init__(self, palette: Palette, mark: Callable[[int], tuple[str, float]], top: Callable[[], int]) -> None:
        super().__init__(id="score-margin")
        self._palette = palette
        self._mark = mark
        self._top = top

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        self._palette = palette
        self.refresh()

    def segments(self, y: int) -> list[Segment]:
        """Returns the mark of a row."""
        kind, phase = self._mark(y + self._top())
        palette = self._palette
        style = {"mistake": palette.alarm, "running": palette.prediction, "muted": palette.warning}.get(kind)
        if style is None:
            return [Segment("  ", palette.ground)]
        return [Segment(blocks([phase]) if phase >= 0 else MARKS[kind], style), Segment(" ", palette.ground)]
