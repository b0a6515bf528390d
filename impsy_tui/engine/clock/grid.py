"""A grid of note lengths: where its lines stand, with swing."""

import math
from dataclasses import dataclass
from typing import Final

from impsy_tui import parameters

_WHOLE: Final = 4.0
"""Beats of a whole note."""
_NEAR: Final = 1e-6
"""Beats. A line this little behind is not past: it is the line that has just come."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of one note length, numbered from the first bar: line 0 is beat 0.

    Attributes:
        note: its length as it is typed, such as ``1/16``.
        swing: where between two even lines the odd one stands, 0.5 to 0.75; see ``parameters.SWING``.
    """

    note: str
    swing: float = parameters.SWING.default

    @property
    def length(self) -> float:
        """Beats between two lines, were there no swing."""
        return _WHOLE / int(self.note.partition("/")[2])

    def beat_of(self, line: int) -> float:
        """The beat that a line stands at."""
        even = line & ~1
        return self.length * (even + 2.0 * self.swing if line & 1 else even)

    def nearest(self, beat: float) -> int:
        """The line nearest to a beat; of two that are as near, the earlier."""
        even = 2 * math.floor(beat / (2.0 * self.length))
        return min(range(even, even + 3), key=lambda line: abs(self.beat_of(line) - beat))

    def following(self, beat: float) -> int:
        """The first line that is not past at a beat."""
        beat -= _NEAR
        even = 2 * math.floor(beat / (2.0 * self.length))
        return next(line for line in range(even, even + 3) if self.beat_of(line) >= beat)
