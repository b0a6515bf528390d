"""Opening of ensemble models after a check in a separate process, because a corrupted file can end its process.

The worker prints one line: the problem of the file, or ``fine``.
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.ensemble.memory import INPUTS
from impsy_tui.ensemble.network import MOST_FOLLOWERS, EnsembleNetwork
from impsy_tui.errors import UserError
from impsy_tui.model_files.checks import run_file_check
from impsy_tui.worker_requests import WorkerRequest

_FINE: Final = "fine"
_STEPS: Final = 4


class Request(WorkerRequest, frozen=True, tag="check_ensemble"):
    """Request to check the model file of an ensemble."""

    file: Path


def run(request: Request) -> None:
    """Checks the file and prints the result."""
    try:
        _try_out(EnsembleNetwork(request.file))
    except UserError as problem:
        sys.stdout.write(f"{problem}\n")
    else:
        sys.stdout.write(f"{_FINE}\n")


def _try_out(network: EnsembleNetwork) -> None:
    for step in range(_STEPS):
        logits = network.step(np.full((MOST_FOLLOWERS, INPUTS), step / _STEPS, np.float32))
        if not np.all(np.isfinite(logits)):
            raise UserError("predicts values that are not finite numbers")


def open_ensemble(file: Path, timeout: float) -> EnsembleNetwork:
    """Checks a model file in a separate process, then returns its network.

    Args:
        file: model file.
        timeout: seconds that the check may take.

    Raises:
        UserError: the file is not a valid model.
    """
    said = run_file_check(Request(file), timeout).decode(errors="replace").strip()
    if said != _FINE:
        raise UserError(said or "could not be checked: the file may be damaged")
    return EnsembleNetwork(file)
