"""Events of patterns, and their values."""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, NamedTuple

SIGNALS: Final = ("sine", "saw", "tri", "square", "rand", "perlin")
"""Values that change continuously from 0 to 1."""
_GLIDE: Final = "glide"


@dataclass(frozen=True, slots=True)
class Hole:
    """Place in a pattern at which a player decides.

    Attributes:
        player: name of the player; empty for the player of the command.
    """

    player: str = ""

    def __str__(self) -> str:
        return f"^{self.player}"


@dataclass(frozen=True, slots=True)
class Scaled:
    """Change of a number: 0 to 1 becomes ``low`` to ``high``."""

    low: float
    high: float

    def __call__(self, value: float) -> float:
        return self.low + value * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Quantised:
    """Change of a number to the nearest multiple of 1 / ``steps``."""

    steps: float

    def __call__(self, value: float) -> float:
        return round(value * self.steps) / self.steps


Change = Scaled | Quantised


@dataclass(frozen=True, slots=True)
class Signal:
    """Value that changes while its event sounds.

    Attributes:
        name: one of ``SIGNALS``, or "glide".
        place: number of the signal in its pattern, for random numbers.
        changes: changes of the number, in order.
        backwards: True if the signal runs from its end to its beginning.
        low, high: first and last number of a glide.
    """

    name: str
    place: int = 0
    changes: tuple[Change, ...] = ()
    backwards: bool = False
    low: float = 0.0
    high: float = 1.0

    def __str__(self) -> str:
        return self.name

    def at(self, event: "PatternEvent", share: float, sample: int, seed: int) -> float:
        """Returns the number at a share of an event.

        Args:
            event: event with this signal.
            share: share of the event that has passed, 0 to 1.
            sample: number of samples since the event began, for ``rand``.
            seed: seed of random numbers.
        """
        value = self._number(event, 1.0 - share if self.backwards else share, sample, seed)
        for change in self.changes:
            value = change(value)
        return value

    def _number(self, event: "PatternEvent", share: float, sample: int, seed: int) -> float:
        match self.name:
            case "sine":
                return 0.5 + 0.5 * math.sin(2.0 * math.pi * share)
            case "saw":
                return share
            case "tri":
                return 1.0 - abs(2.0 * share - 1.0)
            case "square":
                return float(share >= 0.5)
            case "rand":
                return chance(seed, self.place, f"{event.begin} {sample}")
            case "perlin":
                begin, end = (chance(seed, self.place, at) for at in (event.begin, event.end))
                return begin + (end - begin) * (0.5 - 0.5 * math.cos(math.pi * share))
            case _:
                return self.low + (self.high - self.low) * share


PatternValue = float | bool | str | Fraction | Hole | Signal


class PatternEvent(NamedTuple):
    """Event of a pattern, or a part of an event that a query cut. All times are in cycles.

    Attributes:
        begin, end: whole event.
        start, stop: part of the event inside the query.
        value: value of the event.
    """

    begin: Fraction
    end: Fraction
    start: Fraction
    stop: Fraction
    value: PatternValue

    @property
    def has_onset(self) -> bool:
        """True if the event begins in this part."""
        return self.begin == self.start

    def moved(self, time: Callable[[Fraction], Fraction]) -> "PatternEvent":
        """Returns the event at other times; ``time`` must rise."""
        return PatternEvent(time(self.begin), time(self.end), time(self.start), time(self.stop), self.value)

    def reflected(self, time: Callable[[Fraction], Fraction]) -> "PatternEvent":
        """Returns the event at other times; ``time`` must fall."""
        value = self.value
        if isinstance(value, Signal):
            value = replace(value, backwards=not value.backwards)
        return PatternEvent(time(self.end), time(self.begin), time(self.stop), time(self.start), value)

    def changed(self, change: Change) -> "PatternEvent":
        """Returns the event with a changed number; words and holes stay."""
        value = self.value
        if isinstance(value, Signal):
            return self._replace(value=replace(value, changes=(*value.changes, change)))
        if isinstance(value, float) and not isinstance(value, bool):
            return self._replace(value=change(value))
        return self


def glide(event: PatternEvent, end: Fraction, low: float, high: float) -> PatternEvent:
    """Returns an event that moves from one number to another until ``end``."""
    return PatternEvent(event.begin, end, event.start, end, Signal(_GLIDE, low=low, high=high))


def cycles(begin: Fraction, end: Fraction) -> Iterator[tuple[int, Fraction, Fraction]]:
    """Yields the cycles of a span: number, begin and end of the part in the cycle."""
    while begin < end:
        number = math.floor(begin)
        stop = min(end, Fraction(number + 1))
        yield number, begin, stop
        begin = stop


def chance(seed: int, place: int, key: object) -> float:
    """Returns a number from 0 to below 1 that depends on its arguments only, in every process."""
    text = f"{seed} {place} {key}"
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)
