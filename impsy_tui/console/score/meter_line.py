"""One line of meters next to a score."""

from impsy_tui.console.drawing.lines import Lines, Piece, blocks, one_line
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot


class MeterLine(Lines):
    """For each dimension two blocks: the musician's value and the player's."""

    DEFAULT_CSS = "MeterLine { height: 1; width: 1fr; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="meter-line")
        self._values: tuple[tuple[str, str, str], ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Shows the values of a snapshot, if a block has changed."""
        count = snapshot.dimension - 1
        played = snapshot.focused.place(snapshot.focused.output, count)
        values = tuple(
            (
                one_line(snapshot.names[index]) if index < len(snapshot.names) else f"x{index + 1}",
                blocks([snapshot.input[index]]) if index < len(snapshot.input) else " ",
                " " if (value := played[index]) is None else blocks([value]),
            )
            for index in range(count)
        )
        if values != self._values:
            self._values = values
            self.redraw()

    def redraw(self) -> None:
        """Makes the line."""
        palette = self.palette
        pieces: list[Piece] = []
        for name, played, predicted in self._values:
            pieces += [(f"{name} ", palette.dim), (played, palette.input), (predicted, palette.prediction)]
            pieces.append(("  ", palette.ground))
        self.set_lines([tuple(pieces)])
