"""Synthetic touches of each gesture: training data of the shipped classifier and clips, and data for tests.

Each recording follows the definition of its gesture with random place, size, speed and evenness. The simulated
surface reports moving fingers 60 times per second in half points, and does not report resting fingers.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import GESTURES, NOTHING
from impsy_tui.ensemble.touches.touch import HEIGHT, WIDTH, Touches

_RATE: Final = 60.0
_GRAIN: Final = 0.5
"""Points."""
_SMALLEST_STEP: Final = 1e-4

Random = np.random.Generator
Path = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Function of seconds since the touch-down ``[n]``; returns x and y in widths of the surface, ``[n]`` each."""


class _Hand:
    """Recorder of simulated strokes."""

    def __init__(self, random: Random, finger: int = 0) -> None:
        self.random = random
        self.finger = finger
        self.rows: list[NDArray[np.float64]] = []

    def stroke(self, at: float, seconds: float, path: Path) -> None:
        """Records a finger that touches down, follows a path and is lifted."""
        steps = np.arange(0.0, max(seconds, _SMALLEST_STEP), 1.0 / _RATE)
        across, down = path(steps)
        points = np.stack([across, down], axis=1) * WIDTH + self.random.normal(0.0, 0.2, (len(steps), 2))
        points = np.clip(np.round(points / _GRAIN) * _GRAIN, 0.0, (WIDTH, HEIGHT))
        kept = np.ones(len(steps), bool)
        kept[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
        points, times = points[kept], at + steps[kept]
        times[1:] += self.random.uniform(0.0, 0.3 / _RATE, len(times) - 1)
        moved = np.zeros(len(points))
        moved[1:] = np.hypot(*np.diff(points, axis=0).T) / WIDTH
        fingers = np.full(len(points), float(self.finger))
        self.rows.append(np.stack([times, fingers, points[:, 0] / WIDTH, points[:, 1] / HEIGHT, moved], axis=1))


def play(gesture: int, seconds: float, random: Random) -> Touches:
    """Generates touches of one gesture.

    Args:
        gesture: gesture code.
        seconds: length of the recording.
        random: random generator, also of place, size, speed and evenness.

    Returns:
        Touches with times from 0 to ``seconds``.
    """
    hand = _Hand(random)
    _PLAY[gesture](hand, seconds)
    rows = np.concatenate([np.empty((0, 5)), *hand.rows])
    rows = rows[rows[:, 0] <= seconds]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    times, fingers, x, y, velocities = np.ascontiguousarray(rows.T)
    return Touches(times, fingers.astype(np.int64), x, y, velocities)


def _home(random: Random, margin: float) -> tuple[float, float]:
    """Returns a random place with a distance from every edge, in widths."""
    return float(random.uniform(margin, 1.0 - margin)), float(random.uniform(margin, HEIGHT / WIDTH - margin))


def _nothing(hand: _Hand, seconds: float) -> None:
    """No touch; seldom one accidental tap."""
    if hand.random.random() < 0.15:
        _tap(hand, float(hand.random.uniform(0.0, seconds)), _home(hand.random, 0.05), 0.0)


def _tap(hand: _Hand, at: float, place: tuple[float, float], stray: float) -> None:
    """Tap near a place, sometimes with a small slip."""
    x, y = np.array(place) + hand.random.normal(0.0, stray, 2)
    slip = hand.random.normal(0.0, 0.06, 2) * (hand.random.random() < 0.4)
    seconds = float(hand.random.uniform(0.01, 0.07))
    hand.stroke(at, seconds, lambda t: (x + slip[0] * t, y + slip[1] * t))


def _taps(hand: _Hand, seconds: float, low: float, high: float) -> None:
    """Taps at one place, or at two or three in turn; ``low`` to ``high`` taps per second."""
    random = hand.random
    rate, unevenness = math.exp(random.uniform(math.log(low), math.log(high))), float(random.uniform(0.05, 0.4))
    homes = [_home(random, 0.08) for _ in range(int(random.integers(1, 4)))]
    stray = float(random.choice([0.01, 0.04, 0.1, 0.2]))
    at, turn = float(random.uniform(0.0, 1.0 / rate)), 0
    while at < seconds:
        _tap(hand, at, homes[turn % len(homes)], stray)
        at += max(0.02, float(random.normal(1.0, unevenness)) / rate)
        turn += 1
        if random.random() < 0.03:
            homes[int(random.integers(len(homes)))] = _home(random, 0.08)


def _fast_taps(hand: _Hand, seconds: float) -> None:
    _taps(hand, seconds, 4.0, 16.0)


def _slow_taps(hand: _Hand, seconds: float) -> None:
    _taps(hand, seconds, 0.25, 1.3)


def _fast_swipes(hand: _Hand, seconds: float) -> None:
    """Fast strokes in succession, each lifted at its end."""
    random = hand.random
    length, speed = float(random.uniform(0.2, 0.9)), float(random.uniform(1.0, 4.0))
    rate, angle = float(random.uniform(1.6, 4.0)), float(random.uniform(0.0, 2.0 * math.pi))
    turning, stray = float(random.choice([0.1, 0.5, 3.0])), float(random.choice([0.05, 0.2]))
    home, at = _home(random, 0.3), float(random.uniform(0.0, 0.3))
    while at < seconds:
        long, middle = length / speed * float(random.uniform(0.7, 1.3)), home + random.normal(0.0, stray, 2)
        _line(hand, at, long, middle, angle, length * float(random.uniform(0.6, 1.2)), 1.0)
        at += max(long + 0.03, float(random.normal(1.0, 0.15)) / rate)
        angle += float(random.normal(0.0, turning)) + math.pi * (random.random() < 0.5)


def _accelerating_swipes(hand: _Hand, seconds: float) -> None:
    """Long strokes that begin slowly and end fast, with rests between them."""
    random = hand.random
    length, long = float(random.uniform(0.5, 1.2)), float(random.uniform(0.4, 1.6))
    rest, angle = float(random.uniform(0.2, 1.2)), float(random.uniform(0.0, 2.0 * math.pi))
    turning, power = float(random.choice([0.1, 0.5, 3.0])), float(random.uniform(1.5, 3.5))
    home, at = _home(random, 0.36), float(random.uniform(0.0, 1.0))
    while at < seconds:
        lasting, middle = long * float(random.uniform(0.7, 1.3)), home + random.normal(0.0, 0.05, 2)
        _line(hand, at, lasting, middle, angle, length * float(random.uniform(0.8, 1.2)), power)
        at += lasting + rest * float(random.uniform(0.5, 1.5))
        angle += float(random.normal(0.0, turning)) + math.pi * (random.random() < 0.5)


def _line(
    hand: _Hand, at: float, seconds: float, middle: NDArray[np.float64], angle: float, length: float, power: float
) -> None:
    """Straight stroke through a place; a power above 1 accelerates it."""

    def path(t: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        way = length * ((t / seconds) ** power - 0.5)
        return middle[0] + way * math.cos(angle), middle[1] + way * math.sin(angle)

    hand.stroke(at, seconds, path)


def _very_slow_swipes(hand: _Hand, seconds: float) -> None:
    """Very slow movement of one finger."""
    random = hand.random
    at, speed = 0.0, float(random.uniform(0.01, 0.08))
    x, y = _home(random, 0.1)
    angle, long = float(random.uniform(0.0, 2.0 * math.pi)), float(random.uniform(4.0, 30.0))
    while at < seconds:
        bend = float(random.normal(0.0, 0.1))

        def path(
            t: NDArray[np.float64], x: float = x, y: float = y, angle: float = angle, bend: float = bend
        ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            heading = angle + bend * t
            steps = speed / _RATE
            return x + np.cumsum(np.cos(heading)) * steps, y + np.cumsum(np.sin(heading)) * steps

        hand.stroke(at, long, path)
        at += long + float(random.uniform(0.1, 0.8))
        x, y = _home(random, 0.1)
        angle += float(random.normal(0.0, 1.0))


def _swirls(hand: _Hand, seconds: float, radii: tuple[float, float], speeds: tuple[float, float]) -> None:
    """Circles of nearly constant size that drift over the surface."""
    random = hand.random
    radius, speed = float(random.uniform(*radii)), float(random.uniform(*speeds))
    turning = speed / (2.0 * math.pi * radius) * float(random.choice([-1.0, 1.0]))
    flat, drift = float(random.uniform(0.7, 1.0)), float(random.choice([0.0, 0.01, 0.06]))
    at, long = float(random.uniform(0.0, 0.2)), float(random.uniform(5.0, 40.0))
    while at < seconds:
        x, y = _home(random, min(radius, 0.36))
        begin, goal = float(random.uniform(0.0, 2.0 * math.pi)), _home(random, min(radius, 0.36))

        def path(
            t: NDArray[np.float64],
            x: float = x,
            y: float = y,
            begin: float = begin,
            goal: tuple[float, float] = goal,
        ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            share = np.minimum(1.0, drift * t)
            angle = begin + 2.0 * np.pi * turning * t
            size = radius * (1.0 + 0.15 * np.sin(1.7 * t + begin))
            return (
                x + (goal[0] - x) * share + size * np.cos(angle),
                y + (goal[1] - y) * share + size * flat * np.sin(angle),
            )

        hand.stroke(at, long, path)
        at += long + float(random.uniform(0.1, 0.6))


def _big_swirls(hand: _Hand, seconds: float) -> None:
    _swirls(hand, seconds, (0.2, 0.38), (0.25, 3.2))


def _small_swirls(hand: _Hand, seconds: float) -> None:
    _swirls(hand, seconds, (0.015, 0.08), (0.1, 0.6))


def _combination(hand: _Hand, seconds: float) -> None:
    """Swirls or slow swipes of one finger with taps or fast swipes of another."""
    random = hand.random
    under = (_big_swirls, _small_swirls, _small_swirls, _very_slow_swipes)
    over: tuple[Callable[[_Hand, float], None], ...] = (
        lambda other, long: _taps(other, long, 1.0, 6.0),
        lambda other, long: _taps(other, long, 1.0, 6.0),
        _fast_swipes,
    )
    under[int(random.integers(len(under)))](hand, seconds)
    hand.finger = 1
    over[int(random.integers(len(over)))](hand, seconds)


_PLAY: Final = (
    _nothing,
    _fast_taps,
    _slow_taps,
    _fast_swipes,
    _accelerating_swipes,
    _very_slow_swipes,
    _big_swirls,
    _small_swirls,
    _combination,
)
"""Generators by gesture code."""


def recordings(count: int, seconds: float, seed: int) -> Iterator[tuple[int, Touches]]:
    """Generates recordings of every gesture.

    Args:
        count: number of recordings of each gesture.
        seconds: length of each recording.
        seed: random seed; the same seed gives the same recordings.

    Yields:
        Gesture code and touches.
    """
    for number, child in enumerate(np.random.SeedSequence(seed).spawn(count * GESTURES)):
        gesture = number % GESTURES
        touches = play(gesture, seconds, np.random.default_rng(child))
        if len(touches) or gesture == NOTHING:
            yield gesture, touches
