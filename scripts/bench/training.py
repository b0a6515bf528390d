"""Training from logs to a model: time, memory, and held-out loss.

Needs the datasets of IMPSY, ``training-dataset-4d-12ksmall.npz`` and ``training-dataset-9d.npz``, in the folder
that IMPSY_SHARED_DATA names, in ``impsy/``.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from common import PEER, ROOT, TRAIN, table

from impsy_tui.data.datasets import read_dataset, write_dataset
from impsy_tui.engine.models.loader import load_model
from impsy_tui.mdrnn.model import SCALE, Network

DATA = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "impsy"
ROWS = 1_000_000
HELD_OUT = 0.1
SEEDS = (1, 2, 3)


@dataclass
class Measured:
    """Cost of a command: duration in seconds, and megabytes of its largest process."""

    seconds: float
    megabytes: float


LAUNCHER = """
import resource, subprocess, sys
# A child's memory counts from its parent's on: this is small.
code = subprocess.call(sys.argv[1:], stdout=sys.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def measured(command: list[str], folder: Path) -> Measured:
    """Runs a command in a folder; it must succeed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with (folder / "output.txt").open("w") as output:
        began = time.monotonic()
        process = subprocess.run(
            [sys.executable, "-c", LAUNCHER, *command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
    if process.returncode:
        sys.exit(f"{' '.join(command)}: {(folder / 'output.txt').read_text()[-2000:]}")
    return Measured(seconds, int(process.stdout) * 1024 / 1e6)


def collating() -> None:
    """Measures the collation of a log of a million rows."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "logs").mkdir()
    log = folder / "logs" / "2026-01-01T00-00-00-9d-mdrnn.log"
    random, at = np.random.default_rng(1), datetime(2026, 1, 1)
    with log.open("w") as file:
        for gap, values in zip(random.gamma(2, 0.01, ROWS), random.random((ROWS, 8)), strict=True):
            at += timedelta(seconds=float(gap))
            file.write(f"{at.isoformat(timespec='microseconds')},interface,{','.join(map(repr, values.tolist()))}\n")
    rows, made = [], {}
    for who in ("peer", "ours", "peer", "ours"):
        if who == "ours":
            took = measured([str(TRAIN / "impsy-tui"), "dataset", "-D", "9", "-O", "ours"], folder)
        else:
            (folder / "peer").mkdir(exist_ok=True)
            took = measured([str(PEER / "impsy"), "dataset", "-D", "9", "-S", "logs", "-O", "peer"], folder)
        made[who] = read_dataset(folder / who / "training-dataset-9d.npz")
        rows.append([who, f"{took.seconds:.2f}", f"{took.megabytes:.0f}"])
    same = all(map(np.array_equal, made["ours"], made["peer"])) and len(made["ours"]) == len(made["peer"])
    size = f"{log.stat().st_size / 1e6:.0f} MB"
    table(f"A dataset of a log of a million rows ({size}), rows {'identical' if same else 'DIFFERENT'}", WHAT, rows)
    shutil.rmtree(folder)


WHAT = ["who", "seconds", "MB"]


def nats(network: Network, performances: list[np.ndarray]) -> float:
    """Returns the mean negative log-likelihood in nats of the last events of each performance, scaled, dt not
    limited."""
    found = []
    mixtures, dimension = network.shape.mixtures, network.shape.dimension
    values = mixtures * dimension
    for performance in performances:
        network.reset()
        outputs = np.array([network.step(event).copy() for event in performance[:-1].tolist()], float)
        cut = int(len(performance) * (1 - HELD_OUT))
        heard, real = outputs[cut - 1 :], performance[cut:].astype(float) * SCALE
        means = heard[:, :values].reshape(-1, mixtures, dimension)
        deviations = heard[:, values : 2 * values].reshape(-1, mixtures, dimension)
        logits = heard[:, 2 * values :]
        weights = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        z = (real[:, None] - means) / deviations
        parts = weights - 0.5 * (z**2).sum(2) - np.log(deviations).sum(2) - 0.5 * dimension * np.log(2 * np.pi)
        found.append(-np.logaddexp.reduce(parts, axis=1))
    return float(np.concatenate(found).mean())


def learning() -> None:
    """Trains size s on the first nine tenths of each performance and evaluates the model on the rest."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    whole = read_dataset(DATA / "training-dataset-4d-12ksmall.npz")
    write_dataset(folder / "training-dataset-4d.npz", [one[: int(len(one) * (1 - HELD_OUT))] for one in whole])
    peer = [str(PEER / "impsy"), "train", "-D", "4", "-S", "training-dataset-4d.npz", "-M", "s", "-N", "40"]
    ours = [str(TRAIN / "impsy-tui"), "train", "training-dataset-4d.npz", "-M", "s"]
    runs = [(f"ours, seed {seed}", [*ours, "--seed", str(seed)]) for seed in SEEDS]
    runs.insert(1, ("peer, 40 epochs", [*peer, "--no-earlystopping"]))
    rows = []
    for number, (who, command) in enumerate(runs):
        took = measured([*command, "-O", f"models{number}"], folder)
        lite = next((folder / f"models{number}").glob("*.tflite"))
        network = asyncio.run(load_model(lite)).network
        rows.append([who, f"{took.seconds:.0f}", f"{nats(network, whole):.3f}", f"{took.megabytes:.0f}"])
    table("Size s on twelve thousand events", ["who", "seconds", "nats on the last tenth", "MB"], rows)
    shutil.rmtree(folder)


def remembering() -> None:
    """Measures the memory of training on 95 thousand events, and on ten times as many."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    whole = read_dataset(DATA / "training-dataset-9d.npz")
    rows = []
    for times in (1, 10):
        write_dataset(folder / f"{times}.npz", whole * times)
        command = [str(TRAIN / "impsy-tui"), "train", f"{times}.npz", "-N", "2", "-O", f"models{times}"]
        took = measured(command, folder)
        rows.append([f"{sum(map(len, whole)) * times}", f"{took.megabytes:.0f}"])
    table("Memory of training, ours, 9-d", ["events", "MB"], rows)
    shutil.rmtree(folder)


def main() -> None:
    collating()
    remembering()
    learning()


if __name__ == "__main__":
    main()
