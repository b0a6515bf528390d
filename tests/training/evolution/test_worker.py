"""Worker that lets a model learn from the logs of tonight."""

import io
import os
import tomllib
from pathlib import Path

import msgspec
import pytest

from impsy_tui.data.datasets import content_hash, write_dataset
from impsy_tui.limits import LIMITS
from impsy_tui.mdrnn.model import Shape
from impsy_tui.mdrnn.weights import read_weights, write_weights
from impsy_tui.model_files.metadata import write_metadata
from impsy_tui.training.evolution.network import weights_from
from impsy_tui.workers.messages import Failed, Finished, Reporter
from impsy_tui.workers.training import evolve
from tests.support.workers.evolution import check_evolved, evolve_request, write_evening
from tests.support.workers.training_workers import run_worker, swinging_performance, worker_result
from tests.training.evolution.test_learning import _arrays


def test_evolve_makes_a_better_model_of_the_logs_of_tonight(tmp_path: Path) -> None:
    write_evening(tmp_path / "logs", swinging_performance(900))
    check_evolved(tmp_path, run_worker(evolve_request(tmp_path)))
    assert not list((tmp_path / "models").glob(".*"))


def test_evolve_makes_no_second_model_of_the_same_playing(tmp_path: Path) -> None:
    log = write_evening(tmp_path / "logs", swinging_performance(900))
    *_, first = run_worker(evolve_request(tmp_path))
    assert isinstance(first, Finished), first
    again = msgspec.structs.replace(evolve_request(tmp_path), plays=Path(first.file))
    text = f"no better model than {again.plays.stem}: nothing was played since it learned"
    assert worker_result(again) == Finished(text)
    log.write_text(log.read_text().rstrip("\n").rpartition("\n")[0] + "\n")
    assert worker_result(again) != Finished(text)


@pytest.mark.parametrize("new", [True, False])
def test_evolve_makes_a_network_of_another_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: bool) -> None:
    monkeypatch.setattr(evolve, "_OF_OLD", 300)
    write_evening(tmp_path / "logs", swinging_performance(900))
    request = msgspec.structs.replace(evolve_request(tmp_path), size="xxs", new=new)
    known = [swinging_performance(600, 2)]
    request.datasets.mkdir()
    write_dataset(request.datasets / "known.npz", known)
    write_metadata(request.plays, {"corpus": "known", "corpus_hash": content_hash(known)}, [])
    result = evolve._evolve(request, Reporter(io.BytesIO()))
    assert isinstance(result, Finished), result
    assert f"{'a new' if new else 'the same'} network of size xxs, 899 events of tonight" in result.text
    assert read_weights(Path(result.file)).shape.units == 16
    notes = tomllib.loads(Path(result.file).with_suffix(".toml").read_text())
    assert notes["units"] == 16
    assert notes["better_than"] == "played"
    assert notes.get("begun_from") == (None if new else "played")
    again = evolve._evolve(msgspec.structs.replace(request, plays=Path(result.file)), Reporter(io.BytesIO()))
    assert again == Finished(f"no better model than {Path(result.file).stem}: nothing was played since it learned")


def test_evolve_leaves_out_older_logs(tmp_path: Path) -> None:
    old = write_evening(tmp_path / "logs", swinging_performance(900))
    os.utime(old, (1000.0, 1000.0))
    result = worker_result(evolve_request(tmp_path, since=2000.0))
    assert isinstance(result, Failed)
    assert result.text.startswith("nothing of dimension 3 was played since ")


def test_evolve_says_that_the_machine_is_too_small_and_offers_another(tmp_path: Path) -> None:
    write_evening(tmp_path / "logs", swinging_performance(900))
    shape = Shape(3, 600, 3, 5, gated=True)
    write_weights(tmp_path / "played.h5", weights_from(_arrays(shape)))
    result = worker_result(evolve_request(tmp_path))
    assert isinstance(result, Failed)
    assert "this machine is too small to evolve the model" in result.text
    assert "and 400 MB are allowed. evolve on HOST lets a laptop learn, by SSH" in result.text


def test_evolve_has_one_thread_and_400_mb() -> None:
    assert LIMITS["evolve"].data == 400 << 20
    assert LIMITS["evolve"].threads == 1
