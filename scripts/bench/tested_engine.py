"""Engine in a separate process and folder, which a test of faults starts, plays, kills and starts again."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from common import ROOT, free_port

from impsy_tui.channels.osc.packet import VectorFormat

STEP: Final = 1 << 22
"""Events are numbered: the n-th has the value n / STEP, which a float of 32 bits holds exactly."""
_MODEL: Final = ROOT / "scripts" / "fuzz-seed.tflite"
_CONFIG: Final = """
log_predictions = false
[interaction]
mode = "polyphony"
threshold = 0.1
input_thru = false
[model]
file = "{model}"
dimension = 2
timescale = 0.0
[osc]
server_port = {port}
client_port = {out}
output_address = "/impsy"
"""


def rss(process: int) -> float:
    """Returns the resident memory of a process in megabytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits for something that another process causes."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"not within {seconds:g} s: {what}")
        time.sleep(0.005)


def wait_for_end(process: int, seconds: float = 40.0) -> None:
    """Waits for the end of a process that is no child."""
    wait_until(lambda: not _runs(process), seconds, f"end of process {process}")


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class TestedEngine:
    """Engine that answers each event, in a separate folder.

    Args:
        folder: working folder.
        config: configuration; by default one value over OSC, and an answer to each event.
        environment: variables of the engine.
    """

    __test__ = False

    def __init__(self, folder: Path, config: str = "", environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.socket = folder / "engine.sock"
        self.errors = folder / "errors.txt"
        self.sent = 0
        """Number of the last event."""
        self.answered = 0
        """Answers since the start of the engine."""
        self.process: subprocess.Popen[str] | None = None
        self._environment = {**os.environ, **(environment or {})}
        self._port = free_port()
        self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.out.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.out.bind(("127.0.0.1", 0))
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._form = VectorFormat("/interface", 1)
        text = (config or _CONFIG).format(model=_MODEL, port=self._port, out=self.out.getsockname()[1])
        (folder / "config.toml").write_text(text)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self, *options: str) -> str:
        """Starts the engine and waits until it is ready; returns the first line that it prints."""
        self.drain()
        self.answered = 0
        with self.errors.open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "impsy_tui", "run", "--socket", str(self.socket), *options],
                cwd=self.folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def send(self, packet: bytes) -> None:
        """Sends a packet to the OSC port of the engine."""
        self._sender.sendto(packet, ("127.0.0.1", self._port))

    def play(self, seconds: float, pause: float = 0.001) -> None:
        """Plays numbered events for some seconds, and counts the answers."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sent += 1
            self.send(self._form.write([self.sent / STEP]))
            self.count(min(pause, left))

    def count(self, seconds: float = 0.0) -> None:
        """Counts answers for some seconds."""
        end = time.monotonic() + seconds
        while select.select([self.out], [], [], max(0.0, end - time.monotonic()))[0]:
            self.answered += self.out.recv(2000).startswith(b"/impsy\0")

    def drain(self) -> None:
        """Discards the datagrams that have come."""
        while select.select([self.out], [], [], 0)[0]:
            self.out.recv(2000)

    def log_writers(self) -> list[int]:
        """Returns the processes of the log writer."""
        return [child for child in self.children() if b"log_writer" in _command(child)]

    def children(self) -> list[int]:
        """Returns the children of the engine."""
        try:
            tasks = list(Path(f"/proc/{self.pid}/task").iterdir())
            return [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            return []

    def kill(self) -> None:
        """Kills the engine, and waits until the log writer has ended."""
        writers = self.log_writers()
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        for writer in writers:
            wait_for_end(writer)

    def end(self) -> int:
        """Ends the engine in order, if it runs; returns its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def close(self) -> None:
        """Ends the engine and closes the sockets."""
        self.end()
        self.out.close()
        self._sender.close()

    def said(self) -> str:
        """Returns the printed warnings and errors."""
        return self.errors.read_text(errors="replace")

    def logs(self) -> list[Path]:
        """Returns the logs, the oldest first."""
        return sorted(
            (self.folder / "logs").glob("*.log"), key=lambda file: (file.name[:19], file.stat().st_mtime_ns)
        )


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def numbers(log: Path) -> list[int]:
    """Returns the numbers of the logged events.

    Raises:
        ValueError: A row is torn.
    """
    text = log.read_text()
    if text and not text.endswith("\n"):
        raise ValueError(f"{log.name}: the last row is torn: {text[-80:]!r}")
    found = []
    for row in text.splitlines():
        stamp, source, *values = row.split(",")
        number = float(values[0]) * STEP
        if len(values) != 1 or source != "interface" or len(stamp) != 26 or not number.is_integer():
            raise ValueError(f"{log.name}: a row is torn: {row!r}")
        found.append(int(number))
    return found
