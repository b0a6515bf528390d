"""The engine starts with one file missing, damaged or foreign, and with channels that come later; the rest plays."""

import os
import shutil
import signal
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from impsy_tui.control.client import ControlClient, connected
from impsy_tui.paths import shipped_folder
from tests.support.channels.pseudo_terminals import wire_at
from tests.support.engine.processes import Start
from tests.support.models import constant_model
from tests.support.ports import free_port
from tests.support.waiting import wait_until

_KINDS = {"weights": "mdrnn", "keras": "mdrnn", "lite": "mdrnn", "agent": "agent", "ensemble": "ensemble"}

_CONFIG = """
title = "Whole"
[[player]]
name = "weights"
file = "weights.h5"
[[player]]
name = "keras"
file = "whole.keras"
[[player]]
name = "lite"
file = "lite.tflite"
[[player]]
name = "agent"
kind = "agent"
file = "agent-own.npz"
[[player]]
name = "ensemble"
kind = "ensemble"
file = "ensembleRNN-own.tflite"
classifier = "gestures-own.npz"
clip_file = "clips-own.npz"
[osc]
server_port = {port}
"""

_MODELS = {
    "weights.h5": "weights",
    "whole.keras": "keras",
    "lite.tflite": "lite",
    "agent-own.npz": "agent",
    "ensembleRNN-own.tflite": "ensemble",
}
"""Players that a dummy replaces if the file does not serve."""

_OF_THE_ENSEMBLE = ("gestures-own.npz", "clips-own.npz")
"""Files that the shipped ones replace."""

_OTHERS = ("weights.toml", "whole.toml", "lite.toml", "scenes.toml", "logs/.last-session.json")

_SESSION = '{"players": {}, "thru": false, "log": true, "ended": true}'

Spoil = Callable[[Path], None]


def _lay_whole_files(folder: Path) -> None:
    weights = constant_model(folder / "weights.h5", [0.1, 0.5, 0.5])
    with zipfile.ZipFile(folder / "whole.keras", "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.write(weights, "model.weights.h5")
    models = shipped_folder("models")
    shutil.copy(next(models.glob("musicMDRNN*.tflite")), folder / "lite.tflite")
    for kind in ("agent-*.npz", "ensembleRNN-*.tflite", "gestures-*.npz", "clips-*.npz"):
        own = f"{kind.partition('-')[0]}-own{Path(kind).suffix}"
        shutil.copy(next(iter(sorted(models.glob(kind)))), folder / own)
    (folder / "logs").mkdir()
    for name in _OTHERS:
        (folder / name).write_text(_SESSION if name.endswith("json") else "")


def _missing(file: Path) -> None:
    file.unlink()


def _damaged(file: Path) -> None:
    file.write_bytes(os.urandom(64) + file.read_bytes()[64:])


def _foreign(file: Path) -> None:
    """A whole file of another kind in its place."""
    other = {".npz": "lite.tflite", ".toml": "weights.h5", ".json": "../weights.h5"}.get(file.suffix, "agent-own.npz")
    file.write_bytes((file.parent / other).read_bytes())


def _kinds(client: ControlClient) -> dict[str, str]:
    return {player.name: player.kind for player in client.snapshot().players}


@pytest.mark.parametrize("spoil", [_missing, _damaged, _foreign])
@pytest.mark.parametrize("name", [*_MODELS, *_OF_THE_ENSEMBLE, *_OTHERS])
def test_engine_starts_with_each_file_spoiled_and_plays_the_others(
    start_engine: Start, tmp_path: Path, name: str, spoil: Spoil
) -> None:
    _lay_whole_files(tmp_path)
    whole = (tmp_path / name).read_bytes()
    spoil(tmp_path / name)
    engine = start_engine(_CONFIG.format(port=free_port()), "--resume")
    assert engine.ready.startswith("ready: "), engine.said()
    player = _MODELS.get(name)
    if player or name in _OF_THE_ENSEMBLE:
        assert name in engine.said()
    with connected(engine.socket) as client:
        assert _kinds(client) == {**_KINDS, **({player: "dummy"} if player else {})}
        if player:
            (tmp_path / name).write_bytes(whole)  # it comes late
            reply = client.command(f"@{player} load {Path(name).stem}")
            assert reply.ok, reply.text
            assert _kinds(client) == _KINDS
    assert engine.end(signal.SIGTERM) == 0
    assert "Traceback" not in engine.said()


def test_engine_opens_each_channel_when_its_port_comes(start_engine: Start, tmp_path: Path) -> None:
    with (
        wire_at(tmp_path / "port") as wire,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.create_server(("127.0.0.1", 0)) as tcp,
    ):
        wire.unplug()
        udp.bind(("127.0.0.1", 0))
        engine = start_engine(
            f"[model]\ndimension = 3\n[osc]\nserver_port = {udp.getsockname()[1]}\n"
            f"[websocket]\nserver_port = {tcp.getsockname()[1]}\n[serial]\nport = '{tmp_path}/port'\n"
        )
        with connected(engine.socket) as client:

            def states() -> set[str]:
                return {channel.state for channel in client.snapshot().channels}

            assert states() == {"waiting"}
            udp.close()
            tcp.close()
            wire.plug()
            wait_until(lambda: states() == {"open"})
        assert engine.end(signal.SIGTERM) == 0
