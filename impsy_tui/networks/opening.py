"""Opening a model where waiting for it disturbs nobody."""

import subprocess
import sys
from pathlib import Path

from impsy_tui.networks import ModelProblem, Network
from impsy_tui.networks.check import Report
from impsy_tui.networks.lstm import NumpyNetwork
from impsy_tui.networks.tflite import TfliteNetwork


def open_checked(file: Path, patience: float) -> Network:
    """A model's network, once a process of its own has opened the file without trouble.

    Args:
        file: the model.
        patience: seconds that looking at it may take.

    Raises:
        ModelProblem: it cannot be played.
    """
    try:
        seen = subprocess.run(
            [sys.executable, "-P", "-m", "impsy_tui.networks.check", str(file)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelProblem(f"could not be opened within {patience:.0f} s: the file may be damaged") from None
    found = Report(seen.stdout)
    return TfliteNetwork(file) if found.weights is None else NumpyNetwork(found.weights)
