"""Connections to engines through a real SSH server on this machine."""

import getpass
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from impsy_tui.control.remote import RemoteSocket
from impsy_tui.errors import UserError
from tests.support.engine_process import EngineProcess
from tests.support.programs import needs_ssh
from tests.support.ssh_server import SshServer, answers, clients
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]

pytestmark = needs_ssh

CONFIG = """
[interaction]
mode = "useronly"
[model]
dimension = 4
[demo]
"""


def test_engine_elsewhere_is_as_if_it_were_here(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        with connected(remote.socket) as client:
            assert client.hello.pid == engine.process.pid
            assert client.command("temp 1.5").ok
            assert client.snapshot().players[0].number("temp") == 1.5
        folder = remote.socket.parent
        assert folder.stat().st_mode & 0o077 == 0
        assert clients(remote)
    assert not folder.exists()
    wait_until(lambda: not clients(remote))


def test_remote_finds_the_engine_in_each_place_of_the_user(tmp_path: Path, start_engine: Start) -> None:
    folder = tmp_path / "ssh"
    folder.mkdir()
    with tempfile.TemporaryDirectory() as home:  # sockets need short names
        server = SshServer(folder, f"SetEnv HOME={home} XDG_RUNTIME_DIR={home}/run")
        server.start()
        try:
            for number, place in enumerate((Path(home, "run", "impsy-tui"), Path(home, ".local/state/impsy-tui"))):
                place.mkdir(mode=0o700, parents=True)
                socket = place / "engine.sock"
                engine = start_engine(CONFIG, "--socket", str(socket), folder=tmp_path / f"engine{number}")
                with RemoteSocket("127.0.0.1", options=server.options) as remote, connected(remote.socket) as client:
                    assert client.hello.pid == engine.process.pid
        finally:
            server.end()


def test_place_without_an_engine_is_connected_to_when_one_comes(
    ssh_server: SshServer, start_engine: Start, tmp_path: Path
) -> None:
    with RemoteSocket("127.0.0.1", tmp_path / "engine.sock", ssh_server.options) as remote:
        assert not answers(remote.socket)
        start_engine(CONFIG)
        assert answers(remote.socket)


def test_remote_reconnects_after_a_killed_ssh(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        (before,) = clients(remote)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: before not in clients(remote))
        wait_until(lambda: answers(remote.socket))
    wait_until(lambda: not clients(remote))


def test_remote_reconnects_after_a_restart_of_the_host(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        ssh_server.end()
        wait_until(lambda: not answers(remote.socket))
        ssh_server.start()
        wait_until(lambda: answers(remote.socket))


def test_socket_that_was_tidied_away_is_made_again(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        remote.socket.unlink()
        wait_until(lambda: answers(remote.socket))


def test_leaving_while_it_connects_again_leaves_nothing_behind(ssh_server: SshServer, tmp_path: Path) -> None:
    with RemoteSocket("127.0.0.1", tmp_path / "engine.sock", ssh_server.options) as remote:
        (before,) = clients(remote)
        assert ssh_server.process is not None
        ssh_server.process.send_signal(signal.SIGSTOP)  # the server accepts connections and never sends a greeting
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: before not in clients(remote) and bool(clients(remote)))
    assert not remote.socket.parent.exists()
    assert not clients(remote)


def test_host_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        options = ("-F", "/dev/null", "-q", "-p", str(nobody.getsockname()[1]))
        remote = RemoteSocket("127.0.0.1", tmp_path / "engine.sock", options)
        with pytest.raises(UserError, match=r"^127\.0\.0\.1 cannot be reached by ssh$"), remote:
            pass
    assert not remote.socket.parent.exists()


def test_key_that_is_not_known_there_is_a_problem_in_words(ssh_server: SshServer, tmp_path: Path) -> None:
    (ssh_server.folder / "user.pub").write_text("")
    remote = RemoteSocket(f"{getpass.getuser()}@127.0.0.1", tmp_path / "engine.sock", ssh_server.options)
    with pytest.raises(UserError, match="cannot be reached by ssh"), remote:
        pass


def test_host_that_does_not_say_where_the_engine_is_is_a_problem_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = SshServer(folder, "ForceCommand echo welcome")
    server.start()
    try:
        remote = RemoteSocket("127.0.0.1", options=server.options)
        with pytest.raises(UserError, match="does not report the socket of the engine"), remote:
            pass
        assert not remote.socket.parent.exists()
        wait_until(lambda: not clients(remote))
    finally:
        server.end()


def test_remote_without_ssh_reports_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    remote = RemoteSocket("127.0.0.1", tmp_path / "engine.sock")
    with pytest.raises(UserError, match="ssh cannot be run: No such file"), remote:
        pass
    assert not remote.socket.parent.exists()


def test_name_that_looks_like_an_option_is_none(tmp_path: Path) -> None:
    remote = RemoteSocket(
        f"-oProxyCommand=touch {tmp_path / 'made'}", tmp_path / "engine.sock", ("-F", "/dev/null", "-q")
    )
    with pytest.raises(UserError, match="cannot be reached by ssh"), remote:
        pass
    assert not (tmp_path / "made").exists()
