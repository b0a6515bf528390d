"""Keeping time: a model that predicts a constant dt, played in battle for 15 s."""

import itertools
import select
import subprocess
import tempfile
import time
from pathlib import Path

from common import PEER, arrival, is_answer, percentile, running, table


def measure(who: str, model: Path, seconds: float = 15.0) -> list[float]:
    """When each output arrived, in seconds."""
    with running(who, "battle", timescale=1.0, model=model) as program:
        time.sleep(0.5)
        program.drain()
        times = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([program.output], [], [], left)[0]:
                data, at = arrival(program.output)
                if is_answer(data):
                    times.append(at)
        return times


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    rows = []
    for dt in (0.05, 0.01):
        model = folder / f"pulse-{dt}.tflite"
        subprocess.run(
            [str(PEER / "python"), str(Path(__file__).parent / "pulse_model.py"), str(model), str(dt)],
            check=True,
            capture_output=True,
        )
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
