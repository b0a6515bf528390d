"""Touches as notes: x is the pitch in a scale, velocity is the loudness."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

SCALES: Final[Mapping[str, Sequence[int]]] = {
    "chromatic": range(12),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole-tone": (0, 2, 4, 6, 8, 10),
}
"""Semitones above the lowest note by scale name; names as in ``choices.SCALES``."""
STRUCK: Final = 96
"""MIDI velocity of a touch-down."""
_SOFTEST: Final = 24
_FULL_SPEED: Final = 0.06
"""Widths between two touches at full loudness: a swipe of about three widths per second."""


@lru_cache(maxsize=64)
def pitches(scale: str, lowest: int, highest: int) -> tuple[int, ...]:
    """Returns the MIDI notes of a scale from left to right.

    Args:
        scale: one of ``SCALES``.
        lowest: MIDI note at the left edge, 0 to 127.
        highest: highest MIDI note, from ``lowest`` to 127.
    """
    steps = frozenset(SCALES[scale])
    return tuple(note for note in range(lowest, highest + 1) if (note - lowest) % 12 in steps)


def note_at(x: float, notes: Sequence[int]) -> int:
    """Returns the note at a place, 0 (left) to 1 (right)."""
    return notes[min(int(x * len(notes)), len(notes) - 1)]


def loudness(velocity: float) -> int:
    """Returns the MIDI velocity of a touch, 1 to 127.

    Args:
        velocity: 0 for a touch-down, else the distance from the touch before, in widths.
    """
    if velocity == 0.0:
        return STRUCK
    return min(127, _SOFTEST + round((127 - _SOFTEST) * math.sqrt(velocity / _FULL_SPEED)))
