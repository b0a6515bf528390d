"""Checks of model files in a separate process, because a corrupted file can end the interpreter that opens it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from impsy_tui.errors import UserError
from impsy_tui.limits import exceeded, limits_of


def run_file_check(module: str, file: Path, patience: float) -> bytes:
    """What a module says of a file, in a process of its own: a corrupted one can take its interpreter with it.

    Args:
        module: that looks at the file that is its argument, and prints what it finds.
        file: the model.
        patience: seconds that this may take.

    Raises:
        UserError: it takes longer.
    """
    limits = limits_of(module)
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:  # a file has a largest size
        try:
            seen = subprocess.run(
                [sys.executable, "-P", "-m", module, str(file)],
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=errors,
                timeout=min(patience, limits.wall_seconds),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"could not be opened within {patience:.0f} s: the file may be damaged") from None
        errors.seek(0)
        last = errors.read(1 << 16).decode(errors="replace").strip().rpartition("\n")[2]
        if problem := exceeded("opening it", limits, seen.returncode, last):
            raise UserError(f"could not be opened: {problem}")
        answer.seek(0)
        return answer.read(limits.output)


def lower_priority() -> None:
    """Leaves the processor to the music."""
    os.nice(10)
