"""Worker that makes datasets, run in the way of the engine."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from impsy_tui.data.datasets import read_dataset
from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress
from impsy_tui.workers.requests import DatasetRequest
from tests.support.workers.training_workers import run_worker


def _work(logs: Path, datasets: Path, dimension: int = 0) -> list[FromWorker]:
    return run_worker(DatasetRequest(logs, datasets, dimension))


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    begin = datetime(2026, 3, 1, 12)
    for name, count, values in (
        ("a-3d", 30, "0.5,{x}"),
        ("b-3d", 20, "0.5,{x}"),
        ("c-2d", 5, "{x}"),
        ("d-4d", 1, "0"),
    ):
        (folder / f"{name}-mdrnn.log").write_text(
            "".join(
                f"{(begin + timedelta(seconds=at)).isoformat(timespec='microseconds')},interface,"
                f"{values.format(x=at / 100)}\n"
                for at in range(count)
            )
        )
    return folder


def test_dataset_of_one_dimension_with_a_report(logs: Path, tmp_path: Path) -> None:
    *progress, last = _work(logs, tmp_path / "new" / "datasets", 3)
    file = tmp_path / "new" / "datasets" / "training-dataset-3d.npz"
    assert isinstance(last, Finished)
    assert last.file == str(file)
    for said in (
        "48 events",
        "0.8 min",
        "2 performances",
        "dt 1.000 to 1.000 s",
        "············█··· (1 ms to 10 s)",
        "never moves: x1",
        "little to train",
    ):
        assert said in last.text
    assert [len(performance) for performance in read_dataset(file)] == [29, 19]
    assert all(isinstance(message, Progress) for message in progress)
    assert progress[-1] == Progress("3d: writing")


def test_datasets_of_all_dimensions_there_are(logs: Path, tmp_path: Path) -> None:
    last = _work(logs, tmp_path)[-1]
    assert isinstance(last, Finished)
    assert sorted(file.name for file in tmp_path.glob("*.npz")) == [
        "training-dataset-2d.npz",
        "training-dataset-3d.npz",
    ]
    assert "no events of dimension 4" in last.text


@pytest.mark.parametrize(("wanted", "said"), [(9, "no events of dimension 9"), (0, "no logs are in")])
def test_dataset_without_logs_reports_that(tmp_path: Path, wanted: int, said: str) -> None:
    (last,) = _work(tmp_path / "none", tmp_path / "datasets", wanted)[-1:]
    assert isinstance(last, Failed)
    assert said in last.text
    assert not (tmp_path / "datasets").exists()


def test_dataset_reports_unwritable_folder(logs: Path, tmp_path: Path) -> None:
    (tmp_path / "datasets").write_text("in the way")
    last = _work(logs, tmp_path / "datasets", 3)[-1]
    assert isinstance(last, Failed)
    assert "datasets: File exists" in last.text
