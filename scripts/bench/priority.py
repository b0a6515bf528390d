"""Benchmark of real-time priority: lateness of timers next to low-priority processes, and latency of answers."""

import multiprocessing
import os
import select
import time
from collections.abc import Callable
from pathlib import Path

from common import ask, median, running, table

COMPUTING, BEAT, SECONDS, ROUNDS = 3, 0.007, 10.0, 3
LATE = 0.001
RATE = 200


def compute() -> None:
    os.nice(10)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    while True:
        sum(number * number for number in range(10_000))


def ordinary() -> None:
    os.sched_setscheduler(0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
    os.setpriority(os.PRIO_PROCESS, 0, 0)


def nice() -> None:
    ordinary()
    os.setpriority(os.PRIO_PROCESS, 0, -10)


def real_time() -> None:
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def taken_by_host() -> int:
    return int(Path("/proc/stat").read_text().split()[8])


def wake(seconds: float) -> tuple[list[float], int]:
    """Measures the lateness of repeated timers, without those that the host delayed; returns their number too."""
    late, disturbed = [], 0
    taken, due = taken_by_host(), time.monotonic()
    end = due + seconds
    while due < end:
        due += BEAT
        select.select([], [], [], max(0.0, due - time.monotonic()))
        by, before, taken = time.monotonic() - due, taken, taken_by_host()
        if by > LATE and taken != before:
            disturbed += 1
        else:
            late.append(by)
        due = max(due, time.monotonic() - BEAT)  # one stall is one late one
    return late, disturbed


def main() -> None:
    ways: dict[str, Callable[[], None]] = {"ordinary": ordinary, "nice -10": nice, "real-time": real_time}
    late: dict[str, list[float]] = {name: [] for name in ways}
    disturbed = dict.fromkeys(ways, 0)
    others = [multiprocessing.Process(target=compute, daemon=True) for _ in range(COMPUTING)]
    for other in others:
        other.start()
    for _ in range(ROUNDS):
        for name, take in ways.items():
            take()
            more, guilty = wake(SECONDS)
            late[name] += more
            disturbed[name] += guilty
    ordinary()
    for other in others:
        other.kill()
        other.join()
    rows = [
        [name, f"{len(each)}", f"{sum(by > LATE for by in each)}", f"{max(each) * 1000:.2f}", f"{disturbed[name]}"]
        for name, each in late.items()
    ]
    columns = ["priority", "wake-ups", "over 1 ms late", "worst ms", "late by the host, left out"]
    table("Waking next to idle processes that compute", columns, rows)
    delays: dict[str, list[float]] = {"true": [], "false": []}
    for _ in range(ROUNDS):
        for realtime, medians in delays.items():
            with running("ours", "polyphony", head=f"realtime = {realtime}\n") as program:
                ask(program.port, program.output, 20, 1.0)  # warm
                program.drain()
                medians.append(ask(program.port, program.output, RATE, 5.0).ms(0.5))
    rows = [[name, f"{min(each):.2f}", f"{median(each):.2f}", f"{max(each):.2f}"] for name, each in delays.items()]
    table(
        f"Answers at {RATE}/s: medians of {ROUNDS} runs", ["realtime", "lowest ms", "median ms", "highest ms"], rows
    )


if __name__ == "__main__":
    main()
