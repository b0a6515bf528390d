"""Trains a classifier of gestures: ``python -m impsy_tui.workers.training.train_gestures MODELS PLACE…``.

A place is a labelled recording, or a folder of them. SIGTERM ends it and saves nothing.
"""

import argparse
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from impsy_tui import ranges
from impsy_tui.ensemble.classifier import PREFIX, write_classifier
from impsy_tui.ensemble.gestures import GESTURES, NAMES
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.limits import limit_process
from impsy_tui.model_files.metadata import write_metadata
from impsy_tui.training.common.naming import free_name
from impsy_tui.training.gestures.labelled_recordings import read_all
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, sole_reporter


def main() -> None:
    """See the module."""
    step_back()
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path)
    parser.add_argument("places", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=int(ranges.SEED.default))
    wishes = parser.parse_args()
    reporter = sole_reporter()
    if find_spec("sklearn") is None:
        reporter.say(Failed(needs_extra("training a classifier", "scikit-learn", "gestures")))
        return
    try:
        reporter.say(_train(wishes, reporter))
    except UserError as problem:
        reporter.say(Failed(str(problem)))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or wishes.models}: {error.strerror}"))


def _train(wishes: argparse.Namespace, reporter: Reporter) -> Finished | Failed:
    began = time.monotonic()
    recordings, left_out = read_all(wishes.places, lambda done, of: reporter.say(Progress("reading", done, of)))
    from impsy_tui.training.gestures.forest import grow, together, within

    found, labels = together(recordings)
    counts = np.bincount(labels, minlength=GESTURES)
    if np.count_nonzero(counts) < 2:
        return Failed(f"{NAMES[counts.argmax()]} is the only gesture in there: at least two are needed to tell apart")
    right = 0.0
    for number, one in enumerate(recordings):
        reporter.say(Progress("judging", number, len(recordings)))
        right += within(one, wishes.seed) * len(one)
    accuracy = right / len(labels)
    reporter.say(Progress("growing trees"))
    classifier = grow(found, labels, wishes.seed)
    wishes.models.mkdir(parents=True, exist_ok=True)
    file = wishes.models / f"{free_name(wishes.models, f'{PREFIX}{recordings[0].name}')}.npz"
    write_classifier(file, classifier)
    facts: dict[str, str | float | None] = {
        "corpus": ", ".join(one.name for one in recordings),
        "seconds_labelled": len(labels),
        "accuracy_within_recordings": round(accuracy, 4),
        "seed": wishes.seed,
        "seconds": round(time.monotonic() - began, 1),
        "made_with": f"impsy-tui {version('impsy-tui')}, scikit-learn {version('scikit-learn')}",
    }
    write_metadata(file, facts, ())
    remarks = [remark for one in recordings for remark in one.remarks] + left_out
    return Finished("; ".join([_summary(file.stem, accuracy, counts), *remarks]), str(file))


def _summary(name: str, accuracy: float, counts: np.ndarray) -> str:
    missing = [NAMES[code] for code in np.flatnonzero(counts == 0).tolist()]
    text = f"{name}: right about {100 * accuracy:.1f} % of {counts.sum()} seconds that it had not learned from"
    return text + (f"; it never heard {', '.join(missing)}, and will never tell them" if missing else "")


if __name__ == "__main__":
    limit_process("impsy_tui.workers.training.train_gestures")
    main()
