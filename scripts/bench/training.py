"""Training from logs to a model: time, memory, held-out figures, and the playing of the model alone.

Needs the datasets of IMPSY, ``training-dataset-4d-12ksmall.npz``, ``training-dataset-4d.npz`` and
``training-dataset-9d.npz``, in the folder that IMPSY_SHARED_DATA names, in ``impsy/``. LONG=1 trains three seeds, and
the peer.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from common import PEER, ROOT, TRAIN, table
from network_figures import Judged, alone, capped, five_gaussians, judged, together

from impsy_tui.data.datasets import read_dataset, write_dataset
from impsy_tui.data.held_out import cut
from impsy_tui.engine.models.loader import load_model
from impsy_tui.parameters import SIGMA, TEMP

DATA = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "impsy"
ROWS = 1_000_000
LONG = bool(os.environ.get("LONG"))


@dataclass
class Measured:
    """Cost of a command: duration and processor time in seconds, and megabytes of its largest process."""

    seconds: float
    processor: float
    megabytes: float


LAUNCHER = """
import resource, subprocess, sys
# A child's memory counts from its parent's on: this is small.
code = subprocess.call(sys.argv[1:], stdout=sys.stderr)
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(took.ru_utime + took.ru_stime, took.ru_maxrss)
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
    processor, largest = process.stdout.split()
    return Measured(seconds, float(processor), int(largest) * 1024 / 1e6)


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
FIGURES = ["who", "cell nats", "NLL", "largest decile of the PIT", "two or more move", "processor s", "MB"]


def learning(seeds: Sequence[int], *, with_peer: bool) -> None:
    """Size s on the first nine tenths of each performance, judged on the rest and on other sessions."""
    small = capped(read_dataset(DATA / "training-dataset-4d-12ksmall.npz"))
    all_sessions = capped(read_dataset(DATA / "training-dataset-4d.npz"))
    known = {performance.tobytes() for performance in small}
    others = [performance for performance in all_sessions if performance.tobytes() not in known]
    _learning("4-d, last tenth", small, others, seeds, with_peer=with_peer)
    _learning("9-d, last tenth", capped(read_dataset(DATA / "training-dataset-9d.npz")), [], seeds, with_peer=False)


def _learning(
    title: str, whole: list[np.ndarray], others: list[np.ndarray], seeds: Sequence[int], *, with_peer: bool
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    dimension = whole[0].shape[1]
    write_dataset(folder / "known.npz", [one[: cut(len(one))] for one in whole])
    runs = [
        (f"ours, seed {seed}", [str(TRAIN / "impsy-tui"), "train", "known.npz", "-M", "s", "--seed", str(seed)])
        for seed in seeds
    ]
    if with_peer:
        peer = [str(PEER / "impsy"), "train", "-D", str(dimension), "-S", "known.npz", "-M", "s", "-N", "40"]
        runs.append(("peer, 40 epochs", [*peer, "--no-earlystopping"]))
    longest = max(whole, key=len)
    rows, other_rows = [], []
    rows.append(["the musician", "", "", "", f"{together(whole):.1%}", "", ""])
    rows.append(["five Gaussians around the last event", *_figures(five_gaussians(whole)), "", "", ""])
    for number, (who, command) in enumerate(runs):
        took = measured([*command, "-O", f"models{number}"], folder)
        loaded = asyncio.run(load_model(next((folder / f"models{number}").glob("*.tflite"))))
        pi, sigma = loaded.notes.pi_temperature or TEMP.default, loaded.notes.sigma_temperature or SIGMA.default
        move = f"{together([alone(loaded.network, longest, (pi, sigma))]):.1%} (temp {pi:g}, sigma {sigma:g})"
        rows.append(
            [who, *_figures(judged(loaded.network, whole)), move, f"{took.processor:.0f}", f"{took.megabytes:.0f}"]
        )
        if others:
            other_rows.append([who, *_figures(judged(loaded.network, others, lambda events: 1))])
    table(title, FIGURES, rows)
    if others:
        table(f"{dimension}-d, {len(others)} other sessions", FIGURES[:4], other_rows)
    shutil.rmtree(folder)


def _figures(found: Judged) -> list[str]:
    return [f"{found.cells:.2f}", f"{found.likelihood:.2f}", f"{found.decile:.3f}"]


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
    if LONG:
        learning((1, 2, 3), with_peer=True)
    else:
        learning((1,), with_peer=False)


if __name__ == "__main__":
    main()
