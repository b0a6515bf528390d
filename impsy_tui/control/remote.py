"""Engine on another machine: SSH forwards its control socket.

One SSH connection carries everything. ``ssh`` opens the connection in the terminal, so that it can ask for a
password. A lost connection is opened again automatically, if that needs no password.
"""

import os
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Final

from impsy_tui.control import remote_scripts
from impsy_tui.control.client import connected
from impsy_tui.control.launch import arguments_again
from impsy_tui.control.messages import EngineStart
from impsy_tui.control.remote_address import RemoteAddress
from impsy_tui.errors import NoEngineError, UserError

_ALIVE: Final = ("-o", "ServerAliveInterval=3", "-o", "ServerAliveCountMax=3", "-o", "ConnectTimeout=10")
_PAUSE: Final = 2.0
_PATIENCE: Final = 30.0
_START_PATIENCE: Final = 90.0
"""Seconds for a small machine to start Python and an engine."""
_SHORT_PATIENCE: Final = 5.0
_LINK_PATIENCE: Final = 10.0
"""Seconds for an answer over a slow link."""
_LINES: Final = 12
NEVER: Final = EngineStart()
"""Start of an engine that has not started yet."""


class RemoteSocket:
    """Context that forwards the socket of an engine.

    Args:
        remote: ``[USER@]HOST[:FOLDER]``; see ``RemoteAddress``.
        socket: socket of the engine on the other machine; None for the default socket of the user there.
        options: more options for ``ssh``.
    """

    def __init__(self, remote: str, socket: Path | None = None, options: tuple[str, ...] = ()) -> None:
        self.address = RemoteAddress.parse(remote)
        self._host = self.address.host
        self._named = socket
        self._options = options
        self._folder = tempfile.TemporaryDirectory(prefix="impsy-tui-")
        self._control = Path(self._folder.name) / "ssh"
        self.socket = Path(self._folder.name) / "engine.sock"
        """Socket on this machine."""
        self._forwarded = ""
        """Current forwarding, in the form of ssh."""
        self._changing = threading.Lock()
        """Lock of the thread that opens the connection or the forwarding."""
        self._ended = threading.Event()
        self._keeper: threading.Thread | None = None
        self._opening: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RemoteSocket":
        """Connects.

        Raises:
            UserError: the other machine cannot be reached.
        """
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnects."""
        self._close()

    # Engine

    def answers(self) -> bool:
        """Returns True if the engine answers."""
        try:
            with connected(self.socket, timeout=_LINK_PATIENCE):
                return True
        except NoEngineError:
            return False

    def start_engine(self, before: EngineStart = NEVER) -> None:
        """Starts an engine on the other machine, unless one runs; the engine outlives the connection.

        The engine resumes the saved session unless the performer ended it.

        Args:
            before: arguments of the earlier start, which is repeated; without them, the engine starts in the folder
                of the address.

        Raises:
            UserError: the folder or the program is missing, or the engine did not start.
        """
        folder = before.folder or self.address.folder
        done = self._run_there(remote_scripts.start(folder, self._named, arguments_again(before)), _START_PATIENCE)
        if done.returncode:
            raise UserError(self._why_not_started(done, folder or self.address.where))
        with self._changing:
            self._forward()  # the engine may have chosen another place for its socket

    def last_lines(self, output: str) -> str:
        """Returns the last lines of the engine's output file; empty if unreadable."""
        try:
            return _decode(self._run_there(remote_scripts.last_lines(output), _SHORT_PATIENCE).stdout)
        except UserError:
            return ""

    def _why_not_started(self, done: subprocess.CompletedProcess[bytes], where: str) -> str:
        said = "\n".join(_decode(done.stdout).splitlines()[-_LINES:]).strip()
        host = self._host
        if done.returncode == remote_scripts.SSH_FAILED:
            return f"{host} does not answer: {_decode(done.stderr).strip()}"
        if done.returncode == remote_scripts.NO_FOLDER:
            return (
                f"no engine can be started on {host}: {where} cannot be entered ({said}). "
                f"Name the folder of your set: --remote {host}:FOLDER"
            )
        if done.returncode == remote_scripts.NO_PROGRAM:
            return (
                f"no engine can be started on {host}: impsy-tui is neither in .venv/bin in {where} nor on the PATH "
                f"of a login shell. Install it there, or name the folder that has it: --remote {host}:FOLDER"
            )
        return f"on {host}, in {where}: {said or f'exit code {done.returncode}'}"

    # Connection

    def _open(self, *, batch: bool = False) -> None:
        quietly = ("-o", "BatchMode=yes") if batch else ()
        self._control.unlink(missing_ok=True)
        try:
            self._opening = subprocess.Popen(
                [
                    "ssh",
                    "-M",
                    "-S",
                    str(self._control),
                    "-f",
                    "-N",
                    *_ALIVE,
                    *quietly,
                    *self._options,
                    "--",
                    self._host,
                ],
                stdin=subprocess.DEVNULL if batch else None,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if batch else None,
            )
        except OSError as error:
            raise UserError(f"ssh cannot be run: {error.strerror}") from None
        if self._ended.is_set():
            self._opening.terminate()  # the socket was closed before this process began
        if self._wait_for_opening(_PATIENCE if batch else None):
            raise UserError(f"{self._host} cannot be reached by ssh")
        self._forwarded = ""
        self._forward()

    def _wait_for_opening(self, patience: float | None) -> int:
        """Returns the exit code of the ssh that opens the connection; a link can freeze meanwhile."""
        assert self._opening is not None
        try:
            return self._opening.wait(patience)
        except subprocess.TimeoutExpired:
            self._opening.terminate()
            return self._opening.wait()

    def _forward(self) -> None:
        """Forwards the socket of the engine instead of the current forwarding."""
        there = self._named or self._find_socket()
        if self._forwarded:
            self._through("-O", "cancel", "-L", self._forwarded)
        self.socket.unlink(missing_ok=True)
        self._forwarded = f"{self.socket}:{there}"
        forwarded = self._through("-O", "forward", "-L", self._forwarded)
        if forwarded.returncode:
            raise UserError(f"{self._host} does not forward sockets: {_decode(forwarded.stderr).strip()}")

    def _find_socket(self) -> Path:
        """Returns the socket of the user's engine: the first existing one of the places (see ``place``)."""
        asked = self._run_there(remote_scripts.FIND)
        found = _decode(asked.stdout).splitlines()[-1:]
        if asked.returncode or not found or not found[0].startswith("/"):
            raise UserError(f"{self._host} does not report the socket of the engine: {_decode(asked.stderr).strip()}")
        return Path(found[0])

    def _run_there(self, script: str, patience: float = _PATIENCE) -> subprocess.CompletedProcess[bytes]:
        """Runs a script in the POSIX shell of the other machine, through its standard input."""
        return self._through(after=("sh",), text=script, patience=patience)

    def _through(
        self, *options: str, after: tuple[str, ...] = (), text: str = "", patience: float = _PATIENCE
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs ssh through the open connection; never opens one with a prompt."""
        patience = _SHORT_PATIENCE if options else patience  # options concern only the ssh of this machine
        words = ["ssh", "-S", str(self._control), "-o", "BatchMode=yes", *self._options, *options, "--", self._host]
        try:
            return subprocess.run(
                [*words, *after],
                input=os.fsencode(text),
                capture_output=True,
                timeout=patience,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"{self._host} does not answer") from None

    def _keep(self) -> None:
        """Opens the connection again after it is lost."""
        while not self._ended.wait(_PAUSE):
            try:
                with self._changing:
                    if self._through("-O", "check").returncode or not self.socket.exists():
                        self._through("-O", "exit")
                        self._open(batch=True)
            except UserError:
                continue  # the next attempt follows soon

    def _close(self) -> None:
        self._ended.set()
        if self._opening is not None:
            self._opening.terminate()
        if self._keeper is not None:
            self._keeper.join(_PATIENCE)
        if self._control.exists():
            try:
                self._through("-O", "exit")
            except UserError:
                pass
        self._folder.cleanup()


def _decode(printed: bytes) -> str:
    return printed.decode(errors="replace")
