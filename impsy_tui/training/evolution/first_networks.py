"""Networks from which a training in NumPy begins: new ones, and larger ones that play as the model does."""

from collections.abc import Sequence

import numpy as np

from impsy_tui.choices import UNITS
from impsy_tui.mdrnn.model import Floats, Shape, check_growth
from impsy_tui.training.mdrnn.first_weights import first_mixture

_APART = 0.5
"""Standard deviation of the relative difference between the weights of copies of a unit, so that they learn apart."""


def new_network(shape: Shape, random: np.random.Generator, *, one_at_a_time: bool) -> list[Floats]:
    """Returns the first weights of a new network, as ``arrays_of`` orders them; those of ``training.mdrnn``.

    Args:
        shape: shape of the network, with gates.
        random: source of the weights.
        one_at_a_time: True for a musician who moves one value at a time; see ``first_weights``.
    """
    arrays: list[Floats] = []
    inputs, units = shape.dimension + 1, shape.units
    for _ in range(shape.layers):
        recurrent = np.linalg.qr(random.normal(size=(4 * units, units)))[0].T
        bias = np.zeros(4 * units, np.float32)
        bias[units : 2 * units] = 1.0  # a gate that keeps begins open
        arrays += [_uniform(random, inputs, 4 * units), recurrent.astype(np.float32), bias]
        inputs = units
    values = shape.mixtures * shape.dimension
    for width in (values, values, shape.mixtures):
        arrays += [_uniform(random, units, width), np.zeros(width, np.float32)]
    return [*arrays, first_mixture(arrays[-6:-2], shape, one_at_a_time=one_at_a_time)]


def _uniform(random: np.random.Generator, rows: int, columns: int) -> Floats:
    """Returns weights as X. Glorot and Y. Bengio draw them, AISTATS 2010."""
    most = np.sqrt(6.0 / (rows + columns))
    return random.uniform(-most, most, (rows, columns)).astype(np.float32)


def larger_network(
    arrays: Sequence[Floats], shape: Shape, size: str, random: np.random.Generator
) -> tuple[Shape, list[Floats]]:
    """Returns a network of a larger size that plays exactly as a network: its units are copied.

    T. Chen, I. Goodfellow and J. Shlens, "Net2Net: Accelerating Learning via Knowledge Transfer", ICLR 2016.

    Args:
        arrays: weights, as ``arrays_of`` orders them.
        shape: shape of the network.
        size: new size.
        random: source of the differences between copies.

    Raises:
        UserError: the network is larger.
    """
    units = UNITS[size]
    if units == shape.units:
        return shape, list(arrays)
    check_growth(shape.units, size)
    copied = np.arange(units) % shape.units
    columns = np.concatenate([gate * shape.units + copied for gate in range(4)])

    def outgoing(kernel: Floats) -> Floats:
        """Returns the weights behind a layer: the copies of a unit share its influence."""
        apart = random.normal(0.0, _APART, (units, 1))
        count = np.bincount(copied)
        apart -= (np.bincount(copied, apart[:, 0]) / count)[copied][:, None]
        return (kernel[copied] * (1.0 + apart) / count[copied][:, None]).astype(np.float32)

    grown: list[Floats] = []
    for number in range(shape.layers):
        kernel, recurrent, bias = arrays[3 * number : 3 * number + 3]
        grown += [
            (outgoing(kernel) if number else kernel)[:, columns],
            outgoing(recurrent)[:, columns],
            bias[columns],
        ]
    heads = arrays[3 * shape.layers :]
    for kernel, bias in (heads[0:2], heads[2:4], heads[4:6]):
        grown += [outgoing(kernel), bias]
    return Shape(shape.dimension, units, shape.layers, shape.mixtures, shape.gated), [*grown, *heads[6:]]
