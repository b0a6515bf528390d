"""Memory of the engine: pages that stay in memory, and objects that the garbage collector leaves alone."""

import os
import resource
import subprocess
import sys

import pytest

_PROGRAM = """
import gc, os, resource, sys
from pathlib import Path
from impsy_tui.engine.runtime import memory
memory.settle()
assert gc.get_freeze_count()
if sys.argv[1]:
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (int(sys.argv[1]),) * 2)
    os.seteuid(65534)
assert memory.lock() is (not sys.argv[1])
locked = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmLck"))
assert (int(locked.split()[1]) > 0) is (not sys.argv[1])
list(range(1_000_000))  # memory can still grow
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs mlockall")
@pytest.mark.parametrize("limit", ["", "8388608"])
def test_memory_is_locked_without_a_limit_of_locked_memory(limit: str) -> None:
    if os.geteuid() != 0 and (limit or resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY):
        pytest.skip("needs root, or no limit of locked memory")
    subprocess.run([sys.executable, "-c", _PROGRAM, limit], check=True)
