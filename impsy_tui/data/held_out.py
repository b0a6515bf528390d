"""What is held out of training, to be judged by."""

from typing import Final

HELD_OUT: Final = 0.1


def cut(events: int) -> int:
    """How many events of a performance are trained on; the rest, its last tenth, is held out."""
    return events - int(events * HELD_OUT)
