"""Plays the first minute in tmux and records the screen:  recording.py CAST SVG

The recording is an asciicast of version 2. Each of its events paints the whole screen.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from cast_svg import CLEAR, svg

COLUMNS: Final = 90
ROWS: Final = 27
_PAUSE: Final = 0.6
"""Seconds between two pictures."""
_LETTER: Final = 0.07
_SCRIPT: Final = (
    # Typed text, key after it, then seconds to watch.
    ("impsy-tui play --demo", "Enter", 14.0),
    ("mode battle; temp 1.3", "Enter", 9.0),
    ("over 4s temp 0.6", "Enter", 7.0),
    ("mute x3", "Enter", 4.0),
    ("undo", "Enter", 4.0),
    ("", "C-q", 3.0),
    ("impsy-tui shutdown", "Enter", 3.0),
)


class Screen:
    """A terminal of tmux, and a recording of it.

    Args:
        folder: folder for the socket of tmux, and the folder in which the program plays.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._start = self._next = time.monotonic()
        self.events: list[tuple[float, str]] = []
        (folder / "shellrc").write_text("PS1='$ '\n")
        self._environment = {
            "ENV": str(folder / "shellrc"),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "TERM": "tmux-256color",
            "COLORTERM": "truecolor",
            "XDG_STATE_HOME": str(folder),
        }
        self._tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "sh")
        self._tmux("set", "-g", "status", "off")

    def type(self, text: str, key: str) -> None:
        """Types a text letter by letter, then presses a key."""
        for letter in text:
            self._tmux("send-keys", "-l", "\\;" if letter == ";" else letter)  # tmux ends its command at ";"
            self.watch(_LETTER)
        self.watch(_PAUSE)
        self._tmux("send-keys", key)

    def watch(self, seconds: float) -> None:
        """Records the screen for some seconds."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if now >= self._next:
                self._next = now + _PAUSE
                self._take(now)
            time.sleep(max(0.0, min(end, self._next) - time.monotonic()))

    def _take(self, now: float) -> None:
        picture = self._tmux("capture-pane", "-e", "-p").rstrip("\n")
        if not self.events or self.events[-1][1] != picture:
            self.events.append((now - self._start, picture))

    def close(self) -> None:
        """Ends the terminal."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-S", str(self._folder / "tmux"), "-f", "/dev/null", *arguments]
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout


def cast(events: list[tuple[float, str]]) -> str:
    """Returns an asciicast of version 2."""
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": "The first minute with impsy-tui"}
    lines = [json.dumps(header)]
    for moment, picture in events:
        painted = CLEAR + picture.replace("\n", "\r\n")
        lines.append(json.dumps([round(moment, 3), "o", painted], ensure_ascii=False))
    return "\n".join(lines) + "\n"


def main(cast_file: Path, picture: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        screen = Screen(Path(place))
        try:
            screen.watch(1.0)
            for text, key, seconds in _SCRIPT:
                screen.type(text, key)
                screen.watch(seconds)
        finally:
            screen.close()
    cast_file.parent.mkdir(parents=True, exist_ok=True)
    cast_file.write_text(cast(screen.events), encoding="utf-8")
    picture.write_text(svg(cast_file.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{picture}: {picture.stat().st_size // 1000} kB, {len(screen.events)} pictures")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
