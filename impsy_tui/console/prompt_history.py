"""The history of the command line, kept in a file so that it survives a restart."""

import os
from pathlib import Path
from typing import Final

MOST: Final = 1000


def history_file() -> Path:
    """Returns the history file of this user."""
    state = os.environ.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return base / "impsy-tui" / "history"


class PromptHistory:
    """Lines that were typed, the newest last, and a place in them.

    Args:
        file: where they are kept; where that cannot be, they last as long as the console.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            lines = []
        self._kept = len(lines)
        self.lines = [line for line in lines if line.strip()][-MOST:]
        self._place: int | None = None
        self._draft = ""

    def add(self, line: str) -> None:
        """Keep a line, unless it is the one before it again."""
        self._place = None
        if not line.strip() or (self.lines and self.lines[-1] == line):
            return
        self.lines.append(line)
        try:
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
            pass  # a console without a home still has its memory

    def older(self, draft: str) -> str | None:
        """The line before; None if there is none. The draft is what ``newer`` ends at."""
        if self._place is None:
            self._draft = draft
            self._place = len(self.lines)
        if self._place == 0:
            return None
        self._place -= 1
        return self.lines[self._place]

    def newer(self) -> str | None:
        """The line after, at last the draft; None if that is shown already."""
        if self._place is None:
            return None
        self._place += 1
        if self._place >= len(self.lines):
            self._place = None
            return self._draft
        return self.lines[self._place]

    def search(self, text: str, skip: int = 0) -> str | None:
        """The newest line with a text in it, after skipping some; None if there is none."""
        found = [line for line in dict.fromkeys(reversed(self.lines)) if text in line]
        return found[skip] if skip < len(found) else None
