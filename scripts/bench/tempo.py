"""Regularity of a model that predicts a constant dt, played in battle for 15 s; also while another model evolves."""

import itertools
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from common import MODEL, arrivals, percentile, pulse_model, running, table
from evolve import ONE_THREAD, write_log

from impsy_tui.worker_requests import worker_command
from impsy_tui.workers.requests import EvolveRequest

EVENTS = 20_000
"""Events of the evening from which a model learns: enough for minutes."""


def measure(who: str, model: Path, seconds: float = 15.0) -> list[float]:
    """Returns the arrival times of outputs in seconds."""
    with running(who, "battle", timescale=1.0, model=model) as program:
        time.sleep(0.5)
        program.drain()
        return arrivals(program, seconds)


@contextmanager
def evolving(folder: Path) -> Iterator[None]:
    """Lets the shipped model learn from an evening within this block, as the engine does."""
    random = np.random.default_rng(1)
    walk = np.abs(np.cumsum(random.normal(0, 0.02, (EVENTS, 8)), axis=0) % 2 - 1)
    if not (folder / "logs").exists():
        write_log(
            folder / "logs" / "2026-01-01T20-00-00-9d-mdrnn.log",
            np.column_stack([random.exponential(0.1, EVENTS), walk]),
        )
    request = EvolveRequest(folder / "models", MODEL, folder / "logs", folder, 0.0)
    worker = subprocess.Popen(worker_command(request), stdout=subprocess.PIPE, env={**os.environ, **ONE_THREAD})
    assert worker.stdout is not None
    for said in worker.stdout:
        if b'"round"' in said:
            break
    try:
        yield
        assert worker.poll() is None, "the training was too short"
    finally:
        worker.kill()
        worker.wait()


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    rows = []
    for dt in (0.05, 0.01):
        model = pulse_model(folder, dt)
        for who in ("ours", "peer", "ours", "ours, evolving"):
            if who == "ours, evolving":
                with evolving(folder):
                    times = measure("ours", model)
            else:
                times = measure(who, model)
            gaps = [b - a for a, b in itertools.pairwise(times)]
            errors = [abs(gap - dt) for gap in gaps]
            drift = (times[-1] - times[0]) - (len(times) - 1) * dt
            rows.append(
                [
                    f"{dt * 1000:.0f} ms",
                    who,
                    f"{sum(gaps) / len(gaps) * 1000:.3f}",
                    f"{drift * 1000:.2f}",
                    f"{percentile(errors, 0.5) * 1000:.3f}",
                    f"{percentile(errors, 0.99) * 1000:.3f}",
                    f"{max(errors) * 1000:.2f}",
                ]
            )
    table("Tempo", ["dt", "who", "mean ms", "drift ms", "error p50 ms", "error p99 ms", "worst ms"], rows)


if __name__ == "__main__":
    main()
