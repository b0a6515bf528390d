"""Trains an ensemble model: ``python -m impsy_tui.workers.training.train_ensemble MODELS SCORE… [--epochs 14] …``.

SCORE is a gesture score, or a folder of them. SIGINT ends it early and saves the best there is; SIGTERM ends it and
saves no model.
"""

import argparse
import math
import signal
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from impsy_tui import ranges
from impsy_tui.ensemble.scores import Score, read_scores
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.limits import limit_process
from impsy_tui.text import counted
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, sole_reporter
from impsy_tui.workers.training.train import StopAsked


def main() -> None:
    """See the module."""
    step_back()
    wishes = _parser().parse_args()
    reporter = sole_reporter()
    if find_spec("tensorflow") is None:
        reporter.say(Failed(needs_extra("training", "TensorFlow", "train")))
        return
    stop = StopAsked()
    signal.signal(signal.SIGINT, stop)
    try:
        reporter.say(Progress("reading scores"))
        scores, remarks = read_scores(wishes.scores, wishes.players)
        for remark in remarks:
            reporter.say(Progress(remark))
        reporter.say(Progress("starting TensorFlow"))
        reporter.say(_train(wishes, scores, remarks, reporter, stop))
    except UserError as problem:
        reporter.say(Failed(str(problem)))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or wishes.models}: {error.strerror}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path)
    parser.add_argument("scores", type=Path, nargs="+")
    parser.add_argument("--remarks", action="store_true", help="tell each remark on the scores in a line")
    parser.add_argument("--players", type=int, default=0, help="scores of so many alone; 0 for any")
    for name, kind in (
        ("epochs", ranges.ENSEMBLE_EPOCHS),
        ("patience", ranges.ENSEMBLE_PATIENCE),
        ("units", ranges.ENSEMBLE_UNITS),
        ("seed", ranges.SEED),
    ):
        parser.add_argument(f"--{name}", type=int, default=int(kind.default))
    return parser


def _train(
    wishes: argparse.Namespace, scores: list[Score], remarks: list[str], reporter: Reporter, stop: StopAsked
) -> Finished | Failed:
    from importlib.metadata import version

    import numpy as np

    from impsy_tui.ensemble.network import EnsembleNetwork
    from impsy_tui.ensemble.tuning import append_tunings, tune_all
    from impsy_tui.model_files.metadata import write_metadata
    from impsy_tui.training.ensemble.fit import EnsembleRecipe, EnsembleTrainer, split
    from impsy_tui.training.ensemble.network import playing_model, save_ensemble
    from impsy_tui.training.mdrnn.fit import Epoch

    codes = [score.codes for score in scores]
    recipe = EnsembleRecipe(wishes.epochs, wishes.patience, wishes.units, wishes.seed)
    try:
        training, held_out = split(codes, recipe.seed)
    except UserError as problem:
        return Failed(str(problem))
    began = time.monotonic()
    trainer = EnsembleTrainer(training, held_out, recipe)
    reporter.say(Progress("epoch", 0, recipe.epochs))

    def on_epoch(epoch: Epoch) -> bool:
        reporter.say(Progress("epoch", epoch.number, recipe.epochs, epoch.loss, epoch.held_out, epoch.left))
        return not stop.asked

    def on_tuning(done: int, of: int) -> None:
        reporter.say(Progress("tuning", done, of))

    trainer.run(on_epoch)
    learned = trainer.learned
    if not math.isfinite(learned.best_loss):
        return Failed("nothing was learned: what the scores hold makes no sense to the network")
    lite = save_ensemble(playing_model(learned.best, recipe.units), wishes.models)
    tunings = tune_all(EnsembleNetwork(lite), codes, np.random.default_rng(recipe.seed), on_tuning)
    seconds = time.monotonic() - began
    sizes = Counter(len(score.players) for score in scores)
    facts: dict[str, str | float | None] = {
        "kind": "ensemble",
        "corpus": ", ".join(place.stem for place in wishes.scores),
        "scores": ", ".join(f"{count} of {players} players" for players, count in sorted(sizes.items())),
        "events": sum(score.codes.size for score in scores),
        "held_out_nats": round(learned.best_loss, 4),
        "epochs": len(learned.curve),
        "best_epoch": learned.best_epoch,
        "units": recipe.units,
        "seed": recipe.seed,
        "seconds": round(seconds, 1),
        "made_with": f"impsy-tui {version('impsy-tui')}, TensorFlow {version('tensorflow')}",
    }
    write_metadata(lite, facts, learned.curve)
    append_tunings(lite, tunings)
    parts = [
        f"{lite.stem}: {learned.best_loss:.3f} nats a second held out after {counted(len(learned.curve), 'epoch')}",
        f"{seconds:.0f} s",
        f"impsy-tui ensemble evaluate {lite.stem} tells how it plays",
    ]
    if remarks and not wishes.remarks:
        parts.insert(2, f"{len(remarks)} remarks on the scores")
    return Finished("\n".join(["; ".join(parts), *(remarks if wishes.remarks else ())]), str(lite))


if __name__ == "__main__":
    limit_process("impsy_tui.workers.training.train_ensemble")
    main()
