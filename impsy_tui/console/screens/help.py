"""Help page: keys, modes and all commands, from their tables."""

import textwrap
from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from impsy_tui.console.drawing.lines import Line, Lines
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.keys.legend import LEGEND, SYMBOLS
from impsy_tui.console.screens.page import Page, PageContext
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.control.messages import Snapshot
from impsy_tui.key_actions import ACTIONS, shown
from impsy_tui.language.commands import GROUPS
from impsy_tui.language.syntax_examples import SYNTAX
from impsy_tui.modes import FILTER, FILTER_HELP, MODES


class HelpText(Lines):
    """Text of the help."""

    DEFAULT_CSS = "HelpText { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette, keymap: Keymap) -> None:
        super().__init__(palette, id="help-text")
        self._keymap = keymap
        self._groups: list[int] = []
        self._found = -1
        self._own: tuple[Mapping[str, str], tuple[str, ...]] = ({}, ())

    def show(self, snapshot: Snapshot) -> None:
        """Shows the performer's key bindings and macros too."""
        own = (snapshot.keys, snapshot.macros)
        if own != self._own:
            self._own = own
            self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        lines = self._made()
        self._groups = [number + 1 for number, line in enumerate(lines) if not line]
        if 0 <= self._found < len(lines):
            lines[self._found] = tuple((text, self.palette.text_block) for text, _ in lines[self._found])
        self.styles.height = len(lines)
        self.set_lines(lines)

    def group(self, line: int, by: int) -> int:
        """Returns the first line of the next group (``by`` is 1) or of the one before (-1), as seen from a line."""
        if by > 0:
            return next((group for group in self._groups if group > line), self._groups[-1])
        return next((group for group in reversed(self._groups) if group < line), 0)

    def find(self, word: str, *, on: bool = False) -> tuple[int, int, int]:
        """Marks a line with a word, upper and lower case alike.

        Args:
            word: the word; an empty word marks nothing.
            on: True for the next line instead of the first.

        Returns:
            The line number, its index among the lines found, and their count; (-1, 0, 0) without the word.
        """
        texts = ("".join(text for text, _ in line).lower() for line in self._lines)
        lines = [number for number, text in enumerate(texts) if word and word.lower() in text]
        following = (number for number in lines if number > self._found) if on else iter(lines)
        self._found = next(following, lines[0] if lines else -1)
        self.redraw()
        return self._found, lines.index(self._found) + 1 if lines else 0, len(lines)

    def _made(self) -> list[Line]:
        palette = self.palette
        bound, macros = self._own
        lines: list[Line] = []
        lines += self._entry("", "Type a command and Enter, on every page. After Esc, single keys act.", 1)
        for title, legend, column in (("THE SCREEN", LEGEND, 26), ("SYMBOLS", SYMBOLS, 16)):
            lines += [(), ((title, palette.accent),)]
            for sign, meaning in legend:
                lines += self._entry(sign, meaning, column)
        for title, everywhere in (
            ("KEYS, everywhere", True),
            ("KEYS, on the first screen (single ones in keys mode)", False),
        ):
            lines += [(), ((title, palette.accent),)]
            if everywhere:
                lines += self._entry("", "The word after the dot names the action of a key, for [console.keys].", 1)
            for action in ACTIONS:
                if action.everywhere is everywhere:
                    free = [key for key in self._keymap.keys(action.name).split(",") if key not in bound]
                    lines += self._entry(" ".join(map(shown, free)) or "-", f"{action.help} · {action.name}", 16)
        if bound or macros:
            lines += [(), (("YOUR OWN KEYS AND WORDS", palette.accent),)]
        for key, line in bound.items():
            lines += self._entry(shown(key), line, 16)
        for macro in macros:
            word, _, body = macro.partition(" = ")
            lines += self._entry(word, body, 16)
        lines += [(), (("MODES", palette.accent),)]
        for mode in MODES.values():
            lines += self._entry(mode.name, mode.help, 16)
        lines += self._entry(FILTER, FILTER_HELP, 16)
        lines += [(), (("THE LANGUAGE", palette.accent),)]
        for example, meaning in SYNTAX:
            lines += self._entry(example, meaning, 34)
        for group, commands in GROUPS.items():
            lines += [(), ((f"COMMANDS: {group}", palette.accent),)]
            for command in commands:
                lines += self._entry(command.usage, f"{command.help} · {command.example}", 34)
        lines += [(), (("AT THE PROMPT", palette.accent),)]
        for keys, what in (
            ("Tab", "completes, and steps through the completions"),
            ("Right, End", "takes the grey text behind the cursor"),
            ("Up, Down", "history of typed lines"),
            ("Ctrl-R", "searches the history; again for older lines"),
            ("Ctrl-C", "clears the line; on an empty line it says how to leave"),
        ):
            lines += self._entry(keys, what, 16)
        return lines

    def _entry(self, term: str, text: str, column: int) -> list[Line]:
        palette, width = self.palette, max(30, self.size.width - 2)
        if len(term) >= column:
            rows = textwrap.wrap(term, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
            return [*(((row, palette.strong),) for row in rows), *self._entry("", text, column)]
        lines: list[Line] = []
        words, head = text.split(), term
        while words:
            row = ""
            while words and (not row or len(row) + len(words[0]) + 1 <= width - column - 2):
                row = f"{row} {words.pop(0)}".strip()
            lines.append(((f"  {head:<{column}}", palette.strong), (row, palette.text)))
            head = ""
        return lines


class HelpPage(Page):
    """Page of the help, with a search."""

    TITLE_TEXT: ClassVar[str] = "HELP"
    KEYS_TEXT: ClassVar[str] = "/ find · n next · Tab next group · PgUp PgDn page · : prompt · Esc back"
    KEYS: ClassVar[Mapping[str, str]] = {
        "slash": "find",
        "n": "next_found",
        "tab": "group(1)",
        "shift+tab": "group(-1)",
    }

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._text = HelpText(context.palette, context.keymap)
        self._finds = False
        self._word = ""

    def content(self) -> ComposeResult:
        """Yields the text."""
        with VerticalScroll():
            yield self._text

    async def take_key(self, event: events.Key) -> bool:
        """Adds a letter to the search word during a search; otherwise runs the key."""
        if not (self._finds and self.keys_mode):
            return await super().take_key(event)
        if event.key in ("enter", "escape"):
            self._finds = False
            self._keys_bar.redraw()
        elif event.key == "backspace":
            self._look_for(self._word[:-1])
        elif event.is_printable and event.character:
            self._look_for(self._word + event.character)
        else:
            return await super().take_key(event)
        return True

    def action_find(self) -> None:
        """Begins a search."""
        self._finds = True
        self._look_for("")

    def action_next_found(self) -> None:
        """Goes to the next line with the word."""
        self._go_to(*self._text.find(self._word, on=True))

    def action_group(self, by: int) -> None:
        """Goes to the next group of commands, or to the one before."""
        box = self.query_one(VerticalScroll)
        box.scroll_to(y=self._text.group(round(box.scroll_y), by), animate=False)

    def _look_for(self, word: str) -> None:
        self._word = word
        self._go_to(*self._text.find(word))

    def _go_to(self, line: int, number: int, count: int) -> None:
        sign = f"/{self._word}"
        if line >= 0:
            self.query_one(VerticalScroll).scroll_to(y=max(0, line - 1), animate=False)
            self._keys_bar.report(f"{sign}   {number} of {count}; n: next")
        else:
            self._keys_bar.report(f"{sign}   not found" if self._word else f"{sign}   type a word; Enter ends it")

    def show(self, view: View) -> None:
        """Shows the strip, and new keys and macros."""
        super().show(view)
        if view.snapshot is not None:
            self._text.show(view.snapshot)
