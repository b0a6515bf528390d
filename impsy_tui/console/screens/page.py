"""Page: a screen with the strip at the top, a prompt below, and keys that act after Esc."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Label

from impsy_tui.console.drawing.compositor import SafeCompositor, width_of
from impsy_tui.console.drawing.lines import Lines, one_line
from impsy_tui.console.drawing.list_filter import ListFilter
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.prompt_history import PromptHistory
from impsy_tui.console.textual_internals import use_compositor
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.footer import Hint, KeyFooter, PageKeys
from impsy_tui.console.widgets.gesture_history import GestureHistory
from impsy_tui.console.widgets.prompt import Prompt
from impsy_tui.console.widgets.strip.status_strip import StatusStrip
from impsy_tui.key_actions import shown
from impsy_tui.language.completion import CompletionSources

_PAGING: Final = ("pageup", "pagedown", "ctrl+home", "ctrl+end")
_FILTER: Final = "Esc / filter"
_IN_EMPTY_LINE: Final = ("up", "down", "home", "end")
"""Keys that move the list while the prompt is empty."""


class PageContext(NamedTuple):
    """Objects that all pages share.

    Attributes:
        palette: colours.
        keymap: current keys.
        digits_every: frames between two changes of numbers.
        history: history of the command line.
        known: returns the names for completions.
        gestures: last seconds of each dimension.
    """

    palette: Palette
    keymap: Keymap
    digits_every: int
    history: PromptHistory
    known: Callable[[], CompletionSources]
    gestures: GestureHistory


class Page(Screen[None]):
    """Page with a title, a prompt, and keys that act only in keys mode."""

    AUTO_FOCUS = "#line"
    KEYS: ClassVar[Mapping[str, str]] = {}
    """Actions of the page, by key; they act in keys mode only."""
    TITLE_TEXT: ClassVar[str] = ""
    KEYS_TEXT: ClassVar[str] = ""
    topic: ClassVar[str] = ""
    """Topic of the help about the page."""
    HAS_FILTER: ClassVar[bool] = False
    """True if / filters the list of the page."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(classes="page")
        use_compositor(self, SafeCompositor)
        self.palette = context.palette
        self._keymap = context.keymap
        self._early: list[events.Key] = []
        """Keys that are typed before the prompt is mounted."""
        self.prompt = Prompt(context.history, context.known)
        self.hint = Hint(context.palette, f"type a command; {context.keymap.label('keys')}: keys of this page")
        self.filter = ListFilter(self.list_rows)
        self._strip = StatusStrip(context.palette, context.digits_every)
        self._footer = KeyFooter(context.palette, context.keymap)
        self._keys_bar = PageKeys(context.palette, self.KEYS_TEXT)
        self._keys_bar.display = False

    def compose(self) -> ComposeResult:
        """Strip, title, content, prompt or keys, footer."""
        yield self._strip
        with Horizontal(id="head"):
            yield Label(self.TITLE_TEXT, classes="title", markup=False)
            yield Label(_FILTER if self.HAS_FILTER else "", id="filter", markup=False)
        yield from self.content()
        yield self._keys_bar
        yield self.prompt
        yield self.hint
        yield self._footer

    def content(self) -> ComposeResult:
        """The content of the page."""
        yield from ()

    def on_mount(self) -> None:
        """Focuses the prompt, and gives it the keys that came before it was mounted."""
        for widget in self.query("DataTable, VerticalScroll"):
            widget.can_focus = False
        self.hint.idle()
        self.set_focus(self.prompt.line)
        for event in self._early:
            self.prompt.line.post_message(event)
        self._early.clear()

    def show(self, view: View) -> None:
        """Shows the strip and the footer."""
        self._strip.show(view.snapshot, view.link, locked=view.locked)
        self._footer.show(locked=view.locked, bound=view.snapshot.keys if view.snapshot else {})

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        self.palette = palette
        for widget in self.query(Lines):
            widget.set_palette(palette)

    @property
    def left(self) -> bool:
        """True if the performer has left the page; later answers are ignored."""
        return self not in self.app.screen_stack

    def set_title(self, text: str) -> None:
        """Sets the title."""
        if not self.left:
            self.query_one(".title", Label).update(text)

    def list_rows(self) -> None:
        """Shows the rows of the list that the filter matches."""

    def action_reload(self) -> None:
        """Requests the content of the page again, on a key or when the engine answers again."""

    def set_filter(self, shown: int, count: int) -> None:
        """Shows the words of the filter next to the title, with the number of rows."""
        if not self.left:
            self.query_one("#filter", Label).update(self.filter.label(shown, count) or _FILTER)

    # Keys

    @property
    def keys_mode(self) -> bool:
        """True in keys mode of the page."""
        return bool(self._keys_bar.display)

    def set_keys_mode(self, on: bool) -> None:
        """Enters keys mode of the page, or goes back to the prompt."""
        self._keys_bar.display = on
        self.prompt.display = self.hint.display = not on
        if not on and self.prompt.is_mounted:
            self.set_focus(self.prompt.line)
            self.hint.idle()

    def begin(self, line: str) -> None:
        """Puts a line into the prompt for editing."""
        self.set_keys_mode(False)
        self.prompt.put(line)

    def answered(self, level: str, text: str, line: str = "") -> None:
        """Shows the answer to a line that was entered on this page."""
        self.hint.report(text, wrong=level == "error")

    async def take_key(self, event: events.Key) -> bool:
        """Runs a key of the page at once, before the next key is read.

        Returns:
            False if the key belongs to the prompt or to the console.
        """
        key = event.key
        if self.keys_mode and self.filter.take_key(event):
            pass
        elif key == "escape" or key in self._keymap.keys("keys").split(","):
            self._go_back()
        elif self.keys_mode and self.HAS_FILTER and key in self._keymap.keys("filter").split(","):
            self.filter.begin()
        elif self.keys_mode and key in self._keymap.keys("prompt").split(","):
            self.set_keys_mode(False)
        elif self.keys_mode and key in self.KEYS:
            await self.run_action(self.KEYS[key])
        elif self.keys_mode and await self._move_list("enter" if key == "ctrl+j" else key):
            pass
        elif self.keys_mode and event.is_printable:
            self._keys_bar.report(f"{shown(key)} does nothing here; {self._keymap.label('prompt')} is the prompt")
        elif self.keys_mode:
            return False
        elif not self._prompt_is_there and event.is_printable:
            self._early.append(event)
        elif key in _PAGING or (key in _IN_EMPTY_LINE and self._prompt_is_there and not self.prompt.line.value):
            return await self._move_list(key)
        else:
            self._focus_prompt()
            return False
        return True

    def _focus_prompt(self) -> None:
        """Focuses the prompt again: Textual removes the focus some time after a widget was hidden."""
        if self._prompt_is_there and self.focused is not self.prompt.line:
            self.set_focus(self.prompt.line)

    @property
    def _prompt_is_there(self) -> bool:
        return self.is_mounted and bool(self.prompt.query("#line"))

    def _go_back(self) -> None:
        """Goes back: from a search to the prompt, from there to keys mode, from there to the screen below."""
        if self.keys_mode:
            self.app.pop_screen()
        elif self.prompt.is_mounted and self.prompt.searches:
            self.prompt.leave_search()
        else:
            self.set_keys_mode(True)

    async def _move_list(self, key: str) -> bool:
        widget: Widget | None = next(iter(self.query("DataTable, VerticalScroll")), None)
        bindings = widget.BINDINGS if isinstance(widget, DataTable | VerticalScroll) else []
        for binding in bindings:
            if widget is not None and isinstance(binding, Binding) and key in binding.key.replace(" ", "").split(","):
                await widget.run_action(binding.action)
                return True
        return False

    def on_prompt_advised(self, message: Prompt.Advised) -> None:
        """Shows the advice of the prompt."""
        message.stop()
        self.hint.advise(message.completion, message.mistake, message.offset, message.found)


def fill(table: DataTable[Text], columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Replaces the content of a table; each column is as wide as its longest cell.

    A table that measures its columns itself may keep lines that it drew before, cut to the width of the headings.

    Args:
        table: the table.
        columns: headings.
        rows: key and cells of each row.
    """
    table.clear(columns=True)
    for index, name in enumerate(columns):
        width = max(width_of(name), *(width_of(as_shown(cells[index]).plain) for _, cells in rows), 1)
        table.add_column(name, key=name, width=width)
    for key, cells in rows:
        table.add_row(*map(as_shown, cells), key=key)


def as_shown(text: str) -> Text:
    """Returns a cell of a table, without markup and without control characters."""
    return Text(one_line(text))
