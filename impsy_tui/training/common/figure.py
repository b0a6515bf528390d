"""Means with their standard errors."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

_BLOCK: Final = 50
"""Events in a row whose mean is one observation of a standard error: neighbours resemble each other."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Mean of one number per event, with its standard error."""

    mean: float
    error: float


def figure(numbers: Doubles) -> Figure:
    """Returns the mean of one number per event, in order, and its standard error.

    The error is that of the means of blocks of neighbouring events. A musician's next event resembles the last one,
    so single events would make the error too small.
    """
    size = max(1, min(_BLOCK, len(numbers) // 10))
    blocks = numbers[: len(numbers) // size * size].reshape(-1, size).mean(axis=1)
    error = float(blocks.std(ddof=1)) / len(blocks) ** 0.5 if len(blocks) > 1 else float("inf")
    return Figure(float(numbers.mean()), error)
