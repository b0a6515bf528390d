"""Sampling of events from the mixture that a network predicts."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.conditions import WeightedMixture, components, drawn_value
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.prediction import Given

_BATCH: Final = 64
"""Events for which random numbers are drawn at once: this takes as long as for three events."""


class Sampler:
    """Sampler of a mixture of Gaussians.

    The sampler chooses a component with probability ``softmax(logits / pi_temperature)``, then the event
    from its Gaussian with the covariance ``diag(deviation²) * sigma_temperature`` (ancestral
    sampling: C. Bishop, "Pattern Recognition and Machine Learning", 2006, section 8.1.2; the two temperatures
    as in keras-mdn-layer).

    The arithmetic is plain Python: for the few numbers of one mixture it takes a third of the time of
    array operations.

    Args:
        shape: size of the network.
        random: random generator.
    """

    def __init__(self, shape: Shape, random: np.random.Generator) -> None:
        self._shape = shape
        self._random = random
        self._drawn: list[tuple[float, list[float]]] = []
        self.chosen = 0
        """Index of the component of the last event."""

    def settle(self) -> None:
        """Draws random numbers for the next events in advance, if none are left."""
        if not self._drawn:
            components = self._random.random(_BATCH).tolist()
            noise = self._random.standard_normal((_BATCH, self._shape.dimension)).tolist()
            self._drawn = list(zip(components, noise, strict=True))

    def discard_drawn_numbers(self) -> None:
        """Discards random numbers drawn in advance, because the random generator was seeded again."""
        self._drawn = []

    def draw(self, parameters: Floats, pi_temperature: float, sigma_temperature: float) -> list[float]:
        """Draws one event.

        Args:
            parameters: result of ``Network.step``, shape ``(shape.parameters,)``.
            pi_temperature: above 0.
            sigma_temperature: 0 or more; 0 gives the mean of the component.

        Returns:
            ``[dt, x_1 … x_n]``, divided by ``SCALE``, not clipped.

        Raises:
            UserError: the parameters are not finite.
        """
        point, noise = self._next_numbers()
        mixtures, dimension = self._shape.mixtures, self._shape.dimension
        logits: list[float] = parameters[-mixtures:].tolist()
        top = max(logits)
        if not math.isfinite(top):
            raise UserError("the model predicts values that are not finite numbers")
        total, sums = 0.0, []
        for logit in logits:
            total += math.exp((logit - top) / pi_temperature)
            sums.append(total)
        mark, chosen = point * total, 0
        while chosen < mixtures - 1 and sums[chosen] <= mark:
            chosen += 1
        self.chosen = chosen
        mean, deviation = chosen * dimension, (mixtures + chosen) * dimension
        width = math.sqrt(sigma_temperature)
        means: list[float] = parameters[mean : mean + dimension].tolist()
        deviations: list[float] = parameters[deviation : deviation + dimension].tolist()
        event = [(m + width * d * z) / SCALE for m, d, z in zip(means, deviations, noise, strict=True)]
        if not math.isfinite(sum(event)):
            raise UserError("the model predicts values that are not finite numbers")
        return event

    def draw_from(
        self,
        parts: Sequence[WeightedMixture],
        given: Mapping[int, Given],
        pi_temperature: float,
        sigma_temperature: float,
    ) -> list[float]:
        """Draws one event from several mixtures, conditioned on given values; see ``conditions.components``.

        Returns:
            ``[dt, x_1 … x_n]``, divided by ``SCALE``, not clipped.

        Raises:
            UserError: the parameters are not finite.
        """
        point, noise = self._next_numbers()
        there = components(parts, given, pi_temperature, sigma_temperature)
        self.chosen, total = len(there) - 1, 0.0
        for number, component in enumerate(there):
            total += component.weight
            if total > point:
                self.chosen = number
                break
        chosen = there[self.chosen]
        return [
            drawn_value(index, given.get(index), mean, deviation, z)
            for index, (mean, deviation, z) in enumerate(zip(chosen.means, chosen.deviations, noise, strict=True))
        ]

    def _next_numbers(self) -> tuple[float, list[float]]:
        if not self._drawn:
            self.settle()
        return self._drawn.pop()
