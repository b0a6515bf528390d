"""Worker that compares models on the held-out part of a dataset.

The report is the result of the job, or a file with a result of one line.
"""

import itertools
import signal
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from impsy_tui.data.datasets import content_hash
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.mdrnn.model import Network
from impsy_tui.mdrnn.opening import open_checked
from impsy_tui.model_files.metadata import ModelMetadata, read_metadata
from impsy_tui.parameters import SIGMA, TEMP
from impsy_tui.ranges import MAX_GAP
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import EvaluateRequest as Request
from impsy_tui.workers.training.train import read

if TYPE_CHECKING:
    import numpy as np

_SEED: Final = 1
_CHECK_SECONDS: Final = 20.0


def run(request: Request) -> None:
    """Evaluates the models of a request."""
    # There is nothing to save: SIGINT ends the job at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run_job(partial(_evaluate, list(request.models), request.dataset, request.reports), request.dataset)


def _evaluate(files: list[Path], dataset: Path, reports: Path | None, reporter: Reporter) -> Finished | Failed:
    if find_spec("tensorflow_probability") is None:
        raise UserError(needs_extra("evaluating", "TensorFlow Probability", "train"))
    performances = read(dataset)
    names = _names(files)
    networks = [_open(file, name) for file, name in zip(files, names, strict=True)]
    dimension = performances[0].shape[1]
    wrong = [
        f"{name} has dimension {network.shape.dimension}"
        for name, network in zip(names, networks, strict=True)
        if network.shape.dimension != dimension
    ]
    if wrong:
        return Failed(f"{dataset.stem} has dimension {dimension}, and {', '.join(wrong)}")
    reporter.say(Progress("starting TensorFlow"))
    from impsy_tui.training.mdrnn.evaluation import LEAST, Evaluated, evaluate
    from impsy_tui.training.mdrnn.evaluation_report import report, summary

    left_out = sum(len(performance) < LEAST for performance in performances)
    if left_out == len(performances):
        longest = max(map(len, performances))
        text = f"the longest performance has {longest} events; at least {LEAST} in one go are needed"
        return Failed(f"{dataset.name}: {text}")
    models: list[Evaluated] = []
    for file, name, network in zip(files, names, networks, strict=True):
        notes = read_metadata(file)
        hears, plays = _on_progress(reporter, f"hearing {name}"), _on_progress(reporter, f"playing {name}")
        gap = notes.max_gap or MAX_GAP.default
        known = _known(notes, dataset, performances)
        pi, sigma = notes.pi_temperature, notes.sigma_temperature
        played = TEMP.default if pi is None else pi, SIGMA.default if sigma is None else sigma
        try:
            models.append(evaluate(network, name, known, performances, gap, played, _SEED, hears, plays))
        except UserError as problem:
            raise UserError(f"{name}: {problem}") from None
    text = report(dataset.stem, sum(map(len, performances)), left_out, models)
    if reports is None:
        return Finished(text)
    file = _write(text, reports, dataset)
    return Finished(f"report in {file.parent.name}/{file.name}: {summary(models)}", str(file))


def _open(file: Path, name: str) -> Network:
    """Returns the network of a model; an error has the name of the model."""
    try:
        return open_checked(file, _CHECK_SECONDS)
    except UserError as problem:
        raise UserError(f"{name}: {problem}") from None


def _names(files: list[Path]) -> list[str]:
    """Returns names of models, with suffix or folder only if they are needed to distinguish them."""
    for names in ([file.stem for file in files], [file.name for file in files]):
        if len(set(names)) == len(names):
            return names
    return [str(file) for file in files]


def _known(notes: ModelMetadata, dataset: Path, performances: "list[np.ndarray]") -> str:
    """Returns the relation of a model's training data to a dataset, in a sentence."""
    if not notes.dataset:
        return "its metadata names no training dataset: it may have learned the held-out events"
    if notes.content == content_hash(performances):
        return "trained on this dataset, with the same events held out; another session would judge it harder"
    if notes.dataset != dataset.stem:
        return f"trained on {notes.dataset}, which has another content"
    if notes.content:
        return f"trained on another content of {notes.dataset}: it may have learned the held-out events"
    return f"trained on a dataset named {notes.dataset}; its metadata does not tell if the content is the same"


def _on_progress(reporter: Reporter, stage: str) -> Callable[[int, int], None]:
    return lambda done, of: reporter.say(Progress(stage, done, of))


def _write(text: str, folder: Path, dataset: Path) -> Path:
    """Writes a report to a new file, with a number after its name if the name is taken."""
    for number in itertools.count(1):
        file = folder / f"evaluation-{dataset.stem}{f'-{number}' if number > 1 else ''}.txt"
        try:
            with file.open("x", encoding="utf-8") as new:
                new.write(text + "\n")
        except FileExistsError:
            continue
        break
    return file
