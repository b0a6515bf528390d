"""Transformations behind a pattern."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from impsy_tui.language.patterns.events import PatternEvent, Quantised, Scaled, cycles, glide
from impsy_tui.language.patterns.nodes import Changed, Dropped, Fast, Mapped, Node, Shifted, Stack

_FAR: Final = 16
"""Cycles in which ``smooth`` looks for the next step."""
_NEAREST: Final = Fraction(1, 32)
"""Part of a cycle in which ``smooth`` looks first."""
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Reversed(Changed):
    """A node that runs backwards in each cycle."""

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        found: list[PatternEvent] = []
        for number, start, stop in cycles(begin, end):
            found += self._cycle(Fraction(2 * number + 1), start, stop, seed)
        return found

    def _cycle(self, ends: Fraction, start: Fraction, stop: Fraction, seed: int) -> list[PatternEvent]:
        inside = self.node.query(ends - stop, ends - start, seed)
        return [event.reflected(lambda time: ends - time) for event in inside]


@dataclass(frozen=True, slots=True)
class Palindrome(Changed):
    """Each cycle of a node forwards, then backwards."""

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        found: list[PatternEvent] = []
        for number, start, stop in cycles(begin, end):
            later = number - number // 2
            node = Reversed(self.node) if number % 2 else self.node
            found += Shifted(node, Fraction(later)).query(start, stop, seed)
        return found


@dataclass(frozen=True, slots=True)
class Every(Changed):
    """A transformed node in each cycle with a number that ``count`` divides, the node in the others."""

    transformed: Node
    count: int

    @property
    def most(self) -> float:
        return max(self.node.most, self.transformed.most)

    @property
    def parts(self) -> Sequence[Node]:
        return self.node, self.transformed

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        found: list[PatternEvent] = []
        for number, start, stop in cycles(begin, end):
            found += (self.node if number % self.count else self.transformed).query(start, stop, seed)
        return found


@dataclass(frozen=True, slots=True)
class Smooth(Changed):
    """A node that glides from each number to the next."""

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        onsets = self._onsets(begin, end, seed)
        if not onsets:
            return []
        nexts = (*onsets[1:], self._following(end, seed))
        return [_to_next(event, after) for event, after in zip(onsets, nexts, strict=True)]

    def _following(self, begin: Fraction, seed: int) -> PatternEvent | None:
        """Returns the first step from a position on; looks in growing spans, because it is often near."""
        far, span = begin + _FAR, _NEAREST
        while begin < far:
            if found := self._onsets(begin, min(begin + span, far), seed):
                return found[0]
            begin, span = begin + span, 2 * span
        return None

    def _onsets(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        found = {event.begin: event for event in self.node.query(begin, end, seed) if event.has_onset}
        return [found[at] for at in sorted(found)]


def _to_next(event: PatternEvent, following: PatternEvent | None) -> PatternEvent:
    low, high = event.value, None if following is None else following.value
    if following is None or not (isinstance(low, float) and isinstance(high, float)):
        return event
    return glide(event, following.begin, low, high)


Transform = Callable[[Node], Node]
"""Transformation of a pattern."""


def _in_time(make: Transform) -> Transform:
    """Returns a transformation of times that lets a glide follow the moved steps."""

    def apply(node: Node) -> Node:
        if isinstance(node, Smooth):
            return Smooth(apply(node.node))
        if isinstance(node, Mapped):
            return Mapped(apply(node.node), node.change)
        return make(node)

    return apply


def fast(factor: Fraction) -> Transform:
    """Returns the transformation to a multiple of the speed."""
    return _in_time(lambda node: Fast(node, factor))


def shift(by: Fraction) -> Transform:
    """Returns the transformation that begins later."""
    return _in_time(lambda node: Shifted(node, by))


reverse: Final = _in_time(Reversed)
palindrome: Final = _in_time(Palindrome)


def scale(low: float, high: float) -> Transform:
    """Returns the transformation of 0 to 1 into ``low`` to ``high``."""
    return lambda node: Mapped(node, Scaled(low, high))


def quantise(steps: float) -> Transform:
    """Returns the transformation to multiples of 1 / ``steps``."""
    return lambda node: Mapped(node, Quantised(steps))


def degrade(place: int) -> Transform:
    """Returns the transformation that drops half of the events."""
    return lambda node: Dropped(node, _HALF, place)


def sometimes(transform: Transform, place: int) -> Transform:
    """Returns the transformation of half of the events, drawn for each."""

    def apply(node: Node) -> Node:
        return Stack((Dropped(node, _HALF, place), transform(Dropped(node, _HALF, place, opposite=True))))

    return apply


def every(count: int, transform: Transform) -> Transform:
    """Returns the transformation of every ``count``-th cycle, the first among them."""
    return lambda node: Every(node, transform(node), count)
