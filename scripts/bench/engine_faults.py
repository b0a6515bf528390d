"""System-call faults of the engine and of its workers: each call fails once, in turn, for each of its errors.

    PYTHON scripts/bench/engine_faults.py [--points 3000] [--seed 1] [PART…]

``fault_shim.c`` makes one call fail while a musician plays and gives commands. After each fault the engine must reply
to each line and answer each event, and each accepted event must be in the log. A lost connection of a client is
no finding if the client can connect again; a start that fails is none if the engine says why. Needs a C compiler and
the packages of the tests. The exit status is 1 after a finding.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from common import compiled, table
from fault_plan import ERRORS
from fault_stage import PARTS, START, FaultStage, stage

BATCH: Final = 40
"""Faults between two checks of the log, for which the engine ends."""


@dataclass
class Point:
    """One fault.

    Attributes:
        part: name of the part.
        role: role of the process.
        call: name of the call.
        at: number of the call that fails, from 1.
        error: name of the error.
        failed: True if the part reached the call.
        said: reports to the performer.
        finding: what is wrong; empty if nothing is.
    """

    part: str
    role: str
    call: str
    at: int
    error: str
    failed: bool = False
    said: list[str] = field(default_factory=list)
    finding: str = ""

    def __str__(self) -> str:
        return f"{self.part}: {self.call} {self.at} of the {self.role}, {self.error}"


def points_of(part: str, shim: Path) -> list[Point]:
    """Returns all faults of a part, of which the calls are counted first."""
    with stage(shim) as engine:
        before = {role: engine.plan.counts(role) for role in PARTS[part].roles}
        if part != START:
            _must(engine.start())
            before = {role: engine.plan.counts(role) for role in PARTS[part].roles}
        _must(engine.start() if part == START else engine.play(part))
        after = {role: engine.plan.counts(role) for role in PARTS[part].roles}
        _must(engine.check() or engine.end())
    return [
        Point(part, role, call, at, error)
        for role in PARTS[part].roles
        for call, errors in ERRORS.items()
        for at in range(1, after[role][call] - before[role][call] + 1)
        for error in errors
    ]


def _must(problem: str) -> None:
    if problem:
        raise SystemExit(f"without a fault: {problem}")


def try_starts(points: list[Point], shim: Path) -> None:
    """Lets calls fail while engines start."""
    for point in points:
        with stage(shim) as engine:
            engine.plan.begin(point.role, point.call, point.at, point.error)
            problem = engine.start()
            point.failed = engine.plan.failed
            engine.plan.end()
            if not problem:
                point.finding = engine.check() or engine.end()
            elif "Traceback" in problem or not problem.strip():
                point.finding = f"no start: {problem}"
            point.said = [*engine.said, problem] if problem else engine.said
        _show(point)


def try_batch(points: list[Point], shim: Path) -> None:
    """Lets calls fail while one engine plays. After a finding, another engine goes on."""
    left = iter(points)
    while True:
        with stage(shim) as engine:
            _must(engine.start())
            tried = []
            for point in left:
                tried.append(point)
                _try(point, engine)
                if point.finding:
                    break
            else:
                if tried and (problem := engine.end()):
                    tried[-1].finding = f"{problem}; after {'; '.join(map(str, tried))}"
                    _show(tried[-1])
                return


def _try(point: Point, engine: FaultStage) -> None:
    engine.said.clear()
    engine.plan.begin(point.role, point.call, point.at, point.error)
    problem = engine.play(point.part)
    point.failed = engine.plan.failed
    engine.plan.end()
    point.finding = problem or engine.check()
    point.said = [*engine.said]
    _show(point)


def _show(point: Point) -> None:
    if point.finding:
        print(f"{point}: {point.finding:.3000}\n    {point.said}", flush=True)


def main() -> None:
    """Tries the faults, prints the table and ends with 1 after a finding."""
    parser = argparse.ArgumentParser(description="Makes each system call of the engine and its workers fail once.")
    parser.add_argument("parts", nargs="*", default=[*PARTS], metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--points", type=int, default=3000, help="Most faults (default 3000).")
    parser.add_argument("--seed", type=int, default=1, help="Random seed (default 1).")
    parser.add_argument("--calls", default=",".join(ERRORS), help="Calls that fail, with commas (default all).")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    tried: list[Point] = []
    with tempfile.TemporaryDirectory(prefix="shim-") as folder:
        shim = compiled("fault_shim", Path(folder))
        for part in options.parts:
            points = [one for one in points_of(part, shim) if one.call in options.calls.split(",")]
            print(f"{part}: {len(points)} faults are possible", flush=True)
            most = options.points // len(options.parts)
            points = dice.sample(points, min(most, len(points)))
            tried += points
            if part == START:
                try_starts(points, shim)
            else:
                for first in range(0, len(points), BATCH):
                    try_batch(points[first : first + BATCH], shim)
    _print(tried)
    raise SystemExit(1 if any(point.finding for point in tried) else 0)


def _print(points: list[Point]) -> None:
    rows = []
    for role in dict.fromkeys(point.role for point in points):
        for call in ERRORS:
            some = [point for point in points if (point.role, point.call) == (role, call)]
            if some:
                counts = (len(some), *(sum(map(bool, one)) for one in _columns(some)))
                rows.append([role, call, ", ".join(ERRORS[call]), *map(str, counts)])
    head = ["process", "call", "errors", "faults", "reached", "reported", "findings"]
    table(f"{len(points)} faults of the engine and its workers", head, rows)


def _columns(points: list[Point]) -> Iterator[list[object]]:
    yield [point.failed for point in points]
    yield [point.said for point in points]
    yield [point.finding for point in points]


if __name__ == "__main__":
    main()
