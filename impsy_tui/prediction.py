"""Interface between the players of the engine and the models that predict events."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

MIN_DT: Final = 0.001
"""Shortest time between two events of one source in seconds. A network may predict zero or less."""

Given = float | tuple[float, float]
"""Given value of one dimension: a number, or a range from low to high."""


class Prediction(NamedTuple):
    """Next event of a model.

    Attributes:
        dt: seconds after the event that it follows, at least ``MIN_DT``.
        values: 0 to 1, one for each dimension x1..xn; their number is ``dimension - 1``.
    """

    dt: float
    values: tuple[float, ...]


class Outlook(NamedTuple):
    """Distribution of the next event, after temperatures and given values.

    Attributes:
        spread: one standard deviation of the chosen component, for each value x1..xn.
        weights: weights of all components.
    """

    spread: tuple[float, ...]
    weights: tuple[float, ...]


class Predictor(Protocol):
    """Model that receives events and predicts the next one.

    Attributes:
        kind: "mdrnn" or "dummy".
        name: model name, as the performer sees it.
        runtime: library that computes the model.
        dimension: length of an event: dt and the values x1..xn.
        pi_temperature: temperature of the choice of a mixture component, above 0; see ``parameters.TEMP``.
        sigma_temperature: temperature of the deviation of a component, 0 or more; see ``parameters.SIGMA``.
        max_gap: longest dt of the training data in seconds, None if unknown.
        fitted: pi and sigma temperature that training found; the defaults if it found none.
        given: given values of the next predictions by index of the event, 0 for dt.
    """

    kind: str
    name: str
    runtime: str
    dimension: int
    pi_temperature: float
    sigma_temperature: float
    max_gap: float | None
    fitted: tuple[float, float]
    given: Mapping[int, Given]

    def predict(self, dt: float, values: Sequence[float]) -> Prediction:
        """Takes one event and returns the next one.

        Args:
            dt: seconds since the last event of the same source.
            values: 0 to 1, length ``dimension - 1``.

        Raises:
            UserError: the model gives values that are not finite.
        """

    def redraw(self) -> Prediction:
        """Draws the last prediction again, from the same state.

        Raises:
            UserError: there is no prediction since the last reset, or its values are not finite.
        """

    def settle(self) -> None:
        """Does the part of the next prediction that needs no event, to shorten it. Optional."""

    def reset(self) -> None:
        """Forgets all events."""

    def discard_drawn_numbers(self) -> None:
        """Discards random numbers drawn in advance, because the random generator was seeded again."""
