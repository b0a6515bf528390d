"""Engine under a plan of faults, with a musician and a client."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

from common import ROOT, free_port
from fault_plan import FaultPlan
from tested_engine import TestedEngine, numbers
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from impsy_tui.control.client import ControlClient, connected
from impsy_tui.control.messages import Event
from impsy_tui.errors import NoEngineError

PATIENCE: Final = 300.0
"""Seconds for the answers to events, and for a job, on a busy machine."""
_UNEXPECTED: Final = re.compile(r"engine: \w*(Error|Exception)\b|reply: The engine failed")
"""Reports of errors that the program does not know."""
SEED_MODEL: Final = ROOT / "scripts" / "fuzz-seed.tflite"
_CONFIG: Final = """
log_predictions = false
[interaction]
mode = "polyphony"
threshold = 0.1
input_thru = false
[model]
file = "models/a.tflite"
dimension = 2
timescale = 0.0
[osc]
server_port = {port}
client_port = {out}
output_address = "/impsy"
[websocket]
server_port = WEB
[serialmidi]
port = "ttyMIDI"
output = [["note_on", 1]]
"""


@dataclass(frozen=True)
class Part:
    """Part of a performance.

    Attributes:
        roles: roles of the processes whose calls fail.
        lines: lines of the client; ``?`` asks for the list of files, ``page`` reads a web page, and ``browser``
            connects a browser.
    """

    roles: tuple[str, ...]
    lines: tuple[str, ...]


START: Final = "start"
PARTS: Final = {
    START: Part(("engine",), ()),
    "music": Part(
        ("engine",), ("temp 1.1", "over 0.05s sigma 0.02", "after 0.01s temp 1", "status", "panic", "resume")
    ),
    "files": Part(
        ("engine", "worker"),
        ("scene save s", "scene s", "load b", "load a", "record on", "temp 1.1", "record off", "log new"),
    ),
    "clients": Part(("engine",), ("page", "browser", "status")),
    "helpers": Part(("engine", "worker"), ("set interaction.threshold 0.1", "?", "trash", "ports")),
    "dataset": Part(("engine", "worker"), ("dataset",)),
    "plot": Part(("worker",), ("plot a",)),
    "evolve": Part(("worker",), ("evolve ask",)),
}
"""Parts by name. In the first, the engine starts."""


class FaultStage:
    """Engine under a plan of faults; use ``stage``.

    Args:
        folder: working folder.
        shim: compiled shim.
    """

    def __init__(self, folder: Path, shim: Path) -> None:
        (folder / "models").mkdir()
        for name in "ab":
            (folder / "models" / f"{name}.tflite").write_bytes(SEED_MODEL.read_bytes())
        self._far, near = os.openpty()
        (folder / "ttyMIDI").symlink_to(os.ttyname(near))
        os.set_blocking(self._far, False)
        self.plan = FaultPlan(folder / "plan", shim)
        self._web = free_port()
        self.engine = TestedEngine(folder, _CONFIG.replace("WEB", str(self._web)), self.plan.environment)
        self.said: list[str] = []
        """Reports of problems to the performer."""
        self.lost = 0
        """Connections that were lost."""
        self._stack = ExitStack()
        self._client: ControlClient | None = None
        self._heard = time.time()
        """Until when the client has the events."""

    def start(self) -> str:
        """Starts the engine; returns the problem, empty if it plays."""
        first = self.engine.start()
        return "" if first.startswith("ready") else f"no start: {first}{self.engine.said()[-1500:]}"

    def play(self, part: str) -> str:
        """Plays a part, and takes its lines back; returns the problem."""
        try:
            for line in (*PARTS[part].lines, "undo", "undo"):
                self.engine.play(0.02)
                self._hear_midi()
                self._give(line)
            self._wait_for_jobs()
            self._disconnect()
        except NoEngineError as problem:
            return f"{problem}; {self.engine.said()[-1500:]}"
        self.engine.play(0.02)
        return ""

    def check(self) -> str:
        """Returns what is wrong with the engine, empty if it answers events and lines."""
        assert self.engine.process is not None
        before, until = self.engine.answered, time.monotonic() + PATIENCE
        while self.engine.answered < before + 5:
            self.engine.play(0.02)
            if self.engine.process.poll() is not None:
                return f"the engine has ended: {self.engine.said()[-1500:]}"
            if time.monotonic() > until:
                return "events get no answers"
        try:
            self._give("status")
        except NoEngineError as problem:
            return str(problem)
        self._disconnect()  # the next fault may be that of a client that connects
        if "Traceback" in self.engine.said():
            return self.engine.said()[-2500:]
        return next(filter(_UNEXPECTED.match, self.said), "")

    def end(self) -> str:
        """Ends the engine; returns what is wrong with its end and its log."""
        self._disconnect()
        if code := self.engine.end():
            return f"the engine ended with {code}: {self.engine.said()[-1500:]}"
        try:
            logged = sorted(number for log in self.engine.logs() for number in numbers(log))
        except ValueError as problem:
            return str(problem)
        sent = {*range(1, self.engine.sent + 1)}
        if logged != sorted(sent):
            return f"missing events: {sorted(sent - {*logged})}; {len(logged) - len({*logged})} are twice"
        return ""

    def close(self) -> None:
        """Ends the engine."""
        self._disconnect()
        self.engine.close()
        os.close(self._far)

    def _give(self, line: str) -> None:
        match line:
            case "page":
                self._try(self._read_page)
            case "browser":
                self._try(self._browse)
            case _:
                self._try(lambda: self._command(line))

    def _command(self, line: str) -> None:
        client = self._connected()
        reply = client.ask("files") if line == "?" else client.command(line)
        if not getattr(reply, "ok", True):
            self.said.append(f"reply: {reply.text}")

    def _read_page(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self._web, timeout=20.0)) as connection:
            connection.request("GET", "/")
            response = connection.getresponse()
            if b"</html>" not in response.read():
                raise HTTPException(f"no page: {response.status} {response.reason}")

    def _browse(self) -> None:
        with connect(f"ws://127.0.0.1:{self._web}/", open_timeout=20.0, compression=None) as browser:
            if not browser.ping().wait(20.0):
                raise TimeoutError("a browser gets no answer")

    def _hear_midi(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._far, 1 << 16)

    def _wait_for_jobs(self) -> None:
        until = time.monotonic() + PATIENCE
        while self._try(self._job_runs):
            self.engine.play(0.05, 0.05)
            self._hear_midi()
            if time.monotonic() > until:
                raise NoEngineError("a job does not end")

    def _try(self, use: Callable[[], Any]) -> Any:
        """Uses a connection; another one if the connection is lost."""
        problem: Exception | None = None
        for _ in range(10):
            try:
                return use()
            except (NoEngineError, OSError, HTTPException, WebSocketException) as lost:
                problem = lost
                self.lost += 1
                self._disconnect()
                time.sleep(0.2)
        raise NoEngineError(f"ten connections were lost: {problem!r}")

    def _connected(self) -> ControlClient:
        if self._client is None:
            client = self._stack.enter_context(connected(self.engine.socket, 20.0))
            receive = client._receive

            def hear(patience: float | None = PATIENCE) -> Any:
                message = receive(patience)
                if isinstance(message, Event) and message.level != "info":
                    self.said.append(f"{message.source}: {message.text}")
                return message

            client._receive = hear  # type: ignore[method-assign]
            client.subscribe(0.0, events=True, since=self._heard)
            self._client = client
        return self._client

    def _job_runs(self) -> bool:
        client = self._connected()
        jobs = client.snapshot().jobs
        client.subscribe(0.0, events=True, since=time.time())
        return any(job.state in ("running", "stopping") for job in jobs)

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client, self._heard = None, time.time()
        self._stack.close()


@contextmanager
def stage(shim: Path) -> Iterator[FaultStage]:
    """Makes a stage in a scratch folder, and closes the stage."""
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        made = FaultStage(Path(folder), shim)
        try:
            yield made
        finally:
            made.close()
