"""Engine in a separate process, and the shell command that talks to it."""

import os
import signal
import subprocess
import sys
from pathlib import Path


def shell(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs ``impsy-tui`` with these words, in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "impsy_tui", *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


class EngineProcess:
    """``impsy-tui run`` in a separate process, with a separate folder."""

    def __init__(self, folder: Path, config: str, *options: str) -> None:
        self.folder = folder
        self.socket = folder / "engine.sock"
        (folder / "config.toml").write_text(config)
        self.errors = folder / "errors.txt"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "impsy_tui", "run", "--socket", str(self.socket), *options],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs ``impsy-tui`` with these words, on this engine's socket."""
        return shell(*words, "--socket", str(self.socket), cwd=self.folder)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)

    def said(self) -> str:
        """Returns the printed warnings and errors."""
        return self.errors.read_text()

    def log_rows(self) -> list[str]:
        """Returns all rows of its logs, the oldest file first."""
        return [row for file in sorted(self.folder.glob("logs/*.log")) for row in file.read_text().splitlines()]
