"""Pure Data as the peer: the engine answers a patch, and the patch understands the answers."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.engine_process import EngineProcess
from tests.support.places import ROOT
from tests.support.ports import free_port
from tests.support.programs import needs_pd
from tests.support.waiting import wait_until

pytestmark = needs_pd
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="who listens is read from /proc")


@pytest.fixture
def pd(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Opens patches without a window; a file has their output."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*patches: Path, **ports: int) -> Path:
        printed = tmp_path / f"pd-{len(started)}.txt"
        sends = "; ".join(f"{name.replace('_', '-')} {port}" for name, port in ports.items())
        with printed.open("wb") as sink:
            opened = [word for patch in patches for word in ("-open", str(patch))]
            command = ["pd", "-nogui", "-noaudio", "-nomidi", "-stderr", *opened, "-send", sends]
            started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink))
        return printed

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_patch_plays_with_the_engine(
    start_engine: Callable[..., EngineProcess], pd: Callable[..., Path], shipped_model: Path
) -> None:
    to_engine, to_pd = free_port(), free_port()
    engine = start_engine(
        f"""
[interaction]
mode = "polyphony"
[model]
file = "{shipped_model}"
[osc]
server_port = {to_engine}
client_port = {to_pd}
"""
    )
    printed = pd(ROOT / "tests" / "pd" / "peer.pd", listen_port=to_pd, engine_port=to_engine)
    number = r"[\d.e-]+"
    wait_until(lambda: len(re.findall(rf"heard: list prediction( {number}){{8}}\n", printed.read_text())) > 20)
    wait_until(lambda: len(re.findall(rf"heard: list impsy( {number}){{8}}\n", printed.read_text())) > 20)
    snapshot = json.loads(engine.command("status", "--json").stdout)
    assert snapshot["heard"] > 20
    assert snapshot["channels"][0]["problems"] == 0
    engine.end()
    wait_until(lambda: "heard: list impsy silence" in printed.read_text())


@on_linux
def test_our_synthesiser_opens_without_a_complaint(pd: Callable[..., Path]) -> None:
    port = free_port()
    printed = pd(ROOT / "configs" / "pd" / "synth.pd", listen_port=port)
    # The kernel shows when the patch listens.
    tables = [Path(f"/proc/net/udp{version}") for version in ("", "6")]
    wait_until(lambda: any(f":{port:04X} " in table.read_text() for table in tables if table.exists()))
    assert "couldn't create" not in printed.read_text()
    assert "error" not in printed.read_text()


@on_linux
def test_voice_listens_to_the_port_of_its_argument(pd: Callable[..., Path], tmp_path: Path) -> None:
    ports = free_port(), free_port()
    patch = tmp_path / "two.pd"
    shutil.copy(ROOT / "configs" / "pd" / "voice.pd", tmp_path)
    text = (ROOT / "configs" / "pd" / "two-voices.pd").read_text()
    patch.write_text(text.replace("voice 6001", f"voice {ports[0]}").replace("voice 6002", f"voice {ports[1]}"))
    printed = pd(patch)
    tables = [Path(f"/proc/net/udp{version}") for version in ("", "6")]

    def listens(port: int) -> bool:
        return any(f":{port:04X} " in table.read_text() for table in tables if table.exists())

    wait_until(lambda: all(map(listens, ports)))
    assert "couldn't create" not in printed.read_text()
    assert "error" not in printed.read_text()


def test_ensemble_is_heard_by_our_patch_for_touches(
    start_engine: Callable[..., EngineProcess], pd: Callable[..., Path]
) -> None:
    to_pd = free_port()
    patches = ROOT / "configs" / "pd" / "touches.pd", ROOT / "tests" / "pd" / "touched.pd"
    printed = pd(*patches, listen_port=to_pd)
    engine = start_engine(
        "[[player]]\nname = 'ensemble'\nkind = 'ensemble'\nplayers = 8\n"
        f"[osc]\nserver_port = {free_port()}\nclient_port = {to_pd}\n"
    )
    for player in ("p2", "p8"):
        assert engine.command("send", f"force {player} fast-taps").returncode == 0
        wait_until(lambda player=player: f"touched: {player} " in printed.read_text())  # type: ignore[misc]
    wait_until(lambda: "loud: 1" in printed.read_text())
    assert engine.command("send", "panic").returncode == 0
    wait_until(lambda: printed.read_text().rfind("loud: 0") > printed.read_text().rfind("loud: 1"))
    assert "couldn't create" not in printed.read_text()
    assert "error" not in printed.read_text()
