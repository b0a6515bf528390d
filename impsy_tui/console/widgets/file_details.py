"""Details of a file, and the plot of a log: a row for each dimension, and the musician and player below."""

import time
from typing import Final

from impsy_tui.console.drawing.file_rows import FileRow
from impsy_tui.console.drawing.lines import Line, Lines, amount, cut, one_line, span, wrapped
from impsy_tui.console.themes import Palette
from impsy_tui.control.answers import LogPlot

_STEPS: Final = " ▁▂▃▄▅▆▇█"
_LABEL: Final = 5
_OTHER_ROWS: Final = 3
"""Rows of a plot below its dimensions: musician, player and time."""


class FileDetails(Lines):
    """Everything that is known about a file, and the plot of a log."""

    DEFAULT_CSS = "FileDetails { height: 1fr; width: 27; margin: 0 0 0 1; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="details")
        self._row: FileRow | None = None
        self._plot: LogPlot | None = None

    @property
    def columns(self) -> int:
        """Columns of a plot."""
        return max(10, self.size.width - _LABEL)

    def show(self, row: FileRow | None, plot: LogPlot | None = None) -> None:
        """Shows a file, and its plot if there is one; nothing for None."""
        self._row, self._plot = row, plot
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        if self._row is None:
            self.set_lines([])
            return
        lines = self._facts(self._row)
        if self._plot is not None:
            lines += [(), *self._drawn(self._plot, self.size.height - len(lines) - 1)]
        self.set_lines(lines)

    def _facts(self, row: FileRow) -> list[Line]:
        palette, facts, width = self.palette, row.facts, max(8, self.size.width)
        lines: list[Line] = [((part, palette.strong),) for part in wrapped(one_line(row.stem), width)]
        if facts.problem:
            problem = wrapped(one_line(facts.problem), width)
            return lines + [((part, palette.alarm),) for part in problem]
        size = f"{facts.layers} layers of {facts.units}" if facts.units else ""
        events = f"{facts.rows} events" if facts.rows >= 0 else ""
        dimension = f"dimension {facts.dimension}" if facts.dimension else ""
        saved = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row.time))
        for parts in (
            (row.kind, dimension),
            (size, " ".join(row.formats) if facts.kind == "model" else ""),
            (events, row.length),
            (amount(row.size), saved),
        ):
            if text := " · ".join(filter(None, parts)):
                lines += [((part, palette.text),) for part in wrapped(text, width)]
        return lines

    def _drawn(self, plot: LogPlot, height: int) -> list[Line]:
        """Returns the plot; with too little room for all dimensions, the first ones and the number of the others."""
        palette = self.palette
        count = max((len(column) for column in plot.values), default=0)
        most = max(1, height - _OTHER_ROWS)
        shown = count if count <= most else most - 1
        lines: list[Line] = []
        for index in range(shown):
            cells = "".join(_step(column[index] if index < len(column) else None) for column in plot.values)
            lines.append(((f"{f'x{index + 1}':<{_LABEL}}", palette.strong), (cells, palette.input)))
        if count > shown:
            lines.append(((f"{'':<{_LABEL}}and {count - shown} more", palette.dim),))
        lines.append((("you  ", palette.dim), (_density(plot.played), palette.input)))
        if any(plot.predicted):
            lines.append((("play ", palette.dim), (_density(plot.predicted), palette.prediction)))
        width = len(plot.values)
        end = span(plot.seconds)
        lines.append(((cut(f"{'':<{_LABEL}}0{end.rjust(max(1, width - 1))}", self.size.width), palette.dim),))
        return lines


def _step(value: float | None) -> str:
    if value is None:
        return " "
    return _STEPS[1 + round(min(max(value, 0.0), 1.0) * (len(_STEPS) - 2))]


def _density(counts: tuple[int, ...]) -> str:
    most = max(counts, default=0) or 1
    return "".join(_STEPS[-(-count * (len(_STEPS) - 1) // most)] for count in counts)
