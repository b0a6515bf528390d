"""Models: tiny ones with chosen weights, written without TensorFlow, and the shipped ensemble."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from impsy_tui.mdrnn.model import SCALE

SHIPPED_ENSEMBLE = Path(__file__).parent.parent.parent / "models" / "ensembleRNN-units16.tflite"


def write_h5(file: Path, arrays: dict[str, np.ndarray]) -> Path:
    """Writes arrays by path to an HDF5 file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(file, "w") as h5:
        for name, array in arrays.items():
            h5[name] = np.asarray(array, np.float32)
    return file


def constant_model(file: Path, event: Sequence[float], units: int = 4, layers: int = 2, mixtures: int = 2) -> Path:
    """Writes a model that always predicts exactly one event, for any input.

    Args:
        file: file to write, ``.h5``.
        event: ``[dt, x_1 … x_n]``.
    """
    dimension = len(event)
    arrays: dict[str, np.ndarray] = {}
    inputs = dimension
    for layer in range(layers):
        path = f"lstm{layer}/lstm{layer}"
        arrays[f"{path}/kernel:0"] = np.zeros((inputs, 4 * units))
        arrays[f"{path}/recurrent_kernel:0"] = np.zeros((units, 4 * units))
        arrays[f"{path}/bias:0"] = np.zeros(4 * units)
        inputs = units
    values = mixtures * dimension
    for name, width, bias in (
        ("mus", values, np.tile(np.asarray(event) * SCALE, mixtures)),
        ("sigmas", values, np.full(values, -30.0)),
        ("pis", mixtures, np.zeros(mixtures)),
    ):
        arrays[f"td_mdn/td_mdn/{name}/kernel:0"] = np.zeros((units, width))
        arrays[f"td_mdn/td_mdn/{name}/bias:0"] = bias
    return write_h5(file, arrays)


def random_model(file: Path, dimension: int, units: int, layers: int, mixtures: int, seed: int = 0) -> Path:
    """Writes a model with random weights."""
    random = np.random.default_rng(seed)
    arrays: dict[str, np.ndarray] = {}
    inputs = dimension
    for layer in range(layers):
        path = f"lstm{layer}/lstm{layer}"
        arrays[f"{path}/kernel:0"] = random.normal(0, 0.3, (inputs, 4 * units))
        arrays[f"{path}/recurrent_kernel:0"] = random.normal(0, 0.3, (units, 4 * units))
        arrays[f"{path}/bias:0"] = random.normal(0, 0.3, 4 * units)
        inputs = units
    for name, width in (("mus", mixtures * dimension), ("sigmas", mixtures * dimension), ("pis", mixtures)):
        arrays[f"td_mdn/td_mdn/{name}/kernel:0"] = random.normal(0, 0.3, (units, width))
        arrays[f"td_mdn/td_mdn/{name}/bias:0"] = random.normal(0, 0.3, width)
    return write_h5(file, arrays)
