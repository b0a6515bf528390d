"""Worker that trains several sizes, seeds or datasets, and saves the best model of each dataset.

With ``auto``, sizes whose prediction takes longer than the budget on this machine are not trained. SIGINT ends the
job and saves the best of the trained models; SIGTERM saves nothing.
"""

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from impsy_tui import choices
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.workers import cluster
from impsy_tui.workers.jobs import StopRequest, run_stoppable_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, Table, finished_with
from impsy_tui.workers.requests import SweepRequest as Request
from impsy_tui.workers.training.train import facts, read, start_tensorflow

if TYPE_CHECKING:
    from impsy_tui.training.mdrnn.fit import Epoch, Recipe
    from impsy_tui.training.mdrnn.sweep import SweepData, SweepTask, Trained, Tried

_TOO_SLOW: Final = "too slow here"
_NOT_TRAINED: Final = "not trained"


def run(request: Request) -> None:
    """Trains the models of a request."""
    run_stoppable_job(partial(_sweep, request), request.models)


def _cores() -> Sequence[int]:
    """Returns the number of cores that this process may use."""
    try:
        return sorted(os.sched_getaffinity(0))
    except AttributeError:
        return range(os.cpu_count() or 1)


def _sweep(request: Request, reporter: Reporter, stop: StopRequest) -> Finished | Failed:
    if request.scheduler and cluster.missing():
        raise UserError(needs_extra("a scheduler", "dask", "train,cluster"))
    start_tensorflow(reporter)
    from impsy_tui.training.mdrnn.fit import Recipe
    from impsy_tui.training.mdrnn.sweep import SweepTask, choose, corpus_of

    recipe = Recipe(request.epochs, request.patience, request.batch, max_gap=request.max_gap)
    corpora = []
    for dataset in request.datasets:
        performances = read(dataset)
        try:
            corpora.append(corpus_of(dataset.stem, performances, recipe.max_gap))
        except UserError as problem:
            return Failed(f"{dataset.stem}: {problem}")
    reporter.say(Progress("measuring"))
    tables = [_candidates(corpus, request) for corpus in corpora]
    places = [(of, line) for of, table in enumerate(tables) for line, one in enumerate(table) if not one.problem]
    if not places:
        least = min(one.ms for table in tables for one in table)
        return Failed(
            f"no prediction takes {request.budget_ms:g} ms or less here: that of the smallest takes {least:.2g} ms"
        )
    tasks = [
        SweepTask(corpora[of], tables[of][line].size, replace(recipe, seed=tables[of][line].seed))
        for of, line in places
    ]
    reporter.say(Progress("trained", 0, len(tasks)))
    done, why = 0, "ended early"
    try:
        with _results(request, tasks, reporter, stop) as results:
            for number, result in results:
                of, line = places[number]
                done += 1
                if isinstance(result, Exception):
                    tables[of][line] = replace(tables[of][line], problem=_in_a_line(result))
                else:
                    tables[of][line] = replace(tables[of][line], trained=result)
                # Losses on different corpora cannot be compared: each corpus has a separate best model.
                if (best := choose(tables[of])) and best.trained:
                    loss, held_out = best.trained.curve[best.trained.best_epoch - 1]
                    reporter.say(Progress("trained", done, len(tasks), loss, held_out))
    except UserError as problem:
        why = str(problem)
        if not done:
            return Failed(why)
    early = f"{why}, with {done} of {len(tasks)} trained; " if done < len(tasks) else ""
    reporter.say(Progress("saving"))
    return _save_best(request, corpora, tables, recipe, early)


def _save_best(
    request: Request, corpora: "Sequence[SweepData]", tables: list[list["Tried"]], recipe: "Recipe", early: str
) -> Finished | Failed:
    """Saves the best model of each corpus and returns the result; ``early`` says why the job ended early."""
    from impsy_tui.training.mdrnn.sweep import choose

    said: list[list[str | Table]] = []
    file = ""
    for corpus, table in zip(corpora, tables, strict=True):
        best = choose(table)
        if best is None or best.trained is None:
            said.append([f"{corpus.name}: {_why_not(table)}"])
            continue
        lite = _save(corpus, table, best, best.trained, recipe, request)
        file = file or str(lite)
        said.append(_result(corpus, table, best, lite, as_table=request.table))
    if request.table and file:
        blocks = [block for each in said for block in ("", *each)][1:]
        return finished_with([f"{early}{blocks[0]}", *blocks[1:]], file)
    text = early + "; ".join(str(each[0]) for each in said)
    return Finished(text, file) if file else Failed(text)


def _candidates(corpus: "SweepData", request: Request) -> list["Tried"]:
    """Returns the candidates of a corpus with their prediction times; some are too slow."""
    from impsy_tui.training.common.shapes import shape_of
    from impsy_tui.training.mdrnn.sweep import Tried, step_ms, supported_sizes

    auto = request.sizes == (choices.AUTO,)
    sizes = supported_sizes(corpus.events, corpus.dimension) if auto else request.sizes
    times = {size: step_ms(shape_of(size, corpus.dimension)) for size in sizes}
    return [
        Tried(size, times[size], seed, problem=_TOO_SLOW if auto and times[size] > request.budget_ms else "")
        for size in sizes
        for seed in request.seeds
    ]


@contextmanager
def _results(
    request: Request, tasks: Sequence["SweepTask"], reporter: Reporter, stop: StopRequest
) -> Iterator[Iterator[tuple[int, "Trained | Exception"]]]:
    """Yields the results of tasks, from the cluster of a scheduler, a cluster of this machine, or this process."""

    def stopped() -> bool:
        return stop.received

    def on_epoch(number: int, epoch: "Epoch") -> None:
        stage = f"{number} of {len(tasks)} trained; {tasks[number].size}"
        reporter.say(Progress(stage, epoch.number, tasks[number].recipe.epochs))

    processes = min(len(_cores()) if request.processes is None else request.processes, len(tasks))
    if not request.scheduler and (processes < 2 or cluster.missing()):
        from impsy_tui.training.mdrnn.sweep import one_after_another

        yield one_after_another(tasks, stopped, on_epoch)
        return
    from impsy_tui.training.mdrnn.sweep import train_one

    with (
        cluster.cluster_at(request.scheduler)
        if request.scheduler
        else cluster.local_cluster(processes, dashboard=request.dashboard) as client
    ):
        yield cluster.on_cluster(client, train_one, tasks, stopped)


def _save(
    corpus: "SweepData", table: list["Tried"], best: "Tried", trained: "Trained", recipe: "Recipe", request: Request
) -> Path:
    """Saves the best network with metadata of all; returns its ``.tflite`` file."""
    from impsy_tui.model_files.metadata import write_metadata
    from impsy_tui.training.common.naming import model_name
    from impsy_tui.training.mdrnn.network import from_keras, playing_model, save

    shape = from_keras(trained.best).shape
    usual = request.name or model_name(corpus.name, shape)
    _, lite = save(playing_model(trained.best, shape), request.models, usual)
    recipe = replace(recipe, seed=best.seed)
    content, seconds, training = corpus.content, trained.seconds, corpus.training
    noted = facts(corpus.name, content, corpus.events, best.size, None, recipe, trained, seconds, training)
    tried = [
        {
            "size": one.size,
            "seed": one.seed,
            "step_ms": round(one.ms, 4),
            "held_out_cell_nats": round(one.nats, 4) if one.trained and math.isfinite(one.nats) else None,
            "held_out_nats": round(one.trained.best_likelihood, 4)
            if one.trained and math.isfinite(one.nats)
            else None,
            "epochs": len(one.trained.curve) if one.trained else None,
            "problem": one.problem or None,
        }
        for one in table
    ]
    write_metadata(lite, noted, trained.curve, tried)
    return lite


def _why_not(table: list["Tried"]) -> str:
    return next((one.problem for one in table if one.problem not in ("", _TOO_SLOW)), "nothing is trained yet")


def _result(
    corpus: "SweepData", table: list["Tried"], best: "Tried", lite: Path, *, as_table: bool
) -> list[str | Table]:
    """Returns the result of a corpus in one line, or with a table of all trials."""
    several = len({one.seed for one in table}) > 1
    name = f"{best.size} with seed {best.seed}" if several else best.size
    text = f"{lite.stem}: {name} is the best of {len(table)} on {corpus.name}"
    hear = f"audition {lite.stem} hears it in silence, load {lite.stem} plays it"
    others = sorted(table, key=lambda one: (one.nats, one.ms))
    if as_table:
        rows = tuple(
            (
                one.size,
                str(one.seed),
                f"{one.nats:.3f}" if one.trained else "-",
                f"{one.ms:.3f}",
                str(len(one.trained.curve)) if one.trained else "-",
                "" if one.trained else one.problem or _NOT_TRAINED,
            )
            for one in others
        )
        return [text, Table(("size", "seed", "nats held out", "ms a step", "epochs", ""), rows), hear]
    results = [
        f"{one.size}{f' {one.seed}' if several else ''} "
        f"{f'{one.nats:.2f} cell nats' if one.trained else one.problem or _NOT_TRAINED}, {one.ms:.2g} ms"
        for one in others
    ]
    return [f"{text} ({'; '.join(results)}); {hear}"]


def _in_a_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
