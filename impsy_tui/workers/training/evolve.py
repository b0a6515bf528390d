"""Worker that lets a model learn from the playing of tonight, in NumPy, in one thread and in little memory.

With a host, this worker collects the playing, and ``learn_there`` on the other machine learns; see ``there``.
"""

import time
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from impsy_tui.data.collate import collate, log_files
from impsy_tui.data.datasets import content_hash
from impsy_tui.errors import UserError
from impsy_tui.limits import limits_of
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.mdrnn.scale import scale_of
from impsy_tui.model_files.metadata import ModelMetadata, read_metadata, write_metadata
from impsy_tui.ranges import MAX_GAP
from impsy_tui.text import counted
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import EvolveRequest as Request
from impsy_tui.workers.training.there import learn_there

if TYPE_CHECKING:
    import numpy as np

    from impsy_tui.mdrnn.lstm import Weights
    from impsy_tui.training.evolution.trial import Material, Result

_PROGRAM: Final = 96 << 20
"""Bytes of the program without its data."""
_OF_OLD: Final = 10_000
"""Events of old playing from which a new network learns."""


def run(request: Request) -> None:
    """Lets the model of a request learn."""
    run_job(partial(_evolve, request), request.models)


def _evolve(request: Request, reporter: Reporter) -> Finished | Failed:
    from impsy_tui.training.common.shapes import shape_of
    from impsy_tui.training.evolution.trial import attempt

    began = time.monotonic()
    name = request.plays.stem
    reporter.say(Progress("reading the logs of tonight"))
    weights, notes = _weights(request), read_metadata(request.plays)
    tonight = _tonight(request, weights.shape.dimension)
    content = content_hash(tonight)
    shape = weights.shape
    if notes.tonight == content and (
        not request.size or shape_of(request.size, shape.dimension).units == shape.units
    ):
        return Finished(f"no better model than {name}: nothing was played since it learned")
    material = _material(request, weights, notes, tonight)

    def on_round(number: int, of: int, loss: float, nats: float) -> bool:
        reporter.say(Progress("round", number, of, loss, nats, None))
        return True

    if request.host:
        result = learn_there(request.host, material, reporter, request.ssh_options)
    else:
        _check_memory(material)
        try:
            result = attempt(material, on_round)
        except MemoryError:
            raise UserError(_too_small("its memory is full")) from None
    events = sum(map(len, (*material.training, *material.held_out, *material.newest)))
    what = f"{counted(events, 'event')} of tonight: {result}"
    if request.size:
        what = f"{'a new' if request.new else 'the same'} network of size {request.size}, {what}"
    if not result.better:
        return Finished(f"no better model than {name}, because {result.why}; {what}")
    reporter.say(Progress("saving"))
    file = _save(request, material, result, events, content, time.monotonic() - began)
    return Finished(f"{file.stem} is better than {name}: {what}", str(file))


def _weights(request: Request) -> "Weights":
    """Returns the weights of the model that plays."""
    from impsy_tui.mdrnn.tflite_weights import weights_of

    name = request.plays.stem
    if (scale := scale_of(request.plays)) != SCALE:
        raise UserError(f"{name} has scale {scale:g}: only models of scale {SCALE:g} evolve")
    try:
        return weights_of(request.plays)
    except UserError as problem:
        raise UserError(f"{name} {problem}") from None


def _material(request: Request, weights: "Weights", notes: ModelMetadata, tonight: "list[np.ndarray]") -> "Material":
    """Returns the playing of tonight and the old playing for the model that plays."""
    import numpy as np

    from impsy_tui.training.common.old_playing import old_held_out, old_playing
    from impsy_tui.training.common.shapes import shape_of
    from impsy_tui.training.evolution.first_networks import larger_network, new_network
    from impsy_tui.training.evolution.network import arrays_of
    from impsy_tui.training.evolution.trial import Material, divide
    from impsy_tui.training.mdrnn.first_weights import moves_one_at_a_time

    max_gap = MAX_GAP.default if notes.max_gap is None else notes.max_gap
    shape, arrays, random = weights.shape, arrays_of(weights), np.random.default_rng(request.seed)
    training, held_out, newest = divide(tonight, max_gap)
    first_shape, first = shape, arrays
    if request.new:
        first_shape = shape_of(request.size, shape.dimension)
        first = new_network(first_shape, random, one_at_a_time=moves_one_at_a_time(training))
    elif request.size:
        first_shape, first = larger_network(arrays, shape, request.size, random)
    events, folder = sum(map(len, training)), request.datasets
    # A new network must learn all that the other knows.
    events = max(events, _OF_OLD) if request.new else events
    old = old_playing(notes, weights, folder, events, max_gap, request.seed)
    compared = old_held_out(notes, weights, folder, sum(map(len, newest)), max_gap, request.seed + 1)
    return Material(
        shape, first_shape, request.new, request.seed, arrays, first, training, held_out, newest, old, compared
    )


def _tonight(request: Request, dimension: int) -> "list[np.ndarray]":
    """Returns the performances in the logs that were written since the beginning of tonight."""
    logs = [file for file in log_files(request.logs, dimension).files if file.stat().st_mtime >= request.since]
    performances = collate(logs, dimension).performances
    if not performances:
        since = datetime.fromtimestamp(request.since, UTC).astimezone()
        raise UserError(f"nothing of dimension {dimension} was played since {since:%H:%M}: play first")
    return performances


def _check_memory(material: "Material") -> None:
    """Checks that the attempt fits into the memory of the worker and of the machine.

    Raises:
        UserError: The machine is too small.
    """
    needed = _PROGRAM + material.memory
    allowed = limits_of("evolve").data
    if needed > allowed:
        raise UserError(_too_small(f"the model needs {needed >> 20} MB, and {allowed >> 20} MB are allowed"))
    if (free := _free_memory()) is not None and needed > free:
        raise UserError(_too_small(f"the model needs {needed >> 20} MB, and {free >> 20} MB are free"))


def _free_memory() -> int | None:
    """Returns the available bytes of memory; None where the system does not report them."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(found.split()[1]) << 10
    except (OSError, StopIteration, ValueError):
        return None


def _too_small(why: str) -> str:
    return f"this machine is too small to evolve the model: {why}. evolve on HOST lets a laptop learn, by SSH"


def _save(
    request: Request, material: "Material", result: "Result", events: int, content: str, seconds: float
) -> Path:
    """Saves the new model with its metadata; returns its file."""
    from impsy_tui.mdrnn.weights import write_weights
    from impsy_tui.training.common.naming import free_name, model_name
    from impsy_tui.training.evolution.network import weights_from

    before = read_metadata(request.plays)
    shape = material.first_shape
    request.models.mkdir(parents=True, exist_ok=True)
    name = free_name(request.models, model_name(f"evolved-{shape.dimension}d", shape), [request.plays.stem])
    new = request.models / f".{name}.h5.new"
    write_weights(new, weights_from(result.arrays))
    file = request.models / f"{name}.h5"
    facts: dict[str, str | float | None] = {
        # The dataset of the first model: its playing stays in the mixture.
        "corpus": before.dataset or None,
        "corpus_hash": before.content or None,
        "dimension": shape.dimension,
        "layers": shape.layers,
        "units": shape.units,
        "max_gap": before.max_gap,
        "pi_temperature": before.pi_temperature,
        "sigma_temperature": before.sigma_temperature,
        "begun_from": None if request.new else request.plays.stem,
        "better_than": request.plays.stem,
        "events": events,
        "tonight": content,
        "newest_events": sum(map(len, material.newest)),
        "newest_cell_nats_before": round(result.newest[0], 4),
        "newest_cell_nats": round(result.newest[1], 4),
        "gain": round(result.gain.mean, 4),
        "gain_error": round(result.gain.error, 4),
        "old_cell_nats_before": round(result.old[0], 4),
        "old_cell_nats": round(result.old[1], 4),
        "rounds": result.rounds,
        "best_round": result.best,
        "host": request.host or None,
        "seed": request.seed,
        "seconds": round(seconds, 1),
        "made_with": f"impsy-tui {version('impsy-tui')}",
    }
    write_metadata(file, facts, [])
    new.replace(file)
    return file
