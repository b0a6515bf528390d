"""Engine as a service: its reports to systemd, and the environment of a unit."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.process_list import children
from tests.support.waiting import wait_until

LIMIT = 1.0
"""Seconds of the watchdog."""


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """Makes the socket that systemd names in NOTIFY_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(60)
        yield made


@pytest.fixture
def service(tmp_path: Path, systemd: socket.socket) -> Iterator[subprocess.Popen[str]]:
    """Starts an engine in the environment of systemd: no HOME, no locale, no terminal."""
    (tmp_path / "config.toml").write_text(f"[osc]\nserver_port = {free_port()}\n")
    environment = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": str(int(LIMIT * 1e6))}
    command = [sys.executable, "-m", "impsy_tui", "run", "--resume", "--socket", str(tmp_path / "engine.sock")]
    # systemd names the process for which the watchdog is meant.
    words = ["sh", "-c", 'export WATCHDOG_PID=$$; exec "$@"', "sh", *command]
    with (tmp_path / "output.txt").open("w") as output:
        started = subprocess.Popen(
            words,
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
        yield started
        if started.poll() is None:
            started.kill()
            started.wait()


def reported(systemd: socket.socket) -> str:
    return systemd.recv(4096).decode()


def test_service_reports_ready_after_its_channels_are_open(
    service: subprocess.Popen[str], systemd: socket.socket, tmp_path: Path
) -> None:
    ready = reported(systemd).splitlines()
    assert ready[0] == "READY=1", (tmp_path / "output.txt").read_text()
    assert ready[1].startswith("STATUS=ready")
    assert "osc" in ready[1]
    service.send_signal(signal.SIGTERM)
    states = iter(lambda: reported(systemd), "STOPPING=1")
    assert set(states) <= {"WATCHDOG=1"}
    assert service.wait(60) == 0


def test_service_feeds_the_watchdog_until_its_loop_hangs(
    service: subprocess.Popen[str], systemd: socket.socket
) -> None:
    reported(systemd)
    assert [reported(systemd) for _ in range(4)] == ["WATCHDOG=1"] * 4
    service.send_signal(signal.SIGSTOP)
    wait_until(lambda: Path(f"/proc/{service.pid}/stat").read_text().split(") ")[1][0] == "T")
    while select.select([systemd], [], [], 0)[0]:
        reported(systemd)
    systemd.settimeout(2 * LIMIT)
    with pytest.raises(TimeoutError):
        reported(systemd)
    systemd.settimeout(60)
    service.send_signal(signal.SIGCONT)
    assert reported(systemd) == "WATCHDOG=1"


def test_service_hides_systemd_from_its_children(service: subprocess.Popen[str], systemd: socket.socket) -> None:
    reported(systemd)
    started = children(service.pid)
    assert started
    for child in started:
        environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        assert not [entry for entry in environment if entry.startswith((b"NOTIFY_SOCKET", b"WATCHDOG"))]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder in /run")
def test_service_has_its_socket_in_the_folder_that_systemd_makes(tmp_path: Path) -> None:
    folder = Path("/run/impsy-tui-0")
    if folder.exists():
        pytest.skip("a service of root runs here")
    folder.mkdir(mode=0o700)
    (tmp_path / "config.toml").write_text(f"[osc]\nserver_port = {free_port()}\n")
    home = {**os.environ, "HOME": "/proc/1/no-home"}
    program = [sys.executable, "-m", "impsy_tui"]
    engine = subprocess.Popen(
        [*program, "run", "--resume"],
        env={"RUNTIME_DIRECTORY": str(folder)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert engine.stdout is not None
        assert engine.stdout.readline().startswith("ready")
        assert (folder / "engine.sock").is_socket()
        said = subprocess.run(
            [*program, "status"], env=home, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert "osc" in said.stdout
    finally:
        engine.terminate()
        engine.wait(60)
        engine.stdout.close()
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()
