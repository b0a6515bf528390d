"""Checks of model files in a separate process, because a corrupted file can end the interpreter that opens it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from impsy_tui.errors import UserError
from impsy_tui.limits import exceeded, limits_of


def run_file_check(module: str, file: Path, timeout: float) -> bytes:
    """Runs a module on a model file in a separate process and returns its output.

    Args:
        module: module that checks the file named by its argument and prints the result.
        file: model file.
        timeout: seconds, above 0.

    Raises:
        UserError: the process takes too long, exceeds its limits or dies.
    """
    limits = limits_of(module)
    with (
        tempfile.TemporaryFile() as answer,
        tempfile.TemporaryFile() as errors,
    ):
        try:
            seen = subprocess.run(
                [sys.executable, "-P", "-m", module, str(file)],
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=errors,
                timeout=min(timeout, limits.wall_seconds),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"could not be opened within {timeout:.0f} s: the file may be damaged") from None
        errors.seek(0)
        last = errors.read(1 << 16).decode(errors="replace").strip().rpartition("\n")[2]
        if problem := exceeded("opening it", limits, seen.returncode, last):
            raise UserError(f"could not be opened: {problem}")
        answer.seek(0)
        return answer.read(limits.output)


def lower_priority() -> None:
    """Lowers the priority of this process, so that the engine keeps the processor."""
    os.nice(10)
