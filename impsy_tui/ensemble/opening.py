"""Opening a model of an ensemble, once a process of its own has: a corrupted file can take its interpreter with it.

``python -m impsy_tui.ensemble.opening FILE`` says in a line what is wrong with a file, or ``fine``.
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.ensemble.memory import INPUTS
from impsy_tui.ensemble.network import MOST_FOLLOWERS, EnsembleNetwork
from impsy_tui.errors import UserError
from impsy_tui.limits import limit_process
from impsy_tui.model_files.checks import lower_priority, run_file_check

_FINE: Final = "fine"
_STEPS: Final = 4


def main() -> None:
    """See the module."""
    lower_priority()
    try:
        _try_out(EnsembleNetwork(Path(sys.argv[1])))
    except UserError as problem:
        sys.stdout.write(f"{problem}\n")
    else:
        sys.stdout.write(f"{_FINE}\n")


def _try_out(network: EnsembleNetwork) -> None:
    """Refuse a network whose predictions are not numbers."""
    for step in range(_STEPS):
        logits = network.step(np.full((MOST_FOLLOWERS, INPUTS), step / _STEPS, np.float32))
        if not np.all(np.isfinite(logits)):
            raise UserError("predicts what is not a number")


def open_ensemble(file: Path, patience: float) -> EnsembleNetwork:
    """A model's network, once a process of its own has opened the file without trouble.

    Args:
        file: the model.
        patience: seconds that looking at it may take.

    Raises:
        UserError: it cannot be played.
    """
    said = run_file_check("impsy_tui.ensemble.opening", file, patience).decode(errors="replace").strip()
    if said != _FINE:
        raise UserError(said or "could not be checked: the file may be damaged")
    return EnsembleNetwork(file)


if __name__ == "__main__":
    limit_process("impsy_tui.ensemble.opening")
    main()
