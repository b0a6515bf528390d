"""Worker that trains an ensemble on gesture scores.

SIGINT ends the training and saves the best model; SIGTERM saves no model.
"""

import math
import time
from collections import Counter
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from impsy_tui.data.datasets import content_hash
from impsy_tui.ensemble.scores import Score, read_scores
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.text import counted
from impsy_tui.workers.jobs import StopRequest, run_stoppable_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import TrainEnsembleRequest as Request

if TYPE_CHECKING:
    from impsy_tui.training.ensemble.fit import TrainedEnsemble


def run(request: Request) -> None:
    """Trains the ensemble of a request."""
    run_stoppable_job(partial(_read_and_train, request), request.models)


def _read_and_train(request: Request, reporter: Reporter, stop: StopRequest) -> Finished | Failed:
    if find_spec("tensorflow") is None:
        raise UserError(needs_extra("training", "TensorFlow", "train"))
    reporter.say(Progress("reading scores"))
    scores, remarks = read_scores(request.scores, request.players)
    for remark in remarks:
        reporter.say(Progress(remark))
    reporter.say(Progress("starting TensorFlow"))
    return _train(request, scores, remarks, reporter, stop)


def _train(
    request: Request, scores: list[Score], remarks: list[str], reporter: Reporter, stop: StopRequest
) -> Finished | Failed:
    import numpy as np

    from impsy_tui.ensemble.network import EnsembleNetwork
    from impsy_tui.ensemble.tuning import append_tunings, tune_all
    from impsy_tui.model_files.metadata import write_metadata
    from impsy_tui.training.ensemble.fit import EnsembleRecipe, EnsembleTrainer, split
    from impsy_tui.training.ensemble.network import playing_model, save_ensemble
    from impsy_tui.training.mdrnn.fit import Epoch

    codes = [score.codes for score in scores]
    recipe = EnsembleRecipe(request.epochs, request.patience, request.units, request.seed)
    try:
        training, held_out = split(codes, recipe.seed)
    except UserError as problem:
        return Failed(str(problem))
    began = time.monotonic()
    trainer = EnsembleTrainer(training, held_out, recipe)
    reporter.say(Progress("epoch", 0, recipe.epochs))

    def on_epoch(epoch: Epoch) -> bool:
        reporter.say(Progress("epoch", epoch.number, recipe.epochs, epoch.loss, epoch.held_out, epoch.left))
        return not stop.received

    def on_tuning(done: int, of: int) -> None:
        reporter.say(Progress("tuning", done, of))

    trainer.run(on_epoch)
    learned = trainer.learned
    if not math.isfinite(learned.best_loss):
        return Failed("nothing was learned: the network cannot use the scores")
    playing = playing_model(learned.best, recipe.units)
    source = request.scores[0].stem
    with TemporaryDirectory() as folder:
        network = EnsembleNetwork(save_ensemble(playing, Path(folder), source))
    tunings = tune_all(network, codes, np.random.default_rng(recipe.seed), on_tuning)
    seconds = time.monotonic() - began

    def write_notes(file: Path) -> None:
        write_metadata(file, _facts(request, scores, learned, seconds), learned.curve)
        append_tunings(file, tunings)

    lite = save_ensemble(playing, request.models, source, write_notes)
    parts = [
        f"{lite.stem}: {learned.best_loss:.3f} nats a second held out after {counted(len(learned.curve), 'epoch')}",
        f"{seconds:.0f} s",
        f"impsy-tui ensemble evaluate {lite.stem} tells how it plays",
    ]
    if remarks and not request.remarks:
        parts.insert(2, f"{len(remarks)} remarks on the scores")
    return Finished("\n".join(["; ".join(parts), *(remarks if request.remarks else ())]), str(lite))


def _facts(
    request: Request, scores: list[Score], learned: "TrainedEnsemble", seconds: float
) -> dict[str, str | float | None]:
    """Returns the metadata of an ensemble."""
    from importlib.metadata import version

    sizes = Counter(len(score.players) for score in scores)
    return {
        "kind": "ensemble",
        "corpus": ", ".join(place.stem for place in request.scores),
        "scores": ", ".join(f"{count} of {players} players" for players, count in sorted(sizes.items())),
        "score_hashes": " ".join(content_hash([each.codes]) for each in scores),
        "events": sum(score.codes.size for score in scores),
        "held_out_nats": round(learned.best_loss, 4),
        "epochs": len(learned.curve),
        "best_epoch": learned.best_epoch,
        "units": request.units,
        "seed": request.seed,
        "seconds": round(seconds, 1),
        "made_with": f"impsy-tui {version('impsy-tui')}, TensorFlow {version('tensorflow')}",
    }
