"""Command palette: a search over every command."""

from collections.abc import Iterator
from typing import Any, Final

from textual.app import App
from textual.command import CommandPalette as TextualPalette
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from impsy_tui.console.drawing.compositor import SafeCompositor
from impsy_tui.console.drawing.lines import cut
from impsy_tui.console.engine_requests import CommandChooser
from impsy_tui.console.textual_internals import use_compositor
from impsy_tui.language import COMMANDS, ArgumentKind
from impsy_tui.modes import FILTER, FILTER_HELP, MODES

_COMMAND: Final = 20
_KEY: Final = 7
_BORDERS: Final = 7
"""Columns of the palette's borders."""
_MODE_HELP: Final = {mode.name: mode.help for mode in MODES.values()} | {FILTER: FILTER_HELP}


class PaletteScreen(TextualPalette):
    """Textual's palette, in glyphs that the terminal has."""

    def __init__(self) -> None:
        super().__init__()
        use_compositor(self, SafeCompositor)


def open_palette(app: App[Any]) -> None:
    """Opens the palette if it is not open."""
    if not PaletteScreen.is_open(app):
        app.push_screen(PaletteScreen())


class CommandPalette(Provider):
    """Runs a complete command, and puts a command that needs arguments into the prompt."""

    async def discover(self) -> Hits:
        """Yields all commands, before anything is typed."""
        for line, help, whole in _lines():
            yield DiscoveryHit(self._row(Content(line), help), self._choice(line, whole), text=line)

    async def search(self, query: str) -> Hits:
        """Yields the commands that match; a leading / is the key of filters and matches all."""
        query = query.removeprefix("/")
        matcher = self.matcher(query)
        for line, help, whole in _lines():
            score = max(matcher.match(line), matcher.match(help) * 0.5)
            if score > 0:
                yield Hit(score, self._row(matcher.highlight(line), help), self._choice(line, whole), text=line)

    def _row(self, line: Content, help: str) -> Content:
        """Returns one row: the command, its key and its help."""
        assert isinstance(self.app, CommandChooser)
        head = " " * max(1, _COMMAND - len(line)) + f"{self.app.key_of(line.plain):<{_KEY}}"
        space = self.app.size.width - len(line) - len(head) - _BORDERS
        return Content.assemble(line, head, (cut(help, max(1, space)), "not bold"))

    def _choice(self, line: str, whole: bool) -> "_Choice":
        assert isinstance(self.app, CommandChooser)
        return _Choice(self.app, line, whole=whole)


class _Choice:
    """Runs the chosen entry."""

    def __init__(self, app: CommandChooser, line: str, *, whole: bool) -> None:
        self._app = app
        self._line = line
        self._whole = whole

    def __call__(self) -> None:
        self._app.choose(self._line, whole=self._whole)


def _lines() -> Iterator[tuple[str, str, bool]]:
    """Yields each line with its help, and True if it is complete."""
    for command in COMMANDS.values():
        needed = [argument for argument in command.arguments if not argument.optional]
        if not needed:
            yield command.name, command.help, True
        elif len(needed) == 1 and needed[0].kind is ArgumentKind.CHOICE:
            for choice in needed[0].choices:
                yield f"{command.name} {choice}", _MODE_HELP.get(choice, command.help), True
        else:
            yield f"{command.name} …", command.help, False
