"""Syntax tree of patterns. Each node returns its events in a span of cycles; times are exact fractions."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from impsy_tui.language.patterns.events import Change, PatternEvent, PatternValue, chance, cycles


class Node:
    """Node of a pattern."""

    __slots__ = ()

    @property
    def most(self) -> float:
        """Upper bound of the number of events in a cycle."""
        return sum(part.most for part in self.parts)

    @property
    def parts(self) -> Sequence["Node"]:
        """Nodes inside this one."""
        return ()

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        """Returns the events in a span of cycles.

        Args:
            begin, end: span in cycles; ``end`` is not included.
            seed: seed of random numbers.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Changed(Node):
    """Node that changes the events of one other node."""

    node: Node

    @property
    def parts(self) -> Sequence[Node]:
        return (self.node,)


def values_in(node: Node) -> Iterator[PatternValue]:
    """Yields the values that a pattern is made of."""
    if isinstance(node, Atom):
        yield node.value
    for part in node.parts:
        yield from values_in(part)


@dataclass(frozen=True, slots=True)
class Atom(Node):
    """One event in each cycle."""

    value: PatternValue

    @property
    def most(self) -> float:
        return 1.0

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        return [
            PatternEvent(Fraction(number), Fraction(number + 1), start, stop, self.value)
            for number, start, stop in cycles(begin, end)
        ]


@dataclass(frozen=True, slots=True)
class Rest(Node):
    """No event."""

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        return []


@dataclass(frozen=True, slots=True)
class Steps(Node):
    """Steps that share a cycle by their weights."""

    steps: tuple[tuple[Fraction, Node], ...]

    @property
    def weight(self) -> Fraction:
        """Sum of the weights."""
        return sum((weight for weight, _ in self.steps), Fraction(0))

    @property
    def parts(self) -> Sequence[Node]:
        return tuple(node for _, node in self.steps)

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        whole = self.weight
        found: list[PatternEvent] = []
        for number, start, stop in cycles(begin, end):
            at = Fraction(number)
            for weight, node in self.steps:
                length = weight / whole
                first, last = max(start, at), min(stop, at + length)
                if first < last:
                    found += _squeezed(node, number, at, length, first, last, seed)
                at += length
        return found


def _squeezed(
    node: Node, number: int, at: Fraction, length: Fraction, first: Fraction, last: Fraction, seed: int
) -> Iterator[PatternEvent]:
    """Yields the events of one cycle of a node, squeezed into a step."""

    def outside(time: Fraction) -> Fraction:
        return at + (time - number) * length

    inside = number + (first - at) / length, number + (last - at) / length
    return (event.moved(outside) for event in node.query(*inside, seed))


@dataclass(frozen=True, slots=True)
class Stack(Node):
    """Nodes that sound in parallel."""

    nodes: tuple[Node, ...]

    @property
    def parts(self) -> Sequence[Node]:
        return self.nodes

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        return [event for node in self.nodes for event in node.query(begin, end, seed)]


@dataclass(frozen=True, slots=True)
class RandomChoice(Node):
    """One of several nodes, drawn for each cycle."""

    nodes: tuple[Node, ...]
    place: int

    @property
    def most(self) -> float:
        return max(node.most for node in self.nodes)

    @property
    def parts(self) -> Sequence[Node]:
        return self.nodes

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        found: list[PatternEvent] = []
        for number, start, stop in cycles(begin, end):
            drawn = int(chance(seed, self.place, number) * len(self.nodes))
            found += self.nodes[drawn].query(start, stop, seed)
        return found


@dataclass(frozen=True, slots=True)
class Fast(Changed):
    """A node at a multiple of its speed."""

    factor: Fraction

    @property
    def most(self) -> float:
        return self.node.most * max(1, math.ceil(self.factor))

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        factor = self.factor
        found = self.node.query(begin * factor, end * factor, seed)
        return [event.moved(lambda time: time / factor) for event in found]


@dataclass(frozen=True, slots=True)
class FastBy(Changed):
    """A node at a speed that another pattern gives; it slows down if ``slow``."""

    factors: Node
    slow: bool = False

    @property
    def most(self) -> float:
        return max(self._fast(value).most for value in values_in(self.factors)) * max(1.0, self.factors.most)

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        return _joined((self.factors,), self._fast, (), begin, end, seed)

    def _fast(self, factor: PatternValue) -> Fast:
        assert isinstance(factor, Fraction)
        return Fast(self.node, 1 / factor if self.slow else factor)


@dataclass(frozen=True, slots=True)
class Euclid(Changed):
    """A node on ``pulses`` of ``steps`` steps, as evenly as possible, turned left by ``turn`` steps."""

    pulses: Node
    steps: Node
    turn: Node

    @property
    def most(self) -> float:
        steps = max(int(value) for value in values_in(self.steps) if isinstance(value, Fraction))
        return self.node.most * steps

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        return _joined((self.pulses, self.steps, self.turn), self._rhythm, (), begin, end, seed)

    def _rhythm(self, pulses: PatternValue, steps: PatternValue, turn: PatternValue) -> Node:
        assert isinstance(pulses, Fraction)
        assert isinstance(steps, Fraction)
        assert isinstance(turn, Fraction)
        beats = euclidean(int(pulses), int(steps))
        made = Steps(tuple((Fraction(1), self.node if beat else Rest()) for beat in beats))
        return Shifted(made, -turn / steps) if turn else made


def _joined(
    nodes: Sequence[Node],
    make: Callable[..., Node],
    values: tuple[PatternValue, ...],
    begin: Fraction,
    end: Fraction,
    seed: int,
) -> list[PatternEvent]:
    """Returns the events of a node that is made from the present values of other nodes."""
    if not nodes:
        return make(*values).query(begin, end, seed)
    return [
        event
        for outer in nodes[0].query(begin, end, seed)
        for event in _joined(nodes[1:], make, (*values, outer.value), outer.start, outer.stop, seed)
    ]


@lru_cache(maxsize=256)
def euclidean(pulses: int, steps: int) -> tuple[bool, ...]:
    """Returns the rhythm of Bjorklund's algorithm, as TidalCycles has it; inverted for pulses below 0.

    Godfried Toussaint: The Euclidean Algorithm Generates Traditional Musical Rhythms (2005).
    """
    count = min(abs(pulses), steps)
    heads, tails = [[True] for _ in range(count)], [[False] for _ in range(steps - count)]
    while min(len(heads), len(tails)) > 1:
        paired = [head + tail for head, tail in zip(heads, tails, strict=False)]
        tails = heads[len(paired) :] or tails[len(paired) :]
        heads = paired
    rhythm = [beat for group in (*heads, *tails) for beat in group]
    return tuple(not beat for beat in rhythm) if pulses < 0 else tuple(rhythm)


@dataclass(frozen=True, slots=True)
class Shifted(Changed):
    """A node that begins later."""

    by: Fraction

    @property
    def most(self) -> float:
        return self.node.most * (1 if self.by.denominator == 1 else 2)

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        by = self.by
        found = self.node.query(begin - by, end - by, seed)
        return [event.moved(lambda time: time + by) for event in found]


@dataclass(frozen=True, slots=True)
class Dropped(Changed):
    """A node without some of its events, drawn for each event.

    Attributes:
        node: the node.
        share: share of the events that are dropped.
        place: number in the pattern, for random numbers.
        opposite: True for the dropped events instead of the others.
    """

    share: float
    place: int
    opposite: bool = False

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        return [
            event
            for event in self.node.query(begin, end, seed)
            if (chance(seed, self.place, event.begin) < self.share) is self.opposite
        ]


@dataclass(frozen=True, slots=True)
class Mapped(Changed):
    """A node with changed numbers."""

    change: Change

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        return [event.changed(self.change) for event in self.node.query(begin, end, seed)]
