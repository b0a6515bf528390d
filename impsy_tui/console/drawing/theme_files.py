"""Current theme, and detection of changes in its file."""

from impsy_tui.console.themes import STANDING, Palette, ThemeFolders
from impsy_tui.errors import UserError


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
