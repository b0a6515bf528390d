"""What is done to single dimensions of what a player plays: muted, held, soloed, ranged, inverted.

It shapes what is heard. The player is fed, and the log keeps, what was played before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_NOTHING: frozenset[int] = frozenset()


@dataclass(slots=True)
class DimensionShaping:
    """The state of all dimensions, by index from 0.

    Attributes:
        muted: not played: they stay where they were, and sound no note.
        soloed: if there are any, all others are muted.
        held: fixed at a value.
        ranged: scaled from 0..1 to low..high.
        inverted: turned upside down, before the range.
    """

    muted: set[int] = field(default_factory=set)
    soloed: set[int] = field(default_factory=set)
    held: dict[int, float] = field(default_factory=dict)
    ranged: dict[int, tuple[float, float]] = field(default_factory=dict)
    inverted: set[int] = field(default_factory=set)
    _last: tuple[float, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether nothing is shaped."""
        return not (self.muted or self.soloed or self.held or self.ranged or self.inverted)

    def silent(self, count: int) -> frozenset[int]:
        """The dimensions that sound nothing, of this many."""
        if not self.muted and not self.soloed:
            return _NOTHING
        return frozenset(i for i in range(count) if i in self.muted or (self.soloed and i not in self.soloed))

    def apply(self, values: Sequence[float]) -> tuple[float, ...]:
        """Shape a vector: muted dimensions keep the value that was last played."""
        if self.idle:
            self._last = tuple(values)
            return self._last
        silent = self.silent(len(values))
        before = self._last if len(self._last) == len(values) else values
        shaped = tuple([before[i] if i in silent else self._value(i, value) for i, value in enumerate(values)])
        self._last = shaped
        return shaped

    def _value(self, index: int, value: float) -> float:
        if index in self.held:
            return self.held[index]
        if index in self.inverted:
            value = 1.0 - value
        if index in self.ranged:
            low, high = self.ranged[index]
            value = low + value * (high - low)
        return value

    def release(self, indices: Iterable[int]) -> None:
        """Let go of whatever is done to these dimensions."""
        for index in indices:
            self.muted.discard(index)
            self.soloed.discard(index)
            self.inverted.discard(index)
            self.held.pop(index, None)
            self.ranged.pop(index, None)

    def clear(self) -> None:
        """Let go of everything."""
        for part in (self.muted, self.soloed, self.held, self.ranged, self.inverted):
            part.clear()

    def marks(self, count: int) -> tuple[str, ...]:
        """One word a dimension: "muted", "solo", "held", "inverted", "range", or empty."""
        silent = self.silent(count)

        def mark(index: int) -> str:
            if index in silent:
                return "muted"
            if index in self.soloed:
                return "solo"
            if index in self.held:
                return "held"
            if index in self.inverted:
                return "inverted"
            return "range" if index in self.ranged else ""

        return tuple(map(mark, range(count))) if not self.idle else ()
