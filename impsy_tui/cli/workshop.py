"""Logs into data sets, data sets into models: each a worker that runs in the foreground. And what they look like.

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


def plot(
    target: Annotated[str, typer.Argument(help="A log, data set or model: a file, or a name.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .png or .svg to draw into.")] = None,
    on: Annotated[str, typer.Option(help="Data set that a model hears; else the newest that fits.")] = "",
    performance: Annotated[int | None, typer.Option(help="Of a data set; else the longest.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another one plays something else.")] = 1,
    dimensions: Annotated[str, typer.Option(help='Those to draw, such as "x1 x3-x5"; else all.')] = "",
) -> None:
    """Draw a log, a data set or a model: values over time, dt, loss, and how a model plays on."""
    from impsy_tui.cli import plotting

    plotting.plot(target, output, plotting.Options(on, performance, seed, dimensions))
