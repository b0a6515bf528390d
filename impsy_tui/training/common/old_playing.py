"""Old playing that a model hears again while it learns on, so that it keeps its style."""

from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.data.datasets import content_hash, read_dataset
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.lstm import NumpyNetwork, Weights
from impsy_tui.mdrnn.mixture import Sampler
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.model_files.metadata import ModelMetadata
from impsy_tui.prediction import MIN_DT
from impsy_tui.training.common.parts import split

_EXCERPT: Final = 200
"""Events of an excerpt of a performance."""
_PLAYED_FIRST: Final = 100


def old_playing(
    notes: ModelMetadata, weights: Weights, folder: Path, count: int, max_gap: float, seed: int
) -> list[np.ndarray]:
    """Returns about as much old playing as there is new: excerpts of the model's dataset, or playing of the model.

    Args:
        notes: metadata of the model.
        weights: weights of the model.
        folder: folder in which the dataset of the model may be.
        count: number of new events.
        max_gap: seconds; longer gaps count as this.
        seed: random seed.

    Returns:
        Scaled performances ``[events, dimension]``.
    """
    random = np.random.default_rng(seed)
    known = _training_of(notes, folder, max_gap)
    if not known:
        return [_played(weights, max(count, 2 * _EXCERPT), max_gap, random)]
    shares = np.array([len(one) for one in known], float)
    excerpts = []
    for _ in range(max(1, round(count / _EXCERPT))):
        one = known[int(random.choice(len(known), p=shares / shares.sum()))]
        begin = int(random.integers(0, max(len(one) - _EXCERPT, 0) + 1))
        excerpts.append(one[begin : begin + _EXCERPT])
    return excerpts


def old_held_out(
    notes: ModelMetadata, weights: Weights, folder: Path, count: int, max_gap: float, seed: int
) -> list[np.ndarray]:
    """Returns about this many events of old playing that the model did not learn; see ``old_playing``.

    Without the dataset of the model, these are events that the model plays.
    """
    held_out = _parts(notes, folder, max_gap)[1]
    if not held_out:
        return [_played(weights, count, max_gap, np.random.default_rng(seed))]
    share = min(1.0, count / sum(map(len, held_out)))
    return [part for one in held_out if len(part := one[: max(2, round(share * len(one)))]) > 1]


def _training_of(notes: ModelMetadata, folder: Path, max_gap: float) -> list[np.ndarray]:
    """Returns the training part of the model's dataset, if the folder has it with the same content."""
    return _parts(notes, folder, max_gap)[0]


def _parts(notes: ModelMetadata, folder: Path, max_gap: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Returns the training part and the held-out part of the model's dataset; both empty without the dataset."""
    try:
        performances = read_dataset(folder / f"{notes.dataset}.npz") if notes.dataset else []
        if not notes.content or content_hash(performances) != notes.content:
            return [], []
        return split(performances, max_gap)
    except UserError:
        return [], []


def _played(weights: Weights, count: int, max_gap: float, random: np.random.Generator) -> np.ndarray:
    """Returns events that the model plays alone, at temperatures of 1, scaled."""
    network = NumpyNetwork(weights)
    sampler = Sampler(network.shape, random)
    network.reset()
    event = [0.1, *[0.5] * (network.shape.dimension - 1)]
    played = np.empty((count, network.shape.dimension), np.float32)
    for number in range(-_PLAYED_FIRST, count):
        dt, *values = sampler.draw(network.step(event), 1.0, 1.0)
        event = [min(max(dt, MIN_DT), max_gap), *np.clip(values, 0.0, 1.0).tolist()]
        if number >= 0:
            played[number] = event
    return played * np.float32(SCALE)
