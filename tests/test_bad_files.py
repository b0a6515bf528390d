"""One bad file stops no job, no list and no completion: it is reported and left out."""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from impsy_tui.agent.descriptors.names import NAMES as DESCRIPTORS
from impsy_tui.console.themes import ThemeFolders
from impsy_tui.control.answers import Files, Names
from impsy_tui.control.client import connected
from impsy_tui.control.messages import FromEngine, Reply
from impsy_tui.data.datasets import read_dataset, write_dataset
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.ensemble.scores import read_score, read_scores
from impsy_tui.errors import UserError
from impsy_tui.paths import files_in, find_files, shipped_folder
from impsy_tui.plots.request import PlotRequest
from impsy_tui.plots.sheets import _heard
from impsy_tui.text import can_be_typed, shown_name
from impsy_tui.workers.messages import Finished
from impsy_tui.workers.requests import DatasetRequest
from tests.support.bad_files import spoil
from tests.support.engine.processes import Start, config
from tests.support.ports import free_port
from tests.support.workers.training_workers import worker_result

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and names of any bytes")
TOUCHES = "time,player,finger,x,y,velocity\n2026-05-01T20:00:00.000000,ann,0,0.5,0.5,0.0\n"
SCORE = "time,ann,bo\n0,1,2\n1,1,2\n"


def _log(folder: Path, name: str = "a-3d-mdrnn.log", events: int = 30) -> None:
    begin = datetime(2026, 5, 1, 20)
    rows = (
        f"{(begin + timedelta(seconds=at)).isoformat()}.000000,interface,0.5,0.{at:02d}\n" for at in range(events)
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(rows))


def _library(folder: Path) -> UserFiles:
    return UserFiles(folder / "logs", folder / "datasets", [folder / "models", shipped_folder("models")], lambda: ())


def test_folder_is_looked_through_past_bad_entries(tmp_path: Path) -> None:
    _log(tmp_path)
    spoil(tmp_path, ".log")
    found = find_files(tmp_path, ".log")
    assert [shown_name(file.name) for file in found.files] == ["0-broken.log", "0-m\ufffdll.log", "a-3d-mdrnn.log"]
    assert [each.partition(": ")[0] for each in found.left_out] == [
        *("0-folder.log", "0-loop.log", "0-missing.log", "0-pipe.log"),
    ]
    assert [can_be_typed(file.name) for file in found.files] == [True, False, True]
    assert files_in(tmp_path / "none", ".log") == []


def test_dataset_is_made_of_the_other_logs(tmp_path: Path) -> None:
    _log(tmp_path / "logs")
    spoil(tmp_path / "logs", "-3d-mdrnn.log")
    last = worker_result(DatasetRequest(tmp_path / "logs", tmp_path / "datasets"))
    assert isinstance(last, Finished)
    for bad, why in (("folder", "a folder"), ("pipe", "a pipe"), ("missing", "missing"), ("broken", "error")):
        assert f"left out: 0-{bad}-3d-mdrnn.log: " in last.text, bad
        assert why in last.text
    assert [len(performance) for performance in read_dataset(Path(last.file))] == [29]


def test_files_page_and_completions_hold_the_other_files(tmp_path: Path) -> None:
    _log(tmp_path / "logs")
    for folder, ending in (("logs", ".log"), ("datasets", ".npz"), ("models", ".tflite"), ("models", ".keras")):
        spoil(tmp_path / folder, ending)
    for folder, ending in (("sets", ".imp"), ("tables", ".csv"), ("corpora", ""), ("models/.trash", "")):
        spoil(tmp_path / folder, ending)
    write_dataset(tmp_path / "datasets" / "d.npz", [np.full((5, 3), 0.5)])
    library = _library(tmp_path)
    answer = msgspec.json.decode(asyncio.run(library.describe(1)), type=FromEngine)
    assert isinstance(answer, Files)
    own = {file.name: file for file in answer.files if file.folder.startswith(str(tmp_path))}
    assert {"a-3d-mdrnn.log", "d.npz"} <= set(own)
    assert own["0-m\ufffdll.log"].problem == "its name is not UTF-8: rename it in a shell"
    assert own["0-broken.log"].problem.startswith("cannot be read")
    assert not [name for name in own if "pipe" in name or "folder" in name or "missing" in name]
    names = asyncio.run(library.names(1))
    assert isinstance(names, Names)
    assert (names.logs, names.datasets) == (("0-broken", "a-3d-mdrnn"), ("0-broken", "d"))
    assert "first" in names.sets
    assert msgspec.json.encode(names)


def test_engine_answers_with_a_name_that_is_not_utf8(
    start_engine: Start, receiver: object, pulse_model: Path, tmp_path: Path
) -> None:
    spoil(tmp_path / "logs", "-4d-mdrnn.log")
    engine = start_engine(config(receiver, free_port()))  # type: ignore[arg-type]
    with connected(engine.socket) as console:
        assert isinstance(console.ask("files"), Files)
        assert isinstance(console.ask("names"), Names)
        refused = console.command("load m\udcf6ll")
        assert isinstance(refused, Reply)
        assert "m\ufffdll" in refused.text


def test_scores_are_read_past_bad_ones(tmp_path: Path) -> None:
    spoil(tmp_path, ".csv")
    (tmp_path / "good.csv").write_text(SCORE)
    (tmp_path / "a-touches.csv").write_text(TOUCHES)
    (tmp_path / "a-gesturetargets.csv").write_text("time,target\n2026-05-01T20:00:00,1\n")
    scores, remarks = read_scores([tmp_path])
    assert [score.name for score in scores] == ["good"]
    told = "\n".join(remarks)
    for bad in ("0-broken", "0-folder", "0-missing", "0-pipe", "a-touches", "a-gesturetargets"):
        assert f"{bad}.csv" in told, bad


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TOUCHES, "holds touches: impsy-tui gestures classify makes a score of them"),
        ("time,device_id,x_pos,y_pos,velocity\n2014-01-01T12:00:00,p1,5,3,0\n", "holds touches"),
        ("time,target\n2014-01-01T12:00:00,1\n", "the gestures that were asked for"),
        ("time,x,y\n" + "".join(f"{at},0.{at},0.5\n" for at in range(20)), "39 of its 40 cells are not gestures"),
    ],
)
def test_read_scores_refuses_another_table(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(UserError, match=why):
        read_score(tmp_path / "a.csv")


def test_labelled_recordings_are_read_past_bad_ones(tmp_path: Path) -> None:
    from impsy_tui.training.gestures.labelled_recordings import read_all

    spoil(tmp_path, "-touches.csv")
    spoil(tmp_path, "-gesturetargets.csv")
    for name, rows in (("good", TOUCHES), ("bad", "nothing\n")):
        (tmp_path / f"{name}-touches.csv").write_text(rows)
        (tmp_path / f"{name}-gesturetargets.csv").write_text("time,target\n2026-05-01T19:59:59,1\n")
    found, left_out = read_all([tmp_path], lambda done, of: None)
    assert [one.name for one in found] == ["good"]
    assert [line for line in left_out if "bad-touches.csv" in line]
    with pytest.raises(UserError):
        read_all([tmp_path / "bad-touches.csv"], lambda done, of: None)


def test_recordings_of_an_agent_are_read_past_bad_ones(tmp_path: Path) -> None:
    from impsy_tui.agent.seek import Scaler
    from impsy_tui.training.agent.recordings import read_recordings

    spoil(tmp_path, ".csv")
    rows = "".join(f"{at},{','.join(['0.5'] * len(DESCRIPTORS))}\n" for at in range(40))
    (tmp_path / "good.csv").write_text(f",{','.join(DESCRIPTORS)}\n{rows}")
    width = len(DESCRIPTORS)
    read = read_recordings([tmp_path], Scaler(np.zeros(width), np.ones(width)))
    assert read.names == ("good",)
    assert len(read.left_out) == 2


def test_themes_are_listed_past_bad_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(tmp_path / "themes", ".toml")
    monkeypatch.chdir(tmp_path)
    names = ThemeFolders().names()
    assert "amber" in names
    assert not [name for name in names if name != shown_name(name) or "pipe" in name]


def test_model_is_drawn_with_a_dataset_past_bad_ones(tmp_path: Path) -> None:
    spoil(tmp_path, ".npz")
    write_dataset(tmp_path / "d.npz", [np.full((5, 3), 0.5)])
    file, performances = _heard(PlotRequest(80, (), None, 1, None, tmp_path), 3)
    assert file == tmp_path / "d.npz"
    assert len(performances) == 1
