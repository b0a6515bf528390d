"""MDRNN over whole sequences in NumPy, with its gradient.

The arithmetic is that of ``mdrnn.lstm.NumpyNetwork``, for many sequences at once. TensorFlow needs 0.8 GB for the
same gradient. A small machine does not have that next to a performance.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.mdrnn.lstm import LstmWeights, Weights
from impsy_tui.mdrnn.model import DT_OFFSET, LONGEST_LOG, NARROWEST, SCALE, Floats, Shape

_EPSILON: Final = 1e-7


def arrays_of(weights: Weights) -> list[Floats]:
    """Returns weights as a list of arrays: each layer, the mixture, then the gates if the network has them."""
    arrays = [array for layer in weights.layers for array in (layer.kernel, layer.recurrent, layer.bias)]
    arrays += [array for head in (weights.means, weights.deviations, weights.logits) for array in head]
    arrays += [] if weights.gates is None else [weights.gates]
    return [np.array(array, np.float32) for array in arrays]


def weights_from(arrays: Sequence[Floats]) -> Weights:
    """Returns the weights of a list of arrays; inverse of ``arrays_of``."""
    parts = list(arrays)
    gates = parts.pop() if len(parts) % 3 == 1 else None
    *lstm, means, mean_bias, deviations, deviation_bias, logits, logit_bias = parts
    layers = tuple(LstmWeights(*lstm[at : at + 3]) for at in range(0, len(lstm), 3))
    return Weights(layers, (means, mean_bias), (deviations, deviation_bias), (logits, logit_bias), gates)


def learns(arrays: Sequence[Floats], shape: Shape) -> list[Floats]:
    """Returns 1 for each weight that learns and 0 for each that stays, in the form of the arrays.

    A value stays in a component if the network has no influence on its mean; see ``training.mdrnn.first_weights``.
    """
    masks = [np.ones_like(array) for array in arrays]
    if shape.gated:
        moved = (arrays[-7] != 0.0).any(axis=0).astype(np.float32)
        for at in (-7, -6, -5, -4):
            masks[at] *= moved
        masks[-1] *= moved.reshape(shape.mixtures, shape.dimension)
    return masks


@dataclass(frozen=True, slots=True)
class _Layer:
    """Activations of an LSTM layer, by time: inputs, gates, cells and hidden values from the state before."""

    inputs: Floats
    gates: Floats
    cells: Floats
    squashed: Floats
    hidden: Floats


@dataclass(frozen=True, slots=True)
class Activations:
    """Activations of a network for sequences of events; ``[time, sequences, …]``.

    Attributes:
        parameters: mixture of the next event, as ``Network.step`` returns it.
        raw: mixture before its activations.
        events: events that were heard.
        layers: activations of the LSTM layers.
    """

    parameters: Floats
    raw: Floats
    events: Floats
    layers: tuple[_Layer, ...]


def hear(arrays: Sequence[Floats], shape: Shape, events: Floats) -> Activations:
    """Lets a network hear sequences of scaled events, ``[sequences, time, dimension]``, from their beginnings."""
    events = inputs = np.ascontiguousarray(events.swapaxes(0, 1), np.float32)
    if shape.gated:
        log_dt = np.log(np.maximum(events[..., :1], 0.0) + np.float32(SCALE * DT_OFFSET))
        inputs = np.concatenate([events, log_dt], axis=-1)
    layers = []
    for number in range(shape.layers):
        layers.append(_layer(inputs, *arrays[3 * number : 3 * number + 3]))
        inputs = layers[-1].hidden[1:]
    heads = arrays[3 * shape.layers : 3 * shape.layers + 6]
    raw = np.concatenate([inputs @ heads[at] + heads[at + 1] for at in (0, 2, 4)], axis=-1)
    values = shape.mixtures * shape.dimension
    if shape.gated:
        raw[..., :values] += np.tile(events, shape.mixtures) * arrays[-1].ravel()
    parameters = raw.copy()
    z = raw[..., values : 2 * values]
    parameters[..., values : 2 * values] = np.where(z > 0, z + 1, np.exp(np.minimum(z, 0)))
    parameters[..., values : 2 * values] += np.float32(_EPSILON + NARROWEST * shape.gated)
    if shape.gated:
        dt = slice(0, values, shape.dimension)
        parameters[..., dt] = np.exp(np.minimum(raw[..., dt], np.float32(LONGEST_LOG)))
    return Activations(parameters, raw, events, tuple(layers))


def gradient(arrays: Sequence[Floats], shape: Shape, heard: Activations, slopes: Floats) -> list[Floats]:
    """Returns the gradient of a loss.

    Args:
        arrays: weights, in the order of ``arrays_of``.
        shape: shape of the network.
        heard: activations.
        slopes: gradient of the loss in the mixture parameters, in the form of ``Activations.parameters``.

    Returns:
        Gradient for each of the arrays.
    """
    values = shape.mixtures * shape.dimension
    slopes = slopes.copy()
    z = heard.raw[..., values : 2 * values]
    slopes[..., values : 2 * values] *= np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    found: list[Floats] = []
    if shape.gated:
        dt = slice(0, values, shape.dimension)
        slopes[..., dt] *= heard.parameters[..., dt] * (heard.raw[..., dt] < LONGEST_LOG)
        leaning = slopes[..., :values] * np.tile(heard.events, shape.mixtures)
        found = [leaning.sum(axis=(0, 1)).reshape(shape.mixtures, shape.dimension)]
    hidden = heard.layers[-1].hidden[1:]
    heads: list[Floats] = []
    flowing = np.zeros_like(hidden)
    ends = (0, values, 2 * values, slopes.shape[-1])
    for number, (begin, end) in enumerate(itertools.pairwise(ends)):
        part = slopes[..., begin:end]
        heads += [_outer(hidden, part), part.sum(axis=(0, 1))]
        flowing += part @ arrays[3 * shape.layers + 2 * number].T
    lstm: list[Floats] = []
    for number in reversed(range(shape.layers)):
        kernel, recurrent, _ = arrays[3 * number : 3 * number + 3]
        gates = _through_layer(heard.layers[number], recurrent, flowing)
        layer = heard.layers[number]
        lstm[:0] = [_outer(layer.inputs, gates), _outer(layer.hidden[:-1], gates), gates.sum(axis=(0, 1))]
        flowing = gates @ kernel.T
    return [*lstm, *heads, *found]


def _layer(inputs: Floats, kernel: Floats, recurrent: Floats, bias: Floats) -> _Layer:
    steps, sequences, _ = inputs.shape
    units = len(recurrent)
    half = np.full(4 * units, 0.5, np.float32)
    half[2 * units : 3 * units] = 1.0
    rest = np.where(half == 1.0, np.float32(0), half)  # a logistic function is (1 + tanh(z / 2)) / 2
    gates = inputs @ kernel + bias
    hidden, cells = np.zeros((2, steps + 1, sequences, units), np.float32)
    squashed = np.empty((steps, sequences, units), np.float32)
    for step in range(steps):
        gate = gates[step]
        gate += hidden[step] @ recurrent
        gate *= half
        np.tanh(gate, out=gate)
        gate *= half
        gate += rest
        opened, kept, new, shown = np.split(gate, 4, axis=1)
        cells[step + 1] = kept * cells[step] + opened * new
        np.tanh(cells[step + 1], out=squashed[step])
        hidden[step + 1] = shown * squashed[step]
    return _Layer(inputs, gates, cells, squashed, hidden)


def _through_layer(layer: _Layer, recurrent: Floats, flowing: Floats) -> Floats:
    """Returns the gradient in the sums before the gates; ``flowing`` is that in the hidden values."""
    gradient = np.empty_like(layer.gates)
    later_hidden, later_cell = np.zeros((2, *flowing.shape[1:]), np.float32)
    for step in reversed(range(len(flowing))):
        opened, kept, new, shown = np.split(layer.gates[step], 4, axis=1)
        squashed = layer.squashed[step]
        hidden = flowing[step] + later_hidden
        cell = later_cell + hidden * shown * (1 - squashed**2)
        gradient[step] = np.concatenate(
            [
                cell * new * opened * (1 - opened),
                cell * layer.cells[step] * kept * (1 - kept),
                cell * opened * (1 - new**2),
                hidden * squashed * shown * (1 - shown),
            ],
            axis=1,
        )
        later_cell = cell * kept
        later_hidden = gradient[step] @ recurrent.T
    return gradient


def _outer(left: Floats, right: Floats) -> Floats:
    """Returns the sum of the outer products over times and sequences."""
    product: Floats = left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
    return product
