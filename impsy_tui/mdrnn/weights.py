"""Weights of a network from ``.keras`` and ``.h5`` files: arrays only, never code."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.lstm import LstmWeights, Weights
from impsy_tui.mdrnn.model import Floats
from impsy_tui.toml_files import open_regular

KERAS_SUFFIXES: Final = (".keras", ".h5", ".hdf5")
_LARGEST_FILE: Final = 256 << 20
"""Bytes, uncompressed: weights and the state of the optimizer."""
LARGEST_WEIGHTS: Final = 64 << 20
"""Bytes. The largest network that the program trains takes a third of this."""
_MOST_ITEMS: Final = 10_000
"""Groups and arrays of an ``.h5`` file."""

_TOO_LARGE: Final = f"is too large: its weights may take at most {LARGEST_WEIGHTS >> 20} MB"
_LSTM = re.compile(r"^(.*?\blstm_?(\d*))/", re.IGNORECASE)
_GATES: Final = re.compile(r"(mdn_gates|(^|/)dense)(_\d+)?/")
"""Gates: the only dense layer of an archive of Keras 3."""
_HEADS: Final = {
    "means": re.compile(r"(mdn_)?mus\b"),
    "deviations": re.compile(r"(mdn_)?sigmas\b"),
    "logits": re.compile(r"(mdn_)?pis?\b"),
}


def read_weights(file: Path) -> Weights:
    """Returns the weights of a mixture density network.

    Reads models for training and for inference. Keras 3 and late Keras 2 write ``.keras`` archives. Keras 2 writes
    ``.h5`` or ``.hdf5`` with a whole model or with weights only. Keras 3 also writes ``.weights.h5``.

    Raises:
        UserError: the file cannot be read, or is not a network of this kind.
    """
    import h5py  # only these files need it

    try:
        source: Any = file
        if file.suffix == ".keras":
            with open_regular(file) as opened, zipfile.ZipFile(opened) as archive:
                entry = archive.getinfo("model.weights.h5")
                if entry.file_size > _LARGEST_FILE:
                    raise UserError(_TOO_LARGE)
                source = io.BytesIO(archive.read(entry))
        else:
            open_regular(file).close()  # h5py would wait for the writer of a FIFO
        with h5py.File(source, "r") as h5:
            root = h5.get("model_weights", h5)
            arrays: dict[str, Floats] = {}
            seen = total = 0

            def keep(name: str, item: Any) -> None:
                nonlocal seen, total
                seen += 1
                if isinstance(item, h5py.Dataset) and not name.startswith(("optimizer", "_")):
                    total += 4 * int(item.size or 0)
                    # Checked before reading: a small file may hold any number of compressed zeros.
                    if total > LARGEST_WEIGHTS:
                        raise UserError(_TOO_LARGE)
                    if item.dtype.kind == "f":
                        arrays[name] = np.asarray(item, np.float32)
                if seen > _MOST_ITEMS:
                    raise UserError(f"is not a mixture density RNN: it has more than {_MOST_ITEMS} items")

            root.visititems(keep)
    except UserError:
        raise
    except Exception as error:  # a damaged file can raise any error
        reason = str(error).strip("'\"").partition("\n")[0][:200]
        raise UserError(f"is not a Keras file: {reason}") from None
    weights = _assemble(arrays)
    _ = weights.shape  # raises if the shapes do not match
    return weights


def write_weights(file: Path, weights: Weights) -> None:
    """Writes weights as an ``.h5`` file with the names of Keras; an existing file is replaced.

    Raises:
        OSError: the file cannot be written.
    """
    import h5py

    heads = {"mus": weights.means, "sigmas": weights.deviations, "pi": weights.logits}
    with h5py.File(file, "w") as h5:
        for number, layer in enumerate(weights.layers):
            for role, array in (
                ("kernel", layer.kernel),
                ("recurrent_kernel", layer.recurrent),
                ("bias", layer.bias),
            ):
                h5[f"lstm_{number}/{role}"] = array
        for name, (kernel, bias) in heads.items():
            h5[f"mdn_outputs/mdn_{name}/kernel"], h5[f"mdn_outputs/mdn_{name}/bias"] = kernel, bias
        if weights.gates is not None:
            h5["mdn_gates/kernel"] = kernel_of_gates(weights.gates)


def kernel_of_gates(gates: Floats) -> Floats:
    """Returns gates ``(mixtures, dimension)`` as the kernel of a layer from the event to the mixture parameters."""
    mixtures, dimension = gates.shape
    kernel = np.zeros((dimension, mixtures * (2 * dimension + 1)), np.float32)
    for number in range(dimension):
        kernel[number, number : mixtures * dimension : dimension] = gates[:, number]
    return kernel


def _assemble(arrays: dict[str, Floats]) -> Weights:
    layers: dict[tuple[int, str], dict[str, Floats]] = {}
    for name, array in arrays.items():
        if found := _LSTM.match(name):
            key = (int(found[2] or 0), found[1])
            layers.setdefault(key, {})[_role(name, array)] = array
    lstm = []
    for key in sorted(layers):
        parts = layers[key]
        if set(parts) != {"kernel", "recurrent", "bias"}:
            raise UserError(f"is not a mixture density RNN: its layer {key[1]} is not an LSTM layer")
        lstm.append(LstmWeights(**parts))
    heads = {name: _dense(arrays, pattern) for name, pattern in _HEADS.items()}
    if any(head is None for head in heads.values()):
        heads = _unnamed_heads(arrays)
    if not lstm or any(head is None for head in heads.values()):
        raise UserError("is not a mixture density RNN: it must have LSTM layers and a mixture")
    known = {name: head for name, head in heads.items() if head}
    return Weights(layers=tuple(lstm), **known, gates=_gates(arrays, len(known["means"][1])))


def _gates(arrays: dict[str, Floats], width: int) -> Floats | None:
    kernel = next((array for name, array in arrays.items() if array.ndim == 2 and _GATES.search(name)), None)
    return None if kernel is None else gates_of_kernel(kernel, width)


def gates_of_kernel(kernel: Floats, width: int) -> Floats:
    """Returns the gates ``(mixtures, dimension)`` of a dense layer from the event to the mixture parameters.

    Args:
        kernel: ``(dimension, parameters)``; only the weight of each dimension in its own means is used.
        width: number of means.

    Raises:
        UserError: the kernel has another shape.
    """
    dimension, parameters = kernel.shape
    mixtures = width // dimension
    if width % dimension or parameters != mixtures * (2 * dimension + 1):
        raise UserError(f"the gates have weights of shape {kernel.shape}")
    means = kernel[:, :width].reshape(dimension, mixtures, dimension)
    return np.ascontiguousarray(np.einsum("dkd->kd", means))


def _role(name: str, array: Floats) -> str:
    """Returns the role of a layer's array, by its name or by its number (Keras 3)."""
    leaf = name.rpartition("/")[2]
    if "recurrent" in leaf or leaf == "1":
        return "recurrent"
    return "kernel" if array.ndim == 2 else "bias"


def _dense(arrays: dict[str, Floats], pattern: re.Pattern[str]) -> tuple[Floats, Floats] | None:
    found = [array for name, array in arrays.items() if pattern.search(name.rpartition("/")[0])]
    kernel = next((array for array in found if array.ndim == 2), None)
    bias = next((array for array in found if array.ndim == 1), None)
    return None if kernel is None or bias is None else (kernel, bias)


def _unnamed_heads(arrays: dict[str, Floats]) -> dict[str, tuple[Floats, Floats] | None]:
    """Returns the heads of the oldest files, which number them in the order of creation."""
    heads: dict[str, tuple[Floats, Floats] | None] = {}
    for suffix, name in (("", "means"), ("_1", "deviations"), ("_2", "logits")):
        by_leaf = {key.rpartition("/")[2]: array for key, array in arrays.items() if "mdn" in key}
        kernel, bias = by_leaf.get(f"kernel{suffix}:0"), by_leaf.get(f"bias{suffix}:0")
        heads[name] = None if kernel is None or bias is None else (kernel, bias)
    return heads
