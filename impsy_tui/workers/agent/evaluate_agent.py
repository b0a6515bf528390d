"""Worker that compares agents with *seek*, the best constant sound and *hold*, each on its own synth, in NumPy."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.agent.file import AgentModel, read_agent
from impsy_tui.agent.task import CORPUS, MIXED, names_of
from impsy_tui.training.agent.environment import ImitationTask
from impsy_tui.training.agent.evaluation import (
    CONSTANT,
    UNHEARD,
    Policy,
    constant_policy,
    hold_policy,
    judge,
    network_policy,
    outside_sentence,
    seek_policy,
    trial_of,
)
from impsy_tui.training.agent.recordings import read_files, recording_name
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Progress, Reporter, Table, finished_with
from impsy_tui.workers.requests import EvaluateAgentRequest as Request

_SEED: Final = 40_000


def run(request: Request) -> None:
    """Evaluates the agents of a request."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run_job(lambda reporter: finished_with(_evaluate(request, reporter)), request.agents[0])


def _evaluate(request: Request, reporter: Reporter) -> list[str | Table]:
    recordings, left_out = read_files(request.corpus)
    wanted = names_of(request.judged) if request.judged else None
    parts: list[str | Table] = []
    for file in request.agents:
        model = read_agent(file)
        judged = wanted or model.judged
        trials = _trials(model, judged, recordings)
        columns = ("RMSE, in deviations", *trials)
        rows = []
        for who in (file.stem, "seek", CONSTANT, "hold"):
            cells = [who]
            for name, task in trials.items():
                reporter.say(Progress(f"{file.stem}: {who}, {name}"))
                found = judge(_policy(who, model, task), task, _SEED, request.episodes, request.frames)
                cells.append(f"{found.distance:.4f} ±{found.spread:.4f}")
            rows.append(tuple(cells))
        parts.append(f"{file.stem} of {model.facts.get('synth', 'an unnamed synth')}, by {', '.join(judged)}")
        parts.append(Table(columns, tuple(rows)))
        parts += [f"{name}: {said}" for name, task in trials.items() if (said := outside_sentence(task))]
        if CORPUS not in str(model.facts.get("targets", CORPUS)):
            parts.append(f"{file.stem} {UNHEARD}")
    return [*parts, *(f"left out: {each}" for each in left_out)]


def _policy(who: str, model: AgentModel, task: ImitationTask) -> Policy:
    if who == "seek":
        return seek_policy(task)
    if who == CONSTANT:
        return constant_policy(task)
    return hold_policy if who == "hold" else network_policy(model.network, model.moves)


def _trials(
    model: AgentModel, judged: Sequence[str], recordings: Mapping[Path, np.ndarray]
) -> dict[str, ImitationTask]:
    """Returns the targets by name: random sounds, and recordings, split into trained and new ones."""
    base = trial_of(model, judged)
    trials = {MIXED: base}
    learned = _names(model, "recordings")
    held_out = _names(model, "held_out")
    for name, wanted in (("recordings it knows", True), ("held out", False)):
        chosen = [
            frames
            for file, frames in recordings.items()
            if (recording_name(file) in learned and recording_name(file) not in held_out) == wanted
        ]
        if chosen:
            standardised = tuple(map(model.known.scaler.standardised, chosen))
            trials[name] = replace(base, targets=CORPUS, recordings=standardised)
    return trials


def _names(model: AgentModel, fact: str) -> Sequence[str]:
    found = model.facts.get(fact)
    return [str(each) for each in found] if isinstance(found, list | tuple) else []
