"""Interface of a trained mixture density network.

A network takes an event ``[dt, x_1 … x_n]`` and returns the parameters of a mixture of Gaussians
for the next event (C. Bishop, "Mixture Density Networks", Aston University NCRG/94/004, 1994;
as used in C. P. Martin and J. Torresen, "An Interactive Musical Prediction System with Mixture
Density Recurrent Neural Networks", NIME 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from impsy_tui.choices import SIZE_OF_UNITS, UNITS
from impsy_tui.errors import UserError

SCALE: Final = 10.0
"""Factor of values and dt at the input of a network; its output is divided by it."""

DT_OFFSET: Final = 0.003
"""Seconds. A gated network also hears ``log(SCALE * (dt + DT_OFFSET))``."""
LONGEST_LOG: Final = 10.0
"""Largest logarithm of a scaled dt that a gated network predicts."""
NARROWEST: Final = 1e-4
"""Smallest standard deviation of a gated network, scaled: an eight-hundredth of a MIDI step, 0.01 ms of dt."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of a network.

    Attributes:
        dimension: length of an event, dt included.
        units: LSTM units of each layer.
        layers: number of LSTM layers.
        mixtures: number of components of the mixture.
        gated: True if the means lean on the last event through gates; see ``lstm.Weights``.
    """

    dimension: int
    units: int
    layers: int
    mixtures: int
    gated: bool = False

    @property
    def parameters(self) -> int:
        """Number of mixture parameters: means, standard deviations, then logits."""
        return self.mixtures * (2 * self.dimension + 1)


def check_growth(units: int, size: str) -> None:
    """Refuses a size that is smaller than a network.

    Args:
        units: units of each layer of the network.
        size: size to which it is to grow, a key of ``choices.UNITS``.

    Raises:
        UserError: the network is larger.
    """
    if units > UNITS[size]:
        there = SIZE_OF_UNITS.get(units, f"of {units} units")
        raise UserError(
            f"the model has size {there}: from current, it can only grow, not become {size}. "
            f"evolve size {size} makes a new network"
        )


class Network(Protocol):
    """Recurrent network: its state depends on all events since the last reset."""

    shape: Shape
    runtime: str
    """Library that computes the network, for the status line."""

    def step(self, event: Sequence[float]) -> Floats:
        """Takes one event and returns the mixture of the next one.

        Args:
            event: ``[dt, x_1 … x_n]``, dt in seconds, x from 0 to 1, length ``shape.dimension``.

        Returns:
            Mixture parameters for the next event, scaled by ``SCALE``: ``mixtures * dimension``
            means, as many standard deviations, then ``mixtures`` logits. Shape
            ``(shape.parameters,)``. The next step may reuse the array.

        Raises:
            UserError: the interpreter cannot compute the network.
        """

    def settle(self) -> None:
        """Does the part of the next step that needs no event, to shorten it. Optional."""

    def reset(self) -> None:
        """Forgets all events: sets the state to zero."""
