"""Model opening outside the engine, after a check in a separate process."""

import io
from pathlib import Path

from impsy_tui.mdrnn.check import Report, Request
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import Network
from impsy_tui.mdrnn.scale import with_scale_of_file
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.model_files.checks import run_file_check


def open_checked(file: Path, timeout: float) -> Network:
    """Checks a model file in a separate process, then returns its network.

    Args:
        file: model file.
        timeout: seconds that the check may take.

    Raises:
        UserError: the file is not a valid model.
    """
    found = Report(io.BytesIO(run_file_check(Request(file), timeout)))
    network = TfliteNetwork(file) if found.weights is None else NumpyNetwork(found.weights)
    return with_scale_of_file(network, file)
