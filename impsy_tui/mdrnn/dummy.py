"""Predictor without a model, for testing connections; its name is always DUMMY."""

from collections.abc import Sequence

import numpy as np

from impsy_tui import parameters
from impsy_tui.prediction import MIN_DT, Prediction


class DummyPredictor:
    """Random walk of all values, a few events per second. Input has no effect."""

    kind = "dummy"
    name = "DUMMY"
    runtime = "none"
    max_gap: float | None = None
    fitted = (parameters.TEMP.default, parameters.SIGMA.default)

    _STEP = 0.05
    _SLOWEST = 0.5

    def __init__(self, dimension: int, random: np.random.Generator) -> None:
        self.dimension = dimension
        self.pi_temperature = parameters.TEMP.default
        self.sigma_temperature = parameters.SIGMA.default
        self._random = random
        self._values: list[float] = random.random(dimension - 1).tolist()

    def predict(self, dt: float, values: Sequence[float]) -> Prediction:
        dt_next, *moves = self._random.random(self.dimension).tolist()
        self._values = [
            min(1.0, max(0.0, x + (2 * move - 1) * self._STEP)) for x, move in zip(self._values, moves, strict=True)
        ]
        return Prediction(max(dt_next * self._SLOWEST, MIN_DT), tuple(self._values))

    def settle(self) -> None:
        """Does nothing."""

    def discard_drawn_numbers(self) -> None:
        """Does nothing: all numbers are drawn when they are needed."""

    def reset(self) -> None:
        self._values = self._random.random(self.dimension - 1).tolist()
