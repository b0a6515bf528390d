"""Fixtures of the console's tests: engines that several tests share, restored after each test."""

import os
import signal
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from tests.support.engine_process import EngineProcess
from tests.support.models import constant_model
from tests.support.ports import free_port

_AS_BEFORE = (
    *("mode callresponse", "temp 1", "sigma 0.01", "timescale 1", "threshold 0.2s", "max_response off"),
    *("thru off", "release", "audition off", "timer stop", "timer reset", "log on", "unlock", "resume"),
)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets a separate home folder for each test, so that histories and themes are those of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.chdir(tmp_path)


class Rig:
    """Engine with a controller and a synthesiser.

    Attributes:
        engine: process of the engine.
        port: port that the engine listens at.
        synthesiser: socket of its output.
    """

    def __init__(self, folder: Path, config: str) -> None:
        self.port = free_port()
        self.synthesiser = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.synthesiser.bind(("127.0.0.1", 0))
        client_port = self.synthesiser.getsockname()[1]
        channel = f"[osc]\nserver_port = {self.port}\nclient_port = {client_port}\n"
        self.engine = EngineProcess(folder, config + channel)
        assert self.engine.ready.startswith("ready"), self.engine.said()

    @property
    def socket(self) -> Path:
        """Control socket of the engine."""
        return self.engine.socket

    @property
    def folder(self) -> Path:
        """Working folder of the engine."""
        return self.engine.folder

    def send(self, *lines: str) -> None:
        """Carries out lines in the engine; refused lines are ignored."""
        with connected(self.socket) as client:
            for line in lines:
                client.command(line)

    def put_back(self) -> None:
        """Restores the state at the start."""
        with connected(self.socket) as client:
            for line in _AS_BEFORE:
                client.command(line)
            if client.snapshot().players[0].model != "pulse":
                client.command("load pulse")

    def close(self) -> None:
        """Ends the engine."""
        self.engine.end(signal.SIGKILL)
        assert self.engine.process.stdout is not None
        self.engine.process.stdout.close()
        self.synthesiser.close()


PULSE = """
[interaction]
mode = "callresponse"
threshold = 0.2
[model]
file = "models/pulse.h5"
dimension = 4
"""


def write_log(file: Path, values: int, events: int = 120) -> None:
    """Writes a log of rising faders, ten events a second."""
    begin = datetime(2026, 3, 1, 12)
    rows = []
    for step in range(events):
        time = (begin + timedelta(seconds=step / 10)).isoformat(timespec="microseconds")
        rows.append(f"{time},interface," + ",".join(f"{step / events:.3f}" for _ in range(values)))
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(rows) + "\n")


@pytest.fixture(scope="module")
def _shared_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("rig")
    constant_model(folder / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    constant_model(folder / "models" / "higher.h5", [0.02, 0.3, 0.6, 0.9])
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    rig = Rig(folder, PULSE)
    yield rig
    rig.close()


@pytest.fixture
def rig(_shared_rig: Rig) -> Iterator[Rig]:
    """Gives a rig with three faders and the models pulse and higher, in callresponse as at its start for every
    test."""
    yield _shared_rig
    if _shared_rig.engine.process.poll() is None:
        _shared_rig.put_back()


@pytest.fixture(scope="module")
def wide_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Gives a rig with 64 faders, and the dummy player in battle."""
    rig = Rig(tmp_path_factory.mktemp("wide"), '[interaction]\nmode = "battle"\n[model]\ndimension = 65\n')
    yield rig
    rig.close()


@pytest.fixture(scope="module")
def eight_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Gives a rig with eight faders, and the dummy player, which waits."""
    rig = Rig(tmp_path_factory.mktemp("eight"), '[interaction]\nmode = "polyphony"\n[model]\ndimension = 9\n')
    yield rig
    rig.close()
