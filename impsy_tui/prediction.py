"""Who plays with the musician. Every kind of player is one file behind the Player protocol."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Prediction(NamedTuple):
    """What a player would play next.

    Attributes:
        dt: seconds after the event it follows, at least ``terms.MIN_DT``.
        values: one a dimension, 0..1; length is the player's dimension - 1.
    """

    dt: float
    values: tuple[float, ...]


class Predictor(Protocol):
    """Somebody who listens and says what comes next, and when.

    Attributes:
        kind: "mdrnn" or "dummy".
        name: of the model, for the performer.
        runtime: what computes it.
        dimension: values of an event plus one for time.
        pi_temperature: see ``parameters.TEMP``.
        sigma_temperature: see ``parameters.SIGMA``.
        max_gap: seconds; the longest dt it was trained with, None if unknown.
    """

    kind: str
    name: str
    runtime: str
    dimension: int
    pi_temperature: float
    sigma_temperature: float
    max_gap: float | None

    def predict(self, dt: float, values: Sequence[float]) -> Prediction:
        """Hear one event and say what follows.

        Args:
            dt: seconds since the last event of the same source.
            values: 0..1, ``dimension - 1`` of them.

        Raises:
            UserError: see there.
        """

    def settle(self) -> None:
        """Do now, while nobody waits, what else the next prediction would do first. Never needed."""

    def reset(self) -> None:
        """Forget everything heard."""

    def discard_drawn_numbers(self) -> None:
        """Forget what was drawn by chance beforehand: its source begins anew."""
