"""System-call faults of the log writer: each call fails once, in turn, for each error that it can have.

    PYTHON scripts/bench/faults.py [--points 1000] [--seed 1] [CALL…]

``fault_shim.c`` makes one call of the process fail. An engine's performance log writes events of a plain file, of a
second plain file and of a file with a header. After each fault every event must be in the log once and in order, in
a file that the log names. Needs a C compiler and the packages of the tests. The exit status is 1 after a finding.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from common import ROOT, compiled, table
from fault_plan import ERRORS, FaultPlan

sys.path.insert(0, str(ROOT))  # the tests have the way to wait

from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.runtime.loop import EngineLoop
from tests.support.waiting import until

EVENTS: Final = 30
"""Events in each part."""
AT_ONCE: Final = 25
"""Logs that run at the same time."""
PATIENCE: Final = 60.0
"""Seconds until every event must be on the disk."""


@dataclass
class Point:
    """One fault.

    Attributes:
        call: name of the call.
        at: number of the call that fails, from 1.
        error: name of the error.
        said: reports to the performer.
        finding: what is wrong; empty if nothing is.
    """

    call: str = ""
    at: int = 0
    error: str = ""
    said: list[tuple[str, str]] = field(default_factory=list)
    finding: str = ""


async def play(point: Point, folder: Path, plan: FaultPlan, loop: EngineLoop) -> None:
    """Writes a log with a log writer of which one call fails, and checks the files."""
    log = PerformanceLog(folder / "logs", lambda level, text: point.said.append((level, text)), loop.time)
    if point.call:
        plan.begin("log writer", point.call, point.at, point.error)
    os.environ.update(plan.environment)
    log.open()  # starts the log writer; the next one, if this one ends, has no fault
    for name in plan.environment:
        del os.environ[name]
    sheet, sent = log.sheet(), 0
    try:
        for part in range(2):
            log.begin(3)
            sheet.begin(log.folder.absolute() / f"{log.stamp()}-{part}.csv", "time,number")
            for number in range(part * EVENTS, (part + 1) * EVENTS):
                log.write(0.0, "interface", (float(number),))
                sheet.write(f"0,{number}")
                sent += 2
            await until(lambda: log.written >= sent, PATIENCE)  # noqa: B023 - waited for at once
    except TimeoutError:
        point.finding = f"{log.written} of {sent} rows are written; the log says {log.problem!r}"
    named = [*log.files]
    await log.close()
    if not point.finding:
        point.finding = _problem(folder / "logs", named)


def _problem(logs: Path, named: list[Path]) -> str:
    """Returns what is wrong with the files of a log."""
    files = [file.read_text().splitlines() for file in logs.glob("*.log")]
    parts = [[float(row.split(",")[-1]) for row in rows] for rows in files]
    plain = [number for part in sorted(parts) for number in part]
    if plain != list(range(2 * EVENTS)):
        return f"the plain files have {plain}"
    rows = [row for file in sorted(logs.glob("*.csv")) for row in file.read_text().splitlines()]
    numbers = [row.split(",")[1] for row in rows]
    part = [["number", *map(str, range(first, first + EVENTS))] for first in (0, EVENTS)]
    if numbers != [*part[0], *part[1]]:
        return f"the files with a header have {numbers}"
    missing = [file.name for file in named if not file.is_file()]
    if len(named) != 2 or missing:
        return f"the log names {named}"
    return ""


def main() -> None:
    """Tries the faults, prints the table and ends with 1 after a finding."""
    parser = argparse.ArgumentParser(description="Makes each system call of the log writer fail once.")
    parser.add_argument("calls", nargs="*", default=[*ERRORS], metavar="CALL", help=", ".join(ERRORS))
    parser.add_argument("--points", type=int, default=1000, help="Most faults (default 1000).")
    parser.add_argument("--seed", type=int, default=1, help="Random seed (default 1).")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        shim, loop = compiled("fault_shim", folder), EngineLoop()
        without = Point()
        (folder / "without").mkdir()
        plan = FaultPlan(folder / "plan", shim)
        loop.run_until_complete(play(without, folder / "without", plan, loop))
        if without.finding:
            raise SystemExit(f"without a fault: {without.finding}")
        counts = plan.counts("log writer")
        points = [
            Point(call, at, error)
            for call, count in counts.items()
            if call in options.calls
            for at in range(1, count + 1)
            for error in ERRORS[call]
        ]
        if len(points) > options.points:
            points = random.Random(options.seed).sample(points, options.points)
        for first in range(0, len(points), AT_ONCE):
            some = enumerate(points[first : first + AT_ONCE], first)
            for number, _ in enumerate(points[first : first + AT_ONCE], first):
                (folder / str(number)).mkdir()
            plays = [
                play(point, folder / str(number), FaultPlan(folder / f"plan-{number}", shim), loop)
                for number, point in some
            ]
            loop.run_until_complete(_all(plays))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    for point in points:
        if point.finding:
            print(f"{point.call} {point.at} {point.error}: {point.finding:.600}\n    {point.said}")
    _print(points)
    raise SystemExit(1 if any(point.finding for point in points) else 0)


async def _all(plays: Sequence[Awaitable[None]]) -> None:
    await asyncio.gather(*plays)


def _print(points: list[Point]) -> None:
    tried, said, found = Counter[str](), Counter[str](), Counter[str]()
    for point in points:
        tried[point.call] += 1
        said[point.call] += bool(point.said)
        found[point.call] += bool(point.finding)
    rows = [
        [call, ", ".join(ERRORS[call]), str(tried[call]), str(said[call]), str(found[call])]
        for call in ERRORS
        if tried[call]
    ]
    table(f"{len(points)} faults of the log writer", ["call", "errors", "faults", "reported", "findings"], rows)


if __name__ == "__main__":
    main()
