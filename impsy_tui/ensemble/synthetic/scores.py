"""Synthetic gesture scores of ensembles whose players react to each other: training data of the shipped model.

Gestures last for a while, silence lasts longer. Each player prefers some gestures. Some players follow a change of
another player within a few seconds. Now and then one player has a new idea that most of the ensemble follows.
"""

from typing import Final

import numpy as np

from impsy_tui.ensemble.gestures import GESTURES, GROUPS, NOTHING
from impsy_tui.ensemble.scores import MOST_PLAYERS, Codes

_FOLLOWED: Final = 6
"""Seconds within which players may follow a change."""
_OF_A_GROUP: Final = tuple(
    np.array([gesture for gesture in range(GESTURES) if GROUPS[gesture] == group]) for group in range(max(GROUPS) + 1)
)


class _Player:
    """Synthetic player of an ensemble.

    Args:
        random: random generator.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._likes = random.dirichlet(np.full(GESTURES - 1, 0.7))
        self._patience = random.uniform(4.0, 14.0)
        self._listens = random.uniform(0.05, 0.3)
        self._rests = random.uniform(0.05, 0.3)
        self.gesture = NOTHING
        self._run = int(random.integers(1, 12))

    def go_on(self, idea: int | None, heard: int | None) -> int:
        """Returns the gesture of this second.

        Args:
            idea: gesture of a new idea, None without one.
            heard: gesture that another player changed to within the last seconds, None without a change.
        """
        # A player does not change every second; the longer a gesture lasts, the more likely is a change.
        ripe = 1.0 - np.exp(-self._run / 2.0)
        chance = ripe / self._patience * (0.5 if self.gesture == NOTHING else 1.0)
        chosen = self.gesture
        if idea is not None and self._random.random() < 0.6:
            chosen = idea
        elif heard is not None and self._random.random() < self._listens * ripe:
            chosen = int(self._random.choice(_OF_A_GROUP[GROUPS[heard]])) if self._random.random() < 0.4 else heard
        elif self._random.random() < chance:
            rest = self._random.random() < self._rests
            chosen = NOTHING if rest else 1 + int(self._random.choice(GESTURES - 1, p=self._likes))
        self._run = self._run + 1 if chosen == self.gesture else 1
        self.gesture = chosen
        return chosen


def score(players: int, seconds: int, random: np.random.Generator) -> Codes:
    """Returns the gesture codes of a synthetic performance, ``[seconds, players]``."""
    ensemble = [_Player(random) for _ in range(players)]
    codes = np.zeros((seconds, players), np.int8)
    changed = np.full(players, -_FOLLOWED)
    for second in range(seconds):
        idea = 1 + int(random.integers(GESTURES - 1)) if random.random() < 1 / 90 else None
        before = codes[max(0, second - 1)]
        for number, player in enumerate(ensemble):
            lately = [other for other in np.flatnonzero(second - changed < _FOLLOWED).tolist() if other != number]
            heard = int(before[random.choice(lately)]) if lately else None
            codes[second, number] = player.go_on(idea, heard)
        changed[codes[second] != before] = second
    return codes


def scores(count: int, seconds: int, seed: int) -> list[Codes]:
    """Returns synthetic performances of 2 to ``MOST_PLAYERS`` players, each ``[seconds, players]``.

    Args:
        count: number of performances.
        seconds: length of each performance.
        seed: random seed; the same seed gives the same performances.
    """
    children = np.random.SeedSequence(seed).spawn(count)
    sizes = 2 + np.arange(count) % (MOST_PLAYERS - 1)
    return [
        score(int(players), seconds, np.random.default_rng(child))
        for players, child in zip(sizes, children, strict=True)
    ]
