"""Running the workers of agents, as a shell does."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress


def work(module: str, *arguments: object, interrupted: bool = False) -> list[FromWorker]:
    """All that a worker says; it must end well.

    Args:
        module: in ``impsy_tui.workers.training``.
        arguments: as they would be typed.
        interrupted: as soon as it trains.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", f"impsy_tui.workers.training.{module}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parent.parent.parent.parent)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said = []
    try:
        for line in process.stdout:
            said.append(msgspec.json.decode(line, type=FromWorker))
            last = said[-1]
            if interrupted and isinstance(last, Progress) and last.stage == "step":
                process.send_signal(signal.SIGINT)
                interrupted = False
        errors = process.stderr.read().decode()
        assert process.wait(60) == 0, errors
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    return said


def end(said: list[FromWorker]) -> Finished | Failed:
    """Returns the last message."""
    last = said[-1]
    assert isinstance(last, Finished | Failed)
    return last
