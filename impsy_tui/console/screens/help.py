"""Help page: keys, panes, modes and all commands, from their tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from impsy_tui.console.drawing.lines import Line, Lines, wrapped
from impsy_tui.console.drawing.list_filter import ListFilter
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.keys.legend import LEGEND, PANES, SYMBOLS
from impsy_tui.console.score.keys import SCORE_KEYS
from impsy_tui.console.screens.page import Page, PageContext
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.control.messages import Snapshot
from impsy_tui.key_actions import ACTIONS, shown
from impsy_tui.language.commands import GROUPS
from impsy_tui.language.syntax_examples import SYNTAX
from impsy_tui.modes import FILTER, FILTER_HELP, MODES

_AT_PROMPT = (
    ("Tab", "completes, and steps through the completions"),
    ("Right, End", "takes the grey text behind the cursor"),
    ("Up, Down", "history of typed lines"),
    ("Ctrl-R", "searches the history; again for older lines"),
    ("Ctrl-C", "clears the line; on an empty line it says how to leave"),
)

_LEAST_TEXT: Final = 20
"""Cells of a text from which it stands next to its term; with less, it stands below."""


class _Entry(NamedTuple):
    """One entry: term, text, column of the text, and the topic that the entry explains (empty for none)."""

    term: str
    text: str
    column: int
    topic: str = ""


class HelpText(Lines):
    """Text of the help.

    Args:
        palette: colours.
        keymap: current keys.
        filter: words that the shown entries contain.
        topic: command, mode, macro or pane that the help opens at.
    """

    DEFAULT_CSS = "HelpText { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette, keymap: Keymap, filter: ListFilter, topic: str) -> None:
        super().__init__(palette, id="help-text")
        self._keymap = keymap
        self._filter = filter
        self._topic = topic
        self._at = -1
        """Line of the topic; -1 if there is none."""
        self._is_open = False
        """True after the help has scrolled to its topic."""
        self._groups: list[int] = []
        self._own: tuple[Mapping[str, str], tuple[str, ...]] = ({}, ())
        self.counts = 0, 0
        """Number of shown entries and of all entries."""

    def show(self, snapshot: Snapshot) -> None:
        """Shows the performer's key bindings and macros too."""
        own = (snapshot.keys, snapshot.macros)
        if own != self._own:
            self._own = own
            self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        palette = self.palette
        lines: list[Line] = []
        self._groups = []
        number = count = 0
        for title, entries in self._contents():
            kept = [entry for entry in entries if self._filter.matches(title, entry.term, entry.text)]
            number, count = number + len(kept), count + len(entries)
            if kept and title:
                self._groups.append(len(lines) + 1)
                lines += [(), *(((row, palette.accent),) for row in wrapped(title, self.size.width))]
            for entry in kept:
                drawn = self._entry(entry.term, entry.text, entry.column)
                if self._topic and entry.topic == self._topic:
                    self._at = len(lines)
                    drawn[0] = tuple((text, palette.text_block) for text, _ in drawn[0])
                lines += drawn
        self.counts = number, count
        self.styles.height = max(1, len(lines))
        self.set_lines(lines)

    def on_resize(self) -> None:
        """Scrolls to the topic as soon as there is room for all lines."""
        if not self._is_open and 0 <= self._at < self.size.height and isinstance(self.parent, VerticalScroll):
            self.parent.scroll_to(y=max(0, self._at - 1), animate=False)
            self._is_open = True

    def group(self, line: int, by: int) -> int:
        """Returns the first line of the next group (``by`` is 1) or of the one before (-1), as seen from a line."""
        if by > 0:
            return next((group for group in self._groups if group > line), line)
        return next((group for group in reversed(self._groups) if group < line), 0)

    def _contents(self) -> Iterator[tuple[str, Sequence[_Entry]]]:
        bound, macros = self._own
        labels = {action.name: self._keymap.label(action.name) for action in ACTIONS}
        yield "", [_Entry("", "Type a command and Enter, on every page. After Esc, single keys act.", 1)]
        yield "THE SCREEN", [_Entry(sign, meaning, 26) for sign, meaning in LEGEND]
        yield "SYMBOLS", [_Entry(sign, meaning, 16) for sign, meaning in SYMBOLS]
        yield "PANES AND PAGES", [_Entry(pane, text.format_map(labels), 16, pane) for pane, text in PANES]
        names = _Entry("", "The word after the dot names the action of a key, for [console.keys].", 1)
        yield "KEYS, everywhere", [names, *self._keys(bound, everywhere=True)]
        yield "KEYS, on the first screen (single ones in keys mode)", self._keys(bound, everywhere=False)
        yield "KEYS, in a score", [_Entry(each.shown, each.help, 26) for each in SCORE_KEYS]
        words = [macro.partition(" = ") for macro in macros]
        own = [_Entry(shown(key), line, 16) for key, line in bound.items()]
        yield "YOUR OWN KEYS AND WORDS", [*own, *(_Entry(word, body, 16, word.split()[0]) for word, _, body in words)]
        modes = [_Entry(mode.name, mode.help, 16, mode.name) for mode in MODES.values()]
        yield "MODES", [*modes, _Entry(FILTER, FILTER_HELP, 16)]
        yield "THE LANGUAGE", [_Entry(example, meaning, 34) for example, meaning in SYNTAX]
        for group, commands in GROUPS.items():
            yield (
                f"COMMANDS: {group}",
                [_Entry(each.usage, f"{each.help} · {each.example}", 34, each.name) for each in commands],
            )
        yield "AT THE PROMPT", [_Entry(keys, what, 16) for keys, what in _AT_PROMPT]

    def _keys(self, bound: Mapping[str, str], *, everywhere: bool) -> list[_Entry]:
        entries = []
        for action in ACTIONS:
            if action.everywhere is everywhere:
                free = [key for key in self._keymap.keys(action.name).split(",") if key not in bound]
                entries.append(_Entry(" ".join(map(shown, free)) or "-", f"{action.help} · {action.name}", 16))
        return entries

    def _entry(self, term: str, text: str, column: int) -> list[Line]:
        palette, width = self.palette, max(30, self.size.width - 2)
        if len(term) >= column or width - column - 2 < _LEAST_TEXT:
            rows = wrapped(term, width, indent="  ", hanging="    ")
            below: list[Line] = [((row, palette.strong),) for row in rows if row.strip()]
            if width - column - 2 >= _LEAST_TEXT:
                return below + self._entry("", text, column)
            return below + [((row, palette.text),) for row in wrapped(text, width, indent="    ", hanging="    ")]
        rows = wrapped(text, width - column - 2)
        return [
            ((f"  {'' if number else term:<{column}}", palette.strong), (row, palette.text))
            for number, row in enumerate(rows)
        ]


class HelpPage(Page):
    """Page of the help, which opens at a topic.

    Args:
        context: objects that all pages share.
        topic: command, mode, macro or pane; empty for the beginning.
    """

    TITLE_TEXT: ClassVar[str] = "HELP"
    KEYS_TEXT: ClassVar[str] = "/ filter · Tab next group · PgUp PgDn page · : prompt · Esc back"
    KEYS: ClassVar[Mapping[str, str]] = {"tab": "group(1)", "shift+tab": "group(-1)"}
    HAS_FILTER = True

    def __init__(self, context: PageContext, topic: str = "") -> None:
        super().__init__(context)
        self._text = HelpText(context.palette, context.keymap, self.filter, topic)

    def content(self) -> ComposeResult:
        """Yields the text."""
        with VerticalScroll():
            yield self._text

    def list_rows(self) -> None:
        """Shows the entries that the filter matches, from the first one on."""
        self._text.redraw()
        self.query_one(VerticalScroll).scroll_to(y=0, animate=False)
        self.set_filter(*self._text.counts)

    def action_group(self, by: int) -> None:
        """Goes to the next group of commands, or to the one before."""
        box = self.query_one(VerticalScroll)
        box.scroll_to(y=self._text.group(round(box.scroll_y), by), animate=False)

    def show(self, view: View) -> None:
        """Shows the strip, and new keys and macros."""
        super().show(view)
        if view.snapshot is not None:
            self._text.show(view.snapshot)
