"""The worker that trains: ``python -m impsy_tui.training.worker DATASET MODELS [--size s] [--epochs 100]``.

SIGINT ends it early and saves the best there is; SIGTERM ends it and saves nothing.
"""

import argparse
import os
import signal
import time
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from impsy_tui import terms
from impsy_tui.corpus.datasets import DatasetProblem, read_dataset
from impsy_tui.jobs.manners import step_back
from impsy_tui.jobs.messages import Failed, Finished, Progress, Reporter


def main() -> None:
    """See the module."""
    step_back()
    arguments = argparse.ArgumentParser()
    arguments.add_argument("dataset", type=Path)
    arguments.add_argument("models", type=Path)
    arguments.add_argument("--size", choices=terms.SIZES, default="s")
    arguments.add_argument("--epochs", type=int, default=100)
    arguments.add_argument("--patience", type=int, default=10)
    wishes = arguments.parse_args()
    # Libraries print where they like: reports keep standard output to themselves.
    reporter = Reporter(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    if find_spec("tensorflow") is None:
        reporter.say(Failed("training needs TensorFlow, which is not installed here: pip install 'impsy-tui[train]'"))
        return
    stop = _StopAsked()
    signal.signal(signal.SIGINT, stop)
    reporter.say(Progress("starting TensorFlow"))
    try:
        reporter.say(_train(wishes, reporter, stop))
    except DatasetProblem as problem:
        reporter.say(Failed(f"{wishes.dataset.name} {problem}"))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or wishes.models}: {error.strerror}"))


class _StopAsked:
    """Whether the performer has asked to stop and keep what there is."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def _train(wishes: argparse.Namespace, reporter: Reporter, stop: _StopAsked) -> Finished | Failed:
    performances = read_dataset(wishes.dataset)
    if not performances:
        return Failed(f"{wishes.dataset.name} holds no events")
    from impsy_tui.training.fit import Epoch, Recipe, TooLittle, fit, split
    from impsy_tui.training.network import playing_model, save, shape_of

    shape = shape_of(wishes.size, performances[0].shape[1])
    recipe = Recipe(wishes.epochs, wishes.patience)
    try:
        training, held_out = split(performances, recipe.max_gap)
    except TooLittle as problem:
        return Failed(f"{wishes.dataset.name}: {problem}")
    reporter.say(Progress("epoch", 0, recipe.epochs))

    def on_epoch(epoch: Epoch) -> bool:
        reporter.say(Progress("epoch", epoch.number, recipe.epochs, epoch.loss, epoch.held_out, epoch.left))
        return not stop.asked

    began = time.monotonic()
    model, loss, epochs = fit(training, held_out, shape, recipe, on_epoch)
    reporter.say(Progress("saving", epochs, recipe.epochs, None, loss))
    _, lite = save(playing_model(model, shape), wishes.models)
    events = sum(map(len, training))
    _write_notes(lite, wishes, events, loss, recipe.max_gap)
    seconds = time.monotonic() - began
    return Finished(
        f"{lite.stem}: {loss:.3f} nats held out after {epochs} epochs, {seconds:.0f} s; "
        f"audition {lite.stem} hears it in silence, load {lite.stem} plays it",
        str(lite),
    )


def _write_notes(lite: Path, wishes: argparse.Namespace, events: int, loss: float, max_gap: float) -> None:
    from impsy_tui.config.kinds import written
    from impsy_tui.networks.notes import notes_path

    notes_path(lite).write_text(
        "# What this model is.\n"
        f'corpus = {written(wishes.dataset.stem)}\nevents = {events}\nsize = "{wishes.size}"\n'
        f"held_out_nats = {loss:.4f}\nmax_gap = {max_gap}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
