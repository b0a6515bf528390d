"""Worker that trains a classifier of gestures on labelled recordings. SIGTERM ends it and saves nothing."""

import time
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from impsy_tui.ensemble.classifier import PREFIX, write_classifier
from impsy_tui.ensemble.gestures import GESTURES, NAMES
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.model_files.metadata import write_metadata
from impsy_tui.training.common.naming import free_name
from impsy_tui.training.gestures.labelled_recordings import read_all
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import TrainGesturesRequest as Request


def run(request: Request) -> None:
    """Trains the classifier of a request."""
    run_job(partial(_train, request), request.models)


def _train(request: Request, reporter: Reporter) -> Finished | Failed:
    if find_spec("sklearn") is None:
        raise UserError(needs_extra("training a classifier", "scikit-learn", "gestures"))
    began = time.monotonic()
    recordings, left_out = read_all(request.places, lambda done, of: reporter.say(Progress("reading", done, of)))
    from impsy_tui.training.gestures.forest import grow, together, within

    found, labels = together(recordings)
    counts = np.bincount(labels, minlength=GESTURES)
    if np.count_nonzero(counts) < 2:
        return Failed(f"{NAMES[counts.argmax()]} is the only gesture in the recordings: at least two are needed")
    right = 0.0
    for number, one in enumerate(recordings):
        reporter.say(Progress("judging", number, len(recordings)))
        right += within(one, request.seed) * len(one)
    accuracy = right / len(labels)
    reporter.say(Progress("growing trees"))
    classifier = grow(found, labels, request.seed)
    request.models.mkdir(parents=True, exist_ok=True)
    file = request.models / f"{free_name(request.models, f'{PREFIX}{recordings[0].name}')}.npz"
    write_classifier(file, classifier)
    facts: dict[str, str | float | None] = {
        "corpus": ", ".join(one.name for one in recordings),
        "seconds_labelled": len(labels),
        "accuracy_within_recordings": round(accuracy, 4),
        "seed": request.seed,
        "seconds": round(time.monotonic() - began, 1),
        "made_with": f"impsy-tui {version('impsy-tui')}, scikit-learn {version('scikit-learn')}",
    }
    write_metadata(file, facts, ())
    remarks = [remark for one in recordings for remark in one.remarks] + left_out
    return Finished("; ".join([_summary(file.stem, accuracy, counts), *remarks]), str(file))


def _summary(name: str, accuracy: float, counts: np.ndarray) -> str:
    missing = [NAMES[code] for code in np.flatnonzero(counts == 0).tolist()]
    text = f"{name}: right about {100 * accuracy:.1f} % of {counts.sum()} held-out seconds within its recordings"
    text += "; another recording would show how it does elsewhere"
    return text + (f"; it has no examples of {', '.join(missing)}, and cannot recognise them" if missing else "")
