"""Kill points: kills the engine or its log writer at random instants while a musician plays 1000 events a second.

    PYTHON scripts/bench/kills.py [--count 2000] [--seed 1] [--only KIND]

Of 20 kills, 15 hit the log writer alone, 3 the engine alone, and 2 both at once; ``--only`` names one kind. After
each kill of the engine a new engine resumes. Every accepted event (an event that the player has answered) must be in
the log once and in order, and no row may be torn. If both processes die at once, the pipe between them dies too: the
log may then end early, by the events of the last moment, which the table shows. The exit status is 1 if anything else
is missing.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from common import table
from tested_engine import TestedEngine, numbers, wait_for_end, wait_until

LONGEST = 0.3
"""Longest time in seconds from the first event to the kill."""
KINDS = {"engine": 0.15, "both at once": 0.1, "log writer": 0.75}
"""Shares of the kills."""
A_FILE = 40
"""Kills of the log writer between two checks of its files."""


@dataclass
class Counts:
    """Result of the kills of one kind.

    Attributes:
        kills: Number of kills.
        accepted: Events that the player answered.
        logged: Events in the log.
        missing: Accepted events that the log does not have.
        twice: Events that are not in order, or in the log twice.
        torn: Torn rows.
        most: Most events that one kill of both processes cost.
    """

    kills: int = 0
    accepted: int = 0
    logged: int = 0
    missing: int = 0
    twice: int = 0
    torn: int = 0
    most: int = 0

    def check(self, engine: TestedEngine, first: int, *, may_end_early: bool = False) -> None:
        """Compares the logs with the events from this number; deletes the logs."""
        found: list[int] = []
        for log in engine.logs():
            try:
                found += numbers(log)
            except ValueError as problem:
                self.torn += 1
                print(problem, file=sys.stderr)
            log.unlink()
        self.accepted += engine.answered
        self.logged += len(found)
        expected = list(range(first, first + len(found)))
        if found != expected:
            self.twice += len(found) - len(set(found))
            self.missing += len(set(expected) - set(found))
            print(f"events from {first}: the log has {found[:3]} … {found[-3:]}", file=sys.stderr)
        lost = max(0, engine.answered - len(found))
        if may_end_early:
            self.most = max(self.most, lost)
        else:
            self.missing += lost

    @property
    def good(self) -> bool:
        return not (self.missing or self.twice or self.torn)


def kill_engine(engine: TestedEngine, dice: random.Random, counts: Counts, *, both: bool) -> None:
    """Kills the engine, and the log writer if ``both``; then another engine must resume."""
    first = engine.sent + 1
    started = engine.start("--resume")
    if not started.startswith("ready"):
        raise SystemExit(f"the engine does not start: {started}{engine.said()[-2000:]}")
    engine.play(dice.uniform(0.0, LONGEST))
    if both:
        os.kill(engine.pid, signal.SIGSTOP)  # otherwise it could start another log writer in between
        for writer in engine.log_writers():
            os.kill(writer, signal.SIGKILL)
    engine.kill()
    engine.count()
    counts.kills += 1
    counts.check(engine, first, may_end_early=both)
    if counts.kills % 25 == 0:
        print(f"{'both' if both else 'engine'}: {counts}", file=sys.stderr, flush=True)


def kill_log_writers(engine: TestedEngine, dice: random.Random, counts: Counts, count: int) -> None:
    """Kills one log writer after the other while one engine plays."""
    while count > 0:
        first = engine.sent + 1
        if not engine.start("--resume").startswith("ready"):
            raise SystemExit(f"the engine does not start: {engine.said()[-2000:]}")
        for _ in range(min(A_FILE, count)):
            # The pause of the next start doubles with each log writer that ends before it has reported rows.
            reported = dice.random() < 0.7
            engine.play(dice.uniform(0.0, LONGEST) + (1.2 if reported else 0.0), 0.003)
            began = time.monotonic()
            while not (writers := engine.log_writers()):
                engine.play(0.02, 0.003)
                if time.monotonic() - began > 60:
                    raise SystemExit("no log writer starts")
            os.kill(writers[0], signal.SIGKILL)
            wait_for_end(writers[0])
            counts.kills += 1
            count -= 1
        engine.count(0.1)
        code = engine.end()
        if code:
            print(f"the engine ended with {code}", file=sys.stderr)
            counts.torn += 1
        wait_until(lambda: bool(engine.logs()), 10, "a log")
        counts.check(engine, first)
        print(f"log writer: {counts}", file=sys.stderr, flush=True)


def main() -> None:
    """Kills, prints the table and ends with 1 after a finding."""
    parser = argparse.ArgumentParser(description="Kills the engine and its log writer at random instants.")
    parser.add_argument("--count", type=int, default=2000, help="Number of kills (default 2000).")
    parser.add_argument("--seed", type=int, default=1, help="Random seed (default 1).")
    parser.add_argument("--only", choices=KINDS, help="Kill this kind only.")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    kinds = {name: Counts() for name in KINDS}
    shares = {options.only: 1.0} if options.only else KINDS
    wanted = {name: max(1, round(share * options.count)) for name, share in shares.items()}
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        engine = TestedEngine(Path(folder))
        try:
            for name in ("engine", "both at once"):
                for _ in range(wanted.get(name, 0)):
                    kill_engine(engine, dice, kinds[name], both=name == "both at once")
            kill_log_writers(engine, dice, kinds["log writer"], wanted.get("log writer", 0))
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        finally:
            engine.close()
        if "Traceback" in engine.said():
            print(engine.said()[-3000:], file=sys.stderr)
            kinds["engine"].torn += 1
    rows = [
        [name, *map(str, (one.kills, one.accepted, one.logged, one.missing, one.twice, one.torn, one.most))]
        for name, one in kinds.items()
    ]
    head = ["killed", "kills", "accepted events", "logged", "missing", "twice", "torn rows", "most cut off"]
    table(f"{sum(one.kills for one in kinds.values())} kills, seed {options.seed}", head, rows)
    raise SystemExit(0 if all(one.good for one in kinds.values()) else 1)


if __name__ == "__main__":
    main()
