"""Check of a model file in a separate process.

A corrupted file can make an interpreter hang, crash or take all memory, so every new file is opened here first.
The worker writes one line of JSON, then, for Keras files, the weights as 32-bit floats.
This also keeps h5py (15 ms to import, 12 MB) out of the engine.
"""

import json
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from impsy_tui.errors import UnsupportedModelError, UserError
from impsy_tui.mdrnn.lstm import LstmWeights, NumpyNetwork, Weights
from impsy_tui.mdrnn.model import Floats, Network, Shape
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.mdrnn.weights import KERAS_SUFFIXES, LARGEST_WEIGHTS, read_weights
from impsy_tui.worker_requests import WorkerRequest

SUFFIXES: Final = (".tflite", *KERAS_SUFFIXES)
_LONGEST_HEADER: Final = 1 << 16


class Request(WorkerRequest, frozen=True, tag="check_model"):
    """Request to check a model file."""

    file: Path


def run(request: Request) -> None:
    """Checks the file and writes the report."""
    out = sys.stdout.buffer
    # Libraries write to standard output too; the report must stay clean.
    answer = os.fdopen(os.dup(out.fileno()), "wb")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        _report(request.file, answer)
    except UserError as problem:
        _write_header(answer, {"problem": str(problem)})
    except MemoryError:
        _write_header(answer, {"problem": "is too large"})
    except Exception as error:  # a damaged file can fail in any way
        _write_header(answer, {"problem": f"is damaged: {str(error)[:100] or type(error).__name__}"})
    answer.flush()


def _report(file: Path, answer: BinaryIO) -> None:
    network, weights, source = _open(file)
    _try_out(network)
    shape = network.shape
    header = {
        "shape": [shape.dimension, shape.units, shape.layers, shape.mixtures],
        "source": source.name,
        "gated": bool(weights and weights.gates is not None),
        "weights": [list(array.shape) for array in _flat(weights)] if weights else [],
    }
    _write_header(answer, header)
    if weights:
        for array in _flat(weights):
            answer.write(np.ascontiguousarray(array, np.float32).tobytes())


def _open(file: Path) -> tuple[Network, Weights | None, Path]:
    if file.suffix == ".tflite":
        try:
            return TfliteNetwork(file), None, file
        except UnsupportedModelError as problem:
            siblings = [file.with_suffix(suffix) for suffix in (*KERAS_SUFFIXES, ".weights.h5")]
            sibling = next((path for path in siblings if path.exists()), None)
            if sibling is None:
                message = f"{problem}; put its .keras, .h5 or .hdf5 file next to it"
                raise UserError(message) from None
            file = sibling
    if file.suffix not in SUFFIXES:
        raise UserError(f"is not a model file: model files end in {', '.join(SUFFIXES)}")
    weights = read_weights(file)
    return NumpyNetwork(weights), weights, file


def _try_out(network: Network) -> None:
    for step in range(4):
        parameters = network.step([0.1 + 0.2 * step] * network.shape.dimension)
        if not np.all(np.isfinite(parameters)):
            raise UserError("predicts values that are not finite numbers")


def _flat(weights: Weights) -> Iterator[Floats]:
    for layer in weights.layers:
        yield from (layer.kernel, layer.recurrent, layer.bias)
    for head in (weights.means, weights.deviations, weights.logits):
        yield from head
    if weights.gates is not None:
        yield weights.gates


def _write_header(answer: BinaryIO, header: dict[str, Any]) -> None:
    answer.write(json.dumps(header).encode() + b"\n")


class Report:
    """Result of a check, as the engine reads it.

    Attributes:
        shape: size of the network.
        source: name of the file that the engine must load: the checked file, or the Keras file next to it.
        weights: weights of a Keras file; None for a ``.tflite`` file.
    """

    def __init__(self, answer: BinaryIO) -> None:
        """Reads the output of the process.

        Args:
            answer: stream at the beginning of the output.

        Raises:
            UserError: the file has a problem, or the output is not a report.
        """
        try:
            header = json.loads(answer.readline(_LONGEST_HEADER))
            if "problem" in header:
                raise UserError(str(header["problem"]))
            gated = bool(header["gated"])
            dimension, units, layers, mixtures = map(int, header["shape"])
            self.shape = Shape(dimension, units, layers, mixtures, gated)
            self.source = str(header["source"])
            self.weights = _weights(header["weights"], answer, gated) if header["weights"] else None
        except (ValueError, KeyError, TypeError, IndexError):
            raise UserError("could not be checked: the file may be damaged") from None


def _weights(shapes: list[list[int]], answer: BinaryIO, gated: bool) -> Weights:
    if 4 * sum(math.prod(shape) for shape in shapes) > LARGEST_WEIGHTS:
        raise ValueError
    arrays = [np.frombuffer(answer.read(4 * math.prod(shape)), np.float32).reshape(shape) for shape in shapes]
    gates = arrays.pop() if gated else None
    *lstm, mean, mean_bias, deviation, deviation_bias, logit, logit_bias = arrays
    layers = tuple(LstmWeights(*lstm[i : i + 3]) for i in range(0, len(lstm), 3))
    return Weights(layers, (mean, mean_bias), (deviation, deviation_bias), (logit, logit_bias), gates)
