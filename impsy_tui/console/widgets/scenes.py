"""Row of the saved scenes with their keys, the active scene marked."""

from typing import Final

from textual import events
from textual.message import Message

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import Lines, Piece, cut, one_line
from impsy_tui.console.drawing.short_names import short_names
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot

DIGITS: Final = "1234567890"
"""Keys of the scenes, in the order of their file."""
_LONGEST_OTHER: Final = 12
"""Cells of the name of an active scene without a key."""
_LEAST: Final = 3
"""Cells of a shortened name."""


class SceneRow(Lines):
    """One row with the first ten scenes. A click recalls a scene.

    Args:
        palette: colours.
        key: key before the digit.
    """

    DEFAULT_CSS = "SceneRow { height: 1; width: 1fr; }"

    class Chosen(Message):
        """Message: a scene was clicked."""

        def __init__(self, scene: str) -> None:
            super().__init__()
            self.scene = scene

    def __init__(self, palette: Palette, key: str) -> None:
        super().__init__(palette, id="scenes")
        self._head = f"SCENES {key}"
        self.names: tuple[str, ...] = ()
        self._active = ""
        self._ends: list[int] = []
        """Column behind each scene."""

    def show(self, snapshot: Snapshot) -> None:
        """Shows the scenes of a snapshot; without any, the row is hidden."""
        if (snapshot.scenes, snapshot.scene) == (self.names, self._active):
            return
        self.names, self._active = snapshot.scenes, snapshot.scene
        self.display = bool(self.names)
        self.redraw()

    def redraw(self) -> None:
        """Makes the row."""
        palette = self.palette
        other = f"  ▸ {cut(one_line(self._active), _LONGEST_OTHER)}" if self._active not in ("", *self.names) else ""
        width = self.size.width - width_of(other)
        pieces: list[Piece] = [(self._head, palette.dim)]
        at = width_of(self._head)
        self._ends = []
        for digit, name, shown in zip(DIGITS, self.names, self._shown(width - at), strict=False):
            is_active = name == self._active
            label = f"{digit} {shown}"
            pieces += [
                (" ", palette.ground),
                (f" {label} ", palette.text_block) if is_active else (f" {label} ", palette.text),
            ]
            at += width_of(label) + 3
            self._ends.append(at)
        pieces.append((other, palette.strong))
        self.set_lines([tuple(pieces)])

    def _shown(self, width: int) -> list[str]:
        """Returns the names, all of them shortened to one width if they do not fit."""
        names = [one_line(name) for name in self.names[: len(DIGITS)]]
        longest = max(map(width_of, names), default=0)
        while longest > _LEAST and sum(min(width_of(name), longest) + 5 for name in names) > width:
            longest -= 1
        return short_names(names, longest)

    def on_click(self, event: events.Click) -> None:
        """Recalls the scene under the mouse."""
        head = width_of(self._head)
        for name, end in zip(self.names, self._ends, strict=False):
            if head <= event.x < end:
                self.post_message(self.Chosen(name))
                return
