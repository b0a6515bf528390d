"""Temperatures at which a trained network, left to itself, plays most like the musician."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.mdrnn.mixture import Sampler
from impsy_tui.mdrnn.model import SCALE, Network
from impsy_tui.prediction import MIN_DT
from impsy_tui.training.mdrnn.playing_style import STEP

PI_TEMPERATURES: Final = (0.7, 1.0, 1.4)
SIGMA_TEMPERATURES: Final = (0.01, 0.05, 0.2, 0.5, 1.0)
_EVENTS: Final = 600
"""Events that the network plays with each pair of temperatures."""
_PRIMER: Final = 60
_SHARES: Final = (10, 30, 50, 70, 90)
"""Percentiles of dt that are compared."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Way of playing.

    Attributes:
        travel: fader lengths per event, of all values together.
        reach: range of each value in a performance, 5th to 95th percentile, mean of all.
        gaps: percentiles of dt in seconds.
        moving: shares of events in which no, one, two and more values move.
    """

    travel: float
    reach: float
    gaps: tuple[float, ...]
    moving: tuple[float, ...]


def manner(performances: Sequence[np.ndarray]) -> Manner:
    """Returns the way of playing of performances ``[events, dimension]``, dt in seconds, values from 0 to 1."""
    steps = np.abs(np.concatenate([np.diff(one[:, 1:], axis=0) for one in performances]))
    events = np.concatenate(performances)
    count = (steps > STEP / 2).sum(axis=1)
    spans = [np.diff(np.percentile(one[:, 1:], (5, 95), axis=0), axis=0) for one in performances]
    return Manner(
        float(steps.sum(axis=1).mean()),
        float(np.mean(spans)),
        tuple(np.percentile(np.maximum(events[:, 0], MIN_DT), _SHARES).tolist()),
        tuple(float(share) for share in ((count == 0).mean(), (count == 1).mean(), (count > 1).mean())),
    )


def distance(one: Manner, other: Manner) -> float:
    """Returns how far two ways of playing are apart: logarithms of ratios, and differences of shares."""

    def ratio(first: float, second: float) -> float:
        return abs(float(np.log((first + 1e-3) / (second + 1e-3))))

    gaps = np.mean([ratio(*pair) for pair in zip(one.gaps, other.gaps, strict=True)])
    moving = sum(abs(first - second) for first, second in zip(one.moving, other.moving, strict=True))
    return ratio(one.travel, other.travel) + ratio(one.reach, other.reach) + float(gaps) + moving


def fitting_temperatures(network: Network, scaled: Sequence[np.ndarray], seed: int) -> tuple[float, float]:
    """Returns the pi and sigma temperature at which a network comes nearest to performances.

    Args:
        network: its state is changed.
        scaled: performances ``[events, dimension]``, scaled, gaps capped.
        seed: random seed.
    """
    performances = [one / SCALE for one in scaled]
    # The network plays for a while, so the musician's range is that of such a while.
    pieces = [one[at : at + _EVENTS] for one in performances for at in range(0, len(one), _EVENTS)]
    musician = manner([one for one in pieces if len(one) > _EVENTS / 2] or performances)
    primer = max(performances, key=len)[-_PRIMER:]
    longest = max(float(one[:, 0].max()) for one in performances)

    def apart(temperatures: tuple[float, float]) -> float:
        return distance(manner([_played(network, primer, longest, temperatures, seed)]), musician)

    return min(itertools.product(PI_TEMPERATURES, SIGMA_TEMPERATURES), key=apart)


def _played(
    network: Network, primer: np.ndarray, longest: float, temperatures: tuple[float, float], seed: int
) -> np.ndarray:
    sampler = Sampler(network.shape, np.random.default_rng(seed))
    network.reset()
    for event in primer.tolist():
        mixture = network.step(event)
    played = np.empty((_EVENTS, network.shape.dimension))
    for number in range(_EVENTS):
        dt, *values = sampler.draw(mixture, *temperatures)
        played[number] = min(max(dt, MIN_DT), longest), *np.clip(values, 0.0, 1.0)
        mixture = network.step(played[number].tolist())
    return played
