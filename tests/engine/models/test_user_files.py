"""Files of the user by name: no file outside their folders, and no change of a file in use."""

import asyncio
import gzip
import os
import shutil
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from impsy_tui.agent.file import write_agent
from impsy_tui.control.answers import Files, LogPlot, Names
from impsy_tui.control.messages import FromEngine, Reply
from impsy_tui.engine.models.loader import ModelFolders
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.runtime.subprocesses import ask_process, ask_worker
from impsy_tui.errors import UserError
from impsy_tui.paths import shipped_folder
from impsy_tui.workers import draw_log
from tests.support.agents import small_agent

T = TypeVar("T")

OUTSIDE = ["../secret", "../secret.log", "/etc/passwd", ".hidden", ".hidden.log", "..", "", "a/b", "a\0b", "é" * 150]
KINDS = ["log", "dataset", "model"]


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ["logs/a.log", "logs/b.log", "logs/.hidden.log", "datasets/a.npz", "datasets/training-dataset-4d.npz"]
    names += ["datasets/training-dataset-14d.npz", "models/m.tflite", "models/m.keras", "models/m.toml"]
    names += ["models/other.h5", "secret.log", "secret.npz", "secret.h5"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def _library(folder: Path, *in_use: Path) -> UserFiles:
    models = [folder / "models", shipped_folder("models")]
    return UserFiles(folder / "logs", folder / "datasets", models, lambda: in_use)


def _everything(folder: Path) -> set[tuple[str, str]]:
    return {(str(file), file.read_text()) for file in folder.rglob("*") if file.is_file()}


def test_names_of_everything(folder: Path) -> None:
    names = _run(_library(folder).names(3))
    assert isinstance(names, Names)
    assert (names.id, names.logs[-2:]) == (3, ("a", "b"))
    assert names.datasets == ("a", "training-dataset-14d", "training-dataset-4d")
    assert {"m", "other"} <= set(names.models)


def test_compressed_log_is_found_renamed_deleted_and_restored_like_a_plain_one(folder: Path) -> None:
    stamp, logs = "2030-01-01T10-00-00", folder / "logs"
    (logs / f"{stamp}-9d-mdrnn.log.gz").write_bytes(gzip.compress(b"rows"))
    for name in (f"{stamp}-9d-mdrnn.commands", f"{stamp}-touches.csv.gz"):
        (logs / name).write_text(name)
    library = _library(folder)
    names = _run(library.names(1)).logs
    assert f"{stamp}-9d-mdrnn" in names
    for word in (f"{stamp}-9d-mdrnn", f"{stamp}-9d-mdrnn.log.gz", stamp):
        assert library.find("log", word) == logs / f"{stamp}-9d-mdrnn.log.gz"
    said, _ = _run(library.delete("log", f"{stamp}-9d-mdrnn"))
    assert said.startswith(f"log {stamp}-9d-mdrnn is in the trash with ")
    assert sorted(file.name for file in logs.iterdir() if file.is_file()) == [".hidden.log", "a.log", "b.log"]
    assert _run(library.trash.restore(f"{stamp}-9d-mdrnn")) == f"log {stamp}-9d-mdrnn is back"
    assert (
        _run(library.rename("log", f"{stamp}-9d-mdrnn", "evening")) == f"log {stamp}-9d-mdrnn is now evening-9d-mdrnn"
    )
    assert (logs / "evening-9d-mdrnn.log.gz").exists()
    assert (logs / "evening-9d-mdrnn.commands").exists()


def test_describing_and_drawing_are_answered_by_a_process(folder: Path) -> None:
    library = _library(folder)
    files = msgspec.json.decode(_run(library.describe(4)), type=FromEngine)
    assert isinstance(files, Files)
    assert {"a.log", "a.npz", "m.tflite", "other.h5"} <= {file.name for file in files.files}
    refused = msgspec.json.decode(_run(library.draw(5, "a", 10)), type=FromEngine)
    assert isinstance(refused, Reply)
    assert refused.id == 5
    (folder / "logs" / "a.log").write_text("2026-03-01T12:00:00.000000,interface,0.5,0.25\n")
    picture = msgspec.json.decode(_run(library.draw(6, "a.log", 10)), type=FromEngine)
    assert isinstance(picture, LogPlot)


def test_model_is_listed_once_however_its_folder_is_written(folder: Path) -> None:
    models = [folder / "models", folder / "logs" / ".." / "models"]
    library = UserFiles(folder / "logs", folder / "datasets", models, lambda: ())
    files = msgspec.json.decode(_run(library.describe(4)), type=FromEngine)
    assert isinstance(files, Files)
    assert [file.name for file in files.files].count("m.tflite") == 1


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("kind", KINDS)
def test_names_of_user_files_stay_in_their_folder(folder: Path, kind: str, name: str) -> None:
    library = _library(folder)
    before = _everything(folder)
    with pytest.raises(UserError):
        library.find(kind, name)
    with pytest.raises(UserError):
        _run(library.delete(kind, name))
    with pytest.raises(UserError):
        _run(library.rename(kind, name, "x"))
    if kind == "log":
        with pytest.raises(UserError):
            _run(library.draw(1, name, 10))
    assert _everything(folder) == before


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("kind", KINDS)
def test_rename_stays_in_its_folder(folder: Path, kind: str, name: str) -> None:
    before = _everything(folder)
    with pytest.raises(UserError, match="cannot be a name"):
        _run(_library(folder).rename(kind, "m" if kind == "model" else "a", name))
    assert _everything(folder) == before


def test_rename_takes_a_part_of_a_name_a_size_and_newest(folder: Path) -> None:
    library, models = _library(folder), folder / "models"
    for age, units in enumerate((64, 128)):
        file = models / f"musicMDRNN-dim4-layers2-units{units}-mixtures5-scale10.tflite"
        file.write_bytes(b"")
        os.utime(file, (2e9 - age, 2e9 - age))
    assert _run(library.rename("model", "oth", "wind")) == "model other is now wind"
    assert _run(library.rename("model", "dim4-layers2-units128", "calm")).endswith("is now calm")
    assert _run(library.rename("model", "s", "small", dimension=4)).endswith("units64-mixtures5-scale10 is now small")
    assert _run(library.rename("model", "newest", "last")) == "model small is now last"
    assert _run(library.rename("log", "b", "c")) == "log b is now c"
    with pytest.raises(UserError, match="no model is called al"):
        _run(library.rename("model", "al", "x"))
    with pytest.raises(UserError, match="no model is called alm"):
        _run(library.delete("model", "alm"))


def test_all_files_of_a_model_go_along(folder: Path) -> None:
    library = _library(folder)
    assert _run(library.rename("model", "m", "gentle.tflite")) == "model m is now gentle"
    assert sorted(os.listdir(folder / "models")) == ["gentle.keras", "gentle.tflite", "gentle.toml", "other.h5"]
    assert (folder / "models" / "gentle.toml").read_text() == "models/m.toml"
    _run(library.delete("model", "gentle.keras"))
    assert sorted(os.listdir(folder / "models")) == [".trash", "other.h5"]


def test_anything_is_found_by_its_name(folder: Path) -> None:
    library = _library(folder)
    assert library.find_any("a") == folder / "logs" / "a.log"
    assert library.find_any("a.npz") == folder / "datasets" / "a.npz"
    assert library.find_any("m") == folder / "models" / "m.tflite"
    with pytest.raises(UserError, match="did you mean training-dataset-4d"):
        library.find_any("training-datset-4d")
    with pytest.raises(UserError, match="no log, dataset or model is called"):
        library.find_any("../logs/a")


@pytest.mark.parametrize(("kind", "suffix"), [("log", ".log"), ("dataset", ".npz")])
def test_logs_and_datasets_are_renamed_and_deleted(folder: Path, kind: str, suffix: str) -> None:
    library = _library(folder)
    _run(library.rename(kind, "a", "c"))
    _run(library.rename(kind, f"c{suffix}", f"d{suffix}"))
    place = folder / f"{kind}s"
    assert (place / f"d{suffix}").read_text() == f"{kind}s/a{suffix}"
    _run(library.delete(kind, "d"))
    assert not list(place.glob(f"[acd]{suffix}"))


def test_rename_overwrites_no_file(folder: Path) -> None:
    before = _everything(folder)
    for kind, name, to in (("log", "a", "b"), ("log", "a", "a"), ("model", "other", "other.h5")):
        with pytest.raises(UserError, match="exists already"):
            _run(_library(folder).rename(kind, name, to))
    (folder / "models" / "free.keras").touch()
    with pytest.raises(UserError, match="exists already"):
        _run(_library(folder).rename("model", "m", "free"))
    (folder / "models" / "free.keras").unlink()
    assert _everything(folder) == before


def test_shipped_model_cannot_be_deleted_or_renamed(folder: Path) -> None:
    library = _library(folder)
    shipped = sorted(shipped_folder("models").glob("*.tflite"))[0]
    for work in (library.delete("model", shipped.stem), library.rename("model", shipped.stem, "mine")):
        with pytest.raises(UserError, match="comes with the program"):
            _run(work)
    assert shipped.is_file()


def test_file_in_use_cannot_be_deleted_or_renamed(folder: Path) -> None:
    # The model plays from one of its files: all of them are needed.
    library = _library(folder, folder / "models" / "m.keras", folder / "logs" / "a.log")
    before = _everything(folder)
    with pytest.raises(UserError, match="m stays as it is: it plays now"):
        _run(library.delete("model", "m.tflite"))
    with pytest.raises(UserError, match="a stays as it is: it is being written"):
        _run(library.rename("log", "a", "c"))
    assert _everything(folder) == before
    _run(library.delete("log", "b"))


def test_newest_dataset_of_a_dimension(folder: Path) -> None:
    library = _library(folder)
    (folder / "datasets" / "gone-4d.npz").symlink_to("nowhere.npz")
    assert library.newest_dataset(4).stem == "training-dataset-4d"
    newer = folder / "datasets" / "mine-4d-small.npz"
    newer.touch()
    os.utime(newer, (4e9, 4e9))
    assert library.newest_dataset(4) == newer
    with pytest.raises(UserError, match="dataset 9 makes one"):
        library.newest_dataset(9)


def test_gesture_scores_are_found_in_a_separate_folder_and_nowhere_else(folder: Path) -> None:
    library = _library(folder)
    with pytest.raises(UserError, match="scores is not there: scores are"):
        library.scores_folder("")
    (folder / "scores" / "quartets").mkdir(parents=True)
    assert library.scores_folder("") == folder / "scores"
    assert library.scores_folder("quartets") == folder / "scores" / "quartets"
    for name in ("trios", "../logs", "..", "/etc"):
        with pytest.raises(UserError, match="no folder of gesture scores is called"):
            library.scores_folder(name)


def test_ensembles_are_not_named_among_the_models_of_single_players(folder: Path) -> None:
    assert not [name for name in _run(_library(folder).names(1)).models if name.startswith("ensembleRNN")]
    assert ModelFolders([shipped_folder("models")], ensembles=True).names() == ["ensembleRNN-units16"]
    names = _run(_library(folder).names(1))
    assert names.ensembles == ("ensembleRNN-units16",)
    assert names.classifiers == ("gestures-synthetic",)


def test_agent_is_renamed_deleted_and_recognised_by_its_content(folder: Path) -> None:
    library, models = _library(folder), folder / "models"
    write_agent(models / "ear.npz", small_agent())
    for kind in ("clips", "gestures"):
        shutil.copy(shipped_folder("models") / f"{kind}-synthetic.npz", models / f"{kind}.npz")
    (models / "damaged.npz").write_bytes(b"PK nonsense")
    names = _run(library.names(1))
    assert {"agent-fm", "ear"} <= set(names.models)
    assert not {"clips", "gestures", "damaged"} & set(names.models)
    assert names.classifiers == ("gestures", "gestures-synthetic")
    assert _run(library.rename("model", "ea", "gentle")) == "model ear is now gentle"
    _run(library.delete("model", "gentle"))
    _run(library.delete("model", "damaged"))
    assert sorted(file.name for file in models.glob("*.npz")) == ["clips.npz", "gestures.npz"]
    with pytest.raises(UserError, match="comes with the program"):
        _run(library.delete("model", "agent-fm"))
    with pytest.raises(UserError, match="no model is called clips"):
        _run(library.delete("model", "clips"))
    write_agent(models / "playing.npz", small_agent())
    with pytest.raises(UserError, match="it plays now"):
        _run(_library(folder, models / "playing.npz").delete("model", "playing"))


def test_model_of_an_ensemble_keeps_the_part_of_its_name_that_tells_it(folder: Path) -> None:
    (folder / "models" / "ensembleRNN-mine.tflite").touch()
    assert _run(_library(folder).rename("model", "ensembleRNN-mine", "gentle")).endswith("is now ensembleRNN-gentle")
    assert (folder / "models" / "ensembleRNN-gentle.tflite").is_file()


class TestHelpers:
    def test_failed_worker_is_reported_with_its_last_output(self) -> None:
        command = [sys.executable, "-m", "impsy_tui.workers", "list_files", '{"type": "list_files", "number": "x"}']
        with pytest.raises(UserError, match="list_files failed: list_files: the request is not valid"):
            _run(ask_process("list_files", "list_files", command))

    def test_worker_that_takes_too_long_is_ended(self, tmp_path: Path) -> None:
        (tmp_path / "log").touch()
        with pytest.raises(UserError, match="did not answer within"):  # less than a process takes to start
            _run(ask_worker(draw_log.Request(1, tmp_path / "log", 5), patience=0.001))


def test_rename_keeps_the_scale_of_a_model(folder: Path) -> None:
    (folder / "models" / "old-scale5.h5").touch()
    assert _run(_library(folder).rename("model", "old-scale5", "gentle")) == "model old-scale5 is now gentle-scale5"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("m", "m exists already"),
        ("m.tflite", "m exists already"),
        ("previous", "previous stands for a model already"),
        ("musicMDRNN-dim9-layers2-units64-mixtures5-scale10", "comes with the program"),
        ("../m", "cannot be a name"),
        ("ensembleRNN-of-mine", "another kind of model"),
        ("mine-scale127", "another kind of model"),
    ],
)
def test_name_of_a_new_model_is_refused(folder: Path, name: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        _library(folder).new_model_name(name)


def test_name_of_a_new_model_has_no_suffix(folder: Path) -> None:
    assert [_library(folder).new_model_name(name) for name in ("mine", "mine.tflite", "")] == ["mine", "mine", ""]


def test_rename_refuses_words_that_stand_for_models(folder: Path) -> None:
    with pytest.raises(UserError, match="newest stands for a model already"):
        _run(_library(folder).rename("model", "m", "newest"))
