"""Addresses of this machine, in separate network name spaces."""

import shutil
import subprocess
import sys

import pytest

from impsy_tui.channels.own_addresses import listed

SHOW = "from impsy_tui.channels.own_addresses import own_addresses; print(*own_addresses())"
_LINK = "ip link add {0} type veth peer name v{0} && ip link set {0} up && ip link set v{0} up"
HOTSPOT = [_LINK.format("wlan0"), "ip addr add 192.168.4.1/24 dev wlan0"]
CABLE = [_LINK.format("eth0"), "ip addr add 10.1.2.3/24 dev eth0"]


def _addresses(*commands: str) -> list[str]:
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("unshare (util-linux) and ip (iproute2) make networks to test with")
    script = " && ".join(["ip link set lo up", *commands, f"{sys.executable} -c '{SHOW}'"])
    done = subprocess.run(["unshare", "-rn", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode and "unshare" in done.stderr:
        pytest.skip(f"no network name space can be made here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_address_without_a_gateway_is_found() -> None:
    assert _addresses(*HOTSPOT) == ["192.168.4.1"]


def test_address_of_the_default_route_comes_first() -> None:
    assert _addresses(*HOTSPOT, *CABLE, "ip route add default via 10.1.2.1") == ["10.1.2.3", "192.168.4.1"]


def test_machine_without_a_network_has_no_address() -> None:
    assert _addresses() == []


def test_further_addresses_are_listed() -> None:
    assert listed([]) == ""
    assert listed(["a", "b"]) == " (or a, b)"
