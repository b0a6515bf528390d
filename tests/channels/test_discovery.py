"""Announcement of engines, with a browser of zeroconf in a network of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from impsy_tui.channels.discovery.announcer import services_of
from impsy_tui.channels.discovery.services import OSC, PAGE
from impsy_tui.config import Config, Osc, WebSocket

ROOT = Path(__file__).parents[2]


def test_browser_finds_engines_of_the_network_and_no_others(tmp_path: Path) -> None:
    pytest.importorskip("zeroconf")
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("unshare (util-linux) and ip (iproute2) make a network to test with")
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "tests.support.channels.announced_engines", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if done.returncode and "unshare" in done.stderr:
        pytest.skip(f"no network name space can be made here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost", "LOCALHOST."])
def test_services_at_the_loopback_are_not_announced(host: str) -> None:
    assert services_of(Config(osc=(Osc(server_ip=host),), websocket=(WebSocket(server_ip=host),))) == ()


def test_services_have_different_names_that_fit() -> None:
    channels = (Osc(server_ip="0.0.0.0", server_port=6000), Osc(server_ip="0.0.0.0", server_port=6002))
    services = services_of(Config(title="é" * 80, osc=channels, websocket=(WebSocket(server_ip="10.0.0.2"),)))
    assert [(service.type, service.port) for service in services] == [(OSC, 6000), (OSC, 6002), (PAGE, 5001)]
    assert len({service.name for service in services}) == 3
    assert all(len(service.name.encode()) <= 63 for service in services)
