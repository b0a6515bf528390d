"""Windows that are cut out of what is learned from."""

from collections.abc import Iterable

import numpy as np


def window_starts(lengths: Iterable[int], window: int) -> np.ndarray:
    """Every place in parts laid end to end from which a whole window of one of them can be cut.

    Args:
        lengths: of the parts, none of them shorter than a window.
        window: its length.
    """
    lengths = list(lengths)
    first = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return np.concatenate(
        [
            np.arange(begin, begin + length - window + 1, dtype=np.int32)
            for begin, length in zip(first, lengths, strict=True)
        ]
    )
