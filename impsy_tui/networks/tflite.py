"""Stepping a ``.tflite`` file with LiteRT, or with the older tflite-runtime where that is installed."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui.networks import SCALE, Floats, ModelProblem, Shape

_STATE = re.compile(r"state_([hc])_(\d+)")
_NUMBER = re.compile(r"(\d+)(?=\D*$)")


class NeedsFlex(ModelProblem):
    """The file needs TensorFlow's own operations, which no small interpreter has."""


class NoInterpreter(ModelProblem):
    """Neither interpreter is installed."""


def interpreter() -> tuple[Callable[..., Any], str]:
    """The interpreter class of the best runtime installed, and its name.

    Raises:
        NoInterpreter: neither is installed.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        pass
    else:
        return Interpreter, "litert"
    try:
        from tflite_runtime.interpreter import Interpreter
    except ImportError:
        raise NoInterpreter(
            "no interpreter for .tflite is installed: pip install ai-edge-litert "
            "(or, on a 32-bit Pi, impsy-tui[tflite-runtime])"
        ) from None
    return Interpreter, "tflite-runtime"


class TfliteNetwork:
    """A mixture density LSTM network in a ``.tflite`` file."""

    def __init__(self, file: Path) -> None:
        """Open a file.

        Raises:
            NeedsFlex: it needs operations that the interpreter lacks; look for its weights.
            ModelProblem: it cannot be read, or is no network of this kind.
        """
        factory, self.runtime = interpreter()
        try:
            # From memory, not by path: the file may be replaced while its network plays.
            self._interpreter = factory(model_content=file.read_bytes(), num_threads=1)
            self._interpreter.allocate_tensors()
        except OSError as error:
            raise ModelProblem(f"cannot be read: {error.strerror or error}") from None
        except (RuntimeError, ValueError) as error:
            if "Select TensorFlow op" in str(error) or "Flex" in str(error):
                raise NeedsFlex("it needs TensorFlow's Flex operations") from None
            raise ModelProblem(f"is not a TensorFlow Lite model: {_first_line(error)}") from None
        self._states: list[Floats] = []
        self._find_tensors()
        self.reset()
        self._check_states()

    def step(self, event: Sequence[float]) -> Floats:
        vector, run = self._vector, self._interpreter
        vector[0, 0, :] = event
        vector *= SCALE
        run.set_tensor(self._input, vector)
        for index, state in zip(self._state_inputs, self._states, strict=True):
            run.set_tensor(index, state)
        run.invoke()
        self._states = [run.get_tensor(index) for index in self._state_outputs]
        parameters: Floats = run.get_tensor(self._output)[0]
        return parameters

    def reset(self) -> None:
        blank = np.zeros((1, self.shape.units), np.float32)
        self._states = [blank] * len(self._state_inputs)

    def _find_tensors(self) -> None:
        """Tell inputs, outputs and states apart.

        Converters of different years order and name tensors differently. Inputs are told by
        shape and by ``state_h_0`` somewhere in their name; the mixture is the output of another
        width; states keep the order of the numbers that end their names, which is the order in
        which the Keras model lists them: h and c of each layer, from the first.
        """
        events, states = [], {}
        for tensor in self._interpreter.get_input_details():
            if len(tensor["shape"]) == 3:
                events.append(tensor)
            elif found := _STATE.search(tensor["name"]):
                states[int(found[2]), found[1] == "c"] = tensor
        layers = len(states) // 2
        if len(events) != 1 or not layers or set(states) != {(n, c) for n in range(layers) for c in (False, True)}:
            raise ModelProblem("is no mixture density RNN: its inputs are not one event and LSTM states")
        self._input = events[0]["index"]
        self._state_inputs = [states[key]["index"] for key in sorted(states)]
        dimension = int(events[0]["shape"][-1])
        units = int(states[0, False]["shape"][-1])
        outputs = sorted(self._interpreter.get_output_details(), key=_number)
        mixture = [t for t in outputs if t["shape"][-1] != units] or outputs[:1]
        state_outputs = [t["index"] for t in outputs if t["index"] != mixture[0]["index"]]
        mixtures, rest = divmod(int(mixture[0]["shape"][-1]), 2 * dimension + 1)
        if len(mixture) != 1 or rest or not mixtures or len(state_outputs) != 2 * layers:
            raise ModelProblem("is no mixture density RNN: its outputs are not one mixture and LSTM states")
        if any(t["dtype"] is not np.float32 for t in (*events, *states.values(), *outputs)):
            raise ModelProblem("its numbers are not 32-bit floats")
        self._output = mixture[0]["index"]
        self._state_outputs = state_outputs
        self.shape = Shape(dimension, units, layers, mixtures)
        self._vector = np.zeros((1, 1, dimension), np.float32)

    def _check_states(self) -> None:
        """Make sure that states come out in the order taken.

        A wrong order would play, badly, for ever. In an LSTM each hidden value is its gate
        (0..1) times tanh of its cell, so ``|h| <= |tanh(c)|`` tells h from c and pairs them.
        """
        for dt in (0.3, 0.7, 0.1):
            self.step([dt] * self.shape.dimension)
        for hidden, cell in zip(self._states[::2], self._states[1::2], strict=True):
            if not np.all(np.abs(hidden) <= np.abs(np.tanh(cell)) + 1e-5):
                raise ModelProblem("its LSTM states cannot be told apart")
        self.reset()


def _number(tensor: dict[str, Any]) -> tuple[int, int]:
    """Where an output stands among the others: the last number in its name, if any."""
    found = _NUMBER.search(tensor["name"])
    return (int(found[1]) if found else -1, tensor["index"])


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
