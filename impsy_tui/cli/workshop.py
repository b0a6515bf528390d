"""Logs into data sets, data sets into models: each a worker that runs in the foreground.

Names and short options are those of IMPSY.
"""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli.foreground import fail, work
from impsy_tui.terms import DIMENSION

DimensionOption = Annotated[int | None, typer.Option("--dimension", "-D", help="Values and one for time.")]


def dataset(
    dimension: DimensionOption = None,
    source: Annotated[Path, typer.Option("--source", "-S", help="Folder of the logs.")] = Path("logs"),
    destination: Annotated[Path, typer.Option("--destination", "-O", help="Folder for it.")] = Path("datasets"),
    filename: Annotated[str, typer.Option("--filename", "-F", help="Its name [training-dataset-9d.npz].")] = "",
) -> None:
    """Make a data set of the logs of a dimension; without one, of every dimension found."""
    if dimension is not None and dimension not in DIMENSION:
        fail(f"-D {dimension}: a dimension is {DIMENSION}")
    if filename and dimension is None:
        fail("-F names one data set: say which dimension it is of with -D")
    if Path(filename).name != filename:
        fail(f"-F {filename}: a name, and no path; -O names the folder")
    if not source.is_dir():
        fail(f"-S {source}: there is no such folder")
    name = [filename if not filename or filename.endswith(".npz") else f"{filename}.npz"]
    work("impsy_tui.jobs.dataset", [str(source), str(destination), str(dimension or "all"), *name])
