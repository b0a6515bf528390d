"""Widget drawn line by line, without borders, together with the other widgets of a frame."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rich.segment import Segment
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from impsy_tui.console.drawing.compositor import stretch
from impsy_tui.console.textual_internals import paint

_changes: ContextVar[dict[Widget, list[Region]] | None] = ContextVar("changes", default=None)
"""Changed regions of the widgets in the frame that is being made."""


@contextmanager
def frame(screen: Screen[Any]) -> Iterator[None]:
    """Draws all changes of drawn widgets that are made within it at once.

    Textual sends a message from each changed widget to the screen, which takes more time than drawing.
    """
    changes: dict[Widget, list[Region]] = {}
    token = _changes.set(changes)
    try:
        yield
    finally:
        _changes.reset(token)
        if changes and not paint(screen, changes):
            for widget, regions in changes.items():
                widget.refresh(*regions)


class DrawnWidget(Widget):
    """Widget that draws segments without border and padding, which saves Textual's work for them.

    Attributes:
        width: width in cells while lines are drawn.
    """

    width = 0

    def redraw_cells(self, *regions: Region) -> None:
        """Draws regions again: at the end of the frame, or soon outside of frames."""
        changes = _changes.get()
        if changes is None:
            self.refresh(*regions)
        else:
            changes.setdefault(self, []).extend(regions)

    def segments(self, y: int) -> Sequence[Segment]:
        """Returns a line as wide as the widget."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Returns a line."""
        self.width = self.size.width
        return Strip(self.segments(y), self.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Returns the lines of a region."""
        self.width = self.size.width
        lines = map(self.segments, range(crop.y, crop.bottom))
        if crop.x == 0 and crop.width == self.width:
            return [Strip(line, crop.width) for line in lines]
        return [Strip(stretch(line, crop.x, crop.right), crop.width) for line in lines]
