"""Output of ``impsy-tui run`` to a terminal that reads nothing, and to a file."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.waiting import wait_until

_FLOOD = """
import ctypes, pathlib, sys, traceback
from impsy_tui.cli.output.nonblocking import NonblockingPrinter
printer = NonblockingPrinter()
libc = ctypes.PyDLL(None)  # holds the interpreter, as a library in a callback may
for number in range(int(sys.argv[2])):
    libc.dprintf(2, b"library %d\\n", number)
for number in range(2000):
    printer.error(f"event {number}")
    print("plain", number)
try:
    raise ValueError("an error of the program")
except ValueError:
    traceback.print_exc()
pathlib.Path("wrote").touch()
sys.stdin.readline()
libc.dprintf(2, b"last words\\n")
printer.close(float(sys.argv[1]))
print("after the end")
"""


def _start(folder: Path, output: int, patience: float, lines: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _FLOOD, str(patience), str(lines)],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def test_printer_lets_process_end_while_terminal_takes_no_output(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = _start(tmp_path, theirs, 0.5, 9000)  # more than a pipe can hold
    try:
        process.communicate(b"\n", timeout=60)
        assert (tmp_path / "wrote").exists()
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)


def test_printer_prints_newest_lines_when_terminal_takes_output_again(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = _start(tmp_path, theirs, 60, 4000)
    os.close(theirs)
    try:
        wait_until((tmp_path / "wrote").exists, 60)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
        text = b""
        while True:
            try:
                text += os.read(ours, 1 << 16)
            except OSError:  # the process has ended
                break
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    lines = text.decode().splitlines()
    left_out = sum(int(count) for count in re.findall(r"\((\d+) lines were left out\)", text.decode()))
    assert left_out
    flood = [line for line in lines if line.startswith(("library", "event", "plain"))]
    assert len(flood) + left_out >= 4000 + 2000 + 2000
    assert "ValueError: an error of the program" in lines
    assert lines[-2:] == ["last words", "after the end"]


def test_printer_leaves_a_file_as_it_is(tmp_path: Path) -> None:
    program = (
        "import os, signal; from impsy_tui.cli.output.nonblocking import NonblockingPrinter; NonblockingPrinter();"
        r"os.write(2, b'raw \x1b\n'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    with (tmp_path / "out").open("wb") as output:
        done = subprocess.run([sys.executable, "-c", program], stdout=output, stderr=output, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "out").read_bytes() == b"raw \x1b\n"


def test_printer_prints_into_a_file_while_libraries_are_silenced(tmp_path: Path) -> None:
    program = (
        "from impsy_tui.cli.output.nonblocking import NonblockingPrinter; printer = NonblockingPrinter()\n"
        "from impsy_tui.model_files.interpreter import silenced_stderr\n"
        "with silenced_stderr(): printer.error('a report'); printer.close(60)"
    )
    with (tmp_path / "out").open("wb") as output:
        subprocess.run([sys.executable, "-c", program], stderr=output, check=True)
    assert (tmp_path / "out").read_bytes() == b"a report\n"


def test_printer_escapes_control_characters_of_libraries() -> None:
    program = (
        "import os; from impsy_tui.cli.output.nonblocking import NonblockingPrinter; printer = NonblockingPrinter();"
        r"os.write(2, b'name \x1b]0;x\x07\n'); printer.close(60)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stderr == b"name \\u001b]0;x\\u0007\n"
