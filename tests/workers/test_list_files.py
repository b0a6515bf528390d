"""List of files, made in a separate process."""

import shutil
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest

from impsy_tui.agent.file import write_agent
from impsy_tui.control.answers import LogPlot
from impsy_tui.control.messages import FromEngine, Reply
from impsy_tui.data.datasets import write_dataset
from impsy_tui.paths import shipped_folder
from impsy_tui.worker_requests import WorkerRequest, worker_command
from impsy_tui.workers import draw_log
from impsy_tui.workers.draw_log import MOST_COLUMNS, draw
from impsy_tui.workers.list_files import Request, list_files
from tests.support.agents import small_agent
from tests.support.models import constant_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a-3d-mdrnn.log").write_text(
        "2026-03-01T12:00:00.000000,interface,0.5,0.25\n2026-03-01T12:00:04.000000,rnn,1.0,0.75\n"
    )
    (tmp_path / "empty-3d-mdrnn.log").touch()
    write_dataset(tmp_path / "good.npz", [np.array([[0.5, 0.1, 0.2], [1.0, 0.3, 0.4]])])
    (tmp_path / "bad.npz").write_bytes(b"PK nonsense")
    name = "musicMDRNN-dim9-layers2-units64-mixtures5-scale10"
    (tmp_path / f"{name}.tflite").write_bytes(b"12345")
    (tmp_path / f"{name}.toml").write_text("events = 1000\nheld_out_nats = -3.5\n")
    (tmp_path / "mine.h5").touch()
    constant_model(tmp_path / "pulse.h5", [0.02, 0.2, 0.5])
    (tmp_path / "short.tflite").write_bytes(b"12345")
    (tmp_path / "short.toml").write_text("dimension = 5\nlayers = 2\nunits = 16\n")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder.log").mkdir()
    return tmp_path


def test_everything_is_listed_with_what_is_known_of_it(folder: Path) -> None:
    answer = list_files(7, folder, folder, folder, folder, folder / "none")
    assert answer.id == 7
    found = {file.name: file for file in answer.files}
    assert len(found) == 8
    assert len(answer.files) == 9  # a damaged .npz may be a dataset or an agent
    log = found["a-3d-mdrnn.log"]
    assert (log.kind, log.folder, log.dimension, log.rows, log.seconds) == ("log", str(folder), 3, 2, 4.0)
    assert log.size == (folder / log.name).stat().st_size
    assert log.time == pytest.approx((folder / log.name).stat().st_mtime)
    assert found["empty-3d-mdrnn.log"].rows == 0
    dataset = found["good.npz"]
    assert (dataset.kind, dataset.dimension, dataset.rows, dataset.seconds) == ("dataset", 3, 2, 1.5)
    assert "cannot be read" in found["bad.npz"].problem
    model = found["musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"]
    assert (model.kind, model.dimension, model.layers, model.units) == ("model", 9, 2, 64)
    assert (model.rows, model.loss) == (1000, -3.5)
    assert (found["mine.h5"].dimension, found["mine.h5"].rows) == (0, -1)
    assert found["mine.h5"].problem
    assert (found["pulse.h5"].dimension, found["pulse.h5"].layers, found["pulse.h5"].problem) == (3, 2, "")
    short = found["short.tflite"]
    assert (short.dimension, short.layers, short.units) == (5, 2, 16)


def test_agents_are_listed_among_the_models(tmp_path: Path) -> None:
    write_agent(tmp_path / "agent-mine.npz", small_agent())
    (tmp_path / "agent-broken.npz").write_bytes(b"PK nonsense")
    for kind in ("clips", "gestures"):
        shutil.copy(shipped_folder("models") / f"{kind}-synthetic.npz", tmp_path / f"agent-{kind}.npz")
    found = {file.name: file for file in list_files(7, tmp_path / "none", tmp_path / "none", tmp_path).files}
    assert found.keys() == {"agent-mine.npz", "agent-broken.npz"}
    agent = found["agent-mine.npz"]
    assert (agent.kind, agent.dimension, agent.problem) == ("model", 2, "")
    assert "is damaged" in found["agent-broken.npz"].problem


def test_log_is_drawn(folder: Path) -> None:
    picture = draw(3, folder / "a-3d-mdrnn.log", 4)
    assert picture == LogPlot(
        3,
        "a-3d-mdrnn.log",
        4.0,
        2,
        ((0.5, 0.25), (0.5, 0.25), (0.5, 0.25), (1.0, 0.75)),
        (1, 0, 0, 0),
        (0, 0, 0, 1),
    )


@pytest.mark.parametrize("name", ["none.log", "empty-3d-mdrnn.log"])
def test_log_that_cannot_be_drawn_is_answered_with_why(folder: Path, name: str) -> None:
    answer = draw(3, folder / name, 10)
    assert isinstance(answer, Reply)
    assert (answer.id, answer.ok) == (3, False)
    assert f"{name} cannot be drawn" in answer.text


@pytest.mark.parametrize(("asked", "drawn"), [(-5, 1), (0, 1), (10**9, MOST_COLUMNS)])
def test_draw_limits_width_of_picture(folder: Path, asked: int, drawn: int) -> None:
    picture = draw(3, folder / "a-3d-mdrnn.log", asked)
    assert isinstance(picture, LogPlot)
    assert len(picture.values) == len(picture.played) == drawn


@pytest.mark.parametrize("what", ["list", "draw"])
def test_as_a_process_it_prints_the_message_alone(folder: Path, what: str) -> None:
    log = folder / "a-3d-mdrnn.log"
    request: WorkerRequest = draw_log.Request(5, log, 4)
    if what == "list":
        request = Request(5, folder, folder, (folder,))
    done = subprocess.run(worker_command(request), capture_output=True, check=True, timeout=120)
    assert done.stderr == b""
    answer = msgspec.json.decode(done.stdout, type=FromEngine)
    assert answer == (list_files(5, folder, folder, folder) if what == "list" else draw(5, log, 4))
