"""SSH servers for the tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ssh_server import OtherMachine, SshServer


@pytest.fixture
def ssh_server(tmp_path: Path) -> Iterator[SshServer]:
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = SshServer(folder)
    server.start()
    yield server
    server.end()


@pytest.fixture
def other_machine(tmp_path: Path) -> Iterator[OtherMachine]:
    """Gives a user on another machine: an SSH server with a separate home. The engine of the user ends after the
    test."""
    folder = tmp_path / "ssh"
    folder.mkdir()
    with tempfile.TemporaryDirectory() as home:  # sockets need short names
        machine = OtherMachine(folder, Path(home))
        machine.start()
        yield machine
        machine.end()
        machine.end_engine()
