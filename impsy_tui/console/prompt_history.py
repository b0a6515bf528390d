"""History of the command line, kept in a file so that it survives a restart."""

from pathlib import Path
from typing import Final

from impsy_tui.paths import user_folder
from impsy_tui.toml_files import read_regular

MOST: Final = 1000
_LARGEST: Final = 4 << 20
"""Bytes of a history that are read."""


def history_file() -> Path:
    """Returns the history file of this user."""
    return user_folder("XDG_STATE_HOME", ".local/state") / "impsy-tui" / "history"


class PromptHistory:
    """Typed lines, the newest last, and a position in them.

    Args:
        file: file of the history; if it cannot be written, the lines last as long as the console.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            lines = read_regular(file, _LARGEST).decode(errors="replace").split("\n")
        except OSError:
            lines = []
        self._kept = len(lines)
        self.lines = [line for line in lines if line.strip()][-MOST:]
        self._place: int | None = None
        self._draft = ""

    def add(self, line: str) -> None:
        """Adds a line, unless it is equal to the line before it."""
        self._place = None
        if not line.strip() or (self.lines and self.lines[-1] == line):
            return
        self.lines.append(line)
        try:
            if self._file.exists() and not self._file.is_file():
                return  # a writer of a pipe would wait for a reader
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._kept += 1
            if self._kept > MOST * 2:
                self.lines = self.lines[-MOST:]
                self._kept = len(self.lines)
                self._file.write_text("".join(f"{kept}\n" for kept in self.lines), encoding="utf-8", errors="replace")
            else:
                with self._file.open("a", encoding="utf-8", errors="replace") as file:
                    file.write(line + "\n")
        except OSError:
            pass  # a console without a home folder keeps the lines in memory

    def older(self, draft: str) -> str | None:
        """Returns the line before; None if there is none. ``newer`` leads back to the draft."""
        if self._place is None:
            self._draft = draft
            self._place = len(self.lines)
        if self._place == 0:
            return None
        self._place -= 1
        return self.lines[self._place]

    def newer(self) -> str | None:
        """Returns the line after, at last the draft; None if the draft is shown already."""
        if self._place is None:
            return None
        self._place += 1
        if self._place >= len(self.lines):
            self._place = None
            return self._draft
        return self.lines[self._place]

    def search(self, text: str, skip: int = 0) -> str | None:
        """Returns the newest line that contains a text, after skipping some; None if there is none."""
        found = [line for line in dict.fromkeys(reversed(self.lines)) if text in line]
        return found[skip] if skip < len(found) else None
