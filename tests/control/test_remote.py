"""Engines reached through a real SSH server on this machine."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from impsy_tui.control.client import NoEngine, connected
from impsy_tui.control.remote import RemoteProblem, RemoteSocket
from tests.conftest import EngineProcess, free_tcp_port, wait_until

Start = Callable[..., EngineProcess]

SSHD = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
pytestmark = [
    pytest.mark.skipif(SSHD is None, reason="there is no SSH server: openssh-server is not installed"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh: openssh-client is not installed"),
]

CONFIG = """
[interaction]
mode = "useronly"
[model]
dimension = 4
[demo]
"""


class SshServer:
    """An SSH server for this user, with keys of its own."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self.config = folder / "sshd_config"
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        self.port = free_tcp_port()
        lines = (
            *settings,
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {folder / 'host'}",
            f"AuthorizedKeysFile {folder / 'user.pub'}",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "PermitRootLogin yes",
            "PidFile none",
        )
        self.config.write_text("".join(f"{line}\n" for line in lines))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """What ssh must be told to find it."""
        settings = ("StrictHostKeyChecking=no", f"UserKnownHostsFile={self.folder / 'known'}", "BatchMode=yes")
        quietly = (word for setting in settings for word in ("-o", setting))
        return ("-F", "/dev/null", "-p", str(self.port), "-i", str(self.folder / "user"), "-q", *quietly)

    def start(self) -> None:
        """Begin to listen."""
        assert SSHD is not None
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it locks itself in, if it is root
        self.process = subprocess.Popen([SSHD, "-D", "-f", str(self.config), "-E", str(self.folder / "sshd.log")])
        wait_until(self._listens)

    def end(self) -> None:
        """Listen no more, and let every connection go."""
        if self.process is None:
            return
        for session in children(self.process.pid):
            os.kill(session, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def command_lines() -> dict[int, str]:
    """The command lines of all processes."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return {
        int(pid): words for pid, words in (line.split(None, 1) for line in listed.splitlines() if " " in line.strip())
    }


def children(parent: int) -> list[int]:
    """The processes that one has started."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(pid) for pid, of in (line.split() for line in listed.splitlines()) if int(of) == parent]


def clients(remote: RemoteSocket) -> list[int]:
    """The ssh processes of a forwarding that carry it, or are about to."""
    folder = str(remote.socket.parent)
    return [pid for pid, words in command_lines().items() if folder in words and " -M " in words]


@pytest.fixture
def ssh_server(tmp_path: Path) -> Iterator[SshServer]:
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = SshServer(folder)
    server.start()
    yield server
    server.end()


def answers(place: Path) -> bool:
    try:
        with connected(place) as client:
            return client.command("status").ok
    except NoEngine:
        return False


def test_an_engine_elsewhere_is_as_if_it_were_here(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        with connected(remote.socket) as client:
            assert client.hello.pid == engine.process.pid
            assert client.command("temp 1.5").ok
            assert client.snapshot().players[0].pi_temperature == 1.5
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


def test_a_place_without_an_engine_is_connected_to_when_one_comes(
    ssh_server: SshServer, start_engine: Start, tmp_path: Path
) -> None:
    with RemoteSocket("127.0.0.1", tmp_path / "engine.sock", ssh_server.options) as remote:
        assert not answers(remote.socket)
        start_engine(CONFIG)
        assert answers(remote.socket)


def test_it_comes_back_by_itself_when_ssh_has_been_killed(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        (before,) = clients(remote)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: before not in clients(remote))
        wait_until(lambda: answers(remote.socket))
    wait_until(lambda: not clients(remote))


def test_it_comes_back_by_itself_when_the_host_does(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        ssh_server.end()
        wait_until(lambda: not answers(remote.socket))
        ssh_server.start()
        wait_until(lambda: answers(remote.socket))


def test_a_socket_that_was_tidied_away_is_made_again(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:
        remote.socket.unlink()
        wait_until(lambda: answers(remote.socket))


def test_leaving_while_it_connects_again_leaves_nothing_behind(ssh_server: SshServer, tmp_path: Path) -> None:
    with RemoteSocket("127.0.0.1", tmp_path / "engine.sock", ssh_server.options) as remote:
        (before,) = clients(remote)
        assert ssh_server.process is not None
        ssh_server.process.send_signal(signal.SIGSTOP)  # it takes connections, and never greets
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: before not in clients(remote) and bool(clients(remote)))
    assert not remote.socket.parent.exists()
    assert not clients(remote)


def test_a_host_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        options = ("-F", "/dev/null", "-q", "-p", str(nobody.getsockname()[1]))
        remote = RemoteSocket("127.0.0.1", tmp_path / "engine.sock", options)
        with pytest.raises(RemoteProblem, match=r"^127\.0\.0\.1 cannot be reached by ssh$"), remote:
            pass
    assert not remote.socket.parent.exists()


def test_a_key_that_is_not_known_there_is_a_problem_in_words(ssh_server: SshServer, tmp_path: Path) -> None:
    (ssh_server.folder / "user.pub").write_text("")
    remote = RemoteSocket(f"{getpass.getuser()}@127.0.0.1", tmp_path / "engine.sock", ssh_server.options)
    with pytest.raises(RemoteProblem, match="cannot be reached by ssh"), remote:
        pass


def test_a_host_that_does_not_say_where_the_engine_is_is_a_problem_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = SshServer(folder, "ForceCommand echo welcome")
    server.start()
    try:
        remote = RemoteSocket("127.0.0.1", options=server.options)
        with pytest.raises(RemoteProblem, match="does not say where the engine is"), remote:
            pass
        assert not remote.socket.parent.exists()
        wait_until(lambda: not clients(remote))
    finally:
        server.end()


def test_without_ssh_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    remote = RemoteSocket("127.0.0.1", tmp_path / "engine.sock")
    with pytest.raises(RemoteProblem, match="ssh cannot be run: No such file"), remote:
        pass
    assert not remote.socket.parent.exists()


def test_a_name_that_looks_like_an_option_is_none(tmp_path: Path) -> None:
    remote = RemoteSocket(
        f"-oProxyCommand=touch {tmp_path / 'made'}", tmp_path / "engine.sock", ("-F", "/dev/null", "-q")
    )
    with pytest.raises(RemoteProblem, match="cannot be reached by ssh"), remote:
        pass
    assert not (tmp_path / "made").exists()
