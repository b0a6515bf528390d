"""Current theme, and detection of changes in its file."""

from rich.color import ColorSystem
from rich.console import Console

from impsy_tui.console.options import ConsoleOptions
from impsy_tui.console.textual_internals import colour_system
from impsy_tui.console.themes import FEW_COLOURS, STANDING, Palette, ThemeFolders
from impsy_tui.errors import UserError


def first_theme(console: Console, options: ConsoleOptions) -> str:
    """Returns the name of the theme to begin with: the option, or else that of the configuration.

    The standing theme of the configuration becomes the theme of sixteen colours in a terminal that has no more.
    """
    few = colour_system(console) is ColorSystem.STANDARD
    return options.theme or (FEW_COLOURS if few and options.wishes.theme == STANDING else options.wishes.theme)


class ThemeChooser:
    """Current theme.

    Args:
        name: name of the first theme; if it cannot be loaded, the default theme is used.
        glyphs: True if the terminal has no colours.
    """

    def __init__(self, name: str, *, glyphs: bool) -> None:
        self.folders = ThemeFolders(glyphs=glyphs)
        self.problem = ""
        """Reason why the first theme could not be loaded; empty if it was."""
        try:
            self.palette = self.folders.load(name)
        except UserError as problem:
            self.problem = str(problem)
            self.palette = self.folders.load(STANDING)
        self._seen = self._time()

    def choose(self, name: str) -> Palette:
        """Loads a theme.

        Raises:
            UserError: the theme cannot be loaded; the theme before it stays.
        """
        self.palette = self.folders.load(name)
        self._seen = self._time()
        return self.palette

    def changed(self) -> bool:
        """Returns True if the file has changed since the last call."""
        time = self._time()
        changed, self._seen = time != self._seen, time
        return changed

    def _time(self) -> float:
        file = self.folders.file(self.palette.name)
        try:
            return file.stat().st_mtime if file is not None else 0.0
        except OSError:
            return 0.0
