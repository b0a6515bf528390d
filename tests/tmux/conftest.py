"""Fixtures of the tests in a terminal."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.models import constant_model
from tests.support.ports import free_port
from tests.support.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in a folder with a configuration and a model."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed (Debian: apt-get install tmux)")
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    (tmp_path / "config.toml").write_text(
        '[interaction]\nmode = "battle"\n[model]\nfile = "models/pulse.h5"\ndimension = 4\n'
        f"[osc]\nserver_port = {free_port()}\nclient_port = {free_port()}\n"
    )
    opened = Terminal(tmp_path)
    try:
        opened.sees("shell>")
        yield opened
    finally:
        opened.close()
