"""Reading a network's weights from ``.keras`` and ``.h5`` files: arrays alone, never code."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.lstm import LstmWeights, Weights
from impsy_tui.mdrnn.model import Floats

KERAS_SUFFIXES: Final = (".keras", ".h5", ".hdf5")
_LARGEST_FILE: Final = 256 << 20
"""Bytes, uncompressed: weights, and what an optimizer keeps of each."""
LARGEST_WEIGHTS: Final = 64 << 20
"""Bytes. The largest size a musician trains is a third of it."""
_MOST_ITEMS: Final = 10_000
"""Of an ``.h5`` file."""

_TOO_LARGE: Final = f"is too large: its weights may take at most {LARGEST_WEIGHTS >> 20} MB"
_LSTM = re.compile(r"^(.*?\blstm_?(\d*))/", re.IGNORECASE)
_HEADS: Final = {
    "means": re.compile(r"(mdn_)?mus\b"),
    "deviations": re.compile(r"(mdn_)?sigmas\b"),
    "logits": re.compile(r"(mdn_)?pis?\b"),
}


def read_weights(file: Path) -> Weights:
    """Read the weights of a mixture density network.

    Understands ``.keras`` archives (Keras 3 and late Keras 2), whole-model and weights-only
    ``.h5`` or ``.hdf5`` of Keras 2 and ``.weights.h5`` of Keras 3, of training and of inference models.

    Raises:
        UserError: the file cannot be read, or holds no such network.
    """
    import h5py  # needed for these files alone

    try:
        source: Any = file
        if file.suffix == ".keras":
            with zipfile.ZipFile(file) as archive:
                entry = archive.getinfo("model.weights.h5")
                if entry.file_size > _LARGEST_FILE:
                    raise UserError(_TOO_LARGE)
                source = io.BytesIO(archive.read(entry))
        with h5py.File(source, "r") as h5:
            root = h5.get("model_weights", h5)
            arrays: dict[str, Floats] = {}
            seen = total = 0

            def keep(name: str, item: Any) -> None:
                nonlocal seen, total
                seen += 1
                if isinstance(item, h5py.Dataset) and not name.startswith(("optimizer", "_")):
                    total += 4 * int(item.size or 0)
                    # Before it is read: a small file may hold any number of compressed zeros.
                    if total > LARGEST_WEIGHTS:
                        raise UserError(_TOO_LARGE)
                    if item.dtype.kind == "f":
                        arrays[name] = np.asarray(item, np.float32)
                if seen > _MOST_ITEMS:
                    raise UserError("is no mixture density RNN: it holds too many things")

            root.visititems(keep)
    except UserError:
        raise
    except Exception as error:  # a damaged file can fail in any way
        reason = str(error).strip("'\"").partition("\n")[0][:200]
        raise UserError(f"is not a Keras file: {reason}") from None
    weights = _assemble(arrays)
    _ = weights.shape  # raises where the weights do not fit each other
    return weights


def weights_of(model: Path) -> Weights:
    """The weights of a model: of its file, or of its Keras file beside, or of its ``.tflite`` file.

    Raises:
        UserError: none of them can be read, or shows them.
    """
    for file in (model, *(model.with_suffix(suffix) for suffix in KERAS_SUFFIXES)):
        if file.suffix in KERAS_SUFFIXES and file.is_file():
            return read_weights(file)
    from impsy_tui.mdrnn.tflite_weights import read_tflite_weights

    return read_tflite_weights(model)


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
            raise UserError(f"its layer {key[1]} is no LSTM layer")
        lstm.append(LstmWeights(**parts))
    heads = {name: _dense(arrays, pattern) for name, pattern in _HEADS.items()}
    if any(head is None for head in heads.values()):
        heads = _unnamed_heads(arrays)
    if not lstm or any(head is None for head in heads.values()):
        raise UserError("is no mixture density RNN: LSTM layers and a mixture are not in it")
    return Weights(layers=tuple(lstm), **{name: head for name, head in heads.items() if head})


def _role(name: str, array: Floats) -> str:
    """Which of a layer's three arrays this is: by name, or by place where Keras 3 numbers them."""
    leaf = name.rpartition("/")[2]
    if "recurrent" in leaf or leaf == "1":
        return "recurrent"
    return "kernel" if array.ndim == 2 else "bias"


def _dense(arrays: dict[str, Floats], pattern: re.Pattern[str]) -> tuple[Floats, Floats] | None:
    """Kernel and bias of the head whose group has this name."""
    found = [array for name, array in arrays.items() if pattern.search(name.rpartition("/")[0])]
    kernel = next((array for array in found if array.ndim == 2), None)
    bias = next((array for array in found if array.ndim == 1), None)
    return None if kernel is None or bias is None else (kernel, bias)


def _unnamed_heads(arrays: dict[str, Floats]) -> dict[str, tuple[Floats, Floats] | None]:
    """The heads of the oldest files, told apart by the order in which the layer made them."""
    heads: dict[str, tuple[Floats, Floats] | None] = {}
    for suffix, name in (("", "means"), ("_1", "deviations"), ("_2", "logits")):
        by_leaf = {key.rpartition("/")[2]: array for key, array in arrays.items() if "mdn" in key}
        kernel, bias = by_leaf.get(f"kernel{suffix}:0"), by_leaf.get(f"bias{suffix}:0")
        heads[name] = None if kernel is None or bias is None else (kernel, bias)
    return heads
