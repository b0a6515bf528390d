"""Touches as notes: places across a surface are pitches of a scale, movement is loudness."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

SCALES: Final[Mapping[str, Sequence[int]]] = {
    "chromatic": range(12),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole-tone": (0, 2, 4, 6, 8, 10),
}
"""Semitones above the lowest note, by the names in ``choices.SCALES``."""
STRUCK: Final = 96
"""MIDI velocity of a finger that comes down."""
_SOFTEST: Final = 24
_FULL_SPEED: Final = 0.06
"""Widths from one touch to the next that are as loud as can be: a swipe of some three widths a second."""


def pitches(scale: str, lowest: int, highest: int) -> tuple[int, ...]:
    """The notes of a scale from left to right.

    Args:
        scale: one of ``SCALES``.
        lowest: MIDI note at the left edge, from which the scale goes up.
        highest: MIDI note that none is above; not below the lowest.
    """
    steps = frozenset(SCALES[scale])
    return tuple(note for note in range(lowest, highest + 1) if (note - lowest) % 12 in steps)


def note_at(x: float, notes: Sequence[int]) -> int:
    """The note at a place, 0..1 from left to right."""
    return notes[min(int(x * len(notes)), len(notes) - 1)]


def loudness(velocity: float) -> int:
    """MIDI velocity of a touch, 1..127.

    Args:
        velocity: 0 where a finger comes down, else how far it has moved, in widths.
    """
    if velocity == 0.0:
        return STRUCK
    return min(127, _SOFTEST + round((127 - _SOFTEST) * math.sqrt(velocity / _FULL_SPEED)))
