"""Parts of performances: for training, held out, and in rows of one length."""

import itertools
from typing import Final

import numpy as np

from impsy_tui.data.held_out import cut
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import SCALE

WINDOW: Final = 50
"""Events of a training sequence, after which the state is reset."""
_JUDGED: Final = 500


def split(performances: list[np.ndarray], max_gap: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Returns the training data and the held-out last tenth of each performance, capped and scaled.

    Raises:
        UserError: one of them is shorter than a window.
    """
    training, held_out = [], []
    for performance in performances:
        whole = scaled(performance, max_gap)
        at = cut(len(whole))
        training.append(whole[:at])
        held_out.append(whole[at:])
    training = [part for part in training if len(part) > WINDOW]
    held_out = [part for part in held_out if len(part) > 1]
    if not training or not held_out:
        longest = max((len(performance) for performance in performances), default=0)
        need = next(n for n in itertools.count(WINDOW) if cut(n) > WINDOW)
        raise UserError(
            f"the longest performance has {longest} events; at least {need} in one go are needed: "
            f"play {need - longest} more without a stop"
        )
    return training, held_out


def scaled(performance: np.ndarray, max_gap: float) -> np.ndarray:
    """Returns a performance as a network hears it: gaps are capped, and all numbers are scaled."""
    whole = performance.astype(np.float32)
    np.clip(whole[:, 0], 0.0, max_gap, out=whole[:, 0])
    whole *= np.float32(SCALE)
    return whole


def stacked(held_out: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns held-out stretches in rows of one length, and a mask of the padding."""
    longest = min(max(map(len, held_out)) - 1, _JUDGED)
    inputs, targets, counted = [], [], []
    for part in held_out:
        for begin in range(0, len(part) - 1, longest):
            piece = part[begin : begin + longest + 1]
            missing = longest + 1 - len(piece)
            filled = np.pad(piece, ((0, missing), (0, 0)), mode="edge")
            inputs.append(filled[:-1])
            targets.append(filled[1:])
            counted.append(np.arange(longest) < len(piece) - 1)
    return np.stack(inputs), np.stack(targets), np.stack(counted)
