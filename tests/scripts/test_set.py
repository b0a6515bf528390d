"""Set over SSH with everything going wrong, in its short form."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT
from tests.support.programs import needs_ssh

MINUTES = 6

pytestmark = [
    *needs_ssh,
    pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed (Debian: jackd2)"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
    pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed (Debian: util-linux)"),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has mount namespaces"),
]


@pytest.mark.timeout(2400)
def test_set_over_ssh_with_faults_loses_no_event_and_ends_in_silence(tmp_path: Path) -> None:
    picture = tmp_path / "set.svg"
    trial = [sys.executable, str(ROOT / "scripts/bench/set.py"), str(MINUTES), str(picture)]
    done = subprocess.run(
        trial, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert picture.read_text(encoding="utf-8").startswith("<svg")
