"""Made-up performances on a bank of faders: sweeps, plucks, holds and pauses.

Not music, but with music's habits: phrases with rests between them, a few gestures that come
back, several faders moved together, time that breathes. The shipped model is trained on it, and
the simulated performer of the demo plays it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Event = tuple[float, tuple[float, ...]]
"""Seconds since the event before, and the faders, 0..1 each."""


@dataclass(frozen=True, slots=True)
class PerformerStyle:
    """How somebody plays.

    Attributes:
        phrase: seconds played at a time, on average.
        rest: seconds between phrases, on average.
        rate: events a second while a fader moves.
    """

    phrase: float = 6.0
    rest: float = 2.0
    rate: float = 40.0


class Performer:
    """Plays for ever, the same way for the same seed.

    Args:
        faders: how many it plays.
        random: source of chance.
        manner: how it plays.
    """

    def __init__(self, faders: int, random: np.random.Generator, manner: PerformerStyle | None = None) -> None:
        self._random = random
        self._manner = manner or PerformerStyle()
        self._place = random.uniform(0.2, 0.8, faders).tolist()
        self._wait = 0.0

    def play(self) -> Iterator[Event]:
        """Events, endlessly. The first of a phrase carries the rest before it in its dt."""
        gestures: tuple[Callable[[], Iterator[Event]], ...] = (self._sweep, self._pluck, self._hold)
        while True:
            left = self._manner.phrase * self._random.uniform(0.6, 1.4)
            kind = int(self._random.choice(3, p=(0.5, 0.35, 0.15)))
            while left > 0:
                for event in gestures[kind]():
                    left -= event[0] if event[0] < 1.0 else 0.0
                    yield event
                # A gesture is often repeated before another takes its place.
                if self._random.random() > 0.6:
                    kind = int(self._random.choice(3, p=(0.5, 0.35, 0.15)))
                self._wait += float(self._random.uniform(0.05, 0.35))
            self._wait += self._manner.rest * float(self._random.uniform(0.5, 1.5))

    def _event(self, dt: float) -> Event:
        wait, self._wait = self._wait, 0.0
        return (wait + dt, tuple([min(1.0, max(0.0, x)) for x in self._place]))

    def _tick(self) -> float:
        """Time to the next event of a moving fader: a controller's rate, a hand's unevenness."""
        return float(max(0.004, self._random.normal(1.0 / self._manner.rate, 0.15 / self._manner.rate)))

    def _chosen(self, most: int) -> list[int]:
        count = min(len(self._place), int(self._random.integers(1, most + 1)))
        return [int(i) for i in self._random.choice(len(self._place), count, replace=False)]

    def _sweep(self) -> Iterator[Event]:
        """One to three faders glide to new places, slow at both ends."""
        faders = self._chosen(3)
        starts = [self._place[i] for i in faders]
        ends = self._random.uniform(0.0, 1.0, len(faders)).tolist()
        length = float(self._random.uniform(0.4, 1.8))
        elapsed = 0.0
        while elapsed < length:
            dt = self._tick()
            elapsed += dt
            share = 0.5 - 0.5 * math.cos(math.pi * min(1.0, elapsed / length))
            for fader, start, end in zip(faders, starts, ends, strict=True):
                self._place[fader] = start + (end - start) * share
            yield self._event(dt)

    def _pluck(self) -> Iterator[Event]:
        """A fader is thrown up and falls back, a few times in an even pulse."""
        (fader, *_) = self._chosen(1)
        pulse = float(self._random.choice([0.15, 0.2, 0.3, 0.4]))
        for _ in range(int(self._random.integers(2, 7))):
            rest, height = self._place[fader], float(self._random.uniform(0.6, 1.0))
            self._place[fader] = height
            spent = self._tick()
            yield self._event(spent)
            for fall in (0.6, 0.35, 0.2, 0.1):
                dt = self._tick()
                spent += dt
                self._place[fader] = rest + (height - rest) * fall * 0.5
                yield self._event(dt)
            self._place[fader] = rest
            self._wait += max(0.0, pulse - spent)

    def _hold(self) -> Iterator[Event]:
        """Two faders are held against a trembling hand: small, slow changes."""
        faders = self._chosen(2)
        centres = [self._place[i] for i in faders]
        for _ in range(int(self._random.integers(4, 10))):
            for fader, centre in zip(faders, centres, strict=True):
                self._place[fader] = centre + float(self._random.normal(0.0, 0.01))
            yield self._event(float(self._random.uniform(0.08, 0.3)))


def performances(count: int, events: int, faders: int, seed: int) -> list[np.ndarray]:
    """Make a corpus.

    Args:
        count: performances in it.
        events: events in each.
        faders: values of an event.
        seed: the same gives the same corpus.

    Returns:
        One float32 array ``[events, 1 + faders]`` a performance, columns dt in seconds, then
        the faders in 0..1.
    """
    corpus = []
    for child in np.random.SeedSequence(seed).spawn(count):
        random = np.random.default_rng(child)
        manner = PerformerStyle(rest=float(random.uniform(1.0, 3.0)), rate=float(random.uniform(30.0, 50.0)))
        play = Performer(faders, random, manner).play()
        rows = [(dt, *values) for (dt, values), _ in zip(play, range(events), strict=False)]
        corpus.append(np.array(rows, np.float32))
    return corpus
