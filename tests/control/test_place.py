"""The socket is where every process of one user looks for it, and nobody else can be there first."""

import os
import stat
from pathlib import Path

import pytest

from impsy_tui.control import place
from impsy_tui.control.place import PlaceProblem, default_socket, prepare_folder


def test_the_place_does_not_depend_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    here = default_socket()
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    assert default_socket() == here
    assert str(os.getuid()) in str(here)


@pytest.fixture
def default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    socket = tmp_path / "impsy-tui" / "engine.sock"
    monkeypatch.setattr(place, "default_socket", lambda: socket)
    return socket


def test_the_folder_is_made_for_this_user_alone(default: Path) -> None:
    prepare_folder(default)
    assert stat.S_IMODE(default.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_can_enter_is_closed_to_them(default: Path) -> None:
    default.parent.mkdir(mode=0o755)
    prepare_folder(default)
    assert stat.S_IMODE(default.parent.stat().st_mode) == 0o700


def test_a_link_laid_there_by_somebody_is_refused(default: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    default.parent.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlaceProblem, match="somebody else"):
        prepare_folder(default)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(default: Path) -> None:
    default.parent.mkdir()
    os.chown(default.parent, 12345, 12345)
    with pytest.raises(PlaceProblem, match="somebody else"):
        prepare_folder(default)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceProblem, match="--socket"):
        prepare_folder(tmp_path / "file" / "engine.sock")
