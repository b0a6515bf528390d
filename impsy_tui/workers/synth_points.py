"""What a synth sounds like at some points: done by the worker of look-up tables, its processes, or a cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from impsy_tui.agent.descriptors.extraction import FrameSettings, averaged, describe
from impsy_tui.agent.synths import synth_called


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What a table is to be made of.

    Attributes:
        synth: a built-in one's name, or the path of a patch.
        parameters: how many it has.
        points: of each.
        seconds: that each point is listened to.
        settings: how.
    """

    synth: str
    parameters: int
    points: int
    seconds: float
    settings: FrameSettings


def listen(wish: TableRequest, points: np.ndarray) -> np.ndarray:
    """What some points sound like: ``[points, 55]``."""
    return np.array([averaged(describe(samples, wish.settings)) for samples in _sounds(wish, points)])


def _sounds(wish: TableRequest, points: np.ndarray) -> Iterator[np.ndarray]:
    if wish.synth.endswith(".pd"):
        from impsy_tui.agent.pd_rendering import render

        yield from render(Path(wish.synth), points, wish.seconds, wish.settings.rate)
        return
    synth = synth_called(wish.synth)
    for values in points:
        yield synth.render(values, wish.seconds, wish.settings.rate)
