"""Shared fixtures: free ports, tiny models, and real engines in separate processes."""

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from impsy_tui.channels.midi.system.driver import loading_problem
from tests.support import own_data
from tests.support.engine_process import EngineProcess
from tests.support.libraries import missing_package
from tests.support.models import constant_model
from tests.support.places import ROOT, SHARED
from tests.support.priority import run_at_normal_priority, without_normal_priority
from tests.support.slow_tests import is_slow

if TYPE_CHECKING:
    from tests.support.channels.jack_server import JackServer


# Random examples must not differ from run to run. HYPOTHESIS_PROFILE=search tries new ones, for much longer.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run_at_normal_priority()
    loading_problem()  # tests import python-rtmidi, which may be Debian's


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_slow(item):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skips a test module that cannot be imported because a system library is missing; says which package has it."""
    report = yield
    if report.outcome == "failed" and (found := missing_package(str(report.longrepr))):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, found)
    return report


@pytest.fixture(scope="session", autouse=True)
def _patient_checks() -> Iterator[None]:
    """Gives the check of a model file a minute: a test machine may be busy, or ten times slower."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("impsy_tui.engine.models.loader.CHECK_SECONDS", 60.0)
        yield


@pytest.fixture(scope="session")
def jack_server() -> Iterator["JackServer"]:
    """Runs one JACK server for all tests."""
    if problem := loading_problem():
        pytest.skip(problem)
    from tests.support.channels.jack_server import (
        a_server,  # networks are tested where there is no python-rtmidi, too
    )

    with a_server() as server:
        yield server


@pytest.fixture(scope="session")
def impsy_datasets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns datasets of IMPSY, or small ones of the project in the same layout."""
    if (SHARED / "impsy").is_dir():
        return SHARED / "impsy"
    folder = tmp_path_factory.mktemp("impsy-datasets")
    own_data.datasets(folder)
    return folder


@pytest.fixture(scope="session")
def impsy_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns models of IMPSY in three formats, or small ones of the project in the same formats."""
    if (SHARED / "impsy").is_dir():
        return SHARED / "impsy"
    if not importlib.util.find_spec("keras_mdn_layer"):
        pytest.skip(f"no models are at {SHARED / 'impsy'}, and TensorFlow, which makes them, is not installed")
    folder = tmp_path_factory.mktemp("impsy-models")
    command = [sys.executable, "-m", "tests.support.own_data", str(folder)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def rl_impro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns look-up tables and corpora of RL-impro, or small ones of the project in the same layout."""
    if (SHARED / "rl-impro").is_dir():
        return SHARED / "rl-impro"
    folder = tmp_path_factory.mktemp("rl-impro")
    own_data.rl_impro(folder)
    return folder


@pytest.fixture(scope="session")
def metatone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns gesture scores and touches of Metatone, or small ones of the project in the same layout."""
    if (SHARED / "metatone").is_dir():
        return SHARED / "metatone"
    folder = tmp_path_factory.mktemp("metatone")
    own_data.metatone(folder)
    return folder


@pytest.fixture
def shipped_model() -> Path:
    """Returns the model that the demo plays."""
    return ROOT / "models" / "musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """Returns a UDP socket that waits up to 60 s for a message."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(60.0)
        yield made


@pytest.fixture
def low_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets processes lower their priority as they do outside of the tests."""
    for variable, places in without_normal_priority().items():
        monkeypatch.setenv(variable, places)


@pytest.fixture
def start_engine(tmp_path: Path) -> Iterator[Callable[..., EngineProcess]]:
    """Returns a function that starts engines; all end after the test."""
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
    """Makes a model of three faders that predicts 0.2, 0.5, 0.8 every 20 ms."""
    return constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
