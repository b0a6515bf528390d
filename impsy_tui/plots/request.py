"""Plots of logs, data sets and models: ``facts`` counts, ``sheets`` reads, ``terminal`` and ``pictures`` draw.

``maps`` lays look-up tables out.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PlotRequest:
    """What is to be drawn of a file.

    Attributes:
        columns: into which time is divided, at least 1.
        dimensions: numbers of values, from 1; empty for all.
        performance: of a data set, from 1; None for the longest.
        seed: of what a model plays.
        on: the data set that a model hears; None for the newest that fits.
        datasets: the folder of data sets.
    """

    columns: int
    dimensions: tuple[int, ...] = ()
    performance: int | None = None
    seed: int = 1
    on: Path | None = None
    datasets: Path = Path("datasets")
