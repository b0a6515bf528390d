"""The engine of another machine, as if it were here: its control socket, forwarded by SSH.

One SSH connection carries everything. It is opened in the terminal, so that a password can be
asked for, and opened again by itself when it is lost, if that needs no answer.
"""

import shlex
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Final

_ALIVE: Final = ("-o", "ServerAliveInterval=3", "-o", "ServerAliveCountMax=3", "-o", "ConnectTimeout=10")
_FIND: Final = """
u=$(id -u)
first=$HOME/.local/state/impsy-tui
for f in "$first" "${XDG_RUNTIME_DIR:-/run/user/$u}/impsy-tui" "/run/user/$u/impsy-tui" "/tmp/impsy-tui-$u"; do
  if [ -O "$f" ] && [ ! -L "$f" ] && [ -S "$f/engine.sock" ]; then echo "$f/engine.sock"; exit; fi
done
echo "$first/engine.sock"
"""
_PAUSE: Final = 2.0
_PATIENCE: Final = 30.0


class RemoteProblem(Exception):
    """The other machine cannot be reached, or not so; the message says why."""


class RemoteSocket:
    """Forwards an engine's socket for as long as it is entered.

    Args:
        host: as ``ssh`` takes it, ``user@host`` or a name from its configuration.
        socket: of the engine over there; None for the standing place of the user there.
        options: more options for ``ssh``.
    """

    def __init__(self, host: str, socket: Path | None = None, options: tuple[str, ...] = ()) -> None:
        self._host = host
        self._there = socket
        self._options = options
        self._folder = tempfile.TemporaryDirectory(prefix="impsy-tui-")
        self._control = Path(self._folder.name) / "ssh"
        self.socket = Path(self._folder.name) / "engine.sock"
        """The socket on this side."""
        self._ended = threading.Event()
        self._keeper: threading.Thread | None = None
        self._opening: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RemoteSocket":
        """Connect.

        Raises:
            RemoteProblem: it cannot be reached.
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
        """Disconnect."""
        self._close()

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
            raise RemoteProblem(f"ssh cannot be run: {error.strerror}") from None
        if self._ended.is_set():
            self._opening.terminate()  # it was closed just now, and did not see this one
        if self._opening.wait():
            raise RemoteProblem(f"{self._host} cannot be reached by ssh")
        there = self._there or self._find_socket()
        self.socket.unlink(missing_ok=True)
        forwarded = self._through("-O", "forward", "-L", f"{self.socket}:{there}")
        if forwarded.returncode:
            raise RemoteProblem(f"{self._host} does not forward sockets: {forwarded.stderr.strip()}")

    def _find_socket(self) -> Path:
        """The socket of the user's engine over there: the first of the places (see ``place``) that has one."""
        asked = self._through(after=("sh", "-c", shlex.quote(_FIND)))
        found = asked.stdout.splitlines()[-1:]
        if asked.returncode or not found or not found[0].startswith("/"):
            raise RemoteProblem(f"{self._host} does not say where the engine is: {asked.stderr.strip()}")
        return Path(found[0])

    def _through(self, *options: str, after: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Run ssh through the connection there is; it never opens one that asks for something."""
        words = ["ssh", "-S", str(self._control), "-o", "BatchMode=yes", *self._options, *options, "--", self._host]
        try:
            return subprocess.run(
                [*words, *after],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RemoteProblem(f"{self._host} does not answer") from None

    def _keep(self) -> None:
        """Open the connection again when it has gone."""
        while not self._ended.wait(_PAUSE):
            try:
                if self._through("-O", "check").returncode or not self.socket.exists():
                    self._through("-O", "exit")
                    self._open(batch=True)
            except RemoteProblem:
                continue  # the next attempt comes soon

    def _close(self) -> None:
        self._ended.set()
        if self._opening is not None:
            self._opening.terminate()
        if self._keeper is not None:
            self._keeper.join(_PATIENCE)
        if self._control.exists():
            try:
                self._through("-O", "exit")
            except RemoteProblem:
                pass
        self._folder.cleanup()
