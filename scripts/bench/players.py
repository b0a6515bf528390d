"""Regularity of several players: eight of size s with 20 events a second each, and a ninth with 100, for 15 s."""

import itertools
import select
import tempfile
import time
from pathlib import Path

from common import arrival, is_answer, percentile, pulse_model, running, table

EIGHT = 8
SLOW, FAST = 0.05, 0.01


def _players(slow: Path, fast: Path, count: int) -> str:
    """Returns tables of players, each with a separate output."""
    return "".join(
        f'[[player]]\nname = "p{number}"\nfile = "{fast if number > EIGHT else slow}"\n'
        f'plays_channels = ["osc {number}"]\n'
        for number in range(1, count + 1)
    )


def measure(slow: Path, fast: Path, seconds: float = 15.0) -> tuple[list[list[float]], float]:
    """Returns the arrival times in seconds of each player's outputs, and the engine's share of a core."""
    count = EIGHT + 1
    with running("ours", "battle", timescale=1.0, model=slow, outputs=count, extra=_players(slow, fast, count)) as p:
        time.sleep(0.5)
        p.drain()
        times: list[list[float]] = [[] for _ in p.outputs]
        began, busy = time.monotonic(), _busy(p.process.pid)
        while (left := began + seconds - time.monotonic()) > 0:
            for output in select.select(p.outputs, [], [], left)[0]:
                data, at = arrival(output)
                if is_answer(data):
                    times[p.outputs.index(output)].append(at)
        return times, (_busy(p.process.pid) - busy) / (time.monotonic() - began)


def _busy(pid: int) -> float:
    """Returns the processor time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    models = {dt: pulse_model(folder, dt) for dt in (SLOW, FAST)}
    times, load = measure(models[SLOW], models[FAST])
    rows = []
    for number, arrivals in enumerate(times, 1):
        dt = FAST if number > EIGHT else SLOW
        gaps = [b - a for a, b in itertools.pairwise(arrivals)]
        errors = [abs(gap - dt) for gap in gaps]
        drift = (arrivals[-1] - arrivals[0]) - (len(arrivals) - 1) * dt
        rows.append(
            [
                str(number),
                f"{dt * 1000:.0f} ms",
                f"{sum(gaps) / len(gaps) * 1000:.3f}",
                f"{drift * 1000:.2f}",
                f"{percentile(errors, 0.5) * 1000:.3f}",
                f"{percentile(errors, 0.99) * 1000:.3f}",
                f"{max(errors) * 1000:.2f}",
            ]
        )
    table("Nine players", ["player", "dt", "mean ms", "drift ms", "error p50 ms", "error p99 ms", "worst ms"], rows)
    print(f"\nThe engine took {load:.0%} of a core.")


if __name__ == "__main__":
    main()
