"""Worker that trains, run in the way of the engine: its messages and its files."""

import asyncio
import importlib.util
import os
import signal
import tomllib
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.data.datasets import write_dataset
from impsy_tui.engine.models.loader import load_model
from impsy_tui.mdrnn.model import Shape
from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress
from impsy_tui.workers.requests import ConvertRequest, TrainRequest
from tests.support.models import random_model
from tests.support.workers.training_workers import Worker, run_worker, some_dataset, worker_result

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="training is the extra [train]"
)

NAME = "a-xxs"
"""Name of a model of size xxs that is made of the dataset a."""


@needs_tensorflow
def test_tiny_model_is_trained_saved_on_request_and_plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    dataset = some_dataset(tmp_path / 'of "mine".npz', 400)
    name = "of-mine-xxs"
    worker = Worker(TrainRequest(tmp_path / "models", dataset, "xxs", epochs=10000))
    progress: list[FromWorker] = []
    for message in worker.says():
        progress.append(message)
        if isinstance(message, Progress) and message.done == 2:
            worker.process.send_signal(signal.SIGINT)
    last = progress.pop()
    assert isinstance(last, Finished), last
    assert last.file == str(tmp_path / "models" / f"{name}.tflite")
    assert name in last.text
    epochs = [message for message in progress if isinstance(message, Progress) and message.loss is not None]
    assert [epoch.done for epoch in epochs] == list(range(1, len(epochs) + 1))
    assert 2 <= len(epochs) < 10000
    assert {(epoch.stage, epoch.of) for epoch in epochs} == {("epoch", 10000)}
    assert all(epoch.validation is not None and epoch.left is not None for epoch in epochs)
    made = [f"{name}.keras", f"{name}.tflite", f"{name}.toml"]
    assert sorted(os.listdir(tmp_path / "models")) == [f".{name}.unfinished.npz", *made]
    for suffix in (".tflite", ".keras"):
        loaded = asyncio.run(load_model((tmp_path / "models" / name).with_suffix(suffix)))
        assert loaded.network.shape == Shape(
            3, 16, 2, 5, gated=suffix == ".keras"
        )  # the graph of the .tflite file contains the gates
        assert np.isfinite(loaded.network.step([0.1, 0.5, 0.5])).all()
        assert (loaded.notes.max_gap, loaded.notes.rows) == (5.0, 360)
    notes = tomllib.loads((tmp_path / "models" / f"{name}.toml").read_text())
    least = min(epoch.validation or 0.0 for epoch in epochs)
    assert notes["held_out_cell_nats"] == pytest.approx(least, abs=1e-3)


@needs_tensorflow
def test_training_is_compared_with_the_model_that_plays(tmp_path: Path) -> None:
    dataset = some_dataset(tmp_path / "a.npz", 400)

    def trained(epochs: int, plays: Path | None = None) -> Finished | Failed:
        return worker_result(TrainRequest(tmp_path / "models", dataset, "xxs", plays=plays, batch=8, epochs=epochs))

    first = trained(3)
    assert isinstance(first, Finished), first
    assert first.text.startswith(f"{NAME}: ")
    assert first.file is not None
    for epochs, said in ((1, "worse"), (6, "better")):
        last = trained(epochs, Path(first.file))
        assert isinstance(last, Finished), last
        assert last.text.startswith(f"{said} than the model that plays (")
        assert f"): {NAME}-" in last.text
    random_model(tmp_path / "other.h5", 5, 16, 2, 5)
    last = trained(1, tmp_path / "other.h5")
    assert isinstance(last, Finished)
    assert last.text.startswith(NAME)


@needs_tensorflow
def test_cancelled_it_leaves_nothing(tmp_path: Path) -> None:
    worker = Worker(TrainRequest(tmp_path / "models", some_dataset(tmp_path / "a.npz", 100), "xxs"))
    messages = worker.says()
    assert next(messages) == Progress("starting TensorFlow")
    worker.process.terminate()
    with pytest.raises(AssertionError):
        list(messages)
    assert worker.process.returncode == -signal.SIGTERM
    assert not (tmp_path / "models").exists()


@needs_tensorflow
def test_too_little_to_train_on_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    (last,) = run_worker(TrainRequest(tmp_path / "models", some_dataset(tmp_path / "a.npz", 55)))[1:]
    assert last == Failed(
        "a: the longest performance has 55 events; at least 56 in one go are needed: play 1 more without a stop"
    )


@needs_tensorflow
@pytest.mark.parametrize(
    ("content", "said"), [(b"nonsense", "a.npz cannot be read"), (None, "a.npz cannot be read"), (b"", "a.npz")]
)
def test_train_refuses_invalid_dataset(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "a.npz").write_bytes(content)
    last = worker_result(TrainRequest(tmp_path / "models", tmp_path / "a.npz"))
    assert isinstance(last, Failed)
    assert said in last.text


@needs_tensorflow
def test_train_resumes_interrupted_training_and_deletes_checkpoint(tmp_path: Path) -> None:
    from impsy_tui.training.mdrnn.checkpoint import newest_unfinished, write_checkpoint

    models = tmp_path / "models"
    kept, being_kept = f".{NAME}.unfinished.npz", f".{NAME}.unfinished.npz.new"
    dataset = some_dataset(tmp_path / "a.npz", 400)
    worker = Worker(TrainRequest(models, dataset, "xxs", epochs=10000, patience=0, seed=7, batch=8))
    for message in worker.says():
        if isinstance(message, Progress) and message.done == 2 and message.loss is not None:
            worker.process.kill()  # possibly while it writes a checkpoint
            break
    worker.process.wait()
    assert set(os.listdir(models)) - {being_kept} == {kept}
    unfinished = newest_unfinished(models)
    done = len(unfinished.progress.curve)
    assert done >= 1
    unfinished.wishes["epochs"] = done + 2  # so that the training ends
    write_checkpoint(unfinished)
    (models / being_kept).write_bytes(b"PK")  # an incomplete file, as after a killed worker
    damaged = models / ".damaged.unfinished.npz"
    damaged.write_bytes(b"no training")
    (*progress, last) = run_worker(TrainRequest(models))
    told = [message.stage for message in progress if isinstance(message, Progress)]
    assert any("left out: .damaged.unfinished.npz cannot be read" in stage for stage in told)
    damaged.unlink()
    assert isinstance(last, Finished), last
    epochs = [message.done for message in progress if isinstance(message, Progress) and message.stage == "epoch"]
    assert epochs == [done, done + 1, done + 2]
    notes = tomllib.loads((models / f"{NAME}.toml").read_text())
    assert (notes["epochs"], notes["seed"], notes["batch"], notes["corpus"]) == (done + 2, 7, 8, "a")
    assert len(notes["curve"]["loss"]) == len(notes["curve"]["held_out"]) == done + 2
    assert sorted(os.listdir(models)) == [f"{NAME}.keras", f"{NAME}.tflite", f"{NAME}.toml"]
    (*_, last) = run_worker(TrainRequest(models))
    assert last == Failed(f"no training in {models} was interrupted: there is nothing to resume")


@needs_tensorflow
@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\3\4"])
def test_resume_refuses_invalid_checkpoint(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".m.unfinished.npz").write_bytes(content)
    (*_, last) = run_worker(TrainRequest(tmp_path))
    assert isinstance(last, Failed)
    assert last.text.startswith(".m.unfinished.npz cannot be read, so the training cannot continue")


@needs_tensorflow
def test_model_learns_on(tmp_path: Path) -> None:
    models, dataset = tmp_path / "models", some_dataset(tmp_path / "a.npz", 400)
    first = worker_result(TrainRequest(models, dataset, "xxs", epochs=2))
    assert isinstance(first, Finished), first
    before = tomllib.loads((models / f"{NAME}.toml").read_text())["held_out_cell_nats"]
    second = worker_result(TrainRequest(models, dataset, begun_from=Path(first.file), epochs=2, name="gentle"))
    assert isinstance(second, Finished), second
    assert second.file == str(models / "gentle.tflite")
    notes = tomllib.loads((models / "gentle.toml").read_text())
    assert notes["begun_from"] == NAME
    assert notes["held_out_cell_nats"] < before
    third = worker_result(TrainRequest(tmp_path / "others", dataset, begun_from=Path(first.file), epochs=2))
    assert isinstance(third, Finished), third
    assert third.file == str(tmp_path / "others" / f"{NAME}-2.tflite")
    last = worker_result(TrainRequest(models, dataset, begun_from=tmp_path / "none.tflite"))
    assert last == Failed("none cannot be read: No such file or directory")
    write_dataset(tmp_path / "b.npz", [np.ones((100, 2))])
    last = worker_result(TrainRequest(models, tmp_path / "b.npz", begun_from=Path(first.file)))
    assert last == Failed(f"{NAME} is of dimension 3, b of 2")


@needs_tensorflow
@pytest.mark.timeout(900)
def test_last_layer_of_a_model_learns_on_from_new_playing(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    slow = np.column_stack([random.normal(1.0, 0.01, 300), random.random((300, 2))])
    write_dataset(tmp_path / "b.npz", [slow])
    model = random_model(tmp_path / "m.h5", 3, 16, 2, 5)
    *said, last = run_worker(TrainRequest(tmp_path / "models", tmp_path / "b.npz", begun_from=model))
    assert isinstance(last, Finished), last
    assert " cell nats held out before, " in last.text
    assert last.file == str(tmp_path / "models" / "b-xxs.tflite")
    stages = [message for message in said if isinstance(message, Progress) and message.stage == "learning on, part"]
    assert [(stage.done, stage.of) for stage in stages] == [(part, 20) for part in (*range(10), 20)]
    assert ", learned your pace and how often you make each movement; " in last.text
    notes = tomllib.loads((tmp_path / "models" / "b-xxs.toml").read_text())
    assert (notes["begun_from"], notes["events"], notes["epochs"]) == ("m", 300, 0)


@needs_tensorflow
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_model_is_converted(tmp_path: Path, suffix: str) -> None:
    file = random_model(tmp_path / "m.h5", 3, 8, 2, 5)
    if suffix == ".keras":
        from impsy_tui.training.common.shapes import shape_of
        from impsy_tui.training.mdrnn.network import playing_model, training_model

        file = tmp_path / "m.keras"
        playing_model(training_model(shape_of("xxs", 4)).get_weights(), shape_of("xxs", 4)).save(file)
    last = worker_result(ConvertRequest(file, tmp_path / "made"))
    assert isinstance(last, Finished), last
    lite, keras = (asyncio.run(load_model(one)).network for one in (Path(last.file), file))
    for _ in range(3):
        event = [0.2] * lite.shape.dimension
        assert np.allclose(lite.step(event), keras.step(event), atol=1e-4)
    last = worker_result(ConvertRequest(file, tmp_path / "made"))
    assert last == Failed(f"{tmp_path / 'made' / 'm.tflite'} exists already: rename or delete it first")
