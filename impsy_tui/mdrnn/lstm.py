"""Stepping a network in NumPy, from its weights alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import SCALE, Floats, Shape

_EPSILON: Final = np.float32(1e-7)


@dataclass(frozen=True, slots=True)
class LstmWeights:
    """One LSTM layer as Keras keeps it, gates in the order input, forget, cell, output.

    Attributes:
        kernel: ``(inputs, 4 * units)``.
        recurrent: ``(units, 4 * units)``.
        bias: ``(4 * units,)``.
    """

    kernel: Floats
    recurrent: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights of a mixture density network.

    Attributes:
        layers: LSTM layers, the one that hears the event first.
        means: kernel ``(units, mixtures * dimension)`` and bias of the means.
        deviations: the same of the standard deviations, before their activation.
        logits: kernel ``(units, mixtures)`` and bias of the logits.
    """

    layers: tuple[LstmWeights, ...]
    means: tuple[Floats, Floats]
    deviations: tuple[Floats, Floats]
    logits: tuple[Floats, Floats]

    @property
    def shape(self) -> Shape:
        """The size of the network.

        Raises:
            UserError: the weights do not fit each other.
        """
        if not self.layers:
            raise UserError("no LSTM layer is in it")
        dimension = self.layers[0].kernel.shape[0]
        units = self.layers[0].recurrent.shape[0]
        mixtures = self.logits[0].shape[-1]
        inputs = dimension
        for number, layer in enumerate(self.layers):
            expected = ((inputs, 4 * units), (units, 4 * units), (4 * units,))
            found = (layer.kernel.shape, layer.recurrent.shape, layer.bias.shape)
            if found != expected:
                raise UserError(f"LSTM layer {number} has weights of shape {found}, not {expected}")
            inputs = units
        for name, (kernel, bias), width in (
            ("means", self.means, mixtures * dimension),
            ("deviations", self.deviations, mixtures * dimension),
            ("logits", self.logits, mixtures),
        ):
            if kernel.shape != (units, width) or bias.shape != (width,):
                raise UserError(f"the mixture's {name} have weights of shape {kernel.shape}, not {(units, width)}")
        return Shape(dimension, units, len(self.layers), mixtures)


class NumpyNetwork:
    """A mixture density LSTM network, one event at a time.

    LSTM: S. Hochreiter and J. Schmidhuber, Neural Computation 9(8), 1997, with forget gates, as
    Keras computes it (sigmoid gates, tanh cell). The logistic function is taken as
    ``(1 + tanh(z / 2)) / 2``, its halves folded into the weights, so that one tanh serves all
    gates of a layer.
    """

    runtime = "numpy"

    def __init__(self, weights: Weights) -> None:
        self.shape = weights.shape
        self._layers = [_Layer(layer) for layer in weights.layers]
        heads = (weights.means, weights.deviations, weights.logits)
        self._head = np.ascontiguousarray(np.concatenate([kernel for kernel, _ in heads], axis=1))
        self._head_bias = np.concatenate([bias for _, bias in heads])
        values = self.shape.mixtures * self.shape.dimension
        self._deviations = slice(values, 2 * values)
        self._out = np.zeros(self.shape.parameters, np.float32)

    def step(self, event: Sequence[float]) -> Floats:
        hidden = np.asarray(event, np.float32) * np.float32(SCALE)
        for layer in self._layers:
            hidden = layer.step(hidden)
        out = self._out
        np.dot(hidden, self._head, out=out)
        out += self._head_bias
        # Standard deviations are elu(z) + 1 + epsilon, as keras-mdn-layer defines them.
        z = out[self._deviations]
        z[:] = np.where(z > 0, z + np.float32(1), np.exp(np.minimum(z, np.float32(0))))
        z += _EPSILON
        return out

    def settle(self) -> None:
        """There is nothing left over from a step."""

    def reset(self) -> None:
        for layer in self._layers:
            layer.reset()


class _Layer:
    """One LSTM layer with its state and the buffers it computes in."""

    def __init__(self, weights: LstmWeights) -> None:
        units = weights.recurrent.shape[0]
        half = np.full(4 * units, 0.5, np.float32)
        half[2 * units : 3 * units] = 1.0
        stacked = np.concatenate([weights.kernel, weights.recurrent]).astype(np.float32)
        self._weights = np.ascontiguousarray(stacked * half)
        self._bias = (weights.bias * half).astype(np.float32)
        inputs = weights.kernel.shape[0]
        self._heard = np.zeros(inputs + units, np.float32)
        self._input, self._hidden = self._heard[:inputs], self._heard[inputs:]
        self._gates = np.zeros(4 * units, np.float32)
        self._in, self._forget, self._new, self._out = self._gates.reshape(4, units)
        self._cell = np.zeros(units, np.float32)
        self._scratch = np.zeros(units, np.float32)

    def step(self, values: Floats) -> Floats:
        self._input[:] = values
        gates, cell, scratch = self._gates, self._cell, self._scratch
        np.dot(self._heard, self._weights, out=gates)
        gates += self._bias
        np.tanh(gates, out=gates)
        for gate in (self._in, self._forget, self._out):
            gate += np.float32(1)
            gate *= np.float32(0.5)
        cell *= self._forget
        np.multiply(self._in, self._new, out=scratch)
        cell += scratch
        np.tanh(cell, out=scratch)
        np.multiply(self._out, scratch, out=self._hidden)
        return self._hidden

    def reset(self) -> None:
        self._hidden[:] = 0
        self._cell[:] = 0
