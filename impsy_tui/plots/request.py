"""Request for plots of a log, a dataset or a model."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PlotRequest:
    """Settings of the plots of a file.

    Attributes:
        columns: number of columns of time, at least 1.
        dimensions: numbers of the drawn values, from 1; empty for all.
        performance: number of the performance in a dataset, from 1; None for the longest.
        seed: random seed of the model.
        on: dataset that a model hears; None for the newest that fits.
        datasets: folder of datasets.
    """

    columns: int
    dimensions: tuple[int, ...] = ()
    performance: int | None = None
    seed: int = 1
    on: Path | None = None
    datasets: Path = Path("datasets")
