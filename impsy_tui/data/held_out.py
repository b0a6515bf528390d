"""Held-out events of a dataset."""

from typing import Final

HELD_OUT: Final = 0.1
"""Share of the events of a performance that training does not use."""


def cut(events: int) -> int:
    """Returns the number of training events of a performance; the last tenth is held out."""
    return events - int(events * HELD_OUT)
