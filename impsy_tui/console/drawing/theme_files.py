"""The theme that is worn, and whether its file has changed since it was put on."""

from impsy_tui.console.themes import STANDING, Palette, ThemeFolders
from impsy_tui.errors import UserError


class ThemeChooser:
    """Wears a theme.

    Args:
        name: of the first; where it cannot be worn, the standing theme is.
        glyphs: there is no colour.
    """

    def __init__(self, name: str, *, glyphs: bool) -> None:
        self.shelf = ThemeFolders(glyphs=glyphs)
        self.problem = ""
        """Why the first is not worn."""
        try:
            self.palette = self.shelf.load(name)
        except UserError as problem:
            self.problem = str(problem)
            self.palette = self.shelf.load(STANDING)
        self._seen = self._time()

    def wear(self, name: str) -> Palette:
        """Put on a theme.

        Raises:
            UserError: it cannot be worn; the one before still is.
        """
        self.palette = self.shelf.load(name)
        self._seen = self._time()
        return self.palette

    def changed(self) -> bool:
        """Whether the file has changed since this was last asked."""
        time = self._time()
        changed, self._seen = time != self._seen, time
        return changed

    def _time(self) -> float:
        file = self.shelf.file(self.palette.name)
        try:
            return file.stat().st_mtime if file is not None else 0.0
        except OSError:
            return 0.0
