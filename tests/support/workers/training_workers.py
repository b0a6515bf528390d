"""Worker processes, and a dataset for them."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np

from impsy_tui.data.datasets import write_dataset
from impsy_tui.worker_requests import WorkerRequest, worker_command
from impsy_tui.workers.messages import Failed, Finished, FromWorker


class Worker:
    """A worker process.

    Args:
        request: request to the worker.
        environment: environment variables besides those of the tests.
    """

    def __init__(self, request: WorkerRequest, environment: Mapping[str, str] | None = None) -> None:
        self._errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            worker_command(request),
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", **(environment or {})},
        )

    def says(self, status: int = 0) -> Iterator[FromWorker]:
        """Returns all messages until the worker has ended with this exit status."""
        assert self.process.stdout is not None
        with self._errors, self.process.stdout as said:
            for line in said:
                yield msgspec.json.decode(line, type=FromWorker)
            ended = self.process.wait(60)
            self._errors.seek(0)
            assert ended == status, self._errors.read().decode()


def run_worker(request: WorkerRequest) -> list[FromWorker]:
    """Returns the messages of a worker, which must succeed."""
    return list(Worker(request).says())


def worker_result(request: WorkerRequest) -> Finished | Failed:
    """Returns the result of a worker, which must succeed."""
    last = run_worker(request)[-1]
    assert isinstance(last, Finished | Failed)
    return last


def some_dataset(file: Path, events: int) -> Path:
    """Writes a dataset of dimension 3: a performance of this number of events with a gap, and a performance that is
    too short."""
    random = np.random.default_rng(1)
    phase = np.arange(events) / 8
    performance = np.stack([np.full(events, 0.1), (1 + np.sin(phase)) / 2, random.random(events)], axis=1)
    performance[events // 2, 0] = 3600.0
    write_dataset(file, [performance, performance[:3]])
    return file


def swinging_performance(events: int, seed: int = 1, gap: float = 0.1) -> np.ndarray:
    """Returns events of two values: one that swings, one that hardly moves."""
    random = np.random.default_rng(seed)
    dts = gap + random.normal(0, 0.01, events)
    swing = (1 + np.sin(np.arange(events) / 8)) / 2
    still = 0.5 + 0.1 * (random.random(events) < 0.02)
    return np.stack([dts, swing, still], axis=1).astype(np.float32)
