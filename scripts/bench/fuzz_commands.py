"""Fuzzer of commands: random lines from the table of commands, on a virtual clock or on a running engine.

    PYTHON scripts/bench/fuzz_commands.py [virtual|engine] [--count 100000] [--seed 1]

The lines come over the control socket, as OSC messages, from bound controls and from set lists. Findings are: an
unexpected exception, a line without a reply, a reply without words, a state that differs from the status, a sounding
note after the end, growing memory, and an undo of everything that does not return to the start. Needs the packages
of the tests. The exit status is 1 if there is a finding.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from common import ROOT, table

sys.path.insert(0, str(ROOT))  # the tests have the virtual clock


def main() -> None:
    """Runs the fuzzer, and prints findings and a table."""
    parser = argparse.ArgumentParser(description="Gives random lines to every source of commands.")
    parser.add_argument("where", choices=("virtual", "engine"), nargs="?", default="virtual")
    parser.add_argument("--count", type=int, default=100_000, help="Number of lines (default 100000).")
    parser.add_argument("--seed", type=int, default=1, help="Random seed (default 1).")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        if options.where == "virtual":
            from fuzz_virtual import VirtualFuzz

            fuzz = VirtualFuzz(Path(folder), dice)
        else:
            from fuzz_engine import EngineFuzz

            fuzz = EngineFuzz(Path(folder), dice)
        printed = 0
        try:
            while sum(fuzz.lines.values()) < options.count and len(fuzz.findings) < 20:
                fuzz.round()
                printed = _print_new(fuzz.findings, printed)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        finally:
            fuzz.close()
            _print_new(fuzz.findings, printed)
    counts = [str(fuzz.lines[source]) for source in fuzz.lines]
    row = [options.where, *counts, str(fuzz.refused), f"{fuzz.growth:.1f}", str(len(fuzz.findings))]
    head = ["where", *fuzz.lines, "refused", "memory grew by MB", "findings"]
    table(f"Random lines, seed {options.seed}", head, [row])
    raise SystemExit(1 if fuzz.findings else 0)


def _print_new(findings: list[str], printed: int) -> int:
    """Prints the findings after the first ones; returns the number of all."""
    for finding in findings[printed:]:
        print(finding, flush=True)
    return len(findings)


if __name__ == "__main__":
    main()
