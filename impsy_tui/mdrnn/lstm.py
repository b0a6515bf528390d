"""LSTM network with a mixture density output, computed in NumPy from its weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import DT_OFFSET, LONGEST_LOG, NARROWEST, SCALE, Floats, Shape

_EPSILON: Final = np.float32(1e-7)


@dataclass(frozen=True, slots=True)
class LstmWeights:
    """Weights of one LSTM layer in the order of Keras: input, forget, cell and output gate.

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
        layers: LSTM layers, from input to output.
        means: kernel ``(units, mixtures * dimension)`` and bias ``(mixtures * dimension,)`` of the means.
        deviations: same shapes, for the standard deviations before their activation.
        logits: kernel ``(units, mixtures)`` and bias ``(mixtures,)`` of the logits.
        gates: ``(mixtures, dimension)``, share of the last event in the means; None for a network without gates.
            A gated network also hears and predicts the logarithm of dt, and has a smallest deviation.
    """

    layers: tuple[LstmWeights, ...]
    means: tuple[Floats, Floats]
    deviations: tuple[Floats, Floats]
    logits: tuple[Floats, Floats]
    gates: Floats | None = None

    @property
    def shape(self) -> Shape:
        """Size of the network.

        Raises:
            UserError: the shapes of the weights do not match.
        """
        if not self.layers:
            raise UserError("has no LSTM layer")
        gated = self.gates is not None
        dimension = self.layers[0].kernel.shape[0] - gated
        units = self.layers[0].recurrent.shape[0]
        mixtures = self.logits[0].shape[-1]
        inputs = dimension + gated
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
        if self.gates is not None and self.gates.shape != (mixtures, dimension):
            raise UserError(f"the gates have shape {self.gates.shape}, not {(mixtures, dimension)}")
        return Shape(dimension, units, len(self.layers), mixtures, gated)


class NumpyNetwork:
    """Mixture density LSTM network in NumPy; implements ``model.Network``.

    LSTM: S. Hochreiter and J. Schmidhuber, Neural Computation 9(8), 1997, with forget gates, as
    Keras computes it (sigmoid gates, tanh cell). The logistic function is
    ``(1 + tanh(z / 2)) / 2``. The weights contain the factor 1/2, so one tanh serves all gates of a layer.
    Standard deviations are ``elu(z) + 1 + 1e-7``, as in keras-mdn-layer. Gates: see ``Weights``.
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
        self._gates = None if weights.gates is None else weights.gates.astype(np.float32)
        self._means = self._out[:values].reshape(self.shape.mixtures, self.shape.dimension)
        self._narrowest = _EPSILON if self._gates is None else _EPSILON + np.float32(NARROWEST)

    def step(self, event: Sequence[float]) -> Floats:
        scaled = np.asarray(event, np.float32) * np.float32(SCALE)
        hidden = self._listen(scaled)
        out = self._out
        np.dot(hidden, self._head, out=out)
        out += self._head_bias
        z = out[self._deviations]
        z[:] = np.where(z > 0, z + np.float32(1), np.exp(np.minimum(z, np.float32(0))))
        z += self._narrowest
        if self._gates is not None:
            means = self._means
            means += self._gates * scaled
            dt = means[:, 0]
            np.exp(np.minimum(dt, np.float32(LONGEST_LOG)), out=dt)
        return out

    def listen(self, scaled: Floats) -> Floats:
        """Takes one scaled event and returns the output of the last recurrent layer, ``[units]``."""
        return self._listen(scaled).copy()

    def _listen(self, scaled: Floats) -> Floats:
        hidden = scaled
        if self._gates is not None:
            log_dt = np.log(np.maximum(scaled[:1], np.float32(0)) + np.float32(SCALE * DT_OFFSET))
            hidden = np.concatenate([scaled, log_dt])
        for layer in self._layers:
            hidden = layer.step(hidden)
        return hidden

    def settle(self) -> None:
        """Does nothing."""

    def reset(self) -> None:
        for layer in self._layers:
            layer.reset()


class _Layer:
    """LSTM layer with its state and its buffers."""

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
