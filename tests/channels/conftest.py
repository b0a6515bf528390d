"""What tests of channels share."""

from collections.abc import Iterator

import pytest

from tests.channels.chromium import Chromium


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all tests."""
    started = Chromium(tmp_path_factory.mktemp("chromium"))
    yield started
    started.close()
