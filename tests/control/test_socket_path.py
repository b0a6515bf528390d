"""Path of the socket: every process of a user finds it, and no other user can replace it."""

import os
import pwd
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from impsy_tui.control.socket_path import (
    find_socket,
    holder,
    places,
    service_folder,
    services_of_others,
    socket_of_sudo_user,
    take,
)
from impsy_tui.errors import NoEngineError, SocketInUseError, UserError
from tests.support.waiting import wait_until


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Makes a home of this user with a short name, because paths of sockets are short, and no runtime folder."""
    with tempfile.TemporaryDirectory() as made:
        monkeypatch.setenv("HOME", made)
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        yield Path(made)


@pytest.fixture
def locks() -> Iterator[list[int]]:
    """Collects descriptors of locks that are closed after the test."""
    held: list[int] = []
    yield held
    for lock in held:
        os.close(lock)


def test_places_begin_in_the_home_whatever_the_session_sets(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = places()[0]
    assert first == home / ".local" / "state" / "impsy-tui" / "engine.sock"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    assert places()[:2] == [first, home / "impsy-tui" / "engine.sock"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_places_leave_out_folders_of_another_user(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    for folder in (home, runtime):
        os.chown(folder, 12345, 12345)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    assert not [place for place in places() if place.is_relative_to(tmp_path)]


def test_take_makes_a_folder_for_this_user_alone(home: Path, locks: list[int]) -> None:
    assert find_socket() is None
    socket, lock = take()
    locks.append(lock)
    assert socket == places()[0] == find_socket()
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert holder(socket) == os.getpid()


def test_take_closes_a_folder_that_others_can_enter(home: Path, locks: list[int]) -> None:
    places()[0].parent.mkdir(mode=0o755, parents=True)
    socket, lock = take()
    locks.append(lock)
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700


def test_take_uses_the_runtime_folder_if_the_home_cannot_be_written(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locks: list[int]
) -> None:
    (home / ".local").write_text("")  # root may write into every folder
    runtime = home / "run"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    socket, lock = take()
    locks.append(lock)
    assert socket == find_socket() == runtime / "impsy-tui" / "engine.sock"
    (home / ".local").unlink()
    assert find_socket() == socket
    with pytest.raises(SocketInUseError, match=f"process {os.getpid()}, at {socket}"):
        take()


def _another_owner(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    os.chown(folder, 12345, 12345)


def _link(folder: Path, tmp_path: Path) -> None:
    folder.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    "lay",
    [
        pytest.param(
            _another_owner, marks=pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
        ),
        _link,
    ],
)
def test_engine_and_clients_refuse_a_folder_that_another_user_has_laid(
    lay: object, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locks: list[int]
) -> None:
    folder = places()[0].parent
    assert callable(lay)
    lay(folder, tmp_path)
    _, lock = take(folder / "engine.sock")  # the lock of an engine with a named socket
    locks.append(lock)
    assert find_socket() is None
    runtime = home / "run"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    socket, lock = take()
    locks.append(lock)
    assert socket.parent == runtime / "impsy-tui"


def test_lock_that_is_a_link_leaves_its_target_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("my only copy")
    (tmp_path / "engine.lock").symlink_to(precious)
    with pytest.raises(UserError, match="name another place with --socket"):
        take(tmp_path / "engine.sock")
    assert precious.read_text() == "my only copy"


def test_lock_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "engine.lock")
    with pytest.raises(UserError, match="is not a file"):
        take(tmp_path / "engine.sock")


def test_lock_goes_with_its_process(tmp_path: Path) -> None:
    socket = tmp_path / "engine.sock"
    code = (
        "from pathlib import Path; "
        f"from impsy_tui.control.socket_path import take; take(Path({str(socket)!r})); input()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    wait_until(lambda: holder(socket) == process.pid)
    process.kill()
    process.wait()
    assert process.stdin is not None
    process.stdin.close()
    assert holder(socket) is None
    assert socket.with_suffix(".lock").exists()


def test_take_says_why_a_place_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot be made: .*; name another place with --socket"):
        take(tmp_path / "file" / "engine.sock")
    with pytest.raises(UserError, match="is too long"):
        take(tmp_path / ("x" * 120) / "engine.sock")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
def test_root_finds_the_engine_of_the_user_behind_sudo(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, locks: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as theirs:
        user = pwd.struct_passwd(("pi", "x", 12345, 12345, "", theirs, "/bin/sh"))
        monkeypatch.setattr(pwd, "getpwuid", {12345: user}.__getitem__)
        monkeypatch.setenv("SUDO_UID", "12345")
        assert socket_of_sudo_user() is None
        socket, lock = take(Path(theirs, ".local", "state", "impsy-tui", "engine.sock"))
        locks.append(lock)
        assert socket_of_sudo_user() is None  # the folder belongs to root
        socket.parent.chmod(0o700)
        os.chown(socket.parent, 12345, 12345)
        assert socket_of_sudo_user() == socket
        with pytest.raises(NoEngineError, match="no engine of root runs, but one of pi does"), connected():
            pass


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_clients_name_the_user_whose_engine_is_a_service(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impsy_tui.control.socket_path._RUN", tmp_path)
    user = pwd.getpwnam("daemon")
    folder = tmp_path / f"impsy-tui-{user.pw_uid}"
    folder.mkdir(mode=0o700)
    # any user can make a folder of that name; it must belong to the user in the name
    assert services_of_others() == []
    os.chown(folder, user.pw_uid, user.pw_gid)
    with pytest.raises(NoEngineError, match=r"engine of user daemon is a service .*sudo -u daemon"), connected():
        pass


def test_places_include_the_folder_of_this_users_service(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impsy_tui.control.socket_path._RUN", tmp_path)
    folder = service_folder(os.getuid())
    assert folder / "engine.sock" not in places()
    folder.mkdir(mode=0o700)
    assert folder / "engine.sock" in places()[1:]
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(folder))
    assert places()[0] == folder / "engine.sock"
