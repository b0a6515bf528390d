"""Multilayer perceptron in NumPy."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.errors import UserError

ACTIVATIONS: Final = ("tanh", "relu")

Floats = NDArray[np.float32]


class Perceptron:
    """Multilayer perceptron.

    Args:
        layers: kernel ``[inputs, outputs]`` and bias ``[outputs]`` of each layer, from input to output.
        activation: activation between two layers, one of ``ACTIVATIONS``; the last layer has none.

    Raises:
        UserError: the shapes of the layers do not match; the message is the rest of a sentence that begins with a
            name.
    """

    def __init__(self, layers: Sequence[tuple[np.ndarray, np.ndarray]], activation: str) -> None:
        self.layers = [(np.asarray(kernel, np.float32), np.asarray(bias, np.float32)) for kernel, bias in layers]
        self.activation = activation
        before = None
        for kernel, bias in self.layers:
            if kernel.ndim != 2 or bias.shape != kernel.shape[1:] or before not in (None, kernel.shape[0]):
                raise UserError("has a network whose layers do not fit each other")
            if not np.isfinite(kernel).all() or not np.isfinite(bias).all():
                raise UserError("has a network with weights that are not finite numbers")
            before = kernel.shape[1]
        if before is None:
            raise UserError("has a network without layers")

    def rounded(self) -> "Perceptron":
        """Returns a copy with weights rounded to 16-bit floats (three digits, at most 65,504), for a small file."""
        most = np.finfo(np.float16).max
        kept = [[weights.clip(-most, most).astype(np.float16) for weights in layer] for layer in self.layers]
        return Perceptron([(kernel, bias) for kernel, bias in kept], self.activation)

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return int(self.layers[0][0].shape[0])

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return int(self.layers[-1][0].shape[1])

    def __call__(self, inputs: np.ndarray) -> Floats:
        """Returns the outputs ``[…, outputs]`` of inputs ``[…, inputs]``."""
        values: Floats = inputs.astype(np.float32, copy=False)
        last = len(self.layers) - 1
        for number, (kernel, bias) in enumerate(self.layers):
            values = values @ kernel + bias
            if number < last:
                values = np.tanh(values) if self.activation == "tanh" else np.maximum(values, np.float32(0.0))
        return values
