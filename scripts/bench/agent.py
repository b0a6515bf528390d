"""Agents: speed and quality of training and playing, compared with *seek*, *hold* and published agents.

Needs the look-up tables, recordings and results of RL-impro in the folder that IMPSY_SHARED_DATA names, in
``rl-impro/``. The table of the FM synth is made first, unless others are named: ``scripts/bench/agent.py TABLE…``.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT, median, table

from impsy_tui.agent.corpus import FRAMES_A_SECOND, corpus_files, read_corpus
from impsy_tui.agent.descriptors.names import descriptor_indices
from impsy_tui.agent.file import AgentModel, read_agent
from impsy_tui.agent.lookup_table import read_table
from impsy_tui.agent.policy import AgentPolicy
from impsy_tui.agent.seek import KnownSynth
from impsy_tui.training.agent.environment import Imitation, ImitationTask
from impsy_tui.training.agent.evaluation import hold_policy, judge, network_policy, seek_policy, trial_of
from impsy_tui.worker_requests import worker_command
from impsy_tui.workers.requests import TrainAgentRequest

DATA = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "rl-impro"
AGENT = ROOT / ".bench" / "agent" / "bin" / "python"
SINE = DATA / "lookup" / "sin-20.csv"
BOTH = ("loudness-dB", "specshape-centroid")
SINE_TASKS = {"dB": BOTH[:1], "cen": BOTH[1:], "dB+cen": BOTH}
FM_TASKS: dict[str, tuple[str, ...]] = {
    "loudness and centroid": BOTH,
    "chroma": ("chroma",),
    "shape, MFCC and chroma": ("specshape", "mfcc", "chroma"),
}
JUDGED = ["agent", "seek", "agent/seek", "hold", "steps", "seconds"]
SECONDS = 3.0
SEED = 50_000


def environment() -> None:
    """Measures the steps per second of all environments together, on one core."""
    rows = []
    for name, file, heard in (
        ("sine, loudness and centroid", SINE, BOTH),
        ("FM of 3 parameters, 32 descriptors", DATA / "lookup" / "fm3-10.csv", FM_TASKS["shape, MFCC and chroma"]),
    ):
        known, chosen = KnownSynth(read_table(file)), descriptor_indices(heard)
        for count in (1, 8, 64, 256):
            imitation = Imitation(ImitationTask(known, chosen, chosen), count, 1)
            imitation.reset()
            moves = np.random.default_rng(1).integers(-1, 2, (100, count, known.count))
            began, frames = time.perf_counter(), 0
            while time.perf_counter() - began < SECONDS:
                imitation.step(moves[frames % 100])
                frames += 1
            rate = frames * count / (time.perf_counter() - began)
            rows.append([name, str(count), f"{rate:,.0f}"])
    table("The environment, on one core", ["synth", "environments", "steps a second"], rows)


def playing(models: dict[str, AgentModel]) -> None:
    """Measures the microseconds from a frame to parameters."""
    frames = read_corpus(corpus_files(DATA / "corpus")[0])[:4000]
    rows = []
    for name, model in models.items():
        for policy in ("network", "seek"):
            player = AgentPolicy(model)
            player.policy = policy
            took = []
            for frame in frames:
                began = time.perf_counter()
                player.play(1 / FRAMES_A_SECOND, frame)
                took.append((time.perf_counter() - began) * 1e6)
            rows.append([name, policy, f"{median(took):.0f}", f"{sorted(took)[len(took) * 99 // 100]:.0f}"])
    table("A frame heard and parameters played", ["player", "by", "p50 µs", "p99 µs"], rows)


def trained(folder: Path, lookup: Path, **options: Any) -> AgentModel:
    """Returns an agent that the worker has trained on a table."""
    made = folder / f"agent-{len(list(folder.iterdir()))}.npz"
    command = worker_command(TrainAgentRequest(lookup, made, **options), str(AGENT))
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    if not made.is_file():
        sys.exit(json.loads(said[-1])["text"])
    return read_agent(made)


def published() -> dict[str, list[tuple[float, float]]]:
    """Returns the RMSE in training and in the test of each published agent of the sine with valid results, by
    descriptors."""
    found: dict[str, list[tuple[float, float]]] = {}
    with (DATA / "evaluations.csv").open() as file:
        for row in csv.DictReader(file):
            if row["synth"] == "sin" and row["rmse_valid"] == "True":
                both = float(row["train_RMSE_mean"]), float(row["test_RMSE_mean"])
                found.setdefault(row["reward"], []).append(both)
    return found


def number(model: AgentModel, fact: str) -> float:
    return float(str(model.facts[fact]))


def sine(folder: Path) -> AgentModel:
    """Trains an agent for each task of the sine with mixed random targets, next to the published agents."""
    theirs, rows = published(), []
    for name, judged in SINE_TASKS.items():
        agent = trained(folder, SINE, heard=BOTH, judged=judged)
        rows.append(
            [name, *judged_as(agent), *(f"{min(numbers):.4f}" for numbers in zip(*theirs[name], strict=True))]
        )
    columns = ["to match", *JUDGED, "published, training", "published, test"]
    table("The sine: RMSE in deviations, mixed random targets", columns, rows)
    return agent


def judged_as(model: AgentModel) -> list[str]:
    """Returns the RMSE of an agent in a separate environment, as its training reports it at the end."""
    rmse, seek, hold = (number(model, fact) for fact in ("rmse", "rmse_seek", "rmse_hold"))
    steps, seconds = number(model, "steps"), number(model, "seconds")
    return [f"{rmse:.4f}", f"{seek:.4f}", f"{rmse / seek:.2f}", f"{hold:.3f}", f"{steps:,.0f}", f"{seconds:.0f}"]


def own_tables(folder: Path, tables: Sequence[Path]) -> dict[str, AgentModel]:
    """Evaluates agents of the project's tables on random targets and on held-out recordings."""
    models, rows = {}, []
    for lookup in tables:
        for name, heard in FM_TASKS.items():
            model = trained(folder, lookup, heard=heard, targets="mixed+corpus", corpus=(DATA / "corpus",))
            models[f"{lookup.stem}, {name}"] = model
            rows.append([lookup.stem, name, *judged_as(model)])
    title = "Tables of our own: RMSE, half random targets, half recordings held out"
    table(title, ["table", "to match", *JUDGED], rows)
    return models


def looked_up(folder: Path) -> list[Path]:
    """Returns the table of the built-in FM synth, 8000 points."""
    made = folder / "fm.csv"
    command = [sys.executable, "-P", "-m", "impsy_tui", "agent", "lookup", "fm", "--points", "20", "-o", str(made)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return [made]


def shipped() -> None:
    """Evaluates the shipped agents on new random targets of their synths."""
    rows = []
    for file in sorted((ROOT / "models").glob("agent-*.npz")):
        model = read_agent(file)
        row = [file.stem, str(len(model.known.descriptors))]
        for targets in ("mixed", "mixed+scattered"):
            task = trial_of(model, targets=targets)
            policies = network_policy(model.network, model.moves), seek_policy(task), hold_policy
            own, seek, hold = (judge(policy, task, SEED).distance for policy in policies)
            row += [f"{own:.4f}", f"{seek:.4f}", f"{own / seek:.2f}", f"{hold:.3f}"]
        rows.append([*row, f"{file.stat().st_size / 1000:.0f}"])
    columns = ["agent", "seek", "agent/seek", "hold"]
    half = [f"half scattered: {name}" for name in columns]
    table("The agents that ship: RMSE in deviations", ["player", "points", *columns, *half, "kB"], rows)


def everything(folder: Path) -> None:
    """Runs all benchmarks of agents."""
    environment()
    tables = [Path(name) for name in sys.argv[1:]] or looked_up(folder)
    models = {"sine, dB+cen": sine(folder), **own_tables(folder, tables)}
    playing(models)
    shipped()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        everything(Path(made))
