"""Cycles of patterns on the scheduler's clock."""

from dataclasses import dataclass
from typing import Protocol

from impsy_tui.engine.clock.beats import Beats


class CycleClock(Protocol):
    """Converts times to cycles, which are counted from an arbitrary beginning."""

    def position(self, time: float) -> float:
        """Returns the cycles at a time."""

    def time_of(self, position: float) -> float:
        """Returns the time of a position at the current tempo."""


@dataclass(frozen=True, slots=True)
class BarCycles:
    """Cycles of a number of bars.

    Attributes:
        beats: musical time.
        length: beats of a cycle.
    """

    beats: Beats
    length: float

    def position(self, time: float) -> float:
        return self.beats.beat_at(time) / self.length

    def time_of(self, position: float) -> float:
        return self.beats.time_of(position * self.length)


@dataclass(frozen=True, slots=True)
class SecondCycles:
    """Cycles of a number of seconds.

    Attributes:
        began: begin of the pattern on the scheduler's clock.
        length: seconds of a cycle.
    """

    began: float
    length: float

    def position(self, time: float) -> float:
        return (time - self.began) / self.length

    def time_of(self, position: float) -> float:
        return self.began + position * self.length
