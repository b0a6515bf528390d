"""Footprint of the program: idle processor time, memory, start time and disk space.

    footprint.py [ours]

A Raspberry Pi Zero 2 W has 512 MB: engine, log writer and console together stay below ``MOST_MEMORY``. The engine is
ready in less than ``LONGEST_START``. With "ours", IMPSY is left out.
"""

import os
import pty
import subprocess
import sys
import threading
import time
from pathlib import Path

from common import OURS, PEER, machine, median, running, table

MOST_MEMORY = 200.0
"""MB."""
LONGEST_START = 0.8
"""Seconds from the start of the process to the ready line, on a desktop machine."""
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> list[int]:
    """Returns a process and all of its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def processor_seconds(pid: int) -> float:
    """Returns the processor time in seconds of a process and its descendants."""
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory(pid: int) -> list[float]:
    """Returns the resident megabytes of a process and of each descendant."""
    return [int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE / 1e6 for one in family(pid)]


def packages(python: Path) -> float:
    """Returns the megabytes of an environment's site-packages without pip and setuptools."""
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    folder = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    leave = ["--exclude=pip*", "--exclude=setuptools*", "--exclude=pkg_resources", "--exclude=_distutils_hack"]
    done = subprocess.run(["du", "-s", "-B1", *leave, folder], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0]) / 1e6


def console(control: Path) -> float:
    """Returns the megabytes of a console on an engine, in a terminal of 120 columns."""
    ours, theirs = pty.openpty()
    size = {"COLUMNS": "120", "LINES": "40", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [str(OURS / "impsy-tui"), "attach", "--socket", str(control)],
        env={**os.environ, **size},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)

    def read() -> None:
        try:
            while os.read(ours, 1 << 16):
                pass
        except OSError:
            pass  # the console has ended

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(8.0)
    used = sum(memory(process.pid))
    process.terminate()
    process.wait(10)
    reader.join(10)
    os.close(ours)
    return used


def main() -> None:
    rows = []
    print(machine(), flush=True)
    for who, home in (("ours", OURS), ("peer", PEER))[: 1 if "ours" in sys.argv else 2]:
        shown_console, with_console = "-", 0.0
        starts = []
        for _ in range(5):
            with running(who, "callresponse", timescale=1.0) as program:
                starts.append(program.started)
                if len(starts) < 5:
                    continue
                time.sleep(1.0)
                pid = program.process.pid
                before, began = processor_seconds(pid), time.monotonic()
                time.sleep(10.0)
                share = (processor_seconds(pid) - before) / (time.monotonic() - began)
                resident = memory(pid)
                if who == "ours":
                    with_console = console(program.control)
                    shown_console = f"{with_console:.0f}"
        shown = " + ".join(f"{one:.0f}" for one in resident)
        rows.append(
            [
                who,
                f"{share:.1%}",
                shown,
                shown_console,
                f"{sum(resident) + with_console:.0f}",
                f"{median(starts):.2f}",
                f"{packages(home / 'python'):.0f}",
            ]
        )
    table(
        "Footprint, waiting in callresponse",
        [
            *("who", "idle processor", "resident MB, by process", "console MB", "together"),
            *("start to ready s", "site-packages MB"),
        ],
        rows,
    )
    start, together = float(rows[0][5]), float(rows[0][4])
    kept = start < LONGEST_START and together < MOST_MEMORY
    print(f"budget of {LONGEST_START:g} s and {MOST_MEMORY:g} MB: {'kept' if kept else 'EXCEEDED'}")


if __name__ == "__main__":
    main()
