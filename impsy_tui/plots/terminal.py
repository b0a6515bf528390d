"""Draws sheets in a terminal, as lines of text."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.plots.canvas import BRAILLE, Canvas
from impsy_tui.plots.facts import PLAYER, YOU, Curve, Histogram, Series, Sheet, Track, gap_name

NARROWEST: Final = 48
MOST_VALUES: Final = 32
"""Greatest number of values drawn at a time; others can be requested."""

_LABEL: Final = 5
_MOVES: Final = 6
_GUTTER: Final = "  "
_ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*m")
_SHORT: Final = {YOU: "96", PLAYER: "93", "dim": "2", "strong": "1"}
_INKS: Final = {YOU: 96, PLAYER: 93}


@dataclass(frozen=True, slots=True)
class Paper:
    """Size and abilities of the terminal.

    Attributes:
        width: cells in a line, at least ``NARROWEST``.
        height: approximate number of lines; None for a comfortable height.
        colours: True if the terminal has colours.
        ascii: True to use ASCII only, for files and pipes.
    """

    width: int
    height: int | None
    colours: bool
    ascii: bool

    @property
    def columns(self) -> int:
        """Returns the number of columns of time that one series can show: two in a cell."""
        return 2 * max(self.width, NARROWEST)


class _Shape(NamedTuple):
    """Shape on a canvas: joined points or bars."""

    who: str
    x: Sequence[float]
    y: Sequence[float]
    bars: bool = False


def draw(sheet: Sheet, paper: Paper) -> str:
    """Returns a sheet as text, no line wider than the paper."""
    pen = _Pen(paper)
    blocks = [pen.title(sheet.title, sheet.remark)]
    space = None if paper.height is None else paper.height - len(blocks[0]) - 1
    heights = _heights(sheet, space)
    if sheet.curve:
        blocks.append(pen.curve(sheet.curve, heights.curve))
    if sheet.series:
        blocks.append(pen.series(sheet.series, sheet.moves, heights.values))
    if sheet.histogram:
        blocks.append(pen.histogram(sheet.histogram, heights.bars))
    text = "\n".join(line.rstrip() for block in blocks for line in block)
    return text.encode("ascii", "replace").decode() if paper.ascii else text


class _Heights(NamedTuple):
    """Lines of a value, of the bars and of the curve."""

    values: int
    bars: int
    curve: int


def _heights(sheet: Sheet, space: int | None) -> _Heights:
    """Returns heights that fill the lines; bars and curve shrink before values, and bars get the remaining lines."""
    if space is None:
        return _Heights(3, 4, 5)
    values = max(1, sum(min(len(each.names), MOST_VALUES) for each in sheet.series[:1]))
    for bars, curve in ((4, 5), (2, 3)):
        taken = (bars + 2) * bool(sheet.histogram) + (curve + 2) * bool(sheet.curve) + 2
        high = (space - taken) // values
        if high > 1:
            break
    high = min(max(high, 1), 4)
    left = space - taken - high * values
    return _Heights(high, bars + min(max(left, 0), 4), curve)


class _Pen:
    """Draws the parts of a sheet.

    Args:
        paper: size and abilities of the terminal.
    """

    def __init__(self, paper: Paper) -> None:
        self._colours = paper.colours
        self._ascii = paper.ascii
        self._width = max(paper.width, NARROWEST)
        # Without colours, another mark shows the player.
        ours, theirs = ("*", "o") if paper.ascii else (BRAILLE, BRAILLE if paper.colours else "•")
        self._marks = {YOU: ours, PLAYER: theirs}
        self._bar = "#" if paper.ascii else BRAILLE

    def paint(self, how: str, text: str) -> str:
        return f"\x1b[{_SHORT[how]}m{text}\x1b[0m" if self._colours and text else text

    def fit(self, text: str, width: int | None = None) -> str:
        """Returns a name shortened to one line."""
        width = self._width if width is None else max(0, width)
        text = "".join(character if character.isprintable() else "?" for character in text)
        dots = "..." if self._ascii else "…"
        return text if len(text) <= width else (text[: max(0, width - len(dots))] + dots)[:width]

    def title(self, title: str, remark: str) -> list[str]:
        """Returns a name and its remark, on one line if there is room."""
        remark = self.fit(remark, 3 * self._width)
        if len(title) + len(_GUTTER) + len(remark) <= self._width:
            return [self.paint("strong", self.fit(title)) + _GUTTER + self.paint("dim", remark)]
        lines = textwrap.wrap(remark, self._width)
        return [self.paint("strong", self.fit(title)), *(self.paint("dim", line) for line in lines)]

    def legend(self, who: str) -> str:
        mark = self._marks[who] if len(self._marks[who]) == 1 else "─"
        return self.paint(who, f"{mark}{mark} {who}")

    def series(self, series: Sequence[Series], moves: np.ndarray | None, high: int) -> list[str]:
        """Returns small multiples of this height; two series are next to each other."""
        names = series[0].names[:MOST_VALUES]
        moves_wide = _MOVES if moves is not None else 0
        width = (self._width - _LABEL - moves_wide - len(_GUTTER) * (len(series) - 1)) // len(series)
        lines = [self._heads(series, width, moves_wide)]
        for index, name in enumerate(names):
            canvases = [self._value(each, index, width, high) for each in series]
            for row in range(high):
                middle = row == (high - 1) // 2
                line = self.paint("strong", f"{name:<{_LABEL}}") if middle else " " * _LABEL
                line += _GUTTER.join(canvas[row] for canvas in canvases)
                if moves is not None and middle:
                    line += self.paint("dim", f"{100 * moves[index]:{_MOVES - 2}.0f} %")
                lines.append(line)
        axes = [[(at / each.seconds, name) for at, name in each.ticks(width // 8)] for each in series]
        lines.append(" " * _LABEL + _GUTTER.join(self._axis(names, width) for names in axes))
        if more := len(series[0].names) - len(names):
            lines.append(self.paint("dim", f"and {more} more: --dimensions names those to draw"))
        return lines

    def _heads(self, series: Sequence[Series], width: int, moves_wide: int) -> str:
        heads = []
        for each in series:
            whos = dict.fromkeys(track.who for track in each.tracks)
            legend = _GUTTER.join(self.legend(who) for who in whos)
            space = width - _seen(legend) - 2
            heads.append(_padded(f"{legend}  {self.fit(each.title, space) if each.title else ''}", width))
        return " " * _LABEL + _GUTTER.join(heads) + ("moves".rjust(moves_wide) if moves_wide else "")

    def _value(self, series: Series, index: int, width: int, height: int) -> list[str]:
        shapes = [shape for track in series.tracks for shape in _lines(track, index)]
        columns = len(series.tracks[0].low)
        return self._canvas(shapes, (0, columns - 1), series.limits, width, height)

    def histogram(self, histogram: Histogram, height: int) -> list[str]:
        """Returns the bars of dt; two histograms are next to each other."""
        whos = list(histogram.counts)
        width = (self._width - len(_GUTTER) * (len(whos) - 1)) // len(whos)
        heads, bars = [], []
        for who in whos:
            low, middle, high = histogram.spread[who]
            space = width - _seen(self.legend(who))
            said = f"  dt {low:.2g} to {high:.2g} s, half below {middle:.2g} s"
            said = said if len(said) <= space else f"  dt half below {middle:.2g} s"
            heads.append(_padded(self.legend(who) + self.fit(said, space), width))
            counts = histogram.counts[who].tolist()
            shape = _Shape(who, [x + 0.5 for x in range(len(counts))], counts, bars=True)
            bars.append(self._canvas([shape], (0, len(counts)), (0, max(*counts, 1)), width, height))
        bins = len(histogram.edges) - 1
        names = [(at / bins, gap_name(histogram.edges[at])) for at in range(0, bins + 1, 10)]
        axis = _GUTTER.join(self._axis(names, width) for _ in whos)
        return [_GUTTER.join(heads), *(_GUTTER.join(row) for row in zip(*bars, strict=True)), axis]

    def curve(self, curve: Curve, height: int) -> list[str]:
        """Returns the loss over epochs: training in the musician's colour, held-out data in the player's colour."""
        epochs = len(curve.loss)
        values = (*curve.loss, *curve.held_out)
        low, high = min(values), max(values)
        label = max(len(_nats(low)), len(_nats(high))) + 1
        width = self._width - label
        x = [float(epoch) for epoch in range(1, epochs + 1)]
        shapes = [_Shape(YOU, x, list(curve.loss))]
        if curve.held_out:
            shapes.append(_Shape(PLAYER, x, list(curve.held_out)))
        rows = self._canvas(shapes, (1, max(epochs, 2)), (low, max(high, low + 1e-9)), width, height)
        marks = {row: _nats(value) for row, value in ((0, high), (height - 1, low))}
        names = [((at - 1) / max(epochs - 1, 1), str(at)) for at in _epochs(epochs)]
        heads = ["loss in nats by epoch", self.legend(YOU).replace(YOU, "training")]
        if curve.held_out:
            heads.append(self.legend(PLAYER).replace(PLAYER, "held out"))
        return [
            _GUTTER.join(heads),
            *(f"{marks.get(row, ''):>{label - 1}} {line}" for row, line in enumerate(rows)),
            " " * label + self._axis(names, width),
        ]

    def _axis(self, names: Sequence[tuple[float, str]], width: int) -> str:
        """Returns labels at their places, 0..1, without labels that would touch the one before."""
        line = ""
        for place, name in names:
            at = min(max(0, round(place * (width - 1)) - len(name) // 2), width - len(name))
            if len(name) <= width and (not line or at > len(line)):
                line = line.ljust(at) + name
        return self.paint("dim", line.ljust(width))

    def _canvas(
        self,
        shapes: Sequence[_Shape],
        x: tuple[float, float],
        y: tuple[float, float],
        width: int,
        height: int,
    ) -> list[str]:
        """Returns shapes on a canvas of exactly this size."""
        canvas = Canvas(width, height, x, y)
        for shape in shapes:
            ink = _INKS[shape.who]
            if shape.bars:
                canvas.bars(shape.y, self._bar, ink)
            else:
                canvas.line(shape.x, shape.y, self._marks[shape.who], ink)
        return canvas.lines(colours=self._colours)


def _lines(track: Track, index: int) -> list[_Shape]:
    """Returns the lines of one value of a track between its rests, from low to high in each column."""
    low, high = track.low[:, index], track.high[:, index]
    there = np.flatnonzero(~np.isnan(low))
    shapes = []
    for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
        if len(run):
            x = np.repeat(run, 2).tolist()
            shapes.append(_Shape(track.who, x, np.column_stack([low[run], high[run]]).ravel().tolist()))
    return shapes


def _nats(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}"  # no minus sign before 0


def _epochs(epochs: int) -> list[int]:
    step = max(1, -(-epochs // 8))
    return [1, *range(2 * step if step == 1 else step, epochs + 1, step)]


def _seen(text: str) -> int:
    return len(_ESCAPE.sub("", text))


def _padded(line: str, width: int) -> str:
    return line + " " * (width - _seen(line))
