"""Drawing one event from the mixture that a network predicts."""

import math
from typing import Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import SCALE, Floats, Shape

_THROWS: Final = 64
"""Thrown at once, which takes as long as throwing for three."""


class Sampler:
    """Draws events.

    A component is chosen with probability ``softmax(logits / pi_temperature)``, then the event
    from its Gaussian with the covariance ``diag(deviation²) * sigma_temperature`` (ancestral
    sampling: C. Bishop, "Pattern Recognition and Machine Learning", 11.1; the two temperatures
    as in keras-mdn-layer).

    The arithmetic is plain Python on purpose: for the few numbers of one mixture it takes a
    third of the time of the same in array operations.

    Args:
        shape: of the network.
        random: source of chance.
    """

    def __init__(self, shape: Shape, random: np.random.Generator) -> None:
        self._shape = shape
        self._random = random
        self._dice: list[tuple[float, list[float]]] = []

    def settle(self) -> None:
        """Throw the dice for events to come now, while nobody waits."""
        if not self._dice:
            components = self._random.random(_THROWS).tolist()
            noise = self._random.standard_normal((_THROWS, self._shape.dimension)).tolist()
            self._dice = list(zip(components, noise, strict=True))

    def discard_drawn_numbers(self) -> None:
        """Forget the dice that were thrown: the source of chance begins anew."""
        self._dice = []

    def draw(self, parameters: Floats, pi_temperature: float, sigma_temperature: float) -> list[float]:
        """Draw an event.

        Args:
            parameters: as a network's ``step`` gives them, shape ``(shape.parameters,)``.
            pi_temperature: above 0.
            sigma_temperature: 0 or more; 0 gives the component's mean.

        Returns:
            ``[dt, x_1 … x_n]``, unscaled and unclipped.

        Raises:
            UserError: the parameters are not finite numbers.
        """
        if not self._dice:
            self.settle()
        dice, noise = self._dice.pop()
        numbers: list[float] = parameters.tolist()
        mixtures, dimension = self._shape.mixtures, self._shape.dimension
        logits = numbers[-mixtures:]
        top = max(logits)
        if not math.isfinite(top):
            raise UserError("the model predicts what is not a number")
        total, sums = 0.0, []
        for logit in logits:
            total += math.exp((logit - top) / pi_temperature)
            sums.append(total)
        mark, chosen = dice * total, 0
        while chosen < mixtures - 1 and sums[chosen] <= mark:
            chosen += 1
        mean, deviation = chosen * dimension, (mixtures + chosen) * dimension
        width = math.sqrt(sigma_temperature)
        event = [
            (m + width * d * z) / SCALE
            for m, d, z in zip(
                numbers[mean : mean + dimension], numbers[deviation : deviation + dimension], noise, strict=True
            )
        ]
        if not math.isfinite(sum(event)):
            raise UserError("the model predicts what is not a number")
        return event
