"""Regularity of a model that predicts a constant dt, played in battle for 15 s."""

import itertools
import tempfile
import time
from pathlib import Path

from common import arrivals, percentile, pulse_model, running, table


def measure(who: str, model: Path, seconds: float = 15.0) -> list[float]:
    """Returns the arrival times of outputs in seconds."""
    with running(who, "battle", timescale=1.0, model=model) as program:
        time.sleep(0.5)
        program.drain()
        return arrivals(program, seconds)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    rows = []
    for dt in (0.05, 0.01):
        model = pulse_model(folder, dt)
        for who in ("ours", "peer", "ours"):
            times = measure(who, model)
            gaps = [b - a for a, b in itertools.pairwise(times)]
            errors = [abs(gap - dt) for gap in gaps]
            drift = (times[-1] - times[0]) - (len(times) - 1) * dt
            rows.append(
                [
                    f"{dt * 1000:.0f} ms",
                    who,
                    f"{sum(gaps) / len(gaps) * 1000:.3f}",
                    f"{drift * 1000:.2f}",
                    f"{percentile(errors, 0.5) * 1000:.3f}",
                    f"{percentile(errors, 0.99) * 1000:.3f}",
                    f"{max(errors) * 1000:.2f}",
                ]
            )
    table("Tempo", ["dt", "who", "mean ms", "drift ms", "error p50 ms", "error p99 ms", "worst ms"], rows)


if __name__ == "__main__":
    main()
