"""Networks that appear later and change, in a network name space."""

import shutil
import subprocess
import sys

import pytest

from tests.support.places import ROOT


def test_osc_goes_on_when_the_address_of_this_machine_comes_late_and_changes() -> None:
    if shutil.which("ip") is None:
        pytest.skip("there is no ip: iproute2 is not installed")
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make network name spaces")
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "tests.support.channels.changing_network"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "Operation not supported" in done.stderr or "Unknown device type" in done.stderr:
        pytest.skip("this kernel has no veth devices")
    assert done.returncode == 0, done.stderr
