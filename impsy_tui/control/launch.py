"""Start of an engine that outlives its parent process."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from impsy_tui.control.client import connected
from impsy_tui.control.messages import EngineStart
from impsy_tui.errors import NoEngineError, UserError

_PATIENCE = 30.0
_STEP = 0.05
_TAIL = 4000
"""Bytes that are read from the end of an engine's output."""
_LINES = 8


def launch_engine(arguments: Sequence[str], socket: Path | None, output: Path, folder: Path | None = None) -> None:
    """Starts ``impsy-tui run`` in a new session and waits until the engine answers.

    The engine survives the terminal. Its output goes to a file, or to memory if the disk is full or read-only.

    Args:
        arguments: Arguments of ``run``.
        socket: Control socket; None for the default socket of the user.
        output: File for the output; replaced.
        folder: Working folder; None for the current folder.

    Raises:
        UserError: The engine ended, or did not answer in time.
    """
    place = ["--socket", str(socket)] if socket is not None else []
    sink = _open_output(output)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "impsy_tui", "run", *place, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            cwd=folder,
        )
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise UserError(_last_lines(sink) or f"The engine ended at once (exit code {process.returncode})")
            try:
                with connected(socket, timeout=1.0):
                    return
            except NoEngineError:
                pass  # the engine does not answer yet
            time.sleep(_STEP)
        process.terminate()
        said = _last_lines(sink)
        raise UserError(f"it did not answer within {_PATIENCE:.0f} s" + (f"; it said: {said}" if said else ""))
    except OSError as error:
        raise UserError(f"no process can be started: {error.strerror}") from None
    finally:
        os.close(sink)


def launch_again(start: EngineStart, socket: Path | None) -> None:
    """Starts an engine with the arguments of a former engine.

    The engine resumes the saved session unless the performer ended it.

    Raises:
        UserError: The arguments are unknown, or the engine did not start.
    """
    if not start.folder:
        raise UserError("the options of the engine are unknown: type impsy-tui in a shell")
    launch_engine(arguments_again(start), socket, Path(start.output), Path(start.folder))


def arguments_again(start: EngineStart) -> list[str]:
    """Returns the arguments for a restart, without those that decide about the saved session."""
    return [word for word in start.arguments if word not in ("--resume", "--fresh")]


def last_lines(output: Path) -> str:
    """Returns the last lines of an engine's output file; empty without any."""
    try:
        opened = os.open(output, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        return _last_lines(opened)
    finally:
        os.close(opened)


def _open_output(output: Path) -> int:
    """Opens the file, or memory if the file cannot be written."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        sink = os.open(output, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            os.write(sink, b"\n")  # a file can be opened on a full disk, but not written
            os.ftruncate(sink, 0)
        except OSError:
            os.close(sink)
            raise
    except OSError:
        return os.memfd_create("engine.out") if sys.platform == "linux" else os.open(os.devnull, os.O_RDWR)
    return sink


def _last_lines(opened: int) -> str:
    try:
        size = os.fstat(opened).st_size
        data = os.pread(opened, _TAIL, max(0, size - _TAIL))
    except OSError:
        return ""
    return "\n".join(data.decode(errors="replace").splitlines()[-_LINES:]).strip()
