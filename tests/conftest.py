"""What tests share: free ports, tiny models, and real engines in processes of their own."""

import asyncio
import contextlib
import importlib.util
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import own_data
from tests.models import constant_model

if TYPE_CHECKING:
    from tests.channels.jack import JackServer

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data"))


# What a random example finds must not depend on the day. HYPOTHESIS_PROFILE=search looks for new ones, far longer.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


LIBRARIES = {"libasound.so.2": "libasound2", "libjack.so.0": "libjack-jackd2-0", "libportaudio.so.2": "libportaudio2"}
"""Debian's package of each system library that a driver loads."""
MISSING_LIBRARY = re.compile(r"(lib[\w+-]+\.so[.\d]*): (?:cannot open shared object file|file too short)")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skips a test module that cannot be imported because a system library is missing; says which package has it."""
    report = yield
    if report.outcome == "failed" and (found := MISSING_LIBRARY.search(str(report.longrepr))):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, missing_library(found[1]))
    return report


def skip_without_library(said: str) -> None:
    """Skips the test if this output of a program says that a system library is missing."""
    if found := MISSING_LIBRARY.search(said):
        pytest.skip(missing_library(found[1]))


def missing_library(library: str) -> str:
    """Says which package has a library."""
    return f"{library} is missing: sudo apt-get install {LIBRARIES.get(library, library)}"


@pytest.fixture(scope="session")
def jack_server() -> Iterator["JackServer"]:
    """A JACK server that runs; one for all tests."""
    from tests.channels.jack import a_server  # networks are tested where there is no python-rtmidi, too

    with a_server() as server:
        yield server


@pytest.fixture(scope="session")
def impsy_datasets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data sets of IMPSY, or small ones of our own in the same layout."""
    if (SHARED / "impsy").is_dir():
        return SHARED / "impsy"
    folder = tmp_path_factory.mktemp("impsy-datasets")
    own_data.datasets(folder)
    return folder


@pytest.fixture(scope="session")
def impsy_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of IMPSY in three formats, or small ones of our own in the same formats."""
    if (SHARED / "impsy").is_dir():
        return SHARED / "impsy"
    if not importlib.util.find_spec("keras_mdn_layer"):
        pytest.skip(f"no models are at {SHARED / 'impsy'}, and TensorFlow, which makes them, is not installed")
    folder = tmp_path_factory.mktemp("impsy-models")
    command = [sys.executable, "-m", "tests.own_data", str(folder)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def rl_impro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look-up tables and corpora of RL-impro, or small ones of our own in the same layout."""
    if (SHARED / "rl-impro").is_dir():
        return SHARED / "rl-impro"
    folder = tmp_path_factory.mktemp("rl-impro")
    own_data.rl_impro(folder)
    return folder


@pytest.fixture(scope="session")
def metatone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gesture scores and touches of Metatone, or small ones of our own in the same layout."""
    if (SHARED / "metatone").is_dir():
        return SHARED / "metatone"
    folder = tmp_path_factory.mktemp("metatone")
    own_data.metatone(folder)
    return folder


def published(*path: str) -> Path:
    """A published file or folder that a test compares with; skips the test if it is missing."""
    found = SHARED.joinpath(*path)
    if not found.exists():
        pytest.skip(f"compares with published figures, which are not at {found} (IMPSY_SHARED_DATA: another place)")
    return found


@pytest.fixture
def shipped_model() -> Path:
    """The model that the demo plays."""
    return ROOT / "models" / "musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"


def free_port() -> int:
    """A UDP port of this machine that nobody uses."""
    return _free_port(socket.SOCK_DGRAM)


def free_tcp_port() -> int:
    """A TCP port of this machine that nobody uses."""
    return _free_port(socket.SOCK_STREAM)


def _free_port(kind: socket.SocketKind) -> int:
    # Below the ports that the system gives to clients: one of these could take it before the engine does.
    while True:
        port = random.SystemRandom().randrange(12000, 32000)
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """A UDP socket that waits up to 60 s for what is sent to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(60.0)
        yield made


def shell(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """``impsy-tui`` with these words, in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "impsy_tui", *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class EngineProcess:
    """An ``impsy-tui run`` in a process of its own, with a folder of its own."""

    def __init__(self, folder: Path, config: str, *options: str) -> None:
        self.folder = folder
        self.socket = folder / "engine.sock"
        (folder / "config.toml").write_text(config)
        self.errors = folder / "errors.txt"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "impsy_tui", "run", "--socket", str(self.socket), *options],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``impsy-tui`` with these words, on this engine's socket."""
        return shell(*words, "--socket", str(self.socket), cwd=self.folder)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)

    def said(self) -> str:
        """What it has printed as warnings and errors."""
        return self.errors.read_text()

    def log_rows(self) -> list[str]:
        """All rows of its logs, oldest file first."""
        return [row for file in sorted(self.folder.glob("logs/*.log")) for row in file.read_text().splitlines()]


@pytest.fixture
def start_engine(tmp_path: Path) -> Iterator[Callable[..., EngineProcess]]:
    """Starts engines; all are ended after the test."""
    engines: list[EngineProcess] = []

    def start(config: str, *options: str, folder: Path | None = None) -> EngineProcess:
        place = folder or tmp_path
        place.mkdir(exist_ok=True)
        engine = EngineProcess(place, config, *options)
        engines.append(engine)
        return engine

    yield start
    for engine in engines:
        if engine.process.poll() is None:
            engine.process.kill()
        engine.process.wait()
        assert engine.process.stdout is not None
        engine.process.stdout.close()


@pytest.fixture
def pulse_model(tmp_path: Path) -> Path:
    """A model of three faders that predicts 0.2, 0.5, 0.8 every 20 ms."""
    return constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become so, while the loop goes on."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
