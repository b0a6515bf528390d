"""Compositors that write changed cells to the terminal in few bytes.

For a change anywhere, Textual draws each line of each widget between the highest and the lowest change. It writes
each changed stretch of a line from the left edge of its widget, and repeats every colour. A screen of meters changes
in many small places at once. Here only changed lines are drawn, and a stretch begins at its first changed cell. All
stretches of one colour are written together, because they do not overlap. Sixteen moving meters need a twelfth of the
bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from impsy_tui.console.drawing.glyphs import is_plain, plain
from impsy_tui.console.textual_internals import (
    CompositorUpdate,
    FilteringCompositor,
    Layers,
    Spans,
    colour_system,
)
from impsy_tui.text import without_controls

Stretch = tuple[int, int, Sequence[Segment]]
"""Cells to write: line, first cell, segments."""
_Cells = tuple[int, int]
"""Cells of a line: the first one, and the one after the last."""


class _TightUpdate(CompositorUpdate):
    """Stretches of cells, ordered by style.

    Args:
        stretches: cells to write, without overlaps.
    """

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._stretches = stretches

    def render_segments(self, console: Console) -> str:
        """Returns the escape sequences."""
        by_style: dict[Style | None, list[str]] = {}
        for y, x, segments in self._stretches:
            for text, style, _ in segments:
                by_style.setdefault(style, []).append(f"\x1b[{y + 1};{x + 1}H{text}")
                x += width_of(text)
        system = colour_system(console)
        written = [
            begin + "".join(pieces) + end
            for style, pieces in by_style.items()
            for begin, end in (_around(style, system),)
        ]
        return "".join(written)


def stretch(line: Iterable[Segment], begin: int, end: int) -> list[Segment]:
    """Returns the cells of a line between two columns."""
    found = []
    at = 0
    for segment in line:
        text, style, _ = segment
        width = width_of(text)
        if at >= end:
            break
        if at + width > begin and text:
            if at >= begin and at + width <= end:
                found.append(segment)
            elif is_narrow(text):
                found.append(Segment(text[max(0, begin - at) : end - at], style))
            else:
                _, rest = segment.split_cells(max(0, begin - at))
                found.append(rest.split_cells(end - max(at, begin))[0])
        at += width
    return found


@lru_cache(maxsize=4096)
def width_of(text: str) -> int:
    """Returns the number of cells of a text."""
    return len(text) if text.isascii() else cell_len(text)


@lru_cache(maxsize=4096)
def is_narrow(text: str) -> bool:
    """Returns True if each character takes one cell."""
    return text.isascii() or all(cell_len(character) == 1 for character in text)


@lru_cache(maxsize=512)
def _around(style: Style | None, system: ColorSystem) -> tuple[str, str]:
    """Returns the sequences that turn a style on and off."""
    begin, _, end = (style or Style.null()).render("\0", color_system=system).partition("\0")
    return begin, end


def _shown(strip: Strip) -> Strip:
    """Returns a line without control characters, which Textual would pass on to the terminal."""
    if all(segment.text.isprintable() for segment in strip):
        return strip
    return Strip([Segment(without_controls(text), style, control) for text, style, control in strip])


class SafeCompositor(FilteringCompositor):
    """Textual's compositor. No widget can write control characters to the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._plain = is_plain()

    def shown(self, strip: Strip) -> Strip:
        """Returns a line without control characters, in glyphs that the terminal has."""
        return plain(_shown(strip)) if self._plain else _shown(strip)


class TightCompositor(SafeCompositor):
    """Compositor that draws and writes only changed cells."""

    def render_partial_update(self) -> CompositorUpdate | None:  # type: ignore[override]
        """Returns the changed cells."""
        if (changes := self.take_changes()) is None:
            update: CompositorUpdate | None = super().render_partial_update()
            return update
        return self.update_of(*changes) if changes[0] else None

    def update_of(self, spans: Spans, layers: Layers) -> CompositorUpdate:
        """Returns the present contents of some cells, each drawn by the widget that is in front there."""
        return _TightUpdate(
            [
                (y, x, segments)
                for y, on_line in groupby(spans, itemgetter(0))
                if y < len(layers)
                for x, segments in self._drawn(y, [(begin, end) for _, begin, end in on_line], layers[y])
            ]
        )

    def _drawn(
        self, y: int, wanted: list[_Cells], layers: Sequence[tuple[Widget, Region, Region]]
    ) -> Iterator[tuple[int, Sequence[Segment]]]:
        """Yields the wanted cells of a line: the first cell of each stretch, and its segments."""
        in_front: list[_Cells] = []
        for widget, visible, region in layers:
            left, right = visible.x, visible.right
            cells = [(max(left, begin), min(right, end)) for begin, end in wanted if begin < right and end > left]
            if cells:
                lines = widget.render_lines(Region(left - region.x, y - region.y, right - left, 1))
                line = list(map(self.shown, lines[:1]))
                if not all(is_narrow(text) for strip in line for text, _, _ in strip):
                    # A wide character cannot be changed by half: the whole visible line of this widget is written.
                    cells = _without([(left, right)], in_front)
                for begin, end in cells:
                    for strip in line:
                        yield begin, stretch(strip, begin - left, end - left)
                wanted = _without(wanted, [(left, right)])
                if not wanted:
                    return
            in_front.append((left, right))


def _without(cells: list[_Cells], others: Iterable[_Cells]) -> list[_Cells]:
    """Returns cells of a line without those that others cover."""
    for left, right in others:
        cells = [
            (begin, end)
            for first, last in cells
            for begin, end in ((first, min(last, left)), (max(first, right), last))
            if begin < end
        ]
    return cells
