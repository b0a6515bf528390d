"""Steps a ``.tflite`` file with LiteRT, or with the older tflite-runtime if that is installed."""

import os
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.errors import UnsupportedModelError, UserError, first_line
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.model_files.interpreter import interpreter
from impsy_tui.toml_files import open_regular

_LARGE: Final = 8 << 20
_STATE = re.compile(r"state_([hc])_(\d+)")
_NUMBER = re.compile(r"(\d+)(?=\D*$)")


class TfliteNetwork:
    """Mixture density LSTM network in a ``.tflite`` file; implements ``model.Network``."""

    def __init__(self, file: Path) -> None:
        """Opens a file.

        Raises:
            UnsupportedModelError: the interpreter lacks operations of this network; its Keras file may open.
            UserError: the file cannot be read, or is not a network of this kind.
        """
        factory, self.runtime = interpreter()
        try:
            # From memory, not by path: another program may replace the file while its network plays.
            content = open_regular(file).read()
            self._interpreter = factory(model_content=content, num_threads=_threads(len(content)))
            self._interpreter.allocate_tensors()
        except OSError as error:
            raise UserError(f"cannot be read: {error.strerror or error}") from None
        except (RuntimeError, ValueError) as error:
            if "Select TensorFlow op" in str(error) or "Flex" in str(error):
                raise UnsupportedModelError("needs TensorFlow's Flex operations") from None
            raise UserError(f"is not a TensorFlow Lite model: {first_line(error)}") from None
        self._unsettled = False
        try:
            self._find_tensors()
            self.reset()
            self._check_states()
        except (RuntimeError, ValueError) as error:
            raise UserError(f"is not a TensorFlow Lite model: {first_line(error)}") from None

    def step(self, event: Sequence[float]) -> Floats:
        if self._unsettled:
            self.settle()
        run = self._interpreter
        # Writing into the array's memory takes a third of the time of an assignment.
        self._pack_into(self._memory, 0, *[value * SCALE for value in event])
        run.set_tensor(self._input, self._vector)
        try:
            run.invoke()
        except (RuntimeError, ValueError) as error:
            raise UserError(f"the model cannot be computed: {first_line(error)}") from None
        self._unsettled = True
        parameters: Floats = run.get_tensor(self._output)[0]
        return parameters

    def settle(self) -> None:
        if not self._unsettled:
            return
        self._unsettled = False
        take, give = self._interpreter.get_tensor, self._interpreter.set_tensor
        for output, index in self._states:
            give(index, take(output))

    def reset(self) -> None:
        self._unsettled = False
        blank = np.zeros((1, self.shape.units), np.float32)
        for _, index in self._states:
            self._interpreter.set_tensor(index, blank)

    def _find_tensors(self) -> None:
        """Identifies inputs, outputs and states.

        Converters of different years order and name tensors differently. The event is the input of three axes;
        the names of the other inputs contain ``state_h_0``. The mixture is the output of another width. The other
        outputs are states in the order of the number that ends their name: h and c of each layer, from the first.
        """
        events, states = [], {}
        for tensor in self._interpreter.get_input_details():
            if len(tensor["shape"]) == 3:
                events.append(tensor)
            elif found := _STATE.search(tensor["name"]):
                states[int(found[2]), found[1] == "c"] = tensor
        layers = len(states) // 2
        if len(events) != 1 or not layers or set(states) != {(n, c) for n in range(layers) for c in (False, True)}:
            raise UserError("is not a mixture density RNN: its inputs must be one event and LSTM states")
        self._input = events[0]["index"]
        dimension = int(events[0]["shape"][-1])
        units = int(states[0, False]["shape"][-1])
        outputs = sorted(self._interpreter.get_output_details(), key=_number)
        mixture = [t for t in outputs if t["shape"][-1] != units] or outputs[:1]
        states_out = [t["index"] for t in outputs if t["index"] != mixture[0]["index"]]
        mixtures, rest = divmod(int(mixture[0]["shape"][-1]), 2 * dimension + 1)
        if len(mixture) != 1 or rest or not mixtures or len(states_out) != 2 * layers:
            raise UserError("is not a mixture density RNN: its outputs must be one mixture and LSTM states")
        if any(t["dtype"] is not np.float32 for t in (*events, *states.values(), *outputs)):
            raise UserError("is not a network of 32-bit floats")
        self._output = mixture[0]["index"]
        # Pairs of tensor indices: the output of each state, and its input in the next step.
        self._states = list(zip(states_out, (states[key]["index"] for key in sorted(states)), strict=True))
        self.shape = Shape(dimension, units, layers, mixtures)
        self._vector = np.zeros((1, 1, dimension), np.float32)
        self._memory = self._vector.data.cast("B")
        self._pack_into = struct.Struct(f"={dimension}f").pack_into

    def _check_states(self) -> None:
        """Verifies the order of the states; a wrong order would give wrong predictions without an error.

        In an LSTM each hidden value is its gate (0 to 1) times tanh of its cell, so ``|h| <= |tanh(c)|``.
        """
        for dt in (0.3, 0.7, 0.1):
            self.step([dt] * self.shape.dimension)
        states = [self._interpreter.get_tensor(output) for output, _ in self._states]
        for hidden, cell in zip(states[::2], states[1::2], strict=True):
            if not np.all(np.abs(hidden) <= np.abs(np.tanh(cell)) + 1e-5):
                raise UserError("has LSTM states in an unknown order")
        self.reset()


def _threads(size: int) -> int:
    """Returns the number of threads for a file of this size in bytes.

    Waking a second thread takes longer than a step of a small network. Two threads halve the time of the
    20 MB of size xl.
    """
    return 2 if size > _LARGE and (os.cpu_count() or 1) > 1 else 1


def _number(tensor: dict[str, Any]) -> tuple[int, int]:
    """Returns the sort key of an output: the last number in its name, if any."""
    found = _NUMBER.search(tensor["name"])
    return (int(found[1]) if found else -1, tensor["index"])
