"""Averages of a network's weights while it is trained."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import tensorflow as tf

_SHARE: Final = 0.995
"""Share of the average that each step keeps."""


class WeightAverages:
    """Averages of the weights over the last few hundred steps; these are evaluated and saved.

    B. Polyak and A. Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J. Control
    Optim. 30(4), 1992.

    Args:
        learned: weights of the network before the first step.

    Attributes:
        variables: averages of the weights.
    """

    def __init__(self, learned: list[Any]) -> None:
        self.variables = [tf.Variable(weight) for weight in learned]
        self._learned = learned

    def follow(self, steps: Any) -> None:
        """Adds the weights after a step to the averages; part of a TensorFlow graph."""
        # At the beginning, the average is over all steps so far.
        share = tf.maximum(1.0 - _SHARE, 1.0 / (tf.cast(steps, tf.float32) + 1.0))
        for average, weight in zip(self.variables, self._learned, strict=True):
            average.assign_add(share * (weight.value - average))

    def values(self) -> list[np.ndarray]:
        """Present averages."""
        return [average.numpy() for average in self.variables]

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Sets the network's weights to the averages within this block."""
        kept = [weight.numpy() for weight in self._learned]
        assign(self._learned, self.variables)
        try:
            yield
        finally:
            assign(self._learned, kept)


def assign(variables: list[Any], values: list[Any]) -> None:
    """Sets each variable to its value."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
