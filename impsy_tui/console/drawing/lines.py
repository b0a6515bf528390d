"""Widget of a few lines of text; only changed lines are drawn."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from impsy_tui.choices import SIZE_OF_UNITS
from impsy_tui.console.drawing.compositor import is_narrow, stretch, width_of
from impsy_tui.console.drawing.drawn_widget import DrawnWidget
from impsy_tui.console.drawing.list_filter import ListFilter
from impsy_tui.console.themes import Palette
from impsy_tui.text import printable

Piece = tuple[str, Style]
Line = tuple[Piece, ...]

_MDRNN: Final = re.compile(r"musicMDRNN-dim(\d+)-layers(\d+)-units(\d+)")
_ENSEMBLE: Final = re.compile(r"ensembleRNN-(?:units(?=\d+$))?(.+)")
_LEAST_WRAPPED: Final = 8
_STEPS: Final = "▁▂▃▄▅▆▇█"


class Lines(DrawnWidget):
    """Shows lines from the top; missing lines are empty, extra lines are cut off.

    Args:
        palette: colours.
        id: id of the widget.
    """

    def __init__(self, palette: Palette, *, id: str) -> None:
        super().__init__(id=id)
        self.palette = palette
        self._lines: list[Line] = []
        self._made_for = Size(0, 0)

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        self.palette = palette
        self.redraw()
        self.refresh()

    def redraw(self) -> None:
        """Makes the lines again for the present palette and size."""

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Shows these lines."""
        self._made_for = self.size
        width = self._made_for.width
        changed = [
            region
            for number, (old, new) in enumerate(zip_longest(self._lines, lines, fillvalue=()))
            if old != new
            for region in changed_cells(number, old, new, width)
        ]
        self._lines = list(lines)
        if changed:
            self.redraw_cells(*changed)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Returns the lines of a region for the present size of the widget.

        The size is read here because Textual does not always send it to a widget that is shown again.
        """
        if self.size != self._made_for:
            self.redraw()
        return super().render_lines(crop)

    def segments(self, y: int) -> list[Segment]:
        """Returns a line, filled up to the edge."""
        pieces = self._lines[y] if y < len(self._lines) else ()
        line = [Segment(one_line(text), style) for text, style in pieces if text]
        return filled(line, self.width, self.palette.ground)


class Pane(Lines, can_focus=True):
    """Lines under a heading that marks the focus.

    Args:
        palette: colours.
        id: id of the widget.
        key: label of the key that the heading shows.
    """

    def __init__(self, palette: Palette, *, id: str, key: str = "") -> None:
        super().__init__(palette, id=id)
        self.key = key
        self.filter = ListFilter(self.redraw)

    def on_focus(self) -> None:
        """Marks the focus in the heading."""
        self.redraw()

    def on_blur(self) -> None:
        """Removes the mark of the focus."""
        self.redraw()


def changed_cells(y: int, old: Line, new: Line, width: int) -> Iterator[Region]:
    """Yields the changed cells of a line: its changed pieces if all have the widths of before, else the line."""
    cells = [width_of(one_line(text)) for text, _ in new]
    if cells != [width_of(one_line(text)) for text, _ in old]:
        yield Region(0, y, max(1, width), 1)
        return
    at = 0
    for before, after, count in zip(old, new, cells, strict=True):
        if before != after and at < width:
            yield Region(at, y, min(count, width - at), 1)
        at += count


def one_line(text: str) -> str:
    """Returns a text that is safe to show on one line."""
    return text if text.isprintable() else printable(text).replace("\n", "\\n")


def filled(line: list[Segment], width: int, ground: Style) -> list[Segment]:
    """Returns a line of exactly this width, cut or padded."""
    used = sum(width_of(segment.text) for segment in line)
    if used > width:
        return stretch(line, 0, width)
    if used < width:
        line.append(Segment(" " * (width - used), ground))
    return line


def heading(text: str, width: int, palette: Palette, *, key: str = "", focused: bool = False) -> Line:
    """Returns the first line of a pane: its name, a rule, and its key at the end."""
    name = f" {text} " if focused else f"{text} "
    style = palette.text_block if focused else palette.dim
    rule = width - width_of(name) - (width_of(key) + 1 if key else 0)
    if not key or rule < 1:
        return ((name, style), ("─" * max(0, width - width_of(name)), palette.faint))
    return ((name, style), ("─" * rule, palette.faint), (f" {key}", palette.dim))


def cut(text: str, width: int) -> str:
    """Returns a text cut to a width, with dots at its end."""
    if width_of(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def wrapped(text: str, width: int, *, indent: str = "", hanging: str = "") -> list[str]:
    """Returns a text in lines of at most this width, or of eight cells; at least one line.

    Args:
        text: one paragraph; its spaces at the beginning stay.
        width: cells of a line.
        indent: beginning of the first line.
        hanging: beginning of the other lines.
    """
    width = max(_LEAST_WRAPPED, width)
    if not is_narrow(text):
        # textwrap counts letters: a filler follows each letter of two cells, and may begin the next line.
        text = "".join(letter + "\0" * (width_of(letter) - 1) for letter in text)
        width -= 1
    lines = textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False)
    return [line.replace("\0", "") for line in lines] or [indent]


def middle(text: str, width: int) -> str:
    """Returns a text cut to a width, with dots in its middle."""
    total = width_of(text)
    if total <= width or width < 5:
        return cut(text, width)
    left = (width - 1) // 2
    _, end = Segment(text).split_cells(total - (width - 1 - left))
    return f"{set_cell_size(text, left)}…{end.text}"


def short_model(name: str, width: int) -> str:
    """Returns a short name of a model, such as ``mdrnn s 9d`` or ``ensemble 16``."""
    if found := _MDRNN.match(name):
        name = f"mdrnn {SIZE_OF_UNITS.get(int(found[3]), f'{found[3]} units')} {found[1]}d"
    elif found := _ENSEMBLE.match(name):
        name = f"ensemble {found[1]}"
    return middle(name, width)


def blocks(shares: Sequence[float]) -> str:
    """Returns numbers from 0 to 1 as blocks, one a cell."""
    most = len(_STEPS) - 1
    return "".join(_STEPS[round(min(max(share, 0.0), 1.0) * most)] for share in shares)


def cut_off(text: str, width: int) -> str:
    """Returns a text of at most this width."""
    return text if width_of(text) <= width else padded(text, width)


def padded(text: str, width: int) -> str:
    """Returns a text of exactly this width, cut or padded."""
    return set_cell_size(text, max(0, width))


def span(seconds: float) -> str:
    """Returns a duration in few characters: 45s, 12:03, 1:02:03."""
    whole = int(max(0.0, seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def amount(bytes_: float) -> str:
    """Returns a number of bytes with its unit: 12 kB, 3.4 GB."""
    for unit in ("B", "kB", "MB"):
        if bytes_ < 1000:
            return f"{bytes_:.0f} {unit}"
        bytes_ /= 1000
    return f"{bytes_:.1f} GB"
