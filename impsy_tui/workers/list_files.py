"""Worker that lists the logs, datasets and models of the user.

The worker prints the message that answers the question with this number. The engine forwards the message without
reading it.
"""

import io
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from impsy_tui.agent.file import ARRAYS as AGENT_ARRAYS
from impsy_tui.agent.file import SUFFIX as AGENT_SUFFIX
from impsy_tui.agent.file import read_agent
from impsy_tui.control.answers import FileFacts, Files
from impsy_tui.ensemble.network import PREFIX as ENSEMBLE_PREFIX
from impsy_tui.errors import UserError
from impsy_tui.limits import limited_time
from impsy_tui.mdrnn import check
from impsy_tui.mdrnn.check import SUFFIXES, Report
from impsy_tui.model_files.checks import run_file_check
from impsy_tui.model_files.metadata import read_metadata
from impsy_tui.model_files.npz import array_names
from impsy_tui.model_files.shape import NAMED
from impsy_tui.paths import files_in, find_logs, log_name
from impsy_tui.text import can_be_typed, shown_name
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers.messages import print_message

_CHECK_SECONDS: Final = 5.0
_CHECKING: Final = 5.0
"""Seconds for which models are opened; the performer waits for the list."""
_LOG: Final = re.compile(r"-(\d+)d-mdrnn$")


class Request(WorkerRequest, frozen=True, tag="list_files"):
    """Request for the files in some folders.

    Attributes:
        number: Number of the question.
        logs: Folder of the logs.
        datasets: Folder of the datasets.
        models: Folders of the models.
    """

    number: int
    logs: Path
    datasets: Path
    models: tuple[Path, ...] = ()


def run(request: Request) -> None:
    """Prints the answer."""
    print_message(list_files(request.number, request.logs, request.datasets, *request.models))


def list_files(number: int, logs: Path, datasets: Path, *models: Path) -> Files:
    """Returns all files in these folders; an unusable file has the reason."""
    files = [_described(_log, "log", file) for file in find_logs(logs).files]
    files += [_described(_dataset, "dataset", file) for file in files_in(datasets, ".npz")]
    model = partial(_model, time.monotonic() + _CHECKING)
    for folder in dict.fromkeys(models):
        for suffix in SUFFIXES:
            files += [_described(model, "model", file) for file in files_in(folder, suffix)]
        files += [_described(_agent, "model", file) for file in files_in(folder, AGENT_SUFFIX)]
    return Files(number, tuple(file for file in files if file is not None))


def _described(describe: Callable[[Path], FileFacts | None], kind: str, file: Path) -> FileFacts | None:
    """Returns the facts of one file; a problem of the file does not affect the others."""
    try:
        with limited_time():
            facts = describe(file)
    except Exception as error:  # a damaged file can fail in any way
        facts = _facts(kind, file)
        facts = facts and msgspec.structs.replace(facts, problem=f"cannot be read: {error or type(error).__name__}")
    if facts is not None and not can_be_typed(file.name):
        return msgspec.structs.replace(
            facts, name=shown_name(file.name), problem="its name is not UTF-8: rename it in a shell"
        )
    return facts


def _facts(kind: str, file: Path) -> FileFacts | None:
    try:
        found = file.stat()
    except OSError:
        return None  # the file was removed meanwhile
    return FileFacts(kind, file.name, str(file.parent), found.st_size, found.st_mtime)


def _log(file: Path) -> FileFacts | None:
    from impsy_tui.data.logs import log_facts

    facts = _facts("log", file)
    try:
        rows, seconds, dimension = log_facts(file)
    except OSError as error:
        return facts and msgspec.structs.replace(facts, problem=f"cannot be read: {error.strerror or error}")
    named = _LOG.search(log_name(file))
    return facts and msgspec.structs.replace(
        facts, dimension=int(named[1]) if named else dimension, rows=rows, seconds=seconds
    )


def _dataset(file: Path) -> FileFacts | None:
    import numpy as np

    from impsy_tui.data.checks import are_raw, divided
    from impsy_tui.data.datasets import read_dataset

    facts = _facts("dataset", file)
    try:
        performances = read_dataset(file)
    except UserError as problem:
        return facts and msgspec.structs.replace(facts, problem=str(problem))
    raw = are_raw(np.concatenate([performance[:, 1:] for performance in performances])) if performances else False
    performances = [piece for performance in performances for piece in divided(performance)]
    return facts and msgspec.structs.replace(
        facts,
        problem="its values are outside 0..1" if raw else "",
        dimension=performances[0].shape[1] if performances else 0,
        rows=sum(map(len, performances)),
        seconds=float(sum(performance[:, 0].sum(dtype=float) for performance in performances)),
    )


def _model(until: float, file: Path) -> FileFacts | None:
    """Returns the facts of a model; before ``until``, one that tells no shape by its metadata or name is opened."""
    facts = _facts("model", file)
    if facts is None:
        return None
    notes = read_metadata(file)
    problem = ""
    shape = notes.shape
    if not shape[0] and (named := NAMED.search(file.stem)):
        shape = int(named[1]), int(named[2]), int(named[3])
    elif not shape[0] and not file.name.startswith(ENSEMBLE_PREFIX) and time.monotonic() < until:
        try:
            found = Report(io.BytesIO(run_file_check(check.Request(file), _CHECK_SECONDS))).shape
            shape = found.dimension, found.layers, found.units
        except UserError as error:
            problem = str(error)
    dimension, layers, units = shape
    return msgspec.structs.replace(
        facts,
        problem=problem,
        dimension=dimension,
        layers=layers,
        units=units,
        loss=notes.loss,
        rows=-1 if notes.rows is None else notes.rows,
    )


def _agent(file: Path) -> FileFacts | None:
    """Returns the facts of an agent; None for an archive of another kind, such as clips."""
    if not array_names(file).issuperset(AGENT_ARRAYS):
        return None
    facts = _facts("model", file)
    try:
        agent = read_agent(file)
    except UserError as problem:
        return facts and msgspec.structs.replace(facts, problem=str(problem))
    return facts and msgspec.structs.replace(facts, dimension=agent.known.count)
