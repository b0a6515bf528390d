"""Opening a model where waiting for it disturbs nobody."""

import io
from pathlib import Path

from impsy_tui.networks import Network
from impsy_tui.networks.check import Report
from impsy_tui.networks.looking import looked_at
from impsy_tui.networks.lstm import NumpyNetwork
from impsy_tui.networks.scaled import as_named
from impsy_tui.networks.tflite import TfliteNetwork


def open_checked(file: Path, patience: float) -> Network:
    """A model's network, once a process of its own has opened the file without trouble.

    Args:
        file: the model.
        patience: seconds that looking at it may take.

    Raises:
        UserError: it cannot be played.
    """
    found = Report(io.BytesIO(looked_at("impsy_tui.networks.check", file, patience)))
    network = TfliteNetwork(file) if found.weights is None else NumpyNetwork(found.weights)
    return as_named(network, file)
