"""The worker that trains, as the engine runs it: what it tells, and what it leaves."""

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from impsy_tui.corpus.datasets import write_dataset
from impsy_tui.engine.models import load_model
from impsy_tui.jobs.messages import Failed, Finished, FromWorker, Progress
from impsy_tui.networks import Shape

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="training is the extra [train]"
)

NAME = "musicMDRNN-dim3-layers2-units16-mixtures5-scale10"


class Worker:
    """A training worker at work."""

    def __init__(self, dataset: Path, models: Path, *options: str) -> None:
        self.errors = dataset.with_suffix(".errors")
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "impsy_tui.training.worker", str(dataset), str(models), *options],
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"},
            )

    def says(self) -> Iterator[FromWorker]:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                yield msgspec.json.decode(line, type=FromWorker)
        assert self.process.wait(30) == 0, self.errors.read_text()


def _dataset(file: Path, events: int) -> Path:
    random = np.random.default_rng(1)
    phase = np.arange(events) / 8
    performance = np.stack([np.full(events, 0.1), (1 + np.sin(phase)) / 2, random.random(events)], axis=1)
    performance[events // 2, 0] = 3600.0
    write_dataset(file, [performance, performance[:3]])
    return file


@needs_tensorflow
def test_a_tiny_model_is_trained_and_kept_when_told_to_and_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    dataset = _dataset(tmp_path / 'of "mine".npz', 400)
    worker = Worker(dataset, tmp_path / "models", "--size", "xxs", "--epochs", "10000")
    progress: list[FromWorker] = []
    for message in worker.says():
        progress.append(message)
        if isinstance(message, Progress) and message.done == 2:
            worker.process.send_signal(signal.SIGINT)
    last = progress.pop()
    assert isinstance(last, Finished), last
    assert last.file == str(tmp_path / "models" / f"{NAME}.tflite")
    assert NAME in last.text
    epochs = [message for message in progress if isinstance(message, Progress) and message.loss is not None]
    assert [epoch.done for epoch in epochs] == list(range(1, len(epochs) + 1))
    assert 2 <= len(epochs) < 100
    assert {(epoch.stage, epoch.of) for epoch in epochs} == {("epoch", 10000)}
    assert all(epoch.validation is not None and epoch.left is not None for epoch in epochs)
    assert sorted(os.listdir(tmp_path / "models")) == [f"{NAME}.keras", f"{NAME}.tflite", f"{NAME}.toml"]
    for suffix in (".tflite", ".keras"):
        loaded = asyncio.run(load_model((tmp_path / "models" / NAME).with_suffix(suffix)))
        assert loaded.network.shape == Shape(3, 16, 2, 5)
        assert np.isfinite(loaded.network.step([0.1, 0.5, 0.5])).all()
        assert (loaded.notes.max_gap, loaded.notes.rows) == (5.0, 360)
        assert loaded.notes.loss == pytest.approx(min(epoch.validation or 0.0 for epoch in epochs), abs=1e-3)


@needs_tensorflow
def test_cancelled_it_leaves_nothing(tmp_path: Path) -> None:
    worker = Worker(_dataset(tmp_path / "a.npz", 100), tmp_path / "models", "--size", "xxs")
    messages = worker.says()
    assert next(messages) == Progress("starting TensorFlow")
    worker.process.terminate()
    with pytest.raises(AssertionError):
        list(messages)
    assert worker.process.returncode == -signal.SIGTERM
    assert not (tmp_path / "models").exists()


@needs_tensorflow
def test_too_little_to_train_on_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    (last,) = list(Worker(_dataset(tmp_path / "a.npz", 55), tmp_path / "models").says())[1:]
    assert last == Failed("a.npz: the longest performance has 55 events; at least 56 in one go are needed")


@needs_tensorflow
@pytest.mark.parametrize(
    ("content", "said"), [(b"nonsense", "a.npz cannot be read"), (None, "a.npz cannot be read"), (b"", "a.npz")]
)
def test_what_is_no_data_set_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "a.npz").write_bytes(content)
    last = list(Worker(tmp_path / "a.npz", tmp_path / "models").says())[-1]
    assert isinstance(last, Failed)
    assert said in last.text
