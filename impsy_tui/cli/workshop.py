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


def evaluate(
    names: Annotated[
        list[str],
        typer.Argument(metavar="MODEL... DATASET", help="Files, or names of those in models/ and datasets/."),
    ],
) -> None:
    """Tell how well models know you, and how they play alone: on what a data set holds out, in one table."""
    *models, dataset = names
    if not models:
        fail("evaluate takes a model, or several, and then a data set")
    files = [_model_file(name) for name in models]
    work("impsy_tui.training.evaluation_worker", [*map(str, files), str(_dataset_file(dataset))])


def _model_file(name: str) -> Path:
    """A model by its path, or by its name in models/ or among those that ship."""
    from impsy_tui.engine.models import Shelf
    from impsy_tui.networks import ModelProblem
    from impsy_tui.networks.check import SUFFIXES
    from impsy_tui.shipped import shipped_folder

    file = Path(name).absolute()
    if file.suffix in SUFFIXES and file.is_file():
        return file
    try:
        return Shelf([Path("models"), shipped_folder("models")]).find(name)
    except ModelProblem as problem:
        fail(str(problem))


def _dataset_file(name: str) -> Path:
    """A data set by its path, or by its name in datasets/."""
    places = (Path(name), Path("datasets", name), Path("datasets", f"{name}.npz"))
    found = next((file for file in places if file.suffix == ".npz" and file.is_file()), None)
    if found is None:
        fail(f"no data set is called {name}, here or in datasets/: it is named after the models")
    return found.absolute()
