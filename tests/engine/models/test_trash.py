"""Deleted files in the trash, and undo and restore."""

import asyncio
import os
import socket
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from impsy_tui.control.answers import Names
from impsy_tui.control.client import connected
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.errors import UserError
from impsy_tui.paths import shipped_folder
from impsy_tui.workers import trash
from tests.support.engine.processes import Start, config
from tests.support.engine.virtual_session import VirtualSession, temp
from tests.support.ports import free_port
from tests.support.waiting import wait_until

T = TypeVar("T")

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def _make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def _library(folder: Path) -> UserFiles:
    return UserFiles(folder / "logs", folder / "datasets", [folder / "models", shipped_folder("models")], lambda: ())


def _there(folder: Path) -> set[str]:
    """Returns all files that are not in the trash."""
    files = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {str(file) for file in files if ".trash" not in file.parts}


@pytest.mark.parametrize(
    ("kind", "name", "belonging"),
    [
        ("log", "a-9d-mdrnn", ["logs/a-9d-mdrnn.log", "logs/a-9d-mdrnn.commands"]),
        ("dataset", "d", ["datasets/d.npz"]),
        ("model", "m", ["models/m.tflite", "models/m.keras", "models/m.h5", "models/m.toml"]),
        ("model", "agent-m", ["models/agent-m.npz", "models/agent-m.toml"]),
    ],
)
def test_delete_moves_everything_that_belongs_to_a_file(
    tmp_path: Path, kind: str, name: str, belonging: list[str]
) -> None:
    _make(tmp_path, *belonging, "logs/b.log", "models/m2.tflite", "datasets/d2.npz")
    before = _there(tmp_path)
    library = _library(tmp_path)
    text, trashed = _run(library.delete(kind, name))
    assert f"{kind} {name} is in the trash" in text
    assert before - _there(tmp_path) == set(belonging)
    assert library.trash.names() == (name,)
    assert (trashed.kind, trashed.name) == (kind, name)
    assert _run(library.trash.restore(name)) == f"{kind} {name} is back"
    assert _there(tmp_path) == before
    assert {(tmp_path / file).read_text() for file in belonging} == set(belonging)
    assert library.trash.names() == ()


def test_delete_moves_touches_with_the_last_log_of_a_performance(tmp_path: Path) -> None:
    stamp = "logs/2026-05-01T20-00-00"
    _make(tmp_path, f"{stamp}-9d-mdrnn.log", f"{stamp}-bass-5d-mdrnn.log", f"{stamp}-ensemble-touches.csv")
    _make(tmp_path, f"{stamp}-guided-touches.csv", f"{stamp}-guided-gesturetargets.csv")
    _make(tmp_path, "logs/2026-05-01T20-00-01-ensemble-touches.csv")
    before = _there(tmp_path)
    library = _library(tmp_path)
    _run(library.delete("log", "2026-05-01T20-00-00-9d-mdrnn"))
    assert before - _there(tmp_path) == {f"{stamp}-9d-mdrnn.log"}
    text, _ = _run(library.delete("log", "2026-05-01T20-00-00-bass-5d-mdrnn"))
    assert "with 2026-05-01T20-00-00-ensemble-touches.csv" in text
    # A labelled recording is a separate file of the user.
    assert before - _there(tmp_path) == {
        f"{stamp}-9d-mdrnn.log",
        f"{stamp}-bass-5d-mdrnn.log",
        f"{stamp}-ensemble-touches.csv",
    }


def test_rename_takes_the_commands_of_a_log_along(tmp_path: Path) -> None:
    _make(tmp_path, "logs/a-9d-mdrnn.log", "logs/a-9d-mdrnn.commands")
    _run(_library(tmp_path).rename("log", "a-9d-mdrnn", "solo"))
    assert _there(tmp_path) == {"logs/solo-9d-mdrnn.log", "logs/solo-9d-mdrnn.commands"}


def test_restore_takes_the_newest_of_a_name_and_of_all(tmp_path: Path) -> None:
    library = _library(tmp_path)
    for text in ("first", "second"):
        _make(tmp_path, "logs/a.log")
        (tmp_path / "logs" / "a.log").write_text(text)
        _run(library.delete("log", "a"))
    _make(tmp_path, "models/m.h5")
    _run(library.delete("model", "m"))
    assert set(library.trash.names()) == {"a", "m"}
    _run(library.trash.restore("a"))
    assert (tmp_path / "logs" / "a.log").read_text() == "second"
    with pytest.raises(UserError, match=r"a\.log exists again"):
        _run(library.trash.restore("a"))
    assert (tmp_path / "logs" / "a.log").read_text() == "second"
    (tmp_path / "logs" / "a.log").unlink()
    _run(library.trash.restore("a"))
    assert (tmp_path / "logs" / "a.log").read_text() == "first"
    assert _run(library.trash.restore("")) == "model m is back"
    with pytest.raises(UserError, match="the trash is empty"):
        _run(library.trash.restore(""))


def test_restore_names_what_lists_the_trash(tmp_path: Path) -> None:
    library = _library(tmp_path)
    _make(tmp_path, "logs/a.log")
    _run(library.delete("log", "a"))
    with pytest.raises(UserError, match="nope is not in the trash: trash lists what is there"):
        _run(library.trash.restore("nope"))
    assert "log a" in _run(library.trash.listing())


def test_delete_leaves_everything_where_the_trash_cannot_be_made(tmp_path: Path) -> None:
    _make(tmp_path, "models/m.h5", "models/m.toml", "models/.trash")
    with pytest.raises(UserError, match=r"\.trash"):
        _run(_library(tmp_path).delete("model", "m"))
    assert (tmp_path / "models" / "m.toml").is_file()


def test_trash_follows_no_link_to_elsewhere(tmp_path: Path) -> None:
    _make(tmp_path, "elsewhere/20200601T120000Z-log/precious.txt", "logs/a.log")
    (tmp_path / "logs" / ".trash").symlink_to(tmp_path / "elsewhere")
    assert trash.entries([tmp_path / "logs"]) == []
    assert trash.empty([tmp_path / "logs"]) == 0
    assert (tmp_path / "elsewhere" / "20200601T120000Z-log" / "precious.txt").is_file()


def test_trash_empty_deletes_for_ever(tmp_path: Path) -> None:
    library = _library(tmp_path)
    _make(tmp_path, "logs/a.log", "datasets/d.npz")
    _run(library.delete("log", "a"))
    _run(library.delete("dataset", "d"))
    assert _run(library.trash.empty()) == "2 deleted for ever"
    assert _run(library.trash.empty()) == "the trash is empty already"
    assert os.listdir(tmp_path / "logs" / ".trash") == []


def test_trash_keeps_files_for_30_days(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    for days in (31, 29, 0):
        _make(tmp_path, f"logs/{days}.log")
        trash.put("log", [folder / f"{days}.log"], NOW - timedelta(days=days))
    _make(tmp_path, "logs/clock.log", "logs/.trash/notes.txt")
    # A Pi without a battery clock deletes in 1970: the age of this entry is unknown.
    trash.put("log", [folder / "clock.log"], datetime(1970, 1, 1, 0, 5, tzinfo=UTC))
    assert trash.empty([folder], trash.KEPT, NOW) == 1
    assert [each.name for each in trash.entries([folder])] == ["0", "29", "clock"]
    assert (folder / ".trash" / "notes.txt").is_file()


# Commands


def test_undo_brings_a_deleted_file_back(tmp_path: Path) -> None:
    _make(tmp_path, "models/m.h5", "models/m.toml", "logs/a.log")
    before = _there(tmp_path)
    set_ = VirtualSession(tmp_path)
    assert "undo or restore brings it back" in set_.do("delete model m; delete log a")
    assert _there(tmp_path) == set()
    set_.do("temp 1.7")
    set_.do("undo")
    assert _there(tmp_path) == set()
    assert set_.do("undo") == "undone: delete model m; delete log a"
    assert _there(tmp_path) == before


def test_undo_of_a_deletion_leaves_settings_as_they_are(tmp_path: Path) -> None:
    _make(tmp_path, "logs/a.log")
    set_ = VirtualSession(tmp_path)
    set_.do("over 10s temp 2")
    set_.wait(5.0)
    set_.do("delete log a")
    temperature = temp(set_)
    set_.wait(2.0)
    set_.do("undo")
    assert temp(set_) > temperature
    assert set_.do("what") != "nothing is pending"


def test_undo_says_why_a_file_does_not_come_back(tmp_path: Path) -> None:
    _make(tmp_path, "logs/a.log")
    set_ = VirtualSession(tmp_path)
    set_.do("delete log a")
    _make(tmp_path, "logs/a.log")
    assert "a.log exists again: rename it, then restore a" in set_.try_("undo").text


def test_redo_deletes_nothing(tmp_path: Path) -> None:
    _make(tmp_path, "logs/a.log")
    set_ = VirtualSession(tmp_path)
    set_.do("delete log a")
    set_.do("undo")
    assert set_.try_("redo").text == "redo does not delete files: type delete log a again"
    assert _there(tmp_path) == {"logs/a.log"}


def test_refused_deletion_is_no_line_to_undo(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path)
    assert not set_.try_("delete log nope").ok
    assert set_.try_("undo").text == "there is nothing to undo"


@pytest.mark.parametrize("line", ["scene delete dark", "temp 1.9; scene save dark"])
def test_undo_brings_a_scene_back(tmp_path: Path, line: str) -> None:
    set_ = VirtualSession(tmp_path)
    set_.do("temp 0.4")
    set_.do("scene save dark")
    before = (tmp_path / "scenes.toml").read_text()
    set_.do(line)
    assert (tmp_path / "scenes.toml").read_text() != before
    set_.do("undo")
    assert (tmp_path / "scenes.toml").read_text() == before


@pytest.mark.parametrize("line", ["restore", "restore a", "delete log a", "trash empty"])
def test_osc_does_not_change_files(tmp_path: Path, line: str) -> None:
    _make(tmp_path, "logs/a.log")
    set_ = VirtualSession(tmp_path)
    assert "is not allowed from osc" in set_.executor.carry_out_for("osc", "/impsy/command", line)
    assert _there(tmp_path) == {"logs/a.log"}


def test_engine_deletes_restores_and_removes_what_is_too_old(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    _make(tmp_path, "logs/a.log", "logs/.trash/20260101T120000Z-log/old.log")
    _make(tmp_path, "logs/.trash/99990101T120000Z-log/new.log")
    engine = start_engine(config(receiver, free_port()))
    wait_until(lambda: not (tmp_path / "logs" / ".trash" / "20260101T120000Z-log").exists())
    sent = engine.command("send", "delete log a")
    assert "undo or restore brings it back" in sent.stdout, sent.stderr
    assert not (tmp_path / "logs" / "a.log").exists()
    with connected(engine.socket) as console:
        names = console.ask("names")
        assert isinstance(names, Names)
        assert names.trash == ("new", "a")
        assert console.command("restore a").text == "log a is back"
        assert console.command("delete log a").ok
        assert console.command("undo").ok
    assert (tmp_path / "logs" / "a.log").read_text() == "logs/a.log"
