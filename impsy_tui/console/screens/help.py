"""Help: the keys, the modes, and every command, from the tables they are kept in."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from impsy_tui.console.keymap import Keymap
from impsy_tui.console.screens.page import Dress, Page
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.lines import Line, Lines
from impsy_tui.control.messages import Snapshot
from impsy_tui.keys import ACTIONS, shown
from impsy_tui.language.commands import GROUPS
from impsy_tui.language.syntax import SYNTAX
from impsy_tui.terms import FILTER, MODES


class HelpText(Lines):
    """Everything there is to know, as long as it takes."""

    DEFAULT_CSS = "HelpText { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette, keymap: Keymap) -> None:
        super().__init__(palette, id="help-text")
        self._keymap = keymap
        self._own: tuple[Mapping[str, str], tuple[str, ...]] = ({}, ())

    def show(self, snapshot: Snapshot) -> None:
        """Show the performer's own keys and words too."""
        own = (snapshot.keys, snapshot.macros)
        if own != self._own:
            self._own = own
            self.redraw()

    def redraw(self) -> None:
        """Make the lines."""
        lines = self._made()
        self.styles.height = len(lines)
        self.set_lines(lines)

    def _made(self) -> list[Line]:
        palette = self.palette
        lines: list[Line] = []
        lines += self._entry("", "Type a command and Enter, on every page. After Esc, single keys act.", 1)
        lines += self._entry("", "The word after the dot is the name of a key's action, for [console.keys].", 1)
        for title, everywhere in (
            ("KEYS, everywhere", True),
            ("KEYS, on the first screen (single ones in keys mode)", False),
        ):
            lines += [(), ((title, palette.accent),)]
            for action in ACTIONS:
                if action.everywhere is everywhere:
                    keys = " ".join(shown(key) for key in self._keymap.keys(action.name).split(",") if key)
                    lines += self._entry(keys, f"{action.help} · {action.name}", 16)
        bound, macros = self._own
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
        lines += self._entry(FILTER, "polyphony with thru off: only the predictions are heard", 16)
        lines += [(), (("THE LANGUAGE", palette.accent),)]
        for example, meaning in SYNTAX:
            lines += self._entry(example, meaning, 34)
        for group, commands in GROUPS.items():
            lines += [(), ((f"COMMANDS: {group}", palette.accent),)]
            for command in commands:
                lines += self._entry(command.usage, f"{command.help} · {command.example}", 34)
        lines += [(), (("AT THE PROMPT", palette.accent),)]
        for keys, what in (
            ("Tab", "completes, and goes through what there is"),
            ("Right, End", "takes the grey text behind the cursor"),
            ("Up, Down", "what was typed before"),
            ("Ctrl-R", "looks through what was typed before; again for older"),
            ("Ctrl-C", "clears the line; on an empty line it says how to leave"),
        ):
            lines += self._entry(keys, what, 16)
        return lines

    def _entry(self, term: str, text: str, column: int) -> list[Line]:
        palette, width = self.palette, max(30, self.size.width - 2)
        if len(term) >= column:
            return [((f"  {term}", palette.strong),), *self._entry("", text, column)]
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
    """The help."""

    TITLE_TEXT: ClassVar[str] = "HELP"
    KEYS_TEXT: ClassVar[str] = "PgUp PgDn and the arrows page · : prompt · Esc back"

    def __init__(self, dress: Dress) -> None:
        super().__init__(dress)
        self._text = HelpText(dress.palette, dress.keymap)

    def content(self) -> ComposeResult:
        """The text."""
        with VerticalScroll():
            yield self._text

    def show(self, view: View) -> None:
        """The strip goes on; keys and words may be new."""
        super().show(view)
        if view.snapshot is not None:
            self._text.show(view.snapshot)
