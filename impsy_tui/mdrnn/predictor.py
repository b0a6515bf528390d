"""Predictor of IMPSY: a mixture density RNN over control events."""

from collections.abc import Sequence

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.mixture import Sampler
from impsy_tui.mdrnn.model import Network
from impsy_tui.parameters import MDRNN, SIGMA, TEMP
from impsy_tui.prediction import MIN_DT, Prediction


class MdrnnPredictor:
    """Samples events from the mixtures of a network; implements ``prediction.Predictor``.

    Args:
        network: network of this predictor alone.
        name: model name.
        random: random generator of the samples.
        max_gap: longest dt of the training data in seconds, None if unknown.
        fitted: pi and sigma temperature that training found; None for the defaults.
    """

    kind = MDRNN

    def __init__(
        self,
        network: Network,
        name: str,
        random: np.random.Generator,
        max_gap: float | None = None,
        fitted: tuple[float | None, float | None] = (None, None),
    ) -> None:
        self.name = name
        self.runtime = network.runtime
        self.dimension = network.shape.dimension
        self.max_gap = max_gap
        pi, sigma = fitted
        self.fitted = (TEMP.default if pi is None else pi, SIGMA.default if sigma is None else sigma)
        self.pi_temperature: float = TEMP.default
        self.sigma_temperature: float = SIGMA.default
        self._network = network
        self._sampler = Sampler(network.shape, random)

    def predict(self, dt: float, values: Sequence[float]) -> Prediction:
        try:
            parameters = self._network.step((dt, *values))
            event = self._sampler.draw(parameters, self.pi_temperature, self.sigma_temperature)
        except UserError as problem:
            self._network.reset()
            raise UserError(f"{self.name}: {problem}; its state is reset") from None
        return Prediction(
            max(event[0], MIN_DT), tuple([0.0 if x < 0.0 else 1.0 if x > 1.0 else x for x in event[1:]])
        )

    def settle(self) -> None:
        self._network.settle()
        self._sampler.settle()

    def discard_drawn_numbers(self) -> None:
        self._sampler.discard_drawn_numbers()

    def reset(self) -> None:
        self._network.reset()
