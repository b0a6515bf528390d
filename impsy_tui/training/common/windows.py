"""Windows that are cut out of training data."""

from collections.abc import Iterable

import numpy as np


def window_starts(lengths: Iterable[int], window: int) -> np.ndarray:
    """Returns every index, in parts laid end to end, at which a whole window of one part begins.

    Args:
        lengths: lengths of the parts, each at least that of a window.
        window: length of a window.
    """
    lengths = list(lengths)
    first = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return np.concatenate(
        [
            np.arange(begin, begin + length - window + 1, dtype=np.int32)
            for begin, length in zip(first, lengths, strict=True)
        ]
    )
