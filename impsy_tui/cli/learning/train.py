"""Shell commands ``dataset``, ``train``, ``evaluate``, ``convert`` and ``plot``: workers in the foreground.

Names and short options are those of IMPSY.
"""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui import choices, ranges
from impsy_tui.cli import completion
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.paths import files_in
from impsy_tui.text import whole_number
from impsy_tui.workers import requests

DimensionOption = Annotated[
    int | None,
    typer.Option("--dimension", "-D", help="Number of values plus 1 for time.", show_default="every dimension found"),
]


def dataset(
    dimension: DimensionOption = None,
    source: Annotated[Path, typer.Option("--source", "-S", help="Folder of the logs.")] = Path("logs"),
    destination: Annotated[Path, typer.Option("--destination", "-O", help="Folder of the dataset.")] = Path(
        "datasets"
    ),
    filename: Annotated[
        str, typer.Option("--filename", "-F", help="Name of the dataset.", show_default="training-dataset-9d.npz")
    ] = "",
    low: Annotated[float, typer.Option(help="Raw value in the logs that becomes 0.")] = 0.0,
    high: Annotated[
        float | None,
        typer.Option(help="Raw value in the logs that becomes 1, such as 127.", show_default="no scaling"),
    ] = None,
    with_patterns: Annotated[
        bool, typer.Option("--with-patterns", help="Include events that patterns played.")
    ] = False,
) -> None:
    """Make datasets from logs."""
    if dimension is not None and dimension not in ranges.DIMENSION:
        fail(f"-D {dimension} is out of range ({ranges.DIMENSION})")
    if filename and dimension is None:
        fail("-F needs one dimension: add -D DIMENSION")
    if Path(filename).name != filename:
        fail(f"-F {filename} must be a name without a folder: -O names the folder")
    if not source.is_dir():
        fail(f"-S {source}: no such folder")
    if high is None and low:
        fail("--low needs --high, the raw value that becomes 1")
    if high is not None and high <= low:
        fail(f"--high {high:g} must be more than --low {low:g}")
    name = filename if not filename or filename.endswith(".npz") else f"{filename}.npz"
    work(requests.DatasetRequest(source, destination, dimension or 0, name, low, high, with_patterns))


ModelsOption = Annotated[Path, typer.Option("--destination", "-O", help="Folder of the models.")]


def train(
    datasets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATASET]...",
            help="Datasets: files or names.",
            show_default="the only dataset in the source folder",
            autocompletion=completion.datasets,
        ),
    ] = None,
    dimension: DimensionOption = None,
    source: Annotated[Path, typer.Option("--source", "-S", help="Folder of the datasets, or one dataset.")] = Path(
        "datasets"
    ),
    size: Annotated[
        str, typer.Option("--modelsize", "-M", help=f"Model size: {', '.join((*choices.SIZES, choices.AUTO))}.")
    ] = "s",
    early_stopping: Annotated[
        bool,
        typer.Option(
            "--earlystopping/--no-earlystopping", help="Training ends when the held-out loss no longer improves."
        ),
    ] = True,
    patience: Annotated[
        int, typer.Option("--patience", "-P", help="Epochs without improvement before training ends.")
    ] = int(ranges.PATIENCE.default),
    epochs: Annotated[int, typer.Option("--numepochs", "-N", help="Most epochs.")] = int(ranges.EPOCHS.default),
    batch: Annotated[int, typer.Option("--batchsize", "-B", help="Windows per training step.")] = int(
        ranges.BATCH.default
    ),
    models: ModelsOption = Path("models"),
    seed: Annotated[int, typer.Option(help="Random seed.")] = int(ranges.SEED.default),
    resume: Annotated[bool, typer.Option("--resume", help="Continue the last interrupted training.")] = False,
    begun_from: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Model to start from: file or name.",
            show_default="a new model",
            autocompletion=completion.models,
        ),
    ] = None,
    named: Annotated[
        str, typer.Option("--as", help="Name of the new model.", show_default="the dataset and the size")
    ] = "",
    budget: Annotated[
        float, typer.Option("--budget-ms", help="Longest time per prediction for -M auto, in milliseconds.")
    ] = ranges.BUDGET.default,
    seeds: Annotated[
        str,
        typer.Option(help='Several random seeds, such as "1 2 3"; the best model is saved.', show_default="--seed"),
    ] = "",
    scheduler: Annotated[
        str, typer.Option(help="Address of a dask cluster (tls://…).", show_default="this machine")
    ] = "",
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="Dask dashboard, reachable from this machine only.")
    ] = False,
) -> None:
    """Train a model on a dataset.

    Ctrl-C ends the training and saves the best model. -M auto tries the sizes that the dataset supports. Several
    sizes, seeds or datasets train at the same time, one per core or on a cluster; the best model of each dataset
    is saved.
    """
    if resume:
        if named:
            fail("--as: the interrupted training keeps the name of its model")
        work(requests.TrainRequest(models))
        return
    if size not in (*choices.SIZES, choices.AUTO):
        fail(f"-M {size} is not a size. Sizes: {', '.join((*choices.SIZES, choices.AUTO))}")
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
    patience = patience if early_stopping else epochs
    if named:
        if len(files) > 1:
            fail(f"--as {named}: {len(files)} datasets make {len(files)} models; name one dataset")
        from impsy_tui.cli.files import new_model_name  # imported late: --help does not need NumPy

        named = new_model_name(models, named)
    if size != choices.AUTO and len(files) == 1 and not seeds and not scheduler:
        start = None if begun_from is None else _find(begun_from, "model")
        work(
            requests.TrainRequest(
                models, files[0], size, start, named, epochs=epochs, patience=patience, batch=batch, seed=seed
            )
        )
        return
    if begun_from is not None:
        fail("--from needs one dataset, one size and one seed, on this machine")
    work(
        requests.SweepRequest(
            models,
            tuple(files),
            (size,),
            _seeds(seeds) or (seed,),
            budget,
            epochs,
            patience,
            batch,
            scheduler=scheduler,
            dashboard=dashboard,
            table=True,
            name=named,
        )
    )


def _seeds(text: str) -> tuple[int, ...]:
    """Returns the typed seeds without repetitions."""
    seeds = dict.fromkeys(whole_number(word) for word in text.replace(",", " ").split())
    if not all(seed in ranges.SEED for seed in seeds):
        fail(f"--seeds {text}: whole numbers, {ranges.SEED}")
    return tuple(seed for seed in seeds if seed is not None)


def _dataset_in(source: Path, dimension: int | None) -> Path:
    """Returns the only dataset of a folder and a dimension."""
    if source.suffix == ".npz":
        return source
    found = files_in(source, ".npz")
    if dimension is not None:
        found = [file for file in found if file.name == f"training-dataset-{dimension}d.npz"]
    if not found:
        what, option = ("", "") if dimension is None else (f" of dimension {dimension}", f" -D {dimension}")
        fail(f"No dataset{what} in {source}: impsy-tui dataset{option} makes one from the logs")
    if len(found) > 1:
        names = ", ".join(file.stem for file in found)
        fail(f"{source} has {len(found)} datasets: name one, or add -D DIMENSION. Datasets: {names}")
    return found[0]


def convert(
    file: Annotated[
        Path,
        typer.Argument(
            help="Keras model (.keras, .h5, .hdf5): file, or name in models/.", autocompletion=completion.convertible
        ),
    ],
) -> None:
    """Convert a Keras model to TensorFlow Lite, in the same folder."""
    named = (Path("models", f"{file}{suffix}") for suffix in (".keras", ".h5", ".hdf5", ""))
    file = next((found for found in (file, *named) if found.is_file()), file)
    if file.suffix not in (".keras", ".h5", ".hdf5"):
        fail(f"{file} is not a Keras model: name a .keras, .h5 or .hdf5 file")
    work(requests.ConvertRequest(file, file.parent))


def evaluate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]... [DATASET]",
            help="Models, then a dataset: files or names.",
            show_default="the only model and dataset",
            autocompletion=completion.models_and_datasets,
        ),
    ] = None,
) -> None:
    """Compare models on the held-out part of a dataset."""
    from impsy_tui.cli.files import evaluated

    *models, dataset = evaluated(names or [])
    work(requests.EvaluateRequest(dataset, tuple(models)))


def plot(
    target: Annotated[
        str,
        typer.Argument(
            help="Log, dataset or model: file or name.",
            show_default="the only one",
            autocompletion=completion.drawable,
        ),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Picture to write (.png, .svg).", show_default="the terminal"),
    ] = None,
    on: Annotated[
        str,
        typer.Option(
            help="Dataset as the input of a model.",
            show_default="the newest of its dimension",
            autocompletion=completion.datasets,
        ),
    ] = "",
    performance: Annotated[
        int | None, typer.Option(help="Number of the performance in a dataset.", show_default="the longest")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the model.")] = 1,
    dimensions: Annotated[str, typer.Option(help='Dimensions to draw, such as "x1 x3-x5".', show_default="all")] = "",
) -> None:
    """Draw a log, dataset or model: values, times between events, loss, and what a model plays."""
    from impsy_tui.cli import plot

    plot.plot(target, output, plot.PlotOptions(on, performance, seed, dimensions))


def _find(word: str, kind: str) -> Path:
    from impsy_tui.cli.files import find  # imported late: --help does not need NumPy

    return find(word, kind)
