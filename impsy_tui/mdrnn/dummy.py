"""Predictor without a model, for testing connections; its name is always DUMMY."""

from collections.abc import Mapping, Sequence

import numpy as np

from impsy_tui import parameters
from impsy_tui.prediction import MIN_DT, Given, Prediction


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
        self.given: Mapping[int, Given] = {}
        self._random = random
        self._values: list[float] = random.random(dimension - 1).tolist()
        self._before = self._values

    def predict(self, dt: float, values: Sequence[float]) -> Prediction:
        self._before = self._values
        return self.redraw()

    def redraw(self) -> Prediction:
        dt_next, *moves = self._random.random(self.dimension).tolist()
        walked = [x + (2 * move - 1) * self._STEP for x, move in zip(self._before, moves, strict=True)]
        dt, *values = [self._fitted(index, value) for index, value in enumerate((dt_next * self._SLOWEST, *walked))]
        self._values = [min(1.0, max(0.0, value)) for value in values]
        return Prediction(max(dt, MIN_DT), tuple(self._values))

    def _fitted(self, index: int, value: float) -> float:
        """Returns the given number, or the value within the given range."""
        given = self.given.get(index)
        if isinstance(given, tuple):
            return min(max(value, given[0]), given[1])
        return value if given is None else given

    def settle(self) -> None:
        """Does nothing."""

    def discard_drawn_numbers(self) -> None:
        """Does nothing: all numbers are drawn when they are needed."""

    def reset(self) -> None:
        self._values = self._before = self._random.random(self.dimension - 1).tolist()
