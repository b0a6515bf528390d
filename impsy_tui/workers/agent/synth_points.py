"""Descriptors of a synth at some points, computed by the worker of look-up tables, its processes, or a cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from impsy_tui.agent.descriptors.extraction import FrameSettings, averaged, describe
from impsy_tui.agent.synths import synth_called


@dataclass(frozen=True, slots=True)
class TableSpec:
    """Description of a look-up table.

    Attributes:
        synth: name of a built-in synth, or path of a patch.
        parameters: number of parameters.
        points: grid points per parameter.
        seconds: analysed time of each point.
        settings: settings of the analysis.
    """

    synth: str
    parameters: int
    points: int
    seconds: float
    settings: FrameSettings


def listen(wish: TableSpec, points: np.ndarray) -> np.ndarray:
    """Returns the descriptors of some points: ``[points, 55]``."""
    return np.array([averaged(describe(samples, wish.settings)) for samples in _sounds(wish, points)])


def _sounds(wish: TableSpec, points: np.ndarray) -> Iterator[np.ndarray]:
    if wish.synth.endswith(".pd"):
        from impsy_tui.agent.pd_rendering import render

        yield from render(Path(wish.synth), points, wish.seconds, wish.settings.rate)
        return
    synth = synth_called(wish.synth)
    for values in points:
        yield synth.render(values, wish.seconds, wish.settings.rate)
