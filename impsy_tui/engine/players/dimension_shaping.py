"""Shaping of single dimensions of a player's output: mute, solo, hold, range, invert, route.

The outputs get the shaped values. The predictor and the log get the values before shaping.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from impsy_tui import parameters
from impsy_tui.parameters import Parameter
from impsy_tui.prediction import Given

_NOTHING: frozenset[int] = frozenset()
_FIELDS: Final = {
    parameters.MUTE: "muted",
    parameters.SOLO: "soloed",
    parameters.HOLD: "held",
    parameters.RANGE: "ranged",
    parameters.INVERT: "inverted",
    parameters.GIVEN: "given",
    parameters.ROUTE: "routed",
}
"""Attributes with the dimensions of each parameter."""


@dataclass(slots=True)
class DimensionShaping:
    """Shaping of all dimensions, by index from 0.

    Attributes:
        muted: Dimensions that keep their value and play no note.
        soloed: Dimensions that play; if there are any, all others are muted.
        held: Fixed values.
        ranged: Ranges (low, high) to which 0..1 is scaled.
        inverted: Dimensions that are inverted, before the range.
        given: Given values or ranges, which the predictor fits its events to. They do not change what it plays.
        routed: Numbers (from 1) of the dimensions at which dimensions are played, before all other shaping.
    """

    muted: set[int] = field(default_factory=set)
    soloed: set[int] = field(default_factory=set)
    held: dict[int, float] = field(default_factory=dict)
    ranged: dict[int, tuple[float, float]] = field(default_factory=dict)
    inverted: set[int] = field(default_factory=set)
    given: dict[int, Given] = field(default_factory=dict)
    routed: dict[int, int] = field(default_factory=dict)
    _last: tuple[float, ...] = ()

    @property
    def idle(self) -> bool:
        """True if no dimension is shaped after the prediction."""
        return not (self.muted or self.soloed or self.held or self.ranged or self.inverted)

    def values(self, parameter: Parameter) -> dict[int, Any]:
        """Returns the values of a parameter by index, of the dimensions that have one."""
        present = getattr(self, _FIELDS[parameter])
        return dict(sorted(present.items())) if isinstance(present, dict) else dict.fromkeys(sorted(present), True)

    def replace(self, parameter: Parameter, values: Mapping[int, Any]) -> None:
        """Sets a parameter of all dimensions; those without a value are released."""
        is_switch = parameter.kind is parameters.Kind.SWITCH
        setattr(self, _FIELDS[parameter], set(values) if is_switch else dict(values))

    def silent(self, count: int) -> frozenset[int]:
        """Returns the muted dimensions of the first ``count``."""
        if not self.muted and not self.soloed:
            return _NOTHING
        return frozenset(i for i in range(count) if i in self.muted or (self.soloed and i not in self.soloed))

    def place(self, index: int) -> int:
        """Returns the index at which a dimension is played."""
        return self.routed.get(index, index + 1) - 1

    def _placed(self, values: Sequence[float]) -> Sequence[float]:
        placed = list(values)
        for index, number in self.routed.items():
            if max(index, number - 1) < len(values):
                placed[number - 1] = values[index]
        return placed

    def apply(self, values: Sequence[float]) -> tuple[float, ...]:
        """Returns the shaped values; muted dimensions keep the last played value."""
        if self.routed:
            values = self._placed(values)
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
        """Ends all shaping of these dimensions."""
        for index in indices:
            self.muted.discard(index)
            self.soloed.discard(index)
            self.inverted.discard(index)
            self.held.pop(index, None)
            self.ranged.pop(index, None)
            self.given.pop(index, None)

    def clear(self) -> None:
        """Ends all shaping."""
        for shaped in (self.muted, self.soloed, self.held, self.ranged, self.inverted, self.given, self.routed):
            shaped.clear()

    def marks(self, count: int) -> tuple[str, ...]:
        """Returns a word for each dimension: "muted", "solo", "held", "inverted", "range", "routed", "given", or
        empty."""
        silent = self.silent(count)
        routed = {number - 1 for number in self.routed.values()}

        def mark(index: int) -> str:
            if index in silent:
                return "muted"
            if index in self.soloed:
                return "solo"
            if index in self.held:
                return "held"
            if index in self.inverted:
                return "inverted"
            if index in self.ranged:
                return "range"
            if index in routed:
                return "routed"
            return "given" if index in self.given else ""

        return tuple(map(mark, range(count))) if self.given or routed or not self.idle else ()
