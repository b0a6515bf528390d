"""Fixtures of the channels' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.channels.chromium import Chromium
from tests.support.channels.pseudo_terminals import Wire, wire_at


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removes environment variables that change channels."""
    monkeypatch.delenv("MIDO_BACKEND", raising=False)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Gives one browser for all tests."""
    started = Chromium(tmp_path_factory.mktemp("chromium"))
    yield started
    started.close()


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """Gives a serial port for one test."""
    with wire_at(tmp_path / "ttyTEST") as made:
        yield made
