"""A page: a screen that is gone to and come back from, with the strip on top and the keys below."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Label

from impsy_tui.console.keymap import Keymap
from impsy_tui.console.painter import SafeCompositor
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.bottom import KeyFooter
from impsy_tui.console.widgets.lines import Lines, one_line
from impsy_tui.console.widgets.strip import StatusStrip


class Page(Screen[None]):
    """A page with a title and a line that says which keys work here.

    Args:
        palette: how to draw.
        keymap: for the footer.
        digits_every: frames between two changes of numbers.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.pop_screen", "back", show=False)]
    TITLE_TEXT: ClassVar[str] = ""
    KEYS_TEXT: ClassVar[str] = ""

    def __init__(self, palette: Palette, keymap: Keymap, digits_every: int) -> None:
        super().__init__(classes="page")
        self._compositor = SafeCompositor()
        self.palette = palette
        self._strip = StatusStrip(palette, digits_every)
        self._footer = KeyFooter(palette, keymap)

    def compose(self) -> ComposeResult:
        """Strip, title, content, keys."""
        yield self._strip
        yield Label(self.TITLE_TEXT, classes="title", markup=False)
        yield from self.content()
        yield Label(self.KEYS_TEXT, classes="note", markup=False, id="keys-here")
        yield self._footer

    def content(self) -> ComposeResult:
        """What the page is about."""
        yield from ()

    def show(self, view: View) -> None:
        """The strip goes on."""
        self._strip.show(view.snapshot, view.link, locked=view.locked)
        self._footer.show(locked=view.locked, bound=view.snapshot.keys if view.snapshot else {})

    def set_palette(self, palette: Palette) -> None:
        """Draw with other colours."""
        self.palette = palette
        for widget in self.query(Lines):
            widget.set_palette(palette)

    @property
    def left(self) -> bool:
        """Whether it has been gone from: what was asked for it comes too late."""
        return self not in self.app.screen_stack

    def set_title(self, text: str) -> None:
        """Say something else in the title."""
        if not self.left:
            self.query_one(".title", Label).update(text)


def as_shown(text: str) -> Text:
    """A cell of a table: nothing in it is taken for markup, or obeyed by the terminal."""
    return Text(one_line(text))
