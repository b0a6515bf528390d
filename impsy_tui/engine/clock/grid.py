"""Grid of note lengths with swing."""

import math
from dataclasses import dataclass
from typing import Final

from impsy_tui import parameters

_WHOLE: Final = 4.0
"""Beats in a whole note."""
_NEAR: Final = 1e-6
"""Tolerance in beats: a line that is at most so far in the past is the current line."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of one note length, numbered from the first bar: line 0 is beat 0.

    Attributes:
        note: note length in the form of the command, such as ``1/16``.
        swing: position of the odd line between two even lines, 0.5 to 0.75; see ``parameters.SWING``.
    """

    note: str
    swing: float = parameters.SWING.default

    @property
    def length(self) -> float:
        """Beats between two lines without swing."""
        return _WHOLE / int(self.note.partition("/")[2])

    def beat_of(self, line: int) -> float:
        """Returns the beat of a line."""
        even = line & ~1
        return self.length * (even + 2.0 * self.swing if line & 1 else even)

    def nearest(self, beat: float) -> int:
        """Returns the line nearest to a beat; of two equal ones, the earlier."""
        even = 2 * math.floor(beat / (2.0 * self.length))
        return min(range(even, even + 3), key=lambda line: abs(self.beat_of(line) - beat))

    def following(self, beat: float) -> int:
        """Returns the first line at or after a beat."""
        beat -= _NEAR
        even = 2 * math.floor(beat / (2.0 * self.length))
        return next(line for line in range(even, even + 3) if self.beat_of(line) >= beat)
