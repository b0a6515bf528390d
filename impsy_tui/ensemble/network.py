"""Trained network of ensembles, computed without TensorFlow.

The network takes the inputs of a follower and returns logits of its next gesture. One network serves every follower
of every ensemble. The result for a follower does not depend on the order of the others or on their number.
Source: C. P. Martin, K. O. Ellefsen and J. Torresen, "Deep Models for Ensemble Touch-Screen Improvisation", Audio
Mostly 2017. Their network answers the gestures of a lead too; it chooses among the tuples of all players' gestures.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.ensemble.memory import GESTURES, INPUTS, Floats
from impsy_tui.errors import UserError, first_line
from impsy_tui.model_files.interpreter import interpreter
from impsy_tui.toml_files import open_regular

PREFIX: Final = "ensembleRNN-"
"""Beginning of the file names of ensemble models; it separates them from models of single players."""
SHIPPED: Final = f"{PREFIX}units16"
"""Name of the model that comes with the program."""
MOST_FOLLOWERS: Final = 7
"""Rows of the network's input; rows without a follower are zero."""


class EnsembleNetwork:
    """Network of ensembles in a ``.tflite`` file, with a separate state for each follower."""

    def __init__(self, file: Path) -> None:
        """Opens a file.

        Raises:
            UserError: the file cannot be read, or is not a network of this kind.
        """
        factory, self.runtime = interpreter()
        try:
            # From memory, not by path: another program may replace the file while the network plays.
            self._interpreter = factory(model_content=open_regular(file).read(), num_threads=1)
            self._interpreter.allocate_tensors()
        except OSError as error:
            raise UserError(f"cannot be read: {error.strerror or error}") from None
        except (RuntimeError, ValueError) as error:
            raise UserError(f"is not a TensorFlow Lite model: {first_line(error)}") from None
        self._inputs: Floats
        self._state: Floats
        self._find_tensors()
        self.reset()

    def step(self, inputs: Floats) -> Floats:
        """Computes one second.

        Args:
            inputs: ``[followers, INPUTS]``, at most ``MOST_FOLLOWERS`` rows; see ``memory.network_inputs``.

        Returns:
            Logits of the next gestures, ``[followers, GESTURES]``.

        Raises:
            UserError: the interpreter cannot compute the network.
        """
        run = self._interpreter
        self._inputs[: len(inputs), 0] = inputs
        run.set_tensor(self._input, self._inputs)
        run.set_tensor(self._state_in, self._state)
        try:
            run.invoke()
        except (RuntimeError, ValueError) as error:
            raise UserError(f"the model cannot be computed: {first_line(error)}") from None
        self._state = run.get_tensor(self._state_out)
        logits: Floats = run.get_tensor(self._output)[: len(inputs), 0]
        return logits

    def reset(self) -> None:
        """Sets the states of all followers to zero."""
        self._inputs = np.zeros((MOST_FOLLOWERS, 1, INPUTS), np.float32)
        self._state = np.zeros((MOST_FOLLOWERS, self.units), np.float32)

    def _find_tensors(self) -> None:
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        event = _only(inputs, lambda shape: shape == (MOST_FOLLOWERS, 1, INPUTS))
        logits = _only(outputs, lambda shape: shape == (MOST_FOLLOWERS, 1, GESTURES))
        states = [
            _only(tensors, lambda shape: len(shape) == 2 and shape[0] == MOST_FOLLOWERS)
            for tensors in (inputs, outputs)
        ]
        self.units = int(states[0]["shape"][1])
        if len(inputs) != 2 or len(outputs) != 2 or int(states[1]["shape"][1]) != self.units:
            raise UserError(_NONE)
        if any(tensor["dtype"] is not np.float32 for tensor in (*inputs, *outputs)):
            raise UserError("is not a network of 32-bit floats")
        self._input, self._output = event["index"], logits["index"]
        self._state_in, self._state_out = (state["index"] for state in states)


_NONE: Final = "is not an ensemble model of this version: train one with train ensemble"


def _only(tensors: list[dict[str, Any]], fits: Callable[[tuple[int, ...]], bool]) -> dict[str, Any]:
    found = [tensor for tensor in tensors if fits(tuple(map(int, tensor["shape"])))]
    if len(found) != 1:
        raise UserError(_NONE)
    return found[0]
