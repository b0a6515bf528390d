"""Evolution of models on recorded performances: the first half is played, the second half judges.

For each of ten performances of the 9-d and 4-d sets of IMPSY: a model of one earlier evening plays, which is another
performance of the set. The first half becomes the log of tonight, from which the worker ``evolve`` lets the model
learn. Then both models hear the whole performance and are compared on its second half.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
from common import table

from impsy_tui.data.datasets import read_dataset, write_dataset
from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.tflite_weights import weights_of
from impsy_tui.ranges import MAX_GAP
from impsy_tui.training.common.figure import figure
from impsy_tui.worker_requests import worker_command
from impsy_tui.workers.messages import Finished, FromWorker
from impsy_tui.workers.requests import EvolveRequest, TrainRequest

EACH = 5
LEAST = 1000
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1")
"""Environment of a worker, as the engine gives it."""
DATA = Path(os.environ.get("IMPSY_SHARED_DATA", "../shared/data")) / "impsy"


def chosen(performances: list[np.ndarray]) -> list[int]:
    """Returns the numbers of the performances that are played: spread over those that are long enough."""
    long = [number for number, one in enumerate(performances) if len(one) >= LEAST]
    return long[:: max(1, len(long) // EACH)][:EACH]


def earlier_evening(performances: list[np.ndarray]) -> np.ndarray:
    """Returns the performance of middle length of those that are not played."""
    played = chosen(performances)
    others = [one for number, one in enumerate(performances) if number not in played and len(one) >= LEAST]
    return sorted(others, key=len)[len(others) // 2]


def ask(request: EvolveRequest | TrainRequest) -> Finished:
    """Runs a worker and returns its result."""
    said = subprocess.run(
        worker_command(request), stdout=subprocess.PIPE, env={**os.environ, **ONE_THREAD}, check=True
    )
    last = msgspec.json.decode(said.stdout.splitlines()[-1], type=FromWorker)
    assert isinstance(last, Finished), last
    return last


def write_log(file: Path, events: np.ndarray) -> None:
    """Writes events as the log of a performance."""
    at, rows = datetime(2026, 1, 1, 20), []
    for dt, *values in events.tolist():
        at += timedelta(seconds=dt)
        rows.append(f"{at.isoformat(timespec='microseconds')},interface,{','.join(f'{x:.6f}' for x in values)}\n")
    file.parent.mkdir(parents=True)
    file.write_text("".join(rows))


def second_half(model: Path, performance: np.ndarray) -> np.ndarray:
    """Returns the cell nats of the events of the second half, after the whole of the first."""
    network = NumpyNetwork(weights_of(model))
    heard = performance.astype(np.float32)
    np.clip(heard[:, 0], 0.0, MAX_GAP.default, out=heard[:, 0])
    parameters = np.stack([network.step(event).copy() for event in heard[:-1].tolist()])
    at = len(heard) // 2
    return cell_nats(parameters[at - 1 :], heard[at:].astype(float), network.shape)


def main() -> None:
    """Runs the benchmark; ``evolve.py FOLDER`` keeps the models of the earlier evenings."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    rows = []
    better = 0
    for dimension in (9, 4):
        performances = read_dataset(DATA / f"training-dataset-{dimension}d.npz")
        numbers = chosen(performances)
        models = folder / "models"
        rest = folder / f"earlier-{dimension}d.npz"
        if not (found := sorted(models.glob(f"*-{dimension}d-*.tflite"))):
            write_dataset(rest, [earlier_evening(performances)])
            found = [Path(ask(TrainRequest(models, rest, "s", epochs=20, patience=4)).file)]
        for number in numbers:
            one = performances[number]
            place = Path(tempfile.mkdtemp())
            write_log(place / "logs" / f"2026-01-01T20-00-00-{dimension}d-mdrnn.log", one[: len(one) // 2])
            began = time.monotonic()
            request = EvolveRequest(place / "models", found[0], place / "logs", folder, 0.0)
            result = ask(request)
            seconds = time.monotonic() - began
            gain = 0.0
            error = 0.0
            if result.file:
                nats = [second_half(model, one) for model in (found[0], Path(result.file))]
                judged = figure(nats[0] - nats[1])
                gain, error = judged.mean, judged.error
            better += gain > 0
            text = result.text.partition("tonight: ")[2]
            row = (f"{dimension}-d", number, len(one), f"{gain:.2f} ± {error:.2f}", text, round(seconds))
            print(row, flush=True)
            rows.append(row)
    columns = ["set", "performance", "events", "gain on the second half", "judged on the first", "s"]
    table("Models that evolve", columns, [list(map(str, row)) for row in rows])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"better on {better} of {len(rows)}; largest worker {peak} MB (with training, if models were missing)")


if __name__ == "__main__":
    main()
