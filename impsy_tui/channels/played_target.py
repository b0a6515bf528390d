"""Target of a dimension, with its last value."""

from typing import NamedTuple


class PlayedTarget(NamedTuple):
    """Target of a dimension, with the last value that was sent to it.

    Attributes:
        number: number of the dimension, from 1.
        target: text of the target, as ``map`` takes it; the name of the device comes first if there are several.
        value: last value as text; empty before the first value, and while a note does not sound.
    """

    number: int
    target: str
    value: str
