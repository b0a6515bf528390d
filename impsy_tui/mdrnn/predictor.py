"""Predictor of IMPSY: a mixture density RNN over control events."""

from collections.abc import Mapping, Sequence

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.conditions import WeightedMixture, components
from impsy_tui.mdrnn.mixture import Sampler
from impsy_tui.mdrnn.model import Floats, Network
from impsy_tui.mdrnn.surprise import Surprise
from impsy_tui.parameters import MDRNN, SIGMA, TEMP
from impsy_tui.prediction import MIN_DT, Given, Outlook, Prediction


class MdrnnPredictor:
    """Samples events from the mixtures of a network; implements ``prediction.Predictor``.

    Args:
        network: network of this predictor alone.
        name: model name.
        random: random generator of the samples.
        max_gap: longest dt of the training data in seconds, None if unknown.
        fitted: pi and sigma temperature that training found; None for the defaults.
        cell_nats: cell nats of an event of the training that was held out, None if unknown.
    """

    kind = MDRNN

    def __init__(
        self,
        network: Network,
        name: str,
        random: np.random.Generator,
        max_gap: float | None = None,
        fitted: tuple[float | None, float | None] = (None, None),
        cell_nats: float | None = None,
    ) -> None:
        self.name = name
        self.runtime = network.runtime
        self.dimension = network.shape.dimension
        self.max_gap = max_gap
        pi, sigma = fitted
        self.fitted = (TEMP.default if pi is None else pi, SIGMA.default if sigma is None else sigma)
        self.pi_temperature: float = TEMP.default
        self.sigma_temperature: float = SIGMA.default
        self.given: Mapping[int, Given] = {}
        self.blended: MdrnnPredictor | None = None
        """Second predictor of the same dimension: it hears the same events, and this one draws from both mixtures."""
        self.blend_weight = 0.0
        """Share of the second mixture, 0 to 1."""
        self.surprise = Surprise(network.shape, cell_nats)
        self._network = network
        self._mixture: Floats | None = None
        """Mixture of the last prediction; no part of the next step changes the array before that step."""
        self._sampler = Sampler(network.shape, random)

    def predict(self, dt: float, values: Sequence[float]) -> Prediction:
        try:
            self._step((dt, *values))
            return self.redraw()
        except UserError as problem:
            self.reset()
            raise UserError(f"{self.name}: {problem}; its state is reset") from None

    def expect(self, dt: float, values: Sequence[float]) -> None:
        if self._mixture is not None:
            self.surprise.note(self._mixture, (dt, *values))

    @property
    def outlook(self) -> Outlook | None:
        try:
            there = components(self._parts, self.given, self.pi_temperature, self.sigma_temperature)
        except (UserError, ValueError):
            return None
        chosen = there[min(self._sampler.chosen, len(there) - 1)]
        spread = [_given_spread(self.given.get(index), each) for index, each in enumerate(chosen.deviations)]
        return Outlook(tuple(spread[1:]), tuple(component.weight for component in there))

    def redraw(self) -> Prediction:
        if self._mixture is None:
            raise UserError("nothing is predicted yet")
        pi, sigma = self.pi_temperature, self.sigma_temperature
        if self.given or self.blended is not None:
            event = self._sampler.draw_from(self._parts, self.given, pi, sigma)
        else:
            event = self._sampler.draw(self._mixture, pi, sigma)
        return Prediction(
            max(event[0], MIN_DT), tuple([0.0 if x < 0.0 else 1.0 if x > 1.0 else x for x in event[1:]])
        )

    def _step(self, event: Sequence[float]) -> None:
        """Lets both networks hear an event."""
        self._mixture = self._network.step(event)
        if self.blended is not None:
            self.blended._step(event)

    @property
    def _parts(self) -> list[WeightedMixture]:
        """Mixtures of both networks; a network that joined since the last event has none yet."""
        if self._mixture is None:
            return []
        second = None if self.blended is None else self.blended._mixture
        if self.blended is None or second is None:
            return [WeightedMixture(self._network.shape, self._mixture, 1.0)]
        return [
            WeightedMixture(self._network.shape, self._mixture, 1.0 - self.blend_weight),
            WeightedMixture(self.blended._network.shape, second, self.blend_weight),
        ]

    def settle(self) -> None:
        self._network.settle()
        if self.blended is not None:
            self.blended._network.settle()
        self._sampler.settle()

    def discard_drawn_numbers(self) -> None:
        self._sampler.discard_drawn_numbers()

    def reset(self) -> None:
        self._network.reset()
        self._mixture = None
        if self.blended is not None:
            self.blended.reset()


def _given_spread(given: Given | None, deviation: float) -> float:
    """Returns one deviation of a value, limited by what is given."""
    if given is None:
        return deviation
    return min(deviation, 0.5 * (given[1] - given[0])) if isinstance(given, tuple) else 0.0
