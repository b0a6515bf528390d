"""Stepping a trained mixture density network without TensorFlow.

A network takes an event ``[dt, x_1 … x_n]`` and gives the parameters of a mixture of Gaussians
for the next one (C. Bishop, "Mixture Density Networks", Aston University NCRG/94/004, 1994;
as used in C. P. Martin and J. Torresen, "An Interactive Musical Prediction System with Mixture
Density Recurrent Neural Networks", NIME 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

SCALE: Final = 10.0
"""Values and dt are multiplied by it on their way into a network and divided on their way out."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a network.

    Attributes:
        dimension: length of an event, dt included.
        units: LSTM units a layer.
        layers: LSTM layers.
        mixtures: components of the mixture.
    """

    dimension: int
    units: int
    layers: int
    mixtures: int

    @property
    def parameters(self) -> int:
        """Length of the mixture parameters: means, deviations, then logits."""
        return self.mixtures * (2 * self.dimension + 1)


class Network(Protocol):
    """A network that remembers what it has heard."""

    shape: Shape
    runtime: str
    """What computes it, for the status line."""

    def step(self, event: Sequence[float]) -> Floats:
        """Hear one event.

        Args:
            event: ``[dt, x_1 … x_n]``, dt in seconds, x in 0..1, length ``shape.dimension``.

        Returns:
            Mixture parameters for the next event, scaled by ``SCALE``: ``mixtures * dimension``
            means, as many standard deviations, then ``mixtures`` logits. Shape
            ``(shape.parameters,)``. The array may be reused by the next step.
        """

    def settle(self) -> None:
        """Do now, while nobody waits, what else the next step would do first. Never needed."""

    def reset(self) -> None:
        """Forget everything heard."""
