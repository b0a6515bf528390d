"""Mixtures of one or two networks, conditioned on given values of some dimensions.

A component with the tempered weight ``w``, means ``m`` and deviations ``s`` gets the weight ``w * Π f(d)`` over the
given dimensions ``d``. For a number ``v``, ``f`` is the density of ``N(m_d, s_d² * sigma_temperature)`` at ``v``. For
a range, ``f`` is its probability (C. Bishop, "Pattern Recognition and Machine Learning", 2006, section 2.3.9: within
a component, the dimensions are independent). All weights are logarithms, so that far values stay exact.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Final, NamedTuple

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.prediction import MIN_DT, Given

_ROOT: Final = math.sqrt(2.0)
_LOG_ROOT: Final = 0.5 * math.log(2.0 * math.pi)
_TAIL: Final = -30.0
"""Deviations below which the normal distribution is taken from its asymptotic series."""
_ROUNDING: Final = -1e-12
"""Logarithm of a ratio of probabilities that is lost in rounding."""
_LEAST_SIGMA: Final = 1e-9
"""Smallest sigma temperature in the weights of components: at 0 no component has a density."""
_LEAST_DEVIATION: Final = 1e-8
_LEAST_WIDTH: Final = 1e-12
"""Standard deviation below which a value is its mean, within the given range."""
_STANDARD: Final = NormalDist()


class WeightedMixture(NamedTuple):
    """Mixture that one network predicts.

    Attributes:
        shape: size of the network.
        parameters: result of ``Network.step``.
        weight: share of this mixture, 0 to 1; all shares add up to 1.
    """

    shape: Shape
    parameters: Floats
    weight: float


class Component(NamedTuple):
    """Component of a mixture, in seconds and values from 0 to 1.

    Attributes:
        weight: probability, after the pi temperature and the condition.
        means: means of the dimensions, dt first.
        deviations: standard deviations, after the sigma temperature.
    """

    weight: float
    means: list[float]
    deviations: list[float]


def components(
    parts: Sequence[WeightedMixture], given: Mapping[int, Given], pi_temperature: float, sigma_temperature: float
) -> list[Component]:
    """Returns the components of all parts; their weights add up to 1.

    Args:
        parts: mixtures of the networks; a part without weight is left out.
        given: given values by index of the event, 0 for dt.
        pi_temperature: above 0.
        sigma_temperature: 0 or more.

    Raises:
        UserError: the parameters are not finite.
    """
    found: list[tuple[float, list[float], list[float]]] = []
    root = math.sqrt(sigma_temperature)
    least = math.sqrt(max(sigma_temperature, _LEAST_SIGMA))
    for shape, parameters, share in parts:
        if share <= 0.0:
            continue
        numbers: list[float] = parameters.tolist()
        mixtures, dimension = shape.mixtures, shape.dimension
        logits = numbers[-mixtures:]
        top = max(logits)
        if not all(map(math.isfinite, numbers)):
            raise UserError("the model predicts values that are not finite numbers")
        tempered = [(logit - top) / pi_temperature for logit in logits]
        base = math.log(share) - math.log(sum(map(math.exp, tempered)))
        for number, logit in enumerate(tempered):
            mean, deviation = number * dimension, (mixtures + number) * dimension
            means = [value / SCALE for value in numbers[mean : mean + dimension]]
            deviations = [value / SCALE for value in numbers[deviation : deviation + dimension]]
            weight = base + logit
            for index, value in given.items():
                width = least * max(deviations[index], _LEAST_DEVIATION)
                weight += _log_fit(index, value, means[index], width)
            found.append((weight, means, [root * value for value in deviations]))
    most = max(weight for weight, _, _ in found)
    shares = [math.exp(weight - most) for weight, _, _ in found]
    total = sum(shares)
    return [
        Component(share / total, means, deviations)
        for share, (_, means, deviations) in zip(shares, found, strict=True)
    ]


def drawn_value(index: int, given: Given | None, mean: float, deviation: float, noise: float) -> float:
    """Returns one value of an event.

    Args:
        index: index of the event, 0 for dt.
        given: number, range, or None for a free value.
        mean: mean of the chosen component.
        deviation: its standard deviation after the sigma temperature.
        noise: standard normal random number.
    """
    if given is None:
        return mean + deviation * noise
    if not isinstance(given, tuple):
        return given
    low, high = given
    if deviation > _LEAST_WIDTH:
        ends = [(end - mean) / deviation for end in open_range(index, given)]
        mean += deviation * _truncated(ends[0], ends[1], noise)
    return min(max(mean, low), high)


def open_range(index: int, given: tuple[float, float]) -> tuple[float, float]:
    """Returns a range with open ends where events are clipped: all below 0 sounds as 0, all above 1 as 1."""
    low, high = given
    least, most = (MIN_DT, math.inf) if index == 0 else (0.0, 1.0)
    return -math.inf if low <= least else low, math.inf if high >= most else high


def _log_fit(index: int, given: Given, mean: float, width: float) -> float:
    """Returns the logarithm of the density at a number, or of the probability of a range."""
    if not isinstance(given, tuple):
        return _log_density((given - mean) / width) - math.log(width)
    low, high = open_range(index, given)
    return log_mass((low - mean) / width, (high - mean) / width)


def _log_density(z: float) -> float:
    return -0.5 * z * z - _LOG_ROOT


def _below(z: float) -> float:
    """Returns the probability below a number of deviations."""
    return 0.5 * math.erfc(-z / _ROOT)


def log_below(z: float) -> float:
    """Returns the logarithm of the probability below a number of deviations.

    The asymptotic series of the tail: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 26.2.12.
    """
    if z > _TAIL:
        return math.log(_below(z))
    if math.isinf(z):
        return z
    inverse = 1.0 / (z * z)
    return _log_density(z) - math.log(-z) + math.log1p(-inverse * (1.0 - 3.0 * inverse))


def log_mass(low: float, high: float) -> float:
    """Returns the logarithm of the probability between two numbers of deviations, ``low`` below ``high``."""
    if low + high > 0.0:
        low, high = -high, -low
    upper = log_below(high)
    fall = log_below(low) - upper
    if fall > _ROUNDING:
        return _log_density(0.5 * (low + high)) + math.log(max(high - low, 1e-300))
    return upper + math.log(-math.expm1(fall))


def _truncated(low: float, high: float, noise: float) -> float:
    """Returns a number of deviations between two others: the same quantile there as the noise has without limits."""
    if low + high > 0.0:
        return -_truncated(-high, -low, -noise)
    share = _below(noise)
    if high > _TAIL:
        below = _below(low)
        quantile = below + share * (_below(high) - below)
        z = _STANDARD.inv_cdf(min(max(quantile, 1e-300), 1.0 - 1e-16))
    else:
        upper = log_below(high)
        target = math.log(max(share + (1.0 - share) * math.exp(log_below(low) - upper), 1e-300))
        z = -math.sqrt(high * high - 2.0 * target)
        # One step of Newton: the square alone is exact to the first order.
        z += (upper + target - log_below(z)) / -z
    return min(max(z, low), high)
