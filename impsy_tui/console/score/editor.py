"""Editor of a score: Textual's text area with the colours of the language, and keys that act in their order."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import cut, one_line
from impsy_tui.console.score.colours import coloured
from impsy_tui.console.score.structure import number_at, row_map, stepped, with_comment_toggled
from impsy_tui.console.themes import Palette
from impsy_tui.language.words import Mistake

_FLASH: Final = 0.3
"""Seconds for which lines that have just run are reversed."""
_THEME: Final = "score"
_ACTIONS: Final = {
    key.strip(): binding.action
    for binding in TextArea.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""Editing actions of Textual by key."""


class ScoreEditor(TextArea):
    """Text area of a score.

    Args:
        palette: colours.
        macros: returns the names of the performer's macros.
        mistake_of: returns the mistake of the line in a row; None without one.
    """

    class Moved(Message):
        """Message: the text has changed; ``moved`` gives the new row of each old row."""

        def __init__(self, moved: Callable[[int], int | None], rows: range) -> None:
            super().__init__()
            self.moved = moved
            self.rows = rows

    def __init__(
        self, palette: Palette, macros: Callable[[], Sequence[str]], mistake_of: Callable[[int], Mistake | None]
    ) -> None:
        super().__init__(
            "", id="score-text", soft_wrap=False, show_line_numbers=False, tab_behavior="focus", compact=True
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self._palette = palette
        self._macros = macros
        self._mistake_of = mistake_of
        self._before: list[str] = [""]
        self._flashing: frozenset[int] = frozenset()
        self.set_palette(palette)

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        self._palette = palette
        reverse = Style(reverse=True)
        self.register_theme(
            TextAreaTheme(
                _THEME,
                base_style=palette.ground,
                cursor_style=reverse,
                cursor_line_style=Style(bold=True),
                selection_style=palette.text_block,
            )
        )
        self.theme = _THEME
        self.redraw()

    @property
    def lines(self) -> list[str]:
        """Lines of the text."""
        return self.text.split("\n")

    @property
    def row(self) -> int:
        """Row of the cursor."""
        return self.cursor_location[0]

    @property
    def selected_rows(self) -> range:
        """Rows of the selection; the row of the cursor without one."""
        (first, _), (last, column) = sorted(self.selection)
        return range(first, last if last > first and column == 0 else last + 1)

    def load(self, text: str) -> None:
        """Shows a text without a history of edits."""
        self.load_text(text)
        self._before = self.lines

    def replace_all(self, text: str) -> None:
        """Replaces the text in one edit, which Ctrl-Z takes back."""
        place = self.cursor_location
        self.replace(text, self.document.start, self.document.end)
        self.move_cursor(self.clamp_visitable(place))

    def redraw(self) -> None:
        """Draws all lines again, because their colours may have changed."""
        self.notify_style_update()
        self.refresh()

    def flash(self, rows: Sequence[int]) -> None:
        """Reverses lines for a moment."""
        self._flashing = frozenset(rows)
        self.redraw()
        self.set_timer(_FLASH, self._end_flash)

    def _end_flash(self) -> None:
        self._flashing = frozenset()
        self.redraw()

    # Drawing

    def get_line(self, line_index: int) -> Text:
        """Returns a line with its colours."""
        line = self.document.get_line(line_index)
        text = coloured(one_line(line) if len(one_line(line)) == len(line) else line, self._palette, self._macros())
        if line_index in self._flashing:
            text.stylize(Style(reverse=True, bold=True))
        if (mistake := self._mistake_of(line_index)) is not None:
            indent = len(line) - len(line.lstrip())
            text.stylize(
                Style(underline=True) + self._palette.alarm,
                indent + mistake.start,
                max(indent + mistake.end, indent + mistake.start + 1),
            )
        return text

    def render_line(self, y: int) -> Strip:
        """Returns a line; below a wrong line with the cursor, its mistake."""
        row = y + self.scroll_offset.y
        if row > 0 and row - 1 == self.row and (mistake := self._mistake_of(row - 1)) is not None:
            return self._mistake_strip(mistake, row - 1)
        return super().render_line(y)

    def _mistake_strip(self, mistake: Mistake, row: int) -> Strip:
        width, line = self.size.width, self.document.get_line(row)
        indent = len(line) - len(line.lstrip())
        arrows = "^" * max(1, mistake.end - mistake.start)
        before = max(0, width_of(line[: indent + mistake.start]) - self.scroll_offset.x)
        message = one_line(mistake.message)
        if before + len(arrows) + 1 + width_of(message) > width:
            before = max(0, min(before, width - len(arrows) - 1 - width_of(message)))
        text = cut(f"{' ' * before}{arrows} {message}", width)
        return Strip([Segment(text.ljust(width), self._palette.alarm)], width)

    # Edits

    async def take_key(self, event: events.Key, character: str | None) -> bool:
        """Carries out an editing key at once, before the next key is read.

        Returns:
            False if the key edits nothing.
        """
        if event.key in ("enter", "ctrl+j"):
            self._type("\n")
        elif event.is_printable and character:
            self._type(character)
        elif action := _ACTIONS.get(event.key):
            row = self.row
            await self.run_action(action)
            if self.row != row:
                self.refresh()  # the row of a mistake stands below the line with the cursor
        else:
            return False
        return True

    def _type(self, text: str) -> None:
        start, end = sorted(self.selection)
        self.replace(text, start, end, maintain_selection_offset=False)
        self.scroll_cursor_visible()

    async def on_event(self, event: events.Event) -> None:
        """Ignores keys that the page has not handled: each key acts once."""
        if not isinstance(event, events.Key):
            await super().on_event(event)

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """Reports how rows have moved."""
        message.stop()
        after = self.lines
        moved = row_map(self._before, after)
        kept = {moved(row) for row, line in enumerate(self._before) if moved(row) is not None}
        changed = [
            row for row, line in enumerate(after) if row not in kept or line not in self._before[row : row + 1]
        ]
        self._before = after
        self.post_message(self.Moved(moved, range(changed[0], changed[-1] + 1) if changed else range(0)))

    def toggle_comment(self) -> None:
        """Makes the selected lines comments, or lines again."""
        rows, lines = self.selected_rows, self.lines
        new = with_comment_toggled(lines[rows.start : rows.stop])
        place = self.cursor_location
        self.replace("\n".join(new), (rows.start, 0), (rows.stop - 1, len(lines[rows.stop - 1])))
        self.move_cursor(self.clamp_visitable(place))

    def duplicate(self) -> None:
        """Writes the selected lines once more below them, and moves there."""
        rows, lines = self.selected_rows, self.lines
        last = rows.stop - 1
        copied = "\n".join(lines[rows.start : rows.stop])
        column = self.cursor_location[1]
        self.replace(f"\n{copied}", (last, len(lines[last])), (last, len(lines[last])))
        self.move_cursor(self.clamp_visitable((self.row if len(rows) > 1 else last + 1, column)))

    def step_number(self, up: bool) -> bool:
        """Turns the number under the cursor one step of its last digit up or down; returns False without one."""
        row, column = self.cursor_location
        if (number := number_at(self.document.get_line(row), column)) is None:
            return False
        new = stepped(number.text, up)
        self.replace(new, (row, number.start), (row, number.end))
        self.move_cursor((row, number.start + len(new)))
        return True
