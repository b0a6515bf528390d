"""Widget drawn line by line, without borders."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from impsy_tui.console.drawing.compositor import stretch


class DrawnWidget(Widget):
    """Widget that draws segments without border and padding, which saves Textual's work for them.

    Attributes:
        width: width in cells while lines are drawn.
    """

    width = 0

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
