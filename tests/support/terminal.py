"""Shell in a separate tmux, and the text on its screen."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from impsy_tui.control.client import connected
from impsy_tui.control.messages import Snapshot
from impsy_tui.errors import NoEngineError
from tests.support.process_list import children
from tests.support.waiting import wait_until

PATIENCE = 120.0
IMPSY = f"{shlex.quote(sys.executable)} -m impsy_tui"


class Terminal:
    """Shell in a separate tmux, and its screen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = folder / "tmux"
        self.engine_socket = folder / "engine.sock"
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("TMUX", "COLORTERM", "NO_COLOR", "LINES", "COLUMNS")
        }
        (folder / "shellrc").write_text("PS1='shell> '\n")
        self._environment = environment | {
            "ENV": str(folder / "shellrc"),
            "TERM": "screen-256color",
            "XDG_STATE_HOME": str(folder / "state"),
            "LC_ALL": "C.UTF-8",
        }
        self("new-session", "-d", "-x", "80", "-y", "24", "sh")

    def __call__(self, *arguments: str) -> str:
        """Runs a command of tmux; returns its output."""
        return subprocess.run(
            ["tmux", "-u", "-S", str(self._server), "-f", "/dev/null", *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        ).stdout

    @property
    def text(self) -> str:
        """Text of the screen."""
        return self("capture-pane", "-p")

    def sees(self, *texts: str) -> None:
        """Waits until all of these texts are on the screen."""
        try:
            wait_until(lambda: all(text in self.text for text in texts), PATIENCE)
        except AssertionError:
            raise AssertionError(f"{texts} did not all appear; the screen is\n{self.text}") from None

    def type(self, text: str) -> None:
        """Types a line and Enter."""
        self("send-keys", "-l", text)
        self("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        """Presses keys by the names of tmux."""
        self("send-keys", *keys)

    def impsy(self, words: str, before: str = "") -> None:
        """Types ``impsy-tui`` with these words, for this terminal's engine."""
        self.type(f"clear; {before} {IMPSY} {words} --socket {shlex.quote(str(self.engine_socket))}")

    @property
    def console(self) -> int:
        """Returns the process that the shell runs."""
        (console,) = children(int(self("display-message", "-p", "#{pane_pid}")))
        return console

    def is_a_shell_again(self, word: str) -> None:
        """Checks that the shell answers, on the screen from before the console."""
        self.type(f"echo {word}-$((40 + 2))")
        self.sees(f"{word}-42")
        assert self("display-message", "-p", "#{alternate_on} #{cursor_flag}").strip() == "0 1"

    def snapshot(self) -> Snapshot:
        """Returns a snapshot of the engine."""
        with connected(self.engine_socket) as client:
            return client.snapshot()

    def engine(self) -> int:
        """Returns the process id of the engine."""
        with connected(self.engine_socket) as client:
            return client.hello.pid

    def close(self) -> None:
        """Ends the engine and tmux."""
        self("kill-server")
        try:
            os.kill(self.engine(), signal.SIGKILL)
        except (NoEngineError, ProcessLookupError):
            pass
