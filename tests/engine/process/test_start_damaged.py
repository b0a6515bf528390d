"""Missing, damaged or wrong files of a configuration: the engine starts, and dummies play."""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from impsy_tui.paths import shipped_folder
from tests.support.engine.processes import Start
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port

_FILES = (
    "a.tflite",
    "a.toml",
    "b.keras",
    "b.toml",
    "c.h5",
    "c.toml",
    "agent-d.npz",
    "ensembleRNN-e.tflite",
    "ensembleRNN-e.toml",
    "classifier.npz",
    "clips.npz",
    "port",
    "scenes.toml",
    "logs/.last-session.json",
)

_CONFIG = """
[[player]]
name = "main"
file = "a.tflite"
[[player]]
name = "keras"
file = "b.keras"
[[player]]
name = "weights"
file = "c.h5"
[[player]]
name = "agent"
kind = "agent"
file = "agent-d.npz"
[[player]]
name = "ensemble"
kind = "ensemble"
file = "ensembleRNN-e.tflite"
classifier = "classifier.npz"
clip_file = "clips.npz"
[[osc]]
server_port = {udp}
client_ip = "no-such-host.invalid"
[[osc]]
server_ip = "192.0.2.1"
server_port = {free}
[websocket]
server_port = {tcp}
touches = true
input = []
output = []
[serial]
port = "{folder}/port"
[midi]
in_device = ["No such device"]
input."No such device" = [["note_on", 1]]
[audio]
device = "no such device"
"""

Lay = Callable[[Path], None]


def _missing(file: Path) -> None:
    pass


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _noise(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 8)


def _cut(file: Path) -> None:
    """Returns the first half of a file of this kind."""
    kind = "*.npz" if file.suffix == ".npz" else "*.tflite"
    whole = next(iter(shipped_folder("models").glob(kind))).read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def _digits(file: Path) -> None:
    """Returns a number with too many digits."""
    file.write_text("number = " + "9" * 5000 + "\n")


def _folder(file: Path) -> None:
    file.mkdir()


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _circle(file: Path) -> None:
    file.symlink_to(file.name)


def _closed(file: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("root may read everything")
    file.write_bytes(b"")
    file.chmod(0)


def _in_a_closed_folder(file: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("root may enter every folder")
    closed = file.parent / "closed"
    closed.mkdir(mode=0, exist_ok=True)
    file.symlink_to(closed / file.name)


def _plays(engine: EngineProcess) -> None:
    """Checks that the engine has started, answers, and ends after `shutdown`."""
    assert engine.ready.startswith("ready: "), engine.said()
    assert "Traceback" not in engine.said()
    with connected(engine.socket) as client:
        found = client.snapshot()
        kinds = {player.name: player.kind for player in found.players}
        assert kinds == dict.fromkeys(("main", "keras", "weights", "agent", "ensemble"), "dummy")
        states = {channel.name: channel.state for channel in found.channels}
        assert not {name for name, state in states.items() if state not in ("waiting", "error")}
        assert states["osc 1"] == states["osc 2"] == states["websocket"] == states["serial"] == "waiting"
        assert client.command("mode battle").ok
    assert engine.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    "lay", [_missing, _empty, _noise, _cut, _digits, _folder, _pipe, _circle, _closed, _in_a_closed_folder]
)
def test_engine_starts_whatever_its_files_and_channels_are(start_engine: Start, tmp_path: Path, lay: Lay) -> None:
    (tmp_path / "logs").mkdir()
    for name in _FILES:
        lay(tmp_path / name)
    with ExitStack() as taken:
        udp = taken.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        tcp = taken.enter_context(socket.create_server(("127.0.0.1", 0)))
        config = _CONFIG.format(udp=udp.getsockname()[1], tcp=tcp.getsockname()[1], free=free_port(), folder=tmp_path)
        engine = start_engine(config, "--sound", str(tmp_path / "port"), "--resume")
        _plays(engine)
    said = engine.said()
    for name in ("a.tflite", "b.keras", "c.h5", "agent-d.npz", "ensembleRNN-e.tflite", "classifier.npz", "clips.npz"):
        assert name in said


@pytest.mark.parametrize("lay", [_missing, _empty, _pipe, _circle, _closed, _in_a_closed_folder])
def test_engine_starts_whatever_the_folder_of_its_logs_is(start_engine: Start, tmp_path: Path, lay: Lay) -> None:
    lay(tmp_path / "logs")
    engine = start_engine(f"[model]\ndimension = 3\n[osc]\nserver_port = {free_port()}\n")
    assert engine.ready.startswith("ready: "), engine.said()
    assert engine.command("status").returncode == 0
    assert engine.end(signal.SIGTERM) == 0
    assert "Traceback" not in engine.said()
