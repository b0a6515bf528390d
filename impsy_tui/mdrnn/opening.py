"""Opening a model where waiting for it disturbs nobody."""

import io
from pathlib import Path

from impsy_tui.mdrnn.check import Report
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import Network
from impsy_tui.mdrnn.scale import with_scale_of_file
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.model_files.checks import run_file_check


def open_checked(file: Path, patience: float) -> Network:
    """A model's network, once a process of its own has opened the file without trouble.

    Args:
        file: the model.
        patience: seconds that looking at it may take.

    Raises:
        UserError: it cannot be played.
    """
    found = Report(io.BytesIO(run_file_check("impsy_tui.mdrnn.check", file, patience)))
    network = TfliteNetwork(file) if found.weights is None else NumpyNetwork(found.weights)
    return with_scale_of_file(network, file)
