"""Worker that evaluates models, run in the way of the engine and of a shell."""

import importlib.util
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.control.client import connected
from impsy_tui.data.datasets import write_dataset
from impsy_tui.workers.messages import Failed, Finished, Progress
from impsy_tui.workers.requests import EvaluateRequest, TrainRequest
from tests.support.engine.processes import config
from tests.support.engine_process import EngineProcess, shell
from tests.support.models import constant_model, random_model
from tests.support.ports import free_port
from tests.support.waiting import wait_until
from tests.support.workers.training_workers import Worker, run_worker, swinging_performance, worker_result

if importlib.util.find_spec("tensorflow_probability") is None:
    pytest.skip("evaluating is the extra [train]", allow_module_level=True)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    file = tmp_path / "datasets" / "d-3d.npz"
    file.parent.mkdir()
    write_dataset(file, [swinging_performance(600), swinging_performance(300, seed=2), swinging_performance(5)])
    return file


def test_model_that_was_trained_beats_one_that_was_not(tmp_path: Path, dataset: Path) -> None:
    assert worker_result(TrainRequest(tmp_path / "models", dataset, "xxs", epochs=2))
    (trained,) = (tmp_path / "models").glob("*.tflite")
    untrained = random_model(tmp_path / "models" / "untrained.h5", 3, 16, 2, 5)
    *progress, last = run_worker(EvaluateRequest(dataset, (untrained, trained)))
    assert isinstance(last, Finished), last
    assert all(isinstance(message, Progress) for message in progress)
    stages = list(dict.fromkeys(message.stage for message in progress if isinstance(message, Progress)))
    names = ("untrained", trained.stem)
    assert stages == ["starting TensorFlow", *(f"{what} {name}" for name in names for what in ("hearing", "playing"))]
    assert f"  B  {trained.stem}\n     trained on this dataset, with the same events held out" in last.text
    assert "names no training dataset" in last.text
    nats = next(line for line in last.text.splitlines() if line.startswith("cell nats an")).split()[-2:]
    assert nats[1].startswith("*")
    assert float(nats[1][1:].split("±")[0]) < float(nats[0].split("±")[0])
    assert last.file == ""
    write_dataset(dataset, [swinging_performance(600, seed=9)])
    (*_, last) = Worker(EvaluateRequest(dataset, (trained,))).says()
    assert isinstance(last, Finished), last
    assert "trained on another content of d-3d: it may have learned the held-out events" in " ".join(
        last.text.split()
    )
    write_dataset(
        dataset.with_name("renamed.npz"),
        [swinging_performance(300, seed=2), swinging_performance(600), swinging_performance(5)],
    )
    (*_, last) = Worker(EvaluateRequest(dataset.with_name("renamed.npz"), (trained,))).says()
    assert isinstance(last, Finished), last
    assert "trained on this dataset, with the same events held out" in last.text


def test_evaluation_refuses_invalid_files_by_name(tmp_path: Path, dataset: Path) -> None:
    model = random_model(tmp_path / "m.h5", 3, 4, 1, 2)
    other = constant_model(tmp_path / "other.h5", [0.1, 0.5, 0.5, 0.5])
    (tmp_path / "broken.tflite").write_bytes(b"nonsense")
    short = tmp_path / "short.npz"
    write_dataset(short, [swinging_performance(9)])
    for (*models, file), said in (
        ((model, other, dataset), "d-3d has dimension 3, and other has dimension 4"),
        ((model, tmp_path / "broken.tflite", dataset), "broken: is not a TensorFlow Lite model"),
        ((model, short), "short.npz: the longest performance has 9 events; at least 10 in one go are needed"),
        ((model, tmp_path / "none.npz"), "none.npz cannot be read"),
    ):
        last = worker_result(EvaluateRequest(file, tuple(models)))
        assert isinstance(last, Failed)
        assert said in last.text


def test_interrupted_it_ends_without_a_word(tmp_path: Path, dataset: Path) -> None:
    worker = Worker(EvaluateRequest(dataset, (random_model(tmp_path / "m.h5", 3, 4, 1, 2),)))
    messages = worker.says(-signal.SIGINT)
    assert next(messages) == Progress("starting TensorFlow")
    worker.process.send_signal(signal.SIGINT)
    assert all(isinstance(message, Progress) for message in messages)


def test_evaluate_takes_files_and_names_in_a_shell(tmp_path: Path, dataset: Path) -> None:
    random_model(tmp_path / "models" / "m.h5", 3, 4, 1, 2)
    random_model(tmp_path / "elsewhere" / "n.h5", 3, 4, 1, 2, seed=1)
    done = shell("evaluate", "m", "elsewhere/n.h5", "d-3d", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "d-3d: the last tenth of each performance is held out, 90 of 905 events" in done.stdout
    assert "  A  m\n" in done.stdout
    assert "  B  n\n" in done.stdout


def test_evaluate_reports_missing_files_in_a_shell(tmp_path: Path, dataset: Path, shipped_model: Path) -> None:
    random_model(tmp_path / "models" / "mine.h5", 3, 4, 1, 2)
    for words, said in (
        (("mini", "d-3d"), "no model is called mini"),
        (("mini", "d-3d"), "did you mean mine?"),
        (("mine", "d-4d"), "no dataset is called d-4d"),
        (("mine", "models/mine.h5"), "models/mine.h5 is not a dataset"),
        (("../mine.h5", "d-3d"), "../mine.h5: no such file"),
        # Shipped models are found by name too.
        ((shipped_model.stem, "d-3d"), f"d-3d has dimension 3, and {shipped_model.stem} has dimension 9"),
    ):
        done = shell("evaluate", *words, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_evaluate_in_a_set_is_a_job_with_a_line_and_a_report(
    start_engine: Callable[..., EngineProcess], receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "datasets").mkdir()
    random = np.random.default_rng(1)
    write_dataset(tmp_path / "datasets" / "mine-4d.npz", [random.random((60, 4))])
    (tmp_path / "datasets" / "evaluation-mine-4d.txt").write_text("kept")
    random_model(tmp_path / "models" / "other.h5", 4, 4, 1, 2)
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "job 1 evaluates pulse on mine-4d" in console.command("evaluate").text
        assert (
            "job 2 evaluates pulse and other on mine-4d"
            in console.command("evaluate pulse against other on mine-4d").text
        )
        assert "no model is called none" in console.command("evaluate none").text
        assert "no dataset is called none" in console.command("evaluate other on none").text
        wait_until(lambda: not any(job.state == "running" for job in console.snapshot().jobs), 100)
        first, second = console.snapshot().jobs
        assert (first.state, second.state) == ("finished", "finished")
        assert ".txt: it knows your playing less well" in first.text
        assert ".txt: other knows you best: it" in second.text
        assert "\n" not in first.text + second.text
        assert {first.file, second.file} == {
            str(tmp_path / "datasets" / f"evaluation-mine-4d-{number}.txt") for number in (2, 3)
        }
        assert first.text.startswith(f"report in datasets/{Path(first.file).name}: ")
        assert (tmp_path / "datasets" / "evaluation-mine-4d.txt").read_text() == "kept"
        assert "left to itself for 2000 events" in Path(first.file).read_text()
        assert console.command("unload").ok
        assert "no player has a model: name one" in console.command("evaluate").text
    assert "evaluate pulse on mine-4d: report in datasets/" in engine.said()
