"""Plot of a performance over time: a line of blocks for each dimension, and the musician and player below."""

from typing import Final

from impsy_tui.console.drawing.lines import Line, Lines, span
from impsy_tui.console.themes import Palette
from impsy_tui.control.answers import LogPlot

_STEPS: Final = " ▁▂▃▄▅▆▇█"
_MOST: Final = 16


class PerformancePlot(Lines):
    """Widget with the plot of a log."""

    DEFAULT_CSS = "PerformancePlot { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="picture")
        self._picture: LogPlot | None = None

    def show(self, picture: LogPlot) -> None:
        """Shows a plot."""
        self._picture = picture
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        picture, palette = self._picture, self.palette
        if picture is None:
            return
        count = max((len(column) for column in picture.values), default=0)
        lines: list[Line] = []
        for index in range(min(count, _MOST)):
            cells = "".join(_step(column[index] if index < len(column) else None) for column in picture.values)
            lines.append(((f"{f'x{index + 1}':<5}", palette.strong), (cells, palette.input)))
        if count > _MOST:
            lines.append(((f"     and {count - _MOST} more", palette.dim),))
        lines.append((("you  ", palette.dim), (_density(picture.played), palette.input)))
        if any(picture.predicted):
            lines.append((("play ", palette.dim), (_density(picture.predicted), palette.prediction)))
        width = len(picture.values)
        end = span(picture.seconds)
        lines.append(((f"     0{end.rjust(max(1, width - 1))}", palette.dim),))
        self.styles.height = len(lines)
        self.set_lines(lines)


def _step(value: float | None) -> str:
    if value is None:
        return " "
    return _STEPS[1 + round(min(max(value, 0.0), 1.0) * (len(_STEPS) - 2))]


def _density(counts: tuple[int, ...]) -> str:
    most = max(counts, default=0) or 1
    return "".join(_STEPS[-(-count * (len(_STEPS) - 1) // most)] for count in counts)
