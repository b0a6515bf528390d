"""Worker that trains a model.

SIGINT ends the training and saves the best model; SIGTERM saves no model. After both, a request without a dataset
continues the training.
"""

import math
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from impsy_tui.data.checks import ValueRangeError, checked
from impsy_tui.data.datasets import content_hash, read_dataset
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.mdrnn.scale import scale_of
from impsy_tui.text import counted
from impsy_tui.workers.jobs import StopRequest, run_stoppable_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import TrainRequest as Request

if TYPE_CHECKING:
    import numpy as np

    from impsy_tui.mdrnn.lstm import Weights
    from impsy_tui.mdrnn.model import Shape
    from impsy_tui.training.common.figure import Figure
    from impsy_tui.training.mdrnn import fit
    from impsy_tui.training.mdrnn.checkpoint import Checkpoint
    from impsy_tui.training.mdrnn.sweep import Trained

_MORE: Final = "Play more, and learn on from all of it"
_ERRORS, _ERRORS_OF_LAST_LAYER = 2.0, 1.0
"""Standard errors that the gain of a model that learned on must exceed, with all weights and with the last layer."""
_MANY: Final = 5000
"""New events from which all weights of a model learn on; fewer teach the last layer."""
_SHARE: Final = 20
"""Least training time between two checkpoints, in multiples of the time to write one."""


def run(request: Request) -> None:
    """Trains the model of a request."""
    run_stoppable_job(partial(_train, request), request.models)


def start_tensorflow(reporter: Reporter) -> None:
    """Reports that TensorFlow starts, which takes seconds.

    Raises:
        UserError: TensorFlow is not installed.
    """
    if find_spec("tensorflow") is None:
        raise UserError(needs_extra("training", "TensorFlow", "train"))
    reporter.say(Progress("starting TensorFlow"))


def _train(request: Request, reporter: Reporter, stop: StopRequest) -> Finished | Failed:
    start_tensorflow(reporter)
    from impsy_tui.training.mdrnn.checkpoint import newest_unfinished

    if request.dataset is not None:
        return _fit(request, request.dataset, None, reporter, stop)
    unfinished = newest_unfinished(request.models)
    for why in unfinished.left_out:
        reporter.say(Progress(f"left out: {why}"))
    continued = _continued(request, unfinished.wishes)
    return _fit(continued, Path(unfinished.wishes["dataset"]), unfinished, reporter, stop)


def _fit(
    request: Request, dataset: Path, unfinished: "Checkpoint | None", reporter: Reporter, stop: StopRequest
) -> Finished | Failed:
    from impsy_tui.training.common.parts import split
    from impsy_tui.training.common.shapes import shape_of
    from impsy_tui.training.mdrnn.checkpoint import Checkpoint, checkpoint_path, forget, write_checkpoint
    from impsy_tui.training.mdrnn.dt_parts import divided
    from impsy_tui.training.mdrnn.fit import Epoch, Recipe, Trainer
    from impsy_tui.training.mdrnn.network import as_keras

    performances = read(dataset)
    begun_from = _weights(request.begun_from) if request.begun_from else None
    name = request.begun_from.stem if request.begun_from else None
    dimension = performances[0].shape[1]
    shape = begun_from.shape if begun_from else shape_of(request.size, dimension)
    if shape.dimension != dimension:
        return Failed(f"{name} is of dimension {shape.dimension}, {dataset.stem} of {dimension}")
    recipe = Recipe(request.epochs, request.patience, request.batch, request.seed, request.max_gap)
    try:
        training, held_out = split(performances, recipe.max_gap)
    except UserError as problem:
        return Failed(f"{dataset.stem}: {problem}")
    file = unfinished.file if unfinished else checkpoint_path(request.models, _name(request, dataset, shape))
    began = time.monotonic()
    start, progress = as_keras(begun_from) if begun_from else None, unfinished.progress if unfinished else None
    old = _old_playing(request, dataset, begun_from, performances, sum(map(len, training)))
    if begun_from and old and not unfinished and sum(map(len, performances)) < _MANY:
        return _learn_on(request, dataset, begun_from, performances, old, recipe, reporter)
    trainer = Trainer(training + old, held_out, shape, recipe, start, progress)
    reporter.say(Progress("epoch", len(trainer.progress.curve), recipe.epochs))
    keeping = _Keeping(lambda: write_checkpoint(Checkpoint(file, _kept(request), trainer.progress)))

    def on_epoch(epoch: Epoch) -> bool:
        reporter.say(Progress("epoch", epoch.number, recipe.epochs, epoch.loss, epoch.held_out, epoch.left))
        keeping.now_and_then()
        return not stop.received

    trainer.run(on_epoch)
    progress = trainer.progress
    if not math.isfinite(progress.best_loss):
        return Failed(f"nothing was learned from {dataset.stem}: the network cannot use its values")
    gain = ""
    if name is not None:
        gain, enough = _gain(trainer, name)
        if not enough:
            forget(file)
            return Finished(f"no model is made: {gain}. {_MORE}")
    else:
        progress = divided(progress, training, held_out)
    reporter.say(Progress("saving", len(progress.curve), recipe.epochs, None, progress.best_loss))
    seconds = time.monotonic() - began
    content = content_hash(performances)
    events = sum(map(len, training))
    noted = facts(dataset.stem, content, events, request.size, name, recipe, progress, seconds, training)
    lite = _save(request, dataset, progress, name, noted)
    if stop.received:
        keeping.now()
    else:
        forget(file)
    judgement = gain and f"{gain}; "
    judgement += _judged(request.plays, progress.best_loss, training, held_out, recipe)
    return _finished(judgement, lite, progress, seconds)


def _learn_on(
    request: Request,
    dataset: Path,
    weights: "Weights",
    performances: "list[np.ndarray]",
    old: "list[np.ndarray]",
    recipe: "fit.Recipe",
    reporter: Reporter,
) -> Finished:
    """Lets the last layer of a model learn on, and saves the new model if its gain is real."""
    from impsy_tui.training.common.parts import scaled
    from impsy_tui.training.mdrnn.fit import FitProgress
    from impsy_tui.training.mdrnn.learning_on import JUDGED, learn_on

    assert request.begun_from is not None
    began, name = time.monotonic(), request.begun_from.stem
    new = [scaled(performance, recipe.max_gap) for performance in performances]
    learned = learn_on(
        weights, new, old, recipe.seed, lambda done: reporter.say(Progress("learning on, part", done, JUDGED))
    )
    gain, enough = _said(learned.before, learned.after, learned.gain, _ERRORS_OF_LAST_LAYER)
    if not enough:
        return Finished(f"no model is made: {gain}. {_MORE}")
    progress = FitProgress([], [], [], learned.weights, learned.after, learned.likelihood)
    seconds, content, events = time.monotonic() - began, content_hash(performances), sum(map(len, new))
    noted = facts(dataset.stem, content, events, request.size, name, recipe, progress, seconds, new)
    what = "how often you make each movement" if learned.whole else "how evenly and decidedly you play"
    return _finished(
        f"{gain}, learned your pace and {what}; ", _save(request, dataset, progress, name, noted), progress, seconds
    )


def _old_playing(
    request: Request, dataset: Path, begun_from: "Weights | None", performances: "list[np.ndarray]", events: int
) -> "list[np.ndarray]":
    """Returns old playing to mix in for a model that learns on; empty if it learns from its own dataset again."""
    from impsy_tui.model_files.metadata import read_metadata
    from impsy_tui.training.common.old_playing import old_playing

    if begun_from is None or request.begun_from is None:
        return []
    notes = read_metadata(request.begun_from)
    if notes.content == content_hash(performances):
        return []
    return old_playing(notes, begun_from, dataset.parent, events, request.max_gap, request.seed)


def _gain(trainer: "fit.Trainer", name: str) -> tuple[str, bool]:
    """Returns a sentence on the figures before and after a model learned on, and True if the gain is real."""
    progress = trainer.progress
    if not progress.best_epoch:
        return f"no epoch was better than {name}, {progress.best_loss:.2f} cell nats held out", False
    gain = trainer.gain()
    return _said(progress.best_loss + gain.mean, progress.best_loss, gain, _ERRORS)


def _said(before: float, after: float, gain: "Figure", errors: float) -> tuple[str, bool]:
    """Returns a sentence on the figures before and after a model learned on, and True if the gain is real."""
    figures = f"{before:.2f} cell nats held out before, {after:.2f} after"
    enough = gain.mean > errors * gain.error
    word = "gain" if enough else "uncertain gain"
    return f"{figures}, {word} {gain.mean:.2f} ± {gain.error:.2f}", enough


def _save(
    request: Request,
    dataset: Path,
    progress: "fit.FitProgress",
    name: str | None,
    noted: "dict[str, str | float | None]",
) -> Path:
    """Saves the best model with its metadata; returns its ``.tflite`` file."""
    from impsy_tui.model_files.metadata import write_metadata
    from impsy_tui.training.mdrnn.network import from_keras, playing_model, save

    # A model that learned on never has the name of the model before, in any folder.
    shape = from_keras(progress.best).shape
    taken = [name] if name else []
    _, lite = save(playing_model(progress.best, shape), request.models, _name(request, dataset, shape), taken)
    write_metadata(lite, noted, progress.curve)
    return lite


def _name(request: Request, dataset: Path, shape: "Shape") -> str:
    """Returns the wanted name of the new model, or its usual name."""
    from impsy_tui.training.common.naming import model_name

    return request.name or model_name(dataset.stem, shape)


def _finished(judgement: str, lite: Path, progress: "fit.FitProgress", seconds: float) -> Finished:
    epochs = f" after {counted(len(progress.curve), 'epoch')}" if progress.curve else ""
    figures = f"{progress.best_loss:.2f} cell nats held out (likelihood {progress.best_likelihood:.2f} nats)"
    text = f"{lite.stem}: {figures}{epochs}, {seconds:.0f} s"
    hear = f"audition {lite.stem} hears it in silence, load {lite.stem} plays it"
    return Finished(f"{judgement}{text}; {hear}", str(lite))


def _judged(
    plays: Path | None, loss: float, training: "list[np.ndarray]", held_out: "list[np.ndarray]", recipe: "fit.Recipe"
) -> str:
    """Returns how a new model compares with the one that plays; empty if the two cannot be compared.

    Args:
        plays: playing model; None for none.
        loss: held-out loss of the new model in cell nats per event.
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
        return ""  # a dummy, an ensemble, or a model of another scale
    if weights.shape.dimension != training[0].shape[1]:
        return ""
    before = Trainer(training, held_out, weights.shape, recipe, as_keras(weights)).progress.best_loss
    if not math.isfinite(before):
        return ""
    return f"{'better' if loss < before else 'worse'} than the model that plays ({before:.2f}): "


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


def read(dataset: Path) -> list["np.ndarray"]:
    """Returns the performances of a dataset, at least one.

    Raises:
        UserError: the file is not a dataset or is empty; the message names the file.
    """
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
    from impsy_tui.mdrnn.tflite_weights import weights_of

    if (scale := scale_of(model)) != SCALE:
        raise UserError(f"{model.stem} has scale {scale:g}: a training begins from models of scale {SCALE:g}")
    try:
        return weights_of(model)
    except UserError as problem:
        raise UserError(f"{model.stem} {problem}") from None


def _kept(request: Request) -> dict[str, Any]:
    """Returns the fields of a request that a continued training needs."""
    fields: dict[str, Any] = msgspec.structs.asdict(request)
    del fields["models"], fields["plays"]
    return {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in fields.items()}


def _continued(request: Request, kept: dict[str, Any]) -> Request:
    """Returns the request of an interrupted training, with the folder of the models and the model that plays now."""
    fields = {**kept, "dataset": Path(kept["dataset"])}
    fields["begun_from"] = Path(kept["begun_from"]) if kept["begun_from"] else None
    return Request(**fields, models=request.models, plays=request.plays)


def facts(
    corpus: str,
    content: str,
    events: int,
    size: str,
    begun_from: str | None,
    recipe: "fit.Recipe",
    result: "fit.FitProgress | Trained",
    seconds: float,
    training: "list[np.ndarray]",
) -> dict[str, str | float | None]:
    """Returns the metadata of a model.

    Args:
        corpus: name of the dataset.
        content: hash of its content.
        events: number of training events.
        size: size of the network.
        begun_from: name of the initial model; None for none.
        recipe: options of the training.
        result: result of the training.
        seconds: duration.
        training: training data from ``split``; the temperatures are those that come nearest to it.
    """
    from importlib.metadata import version

    from impsy_tui.mdrnn.lstm import NumpyNetwork
    from impsy_tui.training.mdrnn.network import from_keras
    from impsy_tui.training.mdrnn.temperatures import fitting_temperatures

    network = NumpyNetwork(from_keras(result.best))
    pi, sigma = fitting_temperatures(network, training, recipe.seed)
    return {
        "corpus": corpus,
        "corpus_hash": content,
        "events": events,
        "size": size,
        "dimension": network.shape.dimension,
        "layers": network.shape.layers,
        "units": network.shape.units,
        "begun_from": begun_from,
        "held_out_cell_nats": round(result.best_loss, 4),
        "held_out_nats": round(result.best_likelihood, 4),
        "max_gap": recipe.max_gap,
        "pi_temperature": pi,
        "sigma_temperature": sigma,
        "epochs": len(result.curve),
        "best_epoch": result.best_epoch,
        "batch": recipe.batch,
        "seed": recipe.seed,
        "seconds": round(seconds, 1),
        "made_with": f"impsy-tui {version('impsy-tui')}, TensorFlow {version('tensorflow')}",
    }
