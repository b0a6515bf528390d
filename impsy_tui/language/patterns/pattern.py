"""Parsed pattern: what a command has instead of a value."""

from dataclasses import dataclass
from typing import Final

from impsy_tui.language.patterns.nodes import Node
from impsy_tui.parameters import shown_number

MOST_EVENTS: Final = 256
"""Greatest number of events in a cycle of a pattern."""


@dataclass(frozen=True, slots=True)
class CycleLength:
    """Length of a cycle: bars of the tempo, or seconds if ``seconds`` is above 0."""

    bars: float = 1.0
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.seconds:
            return f"cycle {shown_number(self.seconds)}s"
        return f"cycle {shown_number(self.bars)} {'bar' if self.bars == 1.0 else 'bars'}"


@dataclass(frozen=True, slots=True)
class CyclicPattern:
    """Pattern of values in cycles.

    Attributes:
        text: notation between the quotes.
        behind: transformations, length of the cycle and ``now``, as typed.
        layers: parts that sound in parallel, with all transformations.
        cycle: length of a cycle.
        now: True if the pattern begins in the present cycle, not in the next one.
    """

    text: str
    behind: str
    layers: tuple[Node, ...]
    cycle: CycleLength = CycleLength()
    now: bool = False

    def __str__(self) -> str:
        return f'"{self.text}" {self.behind}'.rstrip()


def too_many_events(count: float) -> str:
    """Returns the message for a pattern with too many events in a cycle."""
    return f"a pattern has at most {MOST_EVENTS} steps in a cycle, this one has up to {count:g}"
