"""Stepping a trained network of ensembles without TensorFlow.

Such a network takes what a follower's next gesture depends on, and gives logits of it. It is one network for every
follower of every ensemble: what it makes of one does not depend on the order of the others, nor on how many they are.
A recurrent network that answers the gestures of a lead with those of an ensemble is the idea of C. P. Martin, K. O.
Ellefsen and J. Torresen, "Deep Models for Ensemble Touch-Screen Improvisation", Audio Mostly 2017; theirs chooses
among the tuples of everybody's gestures.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.ensemble.memory import GESTURES, INPUTS, Floats
from impsy_tui.errors import UserError, first_line
from impsy_tui.model_files.interpreter import interpreter

PREFIX: Final = "ensembleRNN-"
"""Names of such models begin with it, by which they are told from those of single players."""
MOST_FOLLOWERS: Final = 7
"""Rows that a network is stepped with, whether somebody sits there or not."""


class EnsembleNetwork:
    """A network of ensembles in a ``.tflite`` file: a lead's followers, each with a state of its own."""

    def __init__(self, file: Path) -> None:
        """Open a file.

        Raises:
            UserError: it cannot be read, or is no network of this kind.
        """
        factory, self.runtime = interpreter()
        try:
            # From memory, not by path: the file may be replaced while its network plays.
            self._interpreter = factory(model_content=file.read_bytes(), num_threads=1)
            self._interpreter.allocate_tensors()
        except OSError as error:
            raise UserError(f"cannot be read: {error.strerror or error}") from None
        except (RuntimeError, ValueError) as error:
            raise UserError(f"is not a TensorFlow Lite model: {first_line(error)}") from None
        self._told: Floats
        self._state: Floats
        self._find_tensors()
        self.reset()

    def step(self, told: Floats) -> Floats:
        """Hear a second.

        Args:
            told: what each follower's next gesture depends on, ``[followers, INPUTS]``, at most ``MOST_FOLLOWERS``.

        Returns:
            Logits, ``[followers, GESTURES]``.
        """
        run = self._interpreter
        self._told[: len(told), 0] = told
        run.set_tensor(self._input, self._told)
        run.set_tensor(self._state_in, self._state)
        try:
            run.invoke()
        except (RuntimeError, ValueError) as error:
            raise UserError(f"the model cannot be computed: {first_line(error)}") from None
        self._state = run.get_tensor(self._state_out)
        logits: Floats = run.get_tensor(self._output)[: len(told), 0]
        return logits

    def reset(self) -> None:
        """Forget everything heard."""
        self._told = np.zeros((MOST_FOLLOWERS, 1, INPUTS), np.float32)
        self._state = np.zeros((MOST_FOLLOWERS, self.units), np.float32)

    def _find_tensors(self) -> None:
        """Tell inputs, outputs and states apart, by their shapes."""
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        told = _only(inputs, lambda shape: shape == (MOST_FOLLOWERS, 1, INPUTS))
        logits = _only(outputs, lambda shape: shape == (MOST_FOLLOWERS, 1, GESTURES))
        states = [
            _only(tensors, lambda shape: len(shape) == 2 and shape[0] == MOST_FOLLOWERS)
            for tensors in (inputs, outputs)
        ]
        self.units = int(states[0]["shape"][1])
        if len(inputs) != 2 or len(outputs) != 2 or int(states[1]["shape"][1]) != self.units:
            raise UserError(_NONE)
        if any(tensor["dtype"] is not np.float32 for tensor in (*inputs, *outputs)):
            raise UserError("its numbers are not 32-bit floats")
        self._input, self._output = told["index"], logits["index"]
        self._state_in, self._state_out = (state["index"] for state in states)


_NONE: Final = "is no model of an ensemble that this version plays: train ensemble makes one"


def _only(tensors: list[dict[str, Any]], fits: Callable[[tuple[int, ...]], bool]) -> dict[str, Any]:
    found = [tensor for tensor in tensors if fits(tuple(map(int, tensor["shape"])))]
    if len(found) != 1:
        raise UserError(_NONE)
    return found[0]
