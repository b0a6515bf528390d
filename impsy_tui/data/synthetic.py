"""Synthetic performances on a bank of faders: sweeps, plucks, holds and pauses.

A performance has phrases with rests between them, a few recurring gestures, groups of faders that move together, and
uneven time. The shipped model learned from such performances, and the demo plays them.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Event = tuple[float, tuple[float, ...]]
"""Event: dt in seconds and the values of the faders, 0 to 1."""


@dataclass(frozen=True, slots=True)
class PerformerStyle:
    """Style of a synthetic performer.

    Attributes:
        phrase: mean length of a phrase in seconds.
        rest: mean length of a rest in seconds.
        rate: events per second while a fader moves.
    """

    phrase: float = 6.0
    rest: float = 2.0
    rate: float = 40.0


class Performer:
    """Synthetic performer; the same seed gives the same performance.

    Args:
        faders: number of faders.
        random: random generator.
        style: style, by default ``PerformerStyle()``.
    """

    def __init__(self, faders: int, random: np.random.Generator, style: PerformerStyle | None = None) -> None:
        self._random = random
        self._style = style or PerformerStyle()
        self._positions = random.uniform(0.2, 0.8, faders).tolist()
        self._wait = 0.0

    def play(self) -> Iterator[Event]:
        """Yields events without end. The dt of the first event of a phrase contains the rest before it."""
        gestures: tuple[Callable[[], Iterator[Event]], ...] = (self._sweep, self._pluck, self._hold)
        while True:
            left = self._style.phrase * self._random.uniform(0.6, 1.4)
            kind = int(self._random.choice(3, p=(0.5, 0.35, 0.15)))
            while left > 0:
                for event in gestures[kind]():
                    left -= event[0] if event[0] < 1.0 else 0.0
                    yield event
                # A gesture is often repeated before another one follows.
                if self._random.random() > 0.6:
                    kind = int(self._random.choice(3, p=(0.5, 0.35, 0.15)))
                self._wait += float(self._random.uniform(0.05, 0.35))
            self._wait += self._style.rest * float(self._random.uniform(0.5, 1.5))

    def _event(self, dt: float) -> Event:
        wait, self._wait = self._wait, 0.0
        return (wait + dt, tuple([min(1.0, max(0.0, x)) for x in self._positions]))

    def _tick(self) -> float:
        """Returns the dt of a moving fader: the rate of a controller with the unevenness of a hand."""
        return float(max(0.004, self._random.normal(1.0 / self._style.rate, 0.15 / self._style.rate)))

    def _chosen(self, most: int) -> list[int]:
        count = min(len(self._positions), int(self._random.integers(1, most + 1)))
        return [int(i) for i in self._random.choice(len(self._positions), count, replace=False)]

    def _sweep(self) -> Iterator[Event]:
        """One to three faders move to new positions, slowly at both ends."""
        faders = self._chosen(3)
        starts = [self._positions[i] for i in faders]
        ends = self._random.uniform(0.0, 1.0, len(faders)).tolist()
        length = float(self._random.uniform(0.4, 1.8))
        elapsed = 0.0
        while elapsed < length:
            dt = self._tick()
            elapsed += dt
            share = 0.5 - 0.5 * math.cos(math.pi * min(1.0, elapsed / length))
            for fader, start, end in zip(faders, starts, ends, strict=True):
                self._positions[fader] = start + (end - start) * share
            yield self._event(dt)

    def _pluck(self) -> Iterator[Event]:
        """One fader jumps up and falls back, a few times in an even pulse."""
        (fader, *_) = self._chosen(1)
        pulse = float(self._random.choice([0.15, 0.2, 0.3, 0.4]))
        for _ in range(int(self._random.integers(2, 7))):
            rest, height = self._positions[fader], float(self._random.uniform(0.6, 1.0))
            self._positions[fader] = height
            spent = self._tick()
            yield self._event(spent)
            for fall in (0.6, 0.35, 0.2, 0.1):
                dt = self._tick()
                spent += dt
                self._positions[fader] = rest + (height - rest) * fall * 0.5
                yield self._event(dt)
            self._positions[fader] = rest
            self._wait += max(0.0, pulse - spent)

    def _hold(self) -> Iterator[Event]:
        """Two faders are held with small, slow changes."""
        faders = self._chosen(2)
        centres = [self._positions[i] for i in faders]
        for _ in range(int(self._random.integers(4, 10))):
            for fader, centre in zip(faders, centres, strict=True):
                self._positions[fader] = centre + float(self._random.normal(0.0, 0.01))
            yield self._event(float(self._random.uniform(0.08, 0.3)))


def performances(count: int, events: int, faders: int, seed: int) -> list[np.ndarray]:
    """Generates synthetic performances.

    Args:
        count: number of performances.
        events: number of events of each performance.
        faders: number of values of an event.
        seed: random seed; the same seed gives the same performances.

    Returns:
        One float32 array ``[events, 1 + faders]`` for each performance; columns are dt in seconds, then
        the faders, 0 to 1.
    """
    made = []
    for child in np.random.SeedSequence(seed).spawn(count):
        random = np.random.default_rng(child)
        style = PerformerStyle(rest=float(random.uniform(1.0, 3.0)), rate=float(random.uniform(30.0, 50.0)))
        play = Performer(faders, random, style).play()
        rows = [(dt, *values) for (dt, values), _ in zip(play, range(events), strict=False)]
        made.append(np.array(rows, np.float32))
    return made
