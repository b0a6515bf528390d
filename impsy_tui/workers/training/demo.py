"""Worker that makes the shipped models from synthetic data."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Finished, Progress, Reporter
from impsy_tui.workers.requests import DemoRequest as Request

if TYPE_CHECKING:
    from impsy_tui.training.mdrnn.fit import Epoch


def run(request: Request) -> None:
    """Makes the models of a request."""
    run_job(partial(_make, request), request.models)


def _make(request: Request, reporter: Reporter) -> Finished:
    reporter.say(Progress("making synthetic data"))
    if request.part == "gestures":
        from impsy_tui.training.gestures.demo import make as make_gestures

        return Finished(make_gestures(request.models))
    file = (_make_ensemble if request.part == "ensemble" else _make_mdrnn)(request.models, reporter)
    return Finished(f"{file} is made", str(file))


def _make_ensemble(models: Path, reporter: Reporter) -> Path:
    from impsy_tui.training.ensemble.demo import RECIPE, make

    def on_epoch(epoch: "Epoch") -> bool:
        reporter.say(Progress("epoch", epoch.number, RECIPE.epochs, epoch.loss, epoch.held_out))
        return True

    return make(models, on_epoch)


def _make_mdrnn(models: Path, reporter: Reporter) -> Path:
    from impsy_tui.training.mdrnn.demo import make

    return make(models, lambda done, of, loss, held_out: reporter.say(Progress("epoch", done, of, loss, held_out)))
