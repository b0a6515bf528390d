"""Programs of the system that tests need."""

import shutil
import subprocess

import pytest

from tests.support.libraries import missing_package
from tests.support.ssh_server import SSHD


def _pd_problem() -> str:
    """Returns the reason why Pure Data does not run here; empty if it runs."""
    if shutil.which("pd") is None:
        return "Pure Data is not installed (puredata-core)"
    said = subprocess.run(["pd", "-version"], capture_output=True, text=True, check=False).stderr
    return missing_package(said)


PD_PROBLEM = _pd_problem()
needs_pd = pytest.mark.skipif(bool(PD_PROBLEM), reason=PD_PROBLEM)
needs_ssh = [
    pytest.mark.skipif(SSHD is None, reason="there is no SSH server: openssh-server is not installed"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh: openssh-client is not installed"),
]
