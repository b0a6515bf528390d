"""Made-up gesture scores: bands that listen to each other.

Not music, but with an ensemble's habits: gestures go on for a while, silence for longer; everybody likes some
gestures better than others; who changes is followed, at once or after a few seconds, by some of the others; and now
and then somebody has a new idea that most of the band takes up. The model that ships is trained on them.
"""

from typing import Final

import numpy as np

from impsy_tui.ensemble.gestures import GESTURES, GROUPS, NOTHING
from impsy_tui.ensemble.scores import MOST_PLAYERS, Codes

_FOLLOWED: Final = 6
"""Seconds that a change may be followed for."""
_OF_A_GROUP: Final = tuple(
    np.array([gesture for gesture in range(GESTURES) if GROUPS[gesture] == group]) for group in range(max(GROUPS) + 1)
)


class _Player:
    """Somebody of a band.

    Args:
        random: source of chance.
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
        """What is played this second.

        Args:
            idea: what somebody begins with at large, None for nothing new.
            heard: what one of the others changed to a little while ago, None if nobody did.
        """
        # Nobody changes back and forth each second; what has gone on for long is given up sooner.
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
    """A made-up performance, ``[seconds, players]``."""
    band = [_Player(random) for _ in range(players)]
    codes = np.zeros((seconds, players), np.int8)
    changed = np.full(players, -_FOLLOWED)
    for second in range(seconds):
        idea = 1 + int(random.integers(GESTURES - 1)) if random.random() < 1 / 90 else None
        before = codes[max(0, second - 1)]
        for number, player in enumerate(band):
            lately = [other for other in np.flatnonzero(second - changed < _FOLLOWED).tolist() if other != number]
            heard = int(before[random.choice(lately)]) if lately else None
            codes[second, number] = player.go_on(idea, heard)
        changed[codes[second] != before] = second
    return codes


def scores(count: int, seconds: int, seed: int) -> list[Codes]:
    """Made-up performances by bands of two players up to ``MOST_PLAYERS``, the same for the same seed.

    Args:
        count: how many.
        seconds: how long each is.
        seed: of all chance.
    """
    children = np.random.SeedSequence(seed).spawn(count)
    sizes = 2 + np.arange(count) % (MOST_PLAYERS - 1)
    return [
        score(int(players), seconds, np.random.default_rng(child))
        for players, child in zip(sizes, children, strict=True)
    ]
