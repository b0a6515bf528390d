"""Opening a model where waiting for it disturbs nobody."""

import io
import subprocess
import sys
from pathlib import Path

from impsy_tui.networks import ModelProblem, Network
from impsy_tui.networks.check import Report
from impsy_tui.networks.lstm import NumpyNetwork
from impsy_tui.networks.scaled import as_named
from impsy_tui.networks.tflite import TfliteNetwork


def open_checked(file: Path, patience: float) -> Network:
    """A model's network, once a process of its own has opened the file without trouble.

    Args:
        file: the model.
        patience: seconds that looking at it may take.

    Raises:
        ModelProblem: it cannot be played.
    """
    found = Report(io.BytesIO(looked_at("impsy_tui.networks.check", file, patience)))
    network = TfliteNetwork(file) if found.weights is None else NumpyNetwork(found.weights)
    return as_named(network, file)


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
