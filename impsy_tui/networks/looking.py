"""Checks of model files in a separate process, because a corrupted file can end the interpreter that opens it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from impsy_tui.limits import limit_process
from impsy_tui.networks.problem import ModelProblem

CPU_SECONDS: Final = 20


def looked_at(module: str, file: Path, patience: float) -> bytes:
    """What a module says of a file, in a process of its own: a corrupted one can take its interpreter with it.

    Args:
        module: that looks at the file that is its argument, and prints what it finds.
        file: the model.
        patience: seconds that this may take.

    Raises:
        ModelProblem: it takes longer.
    """
    try:
        seen = subprocess.run(
            [sys.executable, "-P", "-m", module, str(file)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelProblem(f"could not be opened within {patience:.0f} s: the file may be damaged") from None
    return seen.stdout


def limit_self() -> None:
    """Bound what a hostile file can take, and stay out of the music's way."""
    os.nice(10)
    limit_process(CPU_SECONDS)
