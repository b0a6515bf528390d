"""Shapes of new networks."""

from typing import Final

from impsy_tui.choices import UNITS
from impsy_tui.mdrnn.model import Shape

MIXTURES: Final = 5
"""Components of a mixture up to dimension 5, as in IMPSY."""
_MOST_MIXTURES: Final = 12
_SPARE: Final = 3
"""Components beyond one for each value of a larger dimension."""


def shape_of(size: str, dimension: int) -> Shape:
    """Returns the shape of a network of this size for events of this dimension.

    A player with many controls moves one at a time: with more values, the mixture has a component for each.
    """
    mixtures = MIXTURES if dimension <= MIXTURES else min(dimension + _SPARE - 1, _MOST_MIXTURES)
    return Shape(dimension, UNITS[size], 3 if size == "xl" else 2, mixtures, gated=True)
