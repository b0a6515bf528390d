"""Patterns: 16 of them at 120 beats a minute with 16 steps each, on OSC: error of each step, drift, load."""

import select
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from common import Running, arrival, percentile, running, table
from conducting import busy

from impsy_tui.channels.osc.packet import VectorFormat
from impsy_tui.control.client import connected

PATTERNS = 16
STEPS = 16
BAR = 2.0
STEP = BAR / STEPS
MINUTES = 10.0
COMPARED = 200
"""Steps at the beginning and at the end whose mean errors give the drift."""


def notation(first: int) -> str:
    """Returns 16 quantised values that begin with another step in each pattern."""
    return " ".join(f"{(number + first) % STEPS / STEPS:g}" for number in range(STEPS))


def listen(program: Running, seconds: float) -> list[tuple[float, tuple[float, ...]]]:
    """Returns the vectors that arrive, with their times."""
    form = VectorFormat("/impsy", PATTERNS)
    found = []
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([program.output], [], [], left)[0]:
            data, at = arrival(program.output)
            if (values := form.read(data)) is not None:
                found.append((at, values))
    return found


def wrong(heard: Sequence[tuple[float, tuple[float, ...]]]) -> int:
    """Returns the number of steps that are lost, doubled or have a wrong value in any pattern."""
    first = round(heard[0][1][0] * STEPS)
    return sum(
        any(round(value * STEPS) != (first + count + pattern) % STEPS for pattern, value in enumerate(values))
        for count, (_, values) in enumerate(heard)
    )


def main() -> None:
    seconds = 60.0 * (float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)
    none = Path("none.tflite")
    with running("ours", "useronly", dimension=PATTERNS + 1, model=none) as program:
        with connected(program.control) as client:
            for line in ("tempo 120", *(f'hold x{one + 1} "{notation(one)}"' for one in range(PATTERNS))):
                reply = client.command(line)
                assert reply.ok, reply.text
        time.sleep(2 * BAR)
        program.drain()
        taken, began = busy(program.process.pid), time.monotonic()
        heard = listen(program, seconds)
        load = (busy(program.process.pid) - taken) / (time.monotonic() - began)
    late = [at - heard[0][0] - count * STEP for count, (at, _) in enumerate(heard)]
    middle = median(late)
    errors = [abs(one - middle) for one in late]
    drift = median(late[-COMPARED:]) - median(late[:COMPARED])
    row = [
        f"{seconds / 60:g} min",
        str(len(heard)),
        str(wrong(heard)),
        *(f"{percentile(errors, share) * 1000:.3f}" for share in (0.5, 0.99, 1.0)),
        f"{drift * 1000:.3f}",
        f"{load:.2%}",
    ]
    heads = ["time", "steps", "wrong", "error p50 ms", "error p99 ms", "worst ms", "drift ms", "of a core"]
    table("Patterns: 16 at 120, 16 steps each", heads, [row])


if __name__ == "__main__":
    main()
