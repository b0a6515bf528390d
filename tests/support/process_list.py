"""Processes of this machine, as ``ps`` lists them."""

import shutil
import subprocess

import pytest


def command_lines() -> dict[int, str]:
    """Returns the command lines of all processes."""
    return {pid: words for pid, (_, words) in _processes().items()}


def children(parent: int, part: str = "") -> list[int]:
    """Returns the processes that a process has started, with this part in their command lines."""
    return [pid for pid, (started_by, words) in _processes().items() if started_by == parent and part in words]


def _processes() -> dict[int, tuple[int, str]]:
    """Returns the parents and command lines of all processes."""
    if shutil.which("ps") is None:
        pytest.skip("ps is not installed (Debian: procps)")
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = (line.split(None, 2) for line in listed.stdout.splitlines())
    return {int(row[0]): (int(row[1]), row[2] if len(row) > 2 else "") for row in rows}
