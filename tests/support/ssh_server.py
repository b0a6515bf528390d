"""Real SSH server for this user on this machine, and its processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from impsy_tui.control.client import connected
from impsy_tui.control.remote import RemoteSocket
from impsy_tui.errors import NoEngineError
from tests.support.ports import free_tcp_port
from tests.support.process_list import children, command_lines
from tests.support.waiting import wait_until

SSHD = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")


class SshServer:
    """SSH server for this user, with separate keys."""

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
        """Returns the options of ssh for this server."""
        settings = ("StrictHostKeyChecking=no", f"UserKnownHostsFile={self.folder / 'known'}", "BatchMode=yes")
        quietly = (word for setting in settings for word in ("-o", setting))
        return ("-F", "/dev/null", "-p", str(self.port), "-i", str(self.folder / "user"), "-q", *quietly)

    def start(self) -> None:
        """Starts the server."""
        assert SSHD is not None
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # its empty root folder, if it runs as root
        self.process = subprocess.Popen([SSHD, "-D", "-f", str(self.config), "-E", str(self.folder / "sshd.log")])
        wait_until(self._listens)

    def end(self) -> None:
        """Ends the server and all of its connections."""
        if self.process is None:
            return
        for session in self.sessions():
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(session, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process = None

    def sessions(self) -> list[int]:
        """Returns the processes that serve its connections."""
        assert self.process is not None
        found = [self.process.pid]
        for parent in found:  # the list grows by the children of each process
            found += children(parent, "sshd")
        return found[1:]

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def clients(remote: RemoteSocket) -> list[int]:
    """Returns the ssh processes of a forwarding, also those that are starting."""
    folder = str(remote.socket.parent)
    return [pid for pid, words in command_lines().items() if folder in words and " -M " in words]


def answers(place: Path) -> bool:
    """Returns True if an engine answers at a socket."""
    try:
        with connected(place) as client:
            return client.command("status").ok
    except NoEngineError:
        return False


class OtherMachine(SshServer):
    """User on another machine: an SSH server with a separate home, in which the program is installed.

    Args:
        folder: folder of the server.
        home: home of the user.
        environment: more variables of the user.
    """

    def __init__(self, folder: Path, home: Path, **environment: str) -> None:
        names = {"HOME": str(home), "XDG_RUNTIME_DIR": f"{home}/run"} | environment
        if here := os.environ.get("PYTHONPATH"):  # the priority of processes, see ``tests.support.priority``
            names["PYTHONPATH"] = here
        super().__init__(folder, "SetEnv " + " ".join(f"{name}={value}" for name, value in names.items()))
        self.home = home
        self.engine_socket = home / ".local/state/impsy-tui/engine.sock"

    def install(self, folder: Path) -> None:
        """Installs the program in a folder."""
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
        """Ends the engine of the user, if one runs, and waits until its log is closed."""
        with suppress(NoEngineError), connected(self.engine_socket) as client:
            client.command("shutdown")
            wait_until(lambda: client.hello.pid not in command_lines())
