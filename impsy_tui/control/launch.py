"""Starting an engine that outlives whoever started it."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from impsy_tui.control.client import NoEngine, connected

_PATIENCE = 30.0
_STEP = 0.05


class LaunchProblem(Exception):
    """The engine did not start; the message is what it said."""


def launch_engine(arguments: Sequence[str], socket: Path, output: Path) -> None:
    """Start ``impsy-tui run`` in a session of its own, and wait until it answers.

    A terminal that closes takes nothing of it along. What it prints goes to a file.

    Args:
        arguments: of ``run``.
        socket: the control socket that it is to have.
        output: the file for what it prints; made anew.

    Raises:
        LaunchProblem: it ended, or did not answer in time.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise LaunchProblem(f"{output} cannot be written: {error.strerror}") from None
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "impsy_tui", "run", "--socket", str(socket), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    finally:
        os.close(sink)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise LaunchProblem(output.read_text(errors="replace").strip() or "it ended at once")
        if socket.exists():
            try:
                with connected(socket, timeout=1.0):
                    return
            except NoEngine:
                pass  # not yet
        time.sleep(_STEP)
    process.terminate()
    raise LaunchProblem(f"it did not answer within {_PATIENCE:.0f} s; {output} has what it said")
