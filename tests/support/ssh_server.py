"""A real SSH server for this user on this machine, and what runs through it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from impsy_tui.control.remote import RemoteSocket
from impsy_tui.errors import NoEngineError
from tests.support.ports import free_tcp_port
from tests.support.waiting import wait_until

SSHD = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
needs_ssh = [
    pytest.mark.skipif(SSHD is None, reason="there is no SSH server: openssh-server is not installed"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh: openssh-client is not installed"),
]


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
        """Options of ssh for this server."""
        settings = ("StrictHostKeyChecking=no", f"UserKnownHostsFile={self.folder / 'known'}", "BatchMode=yes")
        quietly = (word for setting in settings for word in ("-o", setting))
        return ("-F", "/dev/null", "-p", str(self.port), "-i", str(self.folder / "user"), "-q", *quietly)

    def start(self) -> None:
        """Begins to listen."""
        assert SSHD is not None
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it locks itself in, if it is root
        self.process = subprocess.Popen([SSHD, "-D", "-f", str(self.config), "-E", str(self.folder / "sshd.log")])
        wait_until(self._listens)

    def end(self) -> None:
        """Listens no more, and let every connection go."""
        if self.process is None:
            return
        for session in self.sessions():
            os.kill(session, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process = None

    def sessions(self) -> list[int]:
        """The processes that serve its connections."""
        assert self.process is not None
        found = [self.process.pid]
        for parent in found:  # which grows by the children of each
            found += [pid for pid in children(parent) if "sshd" in command_lines().get(pid, "")]
        return found[1:]

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


def answers(place: Path) -> bool:
    """True if an engine answers at a socket."""
    try:
        with connected(place) as client:
            return client.command("status").ok
    except NoEngineError:
        return False


class OtherMachine(SshServer):
    """A user on another machine: an SSH server with a home of its own, in which the program is installed."""

    def __init__(self, folder: Path, home: Path) -> None:
        super().__init__(folder, f"SetEnv HOME={home} XDG_RUNTIME_DIR={home}/run")
        self.home = home
        self.engine_socket = home / ".local/state/impsy-tui/engine.sock"

    def install(self, folder: Path) -> None:
        """Puts the program into a folder."""
        folder.mkdir(parents=True)
        (folder / "impsy-tui").symlink_to(Path(sys.executable).with_name("impsy-tui"))

    def lay_set(self, folder: str, config: str, *, with_program: bool = True) -> Path:
        """Makes the folder of a set in the home."""
        place = self.home / folder
        place.mkdir(parents=True)
        (place / "config.toml").write_text(config)
        if with_program:
            self.install(place / ".venv/bin")
        return place

    def end_engine(self) -> None:
        """Ends the engine of the user, if one runs, and wait until its log is closed."""
        with suppress(NoEngineError), connected(self.engine_socket) as client:
            client.command("shutdown")
            wait_until(lambda: client.hello.pid not in command_lines())
