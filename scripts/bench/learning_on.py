"""Learning on from the first 500 events of performances that a model has not heard, judged on the rest of each.

Needs the datasets of IMPSY, as ``training.py`` does, and the extra ``train``.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from common import ROOT, TRAIN, table
from network_figures import capped, judged

from impsy_tui.data.datasets import read_dataset, write_dataset
from impsy_tui.mdrnn.lstm import NumpyNetwork, Weights
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.mdrnn.tflite_weights import weights_of
from impsy_tui.model_files.metadata import read_metadata
from impsy_tui.training.common.old_playing import old_playing
from impsy_tui.training.mdrnn.learning_on import learn_on
from impsy_tui.training.mdrnn.network import from_keras

DATA = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "impsy"
EVENTS = 500
REST = 200
"""Fewest events of the rest of a performance."""
ERRORS = 2.0
"""Standard errors that the gain on the new events must exceed, as in ``impsy-tui train --from``."""
SEED = 1


def main() -> None:
    small = capped(read_dataset(DATA / "training-dataset-4d-12ksmall.npz"))
    known = {performance.tobytes() for performance in small}
    others = [one for one in capped(read_dataset(DATA / "training-dataset-4d.npz")) if one.tobytes() not in known]
    nine = capped(read_dataset(DATA / "training-dataset-9d.npz"))
    long = [number for number, one in enumerate(nine) if len(one) >= 3 * EVENTS]
    out = set(long[::2])
    rows = [
        _row("4-d", small, others),
        _row(
            "9-d",
            [one for number, one in enumerate(nine) if number not in out],
            [one for number, one in enumerate(nine) if number in out],
        ),
    ]
    heads = ["dataset", "performances", "models made", "gain", "mean gain", "least gain", "seconds each"]
    table(f"Learning on from {EVENTS} events: cell nats on the rest", heads, rows)


def _row(name: str, known: list[np.ndarray], others: list[np.ndarray]) -> list[str]:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    write_dataset(folder / "known.npz", known)
    subprocess.run([str(TRAIN / "impsy-tui"), "train", "known.npz", "-O", "models"], cwd=folder, check=True)
    model = next((folder / "models").glob("*.tflite"))
    weights = weights_of(model)
    gains, made, seconds = [], 0, []
    for performance in [one for one in others if len(one) >= EVENTS + REST]:
        began = time.monotonic()
        scaled = performance[:EVENTS] * np.float32(SCALE)
        old = old_playing(read_metadata(model), weights, folder, EVENTS, 5.0, SEED)
        learned = learn_on(weights, [scaled], old, SEED)
        seconds.append(time.monotonic() - began)
        enough = learned.gain.mean > ERRORS * learned.gain.error
        made += enough
        gains.append(_gain(weights, from_keras(learned.weights), performance) if enough else 0.0)
        print(f"{name}: {len(performance)} events, {gains[-1]:+.3f}", file=sys.stderr, flush=True)
    return [
        name,
        f"{len(gains)}",
        f"{made}",
        f"{np.mean(np.array(gains) > 0.0):.0%}",
        f"{np.mean(gains):+.2f}",
        f"{min(gains):+.3f}",
        f"{np.mean(seconds):.1f}",
    ]


def _gain(before: Weights, after: Weights, performance: np.ndarray) -> float:
    """Returns the cell nats that learning on saves per event of the rest of a performance."""
    figures = [judged(NumpyNetwork(weights), [performance], lambda events: EVENTS) for weights in (before, after)]
    return figures[0].cells - figures[1].cells


if __name__ == "__main__":
    main()
