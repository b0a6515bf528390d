"""Weights of a network from a ``.tflite`` file that this program has written.

A training may start from such a file when no Keras file is next to it, as with the model that ships.
"""

import re
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.lstm import LstmWeights, Weights
from impsy_tui.mdrnn.model import Floats
from impsy_tui.mdrnn.weights import KERAS_SUFFIXES, gates_of_kernel, read_weights
from impsy_tui.model_files.interpreter import interpreter
from impsy_tui.toml_files import open_regular

_LAYER: Final = re.compile(
    r"/lstm_(\d+)(?:_\d+)?/lstm_cell(?:_\d+)?/(MatMul|MatMul_1|BiasAdd_1)(?:/ReadVariableOp.*)?$"
)
_ROLES: Final = {"MatMul": "kernel", "MatMul_1": "recurrent", "BiasAdd_1": "bias"}
_HIDDEN: Final = "has no readable weights: put its .keras or .h5 file next to it"
_HEAD: Final = re.compile(r"/mdn_(mus|sigmas|pi|gates)(?:_\d+)?/(MatMul|BiasAdd)$")


def weights_of(model: Path) -> Weights:
    """Returns the weights of a model from its Keras file, the Keras file next to it, or its ``.tflite`` file.

    Raises:
        UserError: no file can be read, or the ``.tflite`` file hides its weights.
    """
    for file in (model, *(model.with_suffix(suffix) for suffix in KERAS_SUFFIXES)):
        if file.suffix in KERAS_SUFFIXES and file.is_file():
            return read_weights(file)
    return read_tflite_weights(model)


def read_tflite_weights(file: Path) -> Weights:
    """Returns the weights of a network in a ``.tflite`` file.

    The converter keeps the names of tensors and transposes matrices. Files of IMPSY contain a loop over one step,
    which hides the weights.

    Raises:
        UserError: the file cannot be read, or hides its weights.
    """
    make, _ = interpreter()
    layers: dict[int, dict[str, Floats]] = {}
    heads: dict[str, dict[str, Floats]] = {}
    try:
        opened = make(model_content=open_regular(file).read())
        opened.allocate_tensors()
        for tensor in opened.get_tensor_details():
            name = str(tensor["name"]).partition(";")[0]
            if tuple(tensor["shape"])[:1] in ((), (1,)):
                continue  # computed tensors have the same names as weights
            if found := _LAYER.search(name):
                layers.setdefault(int(found[1]), {})[_ROLES[found[2]]] = _array(opened, tensor)
            elif found := _HEAD.search(name):
                heads.setdefault(found[1], {})[found[2]] = _array(opened, tensor)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}") from None
    except (ValueError, RuntimeError):
        raise UserError(_HIDDEN) from None
    try:
        mus, sigmas, pis = ((heads[name]["MatMul"], heads[name]["BiasAdd"]) for name in ("mus", "sigmas", "pi"))
        gates = gates_of_kernel(heads["gates"]["MatMul"], len(mus[1])) if "gates" in heads else None
        weights = Weights(tuple(LstmWeights(**layers[number]) for number in sorted(layers)), mus, sigmas, pis, gates)
    except (KeyError, TypeError):
        raise UserError(_HIDDEN) from None
    _ = weights.shape  # raises if the shapes do not match
    return weights


def _array(opened: Any, tensor: dict[str, Any]) -> Floats:
    return np.asarray(opened.get_tensor(tensor["index"]), np.float32).T.copy()
