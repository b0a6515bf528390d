"""Learning on from the first 500 events of performances that a model has not heard, judged on the rest of each.

    PYTHON scripts/bench/learning_on.py [FOLDER]

Needs the datasets of IMPSY, as ``training.py`` does, and the extra ``train``. The models are kept in FOLDER and used
again. The rules of learning on were chosen on half of the 4-d sessions, and on other 9-d performances with another
model.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
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
ERRORS = 1.0
"""Standard errors that the gain on the new events must exceed, as in ``impsy-tui train --from``."""
SEED = 1


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="bench-"))
    small = capped(read_dataset(DATA / "training-dataset-4d-12ksmall.npz"))
    known = {performance.tobytes() for performance in small}
    others = [one for one in capped(read_dataset(DATA / "training-dataset-4d.npz")) if one.tobytes() not in known]
    others = [one for one in others if len(one) >= EVENTS + REST]
    nine = capped(read_dataset(DATA / "training-dataset-9d.npz"))
    out = [number for number, one in enumerate(nine) if len(one) >= 3 * EVENTS][::2]
    four_d = _model(folder / "4-d", small)
    nine_d = _model(folder / "9-d", [one for number, one in enumerate(nine) if number not in out])
    chosen_on = [_learned_on(four_d, one) for one in others[::2]]
    four = [_learned_on(four_d, one) for one in others[1::2]]
    new = [_learned_on(nine_d, nine[number]) for number in out]
    heads = [
        "performances",
        "number",
        "models made",
        "dt and logits",
        "gain",
        "mean gain",
        "least gain",
        "seconds each",
    ]
    rows = [
        _row("4-d, for the choice", chosen_on),
        _row("4-d, others", four),
        _row("9-d, others", new),
        _row("all others", four + new),
    ]
    table(f"Learning on from {EVENTS} events: cell nats on the rest", heads, rows)


@dataclass(frozen=True, slots=True)
class Result:
    """Result of learning on from one performance.

    Attributes:
        made: True if a model is made.
        whole: True if dt and the logits learned.
        gain: cell nats saved per event of the rest; 0 without a model.
        seconds: duration.
    """

    made: bool
    whole: bool
    gain: float
    seconds: float


def _model(folder: Path, known: list[np.ndarray]) -> Path:
    """Returns a model that has learned performances."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "models").exists():
        write_dataset(folder / "known.npz", known)
        subprocess.run([str(TRAIN / "impsy-tui"), "train", "known.npz", "-O", "models"], cwd=folder, check=True)
    return next((folder / "models").glob("*.tflite"))


def _learned_on(model: Path, performance: np.ndarray) -> Result:
    weights = weights_of(model)
    began = time.monotonic()
    scaled = performance[:EVENTS] * np.float32(SCALE)
    old = old_playing(read_metadata(model), weights, model.parents[1], EVENTS, 5.0, SEED)
    learned = learn_on(weights, [scaled], old, SEED)
    seconds = time.monotonic() - began
    on_new = learned.gain
    made = on_new.mean > ERRORS * on_new.error
    gain = _gain(weights, from_keras(learned.weights), performance)
    print(
        f"{weights.shape.dimension}-d, {len(performance)} events: {on_new.mean:.3f} ± {on_new.error:.3f} on the new "
        f"events, {gain:+.3f} on the rest, {'all of dt and logits' if learned.whole else 'three numbers'}"
        f"{'' if made else ', no model'}",
        file=sys.stderr,
        flush=True,
    )
    return Result(made, learned.whole, gain if made else 0.0, seconds)


def _row(name: str, results: list[Result]) -> list[str]:
    gains = np.array([result.gain for result in results])
    made = [result for result in results if result.made]
    return [
        name,
        f"{len(results)}",
        f"{len(made)}",
        f"{sum(result.whole for result in made)}",
        f"{(gains > 0.0).mean():.0%}",
        f"{gains.mean():+.3f}",
        f"{gains.min():+.3f}",
        f"{np.mean([result.seconds for result in results]):.1f}",
    ]


def _gain(before: Weights, after: Weights, performance: np.ndarray) -> float:
    """Returns the cell nats that learning on saves per event of the rest of a performance."""
    figures = [judged(NumpyNetwork(weights), [performance], lambda events: EVENTS) for weights in (before, after)]
    return figures[0].cells - figures[1].cells


if __name__ == "__main__":
    main()
