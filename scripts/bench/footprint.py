"""Footprint of the program: idle processor time, memory, start time and disk space."""

import os
import subprocess
import time
from pathlib import Path

from common import OURS, PEER, median, running, table

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def processor_seconds(pid: int) -> float:
    """Spent by a process and all below it."""
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory(pid: int) -> list[float]:
    """Resident megabytes of a process and of each below it."""
    return [int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE / 1e6 for one in family(pid)]


def packages(python: Path) -> float:
    """Megabytes of an environment's site-packages, pip and setuptools aside."""
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    folder = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    leave = ["--exclude=pip*", "--exclude=setuptools*", "--exclude=pkg_resources", "--exclude=_distutils_hack"]
    done = subprocess.run(["du", "-s", "-B1", *leave, folder], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0]) / 1e6


def main() -> None:
    rows = []
    for who, home in (("ours", OURS), ("peer", PEER)):
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
        shown = " + ".join(f"{one:.0f}" for one in resident)
        rows.append(
            [
                who,
                f"{share:.1%}",
                shown,
                f"{sum(resident):.0f}",
                f"{median(starts):.2f}",
                f"{packages(home / 'python'):.0f}",
            ]
        )
    table(
        "Footprint, waiting in callresponse",
        ["who", "idle processor", "resident MB, by process", "together", "start to ready s", "site-packages MB"],
        rows,
    )


if __name__ == "__main__":
    main()
