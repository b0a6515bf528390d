"""Compositors that write changed cells to the terminal in few bytes.

Textual writes each changed stretch of a line from the left edge of its widget, and repeats every colour. A screen of
meters changes in many small places at once. Here a stretch begins at its first changed cell. All stretches of one
colour are written together, because they do not overlap. Sixteen moving meters need a twelfth of the bytes.
"""

from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from impsy_tui.console.drawing.glyphs import is_plain, plain
from impsy_tui.console.textual_internals import ChopsUpdate, FilteringCompositor, colour_system, pieces_of
from impsy_tui.text import without_controls


class _TightUpdate(ChopsUpdate):
    """Changed stretches of cells, ordered by style."""

    def render_segments(self, console: Console) -> str:
        """Returns the escape sequences."""
        by_style: dict[Style | None, list[str]] = {}
        for y, x1, x2 in self.spans:
            for end, (start, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or start >= x2 or end <= x1:
                    continue
                # A wide character cannot be changed by half: then all of this piece of the line is written.
                whole = not all(is_narrow(text) for text, _, _ in strip)
                x = start if whole else max(x1, start)
                for text, style, _ in stretch(strip, x - start, (end if whole else min(end, x2)) - start):
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

    _plain = is_plain()

    def shown(self, strip: Strip) -> Strip:
        """Returns a line without control characters, in glyphs that the terminal has."""
        return plain(_shown(strip)) if self._plain else _shown(strip)


class TightCompositor(SafeCompositor):
    """Compositor that writes only changed cells."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Returns the changed cells."""
        update: ChopsUpdate | None = super().render_partial_update()
        pieces = pieces_of(update)
        return update if pieces is None else _TightUpdate(*pieces)
