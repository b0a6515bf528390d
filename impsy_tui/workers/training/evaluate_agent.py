"""Judges agents: ``python -m impsy_tui.workers.training.evaluate_agent PLAYER… [--corpus PATH…]``.

The worker needs NumPy only. Each agent plays its synth, and is compared with *seek* and *hold*.
"""

import argparse
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.agent.file import AgentModel, read_agent
from impsy_tui.agent.task import CORPUS, MIXED, names_of
from impsy_tui.errors import UserError
from impsy_tui.limits import limit_process
from impsy_tui.training.agent.environment import ImitationTask
from impsy_tui.training.agent.evaluation import (
    EPISODES,
    FRAMES,
    Policy,
    hold_policy,
    judge,
    network_policy,
    seek_policy,
    table,
    trial_of,
)
from impsy_tui.training.agent.recordings import read_files, recording_name
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, sole_reporter

_SEED: Final = 40_000


def main() -> None:
    """See the module."""
    step_back()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parser = argparse.ArgumentParser()
    parser.add_argument("players", type=Path, nargs="+")
    parser.add_argument("--corpus", type=Path, nargs="+", default=[])
    parser.add_argument("--judged", nargs="+")
    parser.add_argument("--episodes", type=int, default=EPISODES)
    parser.add_argument("--frames", type=int, default=FRAMES)
    wishes = parser.parse_args()
    reporter = sole_reporter()
    try:
        reporter.say(Finished(_evaluate(wishes, reporter)))
    except UserError as problem:
        reporter.say(Failed(str(problem)))
    except OSError as error:
        reporter.say(Failed(f"{error.filename}: {error.strerror}"))


def _evaluate(wishes: argparse.Namespace, reporter: Reporter) -> str:
    recordings, left_out = read_files(wishes.corpus)
    wanted = names_of(wishes.judged) if wishes.judged else None
    parts = []
    for file in wishes.players:
        model = read_agent(file)
        judged = wanted or model.judged
        trials = _trials(model, judged, recordings)
        columns = ["RMSE, in deviations", *trials]
        rows = []
        for who in (file.stem, "seek", "hold"):
            cells = [who]
            for name, task in trials.items():
                reporter.say(Progress(f"{file.stem}: {who}, {name}"))
                found = judge(_policy(who, model, task), task, _SEED, wishes.episodes, wishes.frames)
                cells.append(f"{found.distance:.4f} ±{found.spread:.4f}")
            rows.append(cells)
        parts.append(f"{file.stem} of {model.facts.get('synth', 'an unnamed synth')}, by {', '.join(judged)}")
        parts.append(table(columns, rows))
    return "\n".join([*parts, *(f"left out: {each}" for each in left_out)])


def _policy(who: str, model: AgentModel, task: ImitationTask) -> Policy:
    if who == "seek":
        return seek_policy(task)
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


if __name__ == "__main__":
    limit_process("impsy_tui.workers.training.evaluate_agent")
    main()
