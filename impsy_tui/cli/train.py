"""Logs into data sets, data sets into models: each a worker that runs in the foreground. And what they look like.

Names and short options are those of IMPSY.
"""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui import choices, ranges
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.paths import files_in
from impsy_tui.text import whole_number

DimensionOption = Annotated[int | None, typer.Option("--dimension", "-D", help="Values and one for time.")]


def dataset(
    dimension: DimensionOption = None,
    source: Annotated[Path, typer.Option("--source", "-S", help="Folder of the logs.")] = Path("logs"),
    destination: Annotated[Path, typer.Option("--destination", "-O", help="Folder for it.")] = Path("datasets"),
    filename: Annotated[
        str, typer.Option("--filename", "-F", help="Its name.", show_default="training-dataset-9d.npz")
    ] = "",
    low: Annotated[float, typer.Option(help="Raw value that becomes 0, in logs outside 0..1.")] = 0.0,
    high: Annotated[
        float | None, typer.Option(help="Raw value that becomes 1, such as 127.", show_default="left out")
    ] = None,
) -> None:
    """Make a data set of the logs of a dimension; without one, of every dimension found."""
    if dimension is not None and dimension not in ranges.DIMENSION:
        fail(f"-D {dimension}: a dimension is {ranges.DIMENSION}")
    if filename and dimension is None:
        fail("-F names one data set: say which dimension it is of with -D")
    if Path(filename).name != filename:
        fail(f"-F {filename}: a name, and no path; -O names the folder")
    if not source.is_dir():
        fail(f"-S {source}: there is no such folder")
    if high is None and low:
        fail("--low: say with --high, too, which raw value becomes 1")
    if high is not None and high <= low:
        fail(f"--high {high:g}: more than --low {low:g}")
    name = [filename if not filename or filename.endswith(".npz") else f"{filename}.npz"]
    scale = [] if high is None else [f"--low={low!r}", f"--high={high!r}"]
    work("impsy_tui.workers.dataset", [source, destination, str(dimension or "all"), *name, *scale])


ModelsOption = Annotated[Path, typer.Option("--destination", "-O", help="Folder of the models.")]


def train(
    datasets: Annotated[
        list[str] | None, typer.Argument(metavar="[DATASET]...", help="A data set; else the one in the folder.")
    ] = None,
    dimension: DimensionOption = None,
    source: Annotated[Path, typer.Option("--source", "-S", help="Folder of the data sets, or one.")] = Path(
        "datasets"
    ),
    size: Annotated[str, typer.Option("--modelsize", "-M", help=", ".join((*choices.SIZES, choices.AUTO)))] = "s",
    early_stopping: Annotated[
        bool, typer.Option("--earlystopping/--no-earlystopping", help="End when it gets no better.")
    ] = True,
    patience: Annotated[int, typer.Option("--patience", "-P", help="Epochs without a better model.")] = int(
        ranges.PATIENCE.default
    ),
    epochs: Annotated[int, typer.Option("--numepochs", "-N", help="Epochs at most.")] = int(ranges.EPOCHS.default),
    batch: Annotated[int, typer.Option("--batchsize", "-B", help="Windows a step.")] = int(ranges.BATCH.default),
    models: ModelsOption = Path("models"),
    seed: Annotated[int, typer.Option(help="Of all chance.")] = int(ranges.SEED.default),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the training interrupted last.")] = False,
    begun_from: Annotated[str | None, typer.Option("--from", help="A model to begin with.")] = None,
    budget: Annotated[
        float, typer.Option("--budget-ms", help="What a prediction may take here, of auto.")
    ] = ranges.BUDGET.default,
    seeds: Annotated[str, typer.Option(help='Several, such as "1 2 3": the best is saved.')] = "",
    scheduler: Annotated[str, typer.Option(help="A dask cluster of yours to train on, tls://…")] = "",
    dashboard: Annotated[bool, typer.Option("--dashboard", help="Dask's pages, on this machine alone.")] = False,
) -> None:
    """Train a model on a data set; Ctrl-C ends it early and saves the best there is.

    -M auto tries the sizes that the data set supports. Of several sizes, seeds or data sets it trains as many at
    once as there are cores, or on a cluster, and saves the best for each data set.
    """
    if resume:
        work("impsy_tui.workers.training.train", [models, "--resume"])
        return
    if size not in (*choices.SIZES, choices.AUTO):
        fail(f"-M {size}: a size is one of {', '.join((*choices.SIZES, choices.AUTO))}")
    for option, value, within in (
        ("-P", patience, ranges.PATIENCE),
        ("-N", epochs, ranges.EPOCHS),
        ("-B", batch, ranges.BATCH),
        ("--seed", seed, ranges.SEED),
    ):
        if value not in within:
            fail(f"{option} {value}: a whole number, {within}")
    if budget not in ranges.BUDGET:
        fail(f"--budget-ms {budget:g}: {ranges.BUDGET}")
    files = [_find(name, "dataset") for name in datasets or ()] or [_dataset_in(source, dimension)]
    arguments: list[str | Path] = [models, *files]
    arguments += ["--epochs", str(epochs), "--patience", str(patience if early_stopping else epochs)]
    arguments += ["--batch", str(batch)]
    if size != choices.AUTO and len(files) == 1 and not seeds and not scheduler:
        if begun_from is not None:
            arguments += ["--from", _find(begun_from, "model")]
        work("impsy_tui.workers.training.train", [*arguments, "--size", size, "--seed", str(seed)])
        return
    if begun_from is not None:
        fail("--from is for one training: of one data set, with one seed, here")
    arguments += ["--sizes", size, "--seeds", " ".join(_seeds(seeds) or [str(seed)]), "--budget-ms", f"{budget:.15g}"]
    if scheduler:
        arguments.append(f"--scheduler={scheduler}")
    if dashboard:
        arguments.append("--dashboard")
    work("impsy_tui.workers.training.sweep", [*arguments, "--table"])


def _seeds(text: str) -> list[str]:
    """Seeds as they were typed, each of them once."""
    words = list(dict.fromkeys(text.replace(",", " ").split()))
    for word in words:
        if whole_number(word) not in ranges.SEED:
            fail(f"--seeds {text}: whole numbers, {ranges.SEED}")
    return words


def _dataset_in(source: Path, dimension: int | None) -> Path:
    """The data set that is meant by a folder and a dimension."""
    if source.suffix == ".npz":
        return source
    found = files_in(source, ".npz")
    if dimension is not None:
        found = [file for file in found if file.name == f"training-dataset-{dimension}d.npz"]
    if not found:
        made = "impsy-tui dataset" if dimension is None else f"impsy-tui dataset -D {dimension}"
        fail(f"no such data set is in {source}: {made} makes one of the logs")
    if len(found) > 1:
        names = ", ".join(file.stem for file in found)
        fail(f"{len(found)} data sets are in {source}: name one, or say -D DIMENSION. There are: {names}")
    return found[0]


def convert(
    file: Annotated[
        Path,
        typer.Argument(help="A .keras, .h5 or .hdf5 file of this program or of IMPSY, or its name in models/."),
    ],
) -> None:
    """Make the .tflite of a model, beside it."""
    named = (Path("models", f"{file}{suffix}") for suffix in (".keras", ".h5", ".hdf5", ""))
    file = next((found for found in (file, *named) if found.is_file()), file)
    if file.suffix not in (".keras", ".h5", ".hdf5"):
        fail(f"{file}: a .keras, .h5 or .hdf5 file is converted")
    work("impsy_tui.workers.training.convert", [file, file.parent])


def evaluate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]... [DATASET]",
            help="Files, or names of those in models/ and datasets/; one may be left out where there is only one.",
        ),
    ] = None,
) -> None:
    """Tell how well models know you, and how they play alone: on what a data set holds out, in one table."""
    from impsy_tui.cli.files import evaluated

    work("impsy_tui.workers.training.evaluate", evaluated(names or []))


def plot(
    target: Annotated[
        str, typer.Argument(help="A log, data set or model: a file, or a name.", show_default="the only one")
    ] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .png or .svg to draw into.")] = None,
    on: Annotated[str, typer.Option(help="Data set that a model hears; else the newest that fits.")] = "",
    performance: Annotated[int | None, typer.Option(help="Of a data set; else the longest.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another one plays something else.")] = 1,
    dimensions: Annotated[str, typer.Option(help='Those to draw, such as "x1 x3-x5"; else all.')] = "",
) -> None:
    """Draw a log, a data set or a model: values over time, dt, loss, and how a model plays on."""
    from impsy_tui.cli import plot

    plot.plot(target, output, plot.PlotOptions(on, performance, seed, dimensions))


def _find(word: str, kind: str) -> Path:
    from impsy_tui.cli.files import find  # which looks into models: NumPy is not needed for --help

    return find(word, kind)
