"""Small versions of the tests of faults: random commands, kills, system calls. The scripts try more of them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent.parent / "scripts" / "bench"


def _run(script: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / script), *words, "--seed", "7"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("where", "count"), [("virtual", 600), ("engine", 300)])
def test_random_lines_get_replies_and_are_undone(where: str, count: int) -> None:
    said = _run("fuzz_commands.py", where, "--count", str(count))
    assert f"| {where} |" in said


@pytest.mark.timeout(600)
def test_killed_engine_and_log_writer_lose_no_accepted_event() -> None:
    assert "| log writer | 7 |" in _run("kills.py", "--count", "9")


needs_shim = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler (Debian: gcc)"
)


@pytest.mark.timeout(600)
@needs_shim
def test_failing_system_calls_of_the_log_writer_lose_no_event() -> None:
    said = _run("faults.py", "--points", "40", "read", "write", "pwrite", "fsync", "ftruncate", "mkdir")
    assert "40 faults of the log writer" in said


@pytest.mark.timeout(600)
@needs_shim
@pytest.mark.parametrize(
    ("part", "calls"),
    [
        ("music", "select"),  # without memory to wait, the engine ended
        ("music", "write,send,recv,accept"),
        ("helpers", "fork,pipe,read"),  # a line had no reply in words
        ("dataset", "fork,pipe,read"),
        ("start", "socket,bind,open"),
    ],
)
def test_engine_plays_on_after_failing_system_calls(part: str, calls: str) -> None:
    said = _run("engine_faults.py", part, "--calls", calls, "--points", "8")
    assert "8 faults of the engine and its workers" in said
