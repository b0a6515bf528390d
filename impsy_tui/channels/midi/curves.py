"""Curves between a MIDI value and a dimension: both 0 to 1, both ends kept."""

import math
from collections.abc import Callable
from typing import Final

Curve = Callable[[float], float]

_STEEPNESS: Final = 4.0


def straight(share: float) -> float:
    """Returns the share unchanged."""
    return share


def exponential(share: float) -> float:
    """Returns (e^(4x) - 1) / (e^4 - 1): slow at first, then fast."""
    return math.expm1(_STEEPNESS * share) / math.expm1(_STEEPNESS)


def logarithmic(share: float) -> float:
    """Returns the inverse of ``exponential``: fast at first, then slow."""
    return math.log1p(share * math.expm1(_STEEPNESS)) / _STEEPNESS


def inverted(share: float) -> float:
    """Returns 1 - x."""
    return 1.0 - share


CURVES: Final[dict[str, Curve]] = {"exp": exponential, "log": logarithmic, "inverted": inverted}
"""Curves by the words at the end of a mapping entry; several are applied from left to right."""


def curve(words: tuple[str, ...]) -> Curve:
    """Returns the curve of the words of an entry."""
    found = [CURVES[word] for word in words]
    if not found:
        return straight
    if len(found) == 1:
        return found[0]

    def chain(share: float) -> float:
        for one in found:
            share = one(share)
        return share

    return chain


def position_of(value: float, shape: Curve) -> float:
    """Returns the MIDI share of a value: the inverse of a curve, by bisection."""
    if shape is straight:
        return value
    low, high = (0.0, 1.0) if shape(0.0) < shape(1.0) else (1.0, 0.0)
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if shape(middle) < value else (low, middle)
    return (low + high) / 2
