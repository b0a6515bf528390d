"""Trains: ``python -m impsy_tui.workers.training.train MODELS DATASET [--size s] [--epochs 100] …``.

SIGINT ends it early and saves the best there is; SIGTERM ends it and saves no model. Either way
``python -m impsy_tui.workers.training.train MODELS --resume`` goes on with it.
"""

import argparse
import math
import signal
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from impsy_tui import choices, ranges
from impsy_tui.data.checks import ValueRangeError, checked
from impsy_tui.data.datasets import read_dataset
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.limits import limit_process
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.mdrnn.scale import scale_of
from impsy_tui.text import counted
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, sole_reporter

if TYPE_CHECKING:
    import numpy as np

    from impsy_tui.mdrnn.lstm import Weights
    from impsy_tui.training.mdrnn import fit
    from impsy_tui.training.mdrnn.sweep import Trained

_SHARE: Final = 20
"""Least training time between two checkpoints, in multiples of the time to write one."""


def main() -> None:
    """See the module."""
    perform(_parser(), _train)


def perform(
    parser: argparse.ArgumentParser,
    work: Callable[[argparse.Namespace, Reporter, "StopAsked"], Finished | Failed],
    missing: Callable[[argparse.Namespace], str] = lambda wishes: "",
) -> None:
    """Runs the work of a training worker at low priority; the last message is the result.

    Args:
        parser: parser of the command line, with ``models``.
        work: function that does the work of a request.
        missing: returns the missing library, if more than TensorFlow is needed; empty if none is missing.
    """
    step_back()
    wishes = parser.parse_args()
    reporter = sole_reporter()
    problem = missing(wishes)
    if find_spec("tensorflow") is None:
        problem = needs_extra("training", "TensorFlow", "train")
    if problem:
        reporter.say(Failed(problem))
        return
    stop = StopAsked()
    signal.signal(signal.SIGINT, stop)
    reporter.say(Progress("starting TensorFlow"))
    try:
        reporter.say(work(wishes, reporter, stop))
    except UserError as refused:
        reporter.say(Failed(str(refused)))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or wishes.models}: {error.strerror}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path)
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("--size", choices=choices.SIZES, default="s")
    parser.add_argument("--from", type=Path, dest="begun_from")
    parser.add_argument("--plays", type=Path)
    parser.add_argument("--resume", action="store_true")
    for name, kind in (
        ("epochs", ranges.EPOCHS),
        ("patience", ranges.PATIENCE),
        ("batch", ranges.BATCH),
        ("seed", ranges.SEED),
    ):
        parser.add_argument(f"--{name}", type=int, default=int(kind.default))
    parser.add_argument("--max-gap", type=float, default=ranges.MAX_GAP.default)
    return parser


class StopAsked:
    """Signal handler that notes the performer's request to stop and save the best model."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def _train(wishes: argparse.Namespace, reporter: Reporter, stop: StopAsked) -> Finished | Failed:
    from impsy_tui.model_files.metadata import write_metadata
    from impsy_tui.training.mdrnn.checkpoint import (
        Checkpoint,
        checkpoint_path,
        forget,
        newest_unfinished,
        write_checkpoint,
    )
    from impsy_tui.training.mdrnn.fit import Epoch, Recipe, Trainer, split
    from impsy_tui.training.mdrnn.network import as_keras, model_name, playing_model, save, shape_of

    unfinished = None
    if wishes.resume:
        try:
            unfinished = newest_unfinished(wishes.models)
        except UserError as problem:
            return Failed(str(problem))
        for why in unfinished.left_out:
            reporter.say(Progress(f"left out: {why}"))
        wishes = _as_before(wishes, unfinished.wishes)
    performances = read(wishes.dataset)
    begun_from = wishes.begun_from and _weights(wishes.begun_from)
    dimension = performances[0].shape[1]
    shape = begun_from.shape if begun_from else shape_of(wishes.size, dimension)
    if shape.dimension != dimension:
        return Failed(
            f"{wishes.begun_from.stem} is of dimension {shape.dimension}, {wishes.dataset.stem} of {dimension}"
        )
    recipe = Recipe(wishes.epochs, wishes.patience, wishes.batch, wishes.seed, wishes.max_gap)
    try:
        training, held_out = split(performances, recipe.max_gap)
    except UserError as problem:
        return Failed(f"{wishes.dataset.stem}: {problem}")
    file = unfinished.file if unfinished else checkpoint_path(wishes.models, model_name(shape))
    began = time.monotonic()
    trainer = Trainer(
        training,
        held_out,
        shape,
        recipe,
        as_keras(begun_from) if begun_from else None,
        unfinished.progress if unfinished else None,
    )
    reporter.say(Progress("epoch", len(trainer.progress.curve), recipe.epochs))
    keeping = _Keeping(lambda: write_checkpoint(Checkpoint(file, _plain(wishes), trainer.progress)))

    def on_epoch(epoch: Epoch) -> bool:
        reporter.say(Progress("epoch", epoch.number, recipe.epochs, epoch.loss, epoch.held_out, epoch.left))
        keeping.now_and_then()
        return not stop.asked

    trainer.run(on_epoch)
    progress = trainer.progress
    epochs, loss = len(progress.curve), progress.best_loss
    if not math.isfinite(loss):
        return Failed(f"nothing was learned from {wishes.dataset.stem}: what it holds makes no sense to the network")
    name = wishes.begun_from.stem if begun_from else None
    if name is not None and not progress.best_epoch:
        forget(file)
        return Finished(f"nothing was learned from {wishes.dataset.stem} that {name} did not know: no model is made")
    reporter.say(Progress("saving", epochs, recipe.epochs, None, loss))
    # A model that learned on is never taken for the one that it was, wherever that is.
    _, lite = save(playing_model(progress.best, shape), wishes.models, [name] if name else [])
    seconds = time.monotonic() - began
    events = sum(map(len, training))
    noted = facts(wishes.dataset.stem, events, wishes.size, name, recipe, progress, seconds)
    write_metadata(lite, noted, progress.curve)
    if stop.asked:
        keeping.now()
    else:
        forget(file)
    judgement = _judged(wishes.plays, loss, training, held_out, recipe)
    return Finished(
        f"{judgement}{lite.stem}: {loss:.3f} nats held out after {counted(epochs, 'epoch')}, {seconds:.0f} s; "
        f"audition {lite.stem} hears it in silence, load {lite.stem} plays it",
        str(lite),
    )


def _judged(
    plays: Path | None, loss: float, training: "list[np.ndarray]", held_out: "list[np.ndarray]", recipe: "fit.Recipe"
) -> str:
    """Returns how a new model compares with the one that plays; empty if the two cannot be compared.

    Args:
        plays: playing model; None for none.
        loss: held-out loss of the new model in nats per event.
        training, held_out: data from ``split``.
        recipe: options of the training.
    """
    from impsy_tui.training.mdrnn.fit import Trainer
    from impsy_tui.training.mdrnn.network import as_keras

    if plays is None:
        return ""
    try:
        weights = _weights(plays)
    except UserError:
        return ""  # a dummy, an ensemble, another scale
    if weights.shape.dimension != training[0].shape[1]:
        return ""
    before = Trainer(training, held_out, weights.shape, recipe, as_keras(weights)).progress.best_loss
    if not math.isfinite(before):
        return ""
    return f"{'better' if loss < before else 'worse'} than the model that plays ({before:.3f}): "


class _Keeping:
    """Writes checkpoints, but not so often that they delay the training."""

    def __init__(self, keep: Any) -> None:
        self._keep = keep
        self._next = 0.0

    def now_and_then(self) -> None:
        if time.monotonic() >= self._next:
            self.now()

    def now(self) -> None:
        began = time.monotonic()
        self._keep()
        ended = time.monotonic()
        self._next = ended + _SHARE * (ended - began)


def read(dataset: Path | None) -> list["np.ndarray"]:
    """Returns the performances of a dataset, at least one.

    Raises:
        UserError: the file is no dataset or is empty; the message names it.
    """
    if dataset is None:
        raise UserError("no data set is named")
    try:
        performances = read_dataset(dataset)
    except UserError as problem:
        raise UserError(f"{dataset.name} {problem}") from None
    try:
        performances = checked(performances)
    except ValueRangeError as problem:
        raise UserError(
            f"{dataset.name}: {problem}: dataset {performances[0].shape[1]} {problem.scale} makes one of the logs"
        ) from None
    if not performances:
        raise UserError(f"{dataset.name} holds no events")
    return performances


def _weights(model: Path) -> "Weights":
    from impsy_tui.mdrnn.weights import weights_of

    if (scale := scale_of(model)) != SCALE:
        raise UserError(f"{model.stem} has scale {scale:g}: a training begins from models of scale {SCALE:g}")
    try:
        return weights_of(model)
    except UserError as problem:
        raise UserError(f"{model.stem} {problem}") from None


def _plain(wishes: argparse.Namespace) -> dict[str, Any]:
    """Returns the options of a training in the form of a checkpoint."""
    kept = {**vars(wishes), "dataset": str(wishes.dataset.absolute())}
    del kept["plays"]
    kept["begun_from"] = str(wishes.begun_from.absolute()) if wishes.begun_from else None
    del kept["models"], kept["resume"]
    return kept


def _as_before(wishes: argparse.Namespace, kept: dict[str, Any]) -> argparse.Namespace:
    """Returns the options of the interrupted training, which cannot be changed when it continues."""
    before = argparse.Namespace(**kept)
    before.models, before.resume, before.plays = wishes.models, True, wishes.plays
    before.dataset = Path(before.dataset)
    before.begun_from = Path(before.begun_from) if before.begun_from else None
    return before


def facts(
    corpus: str,
    events: int,
    size: str,
    begun_from: str | None,
    recipe: "fit.Recipe",
    outcome: "fit.Progress | Trained",
    seconds: float,
) -> dict[str, str | float | None]:
    """Returns the metadata of a model.

    Args:
        corpus: name of the dataset.
        events: number of training events.
        size: size of the network.
        begun_from: name of the initial model; None for none.
        recipe: options of the training.
        outcome: result of the training.
        seconds: duration.
    """
    from importlib.metadata import version

    return {
        "corpus": corpus,
        "events": events,
        "size": size,
        "begun_from": begun_from,
        "held_out_nats": round(outcome.best_loss, 4),
        "max_gap": recipe.max_gap,
        "epochs": len(outcome.curve),
        "best_epoch": outcome.best_epoch,
        "batch": recipe.batch,
        "seed": recipe.seed,
        "seconds": round(seconds, 1),
        "made_with": f"impsy-tui {version('impsy-tui')}, TensorFlow {version('tensorflow')}",
    }


if __name__ == "__main__":
    limit_process("impsy_tui.workers.training.train")
    main()
