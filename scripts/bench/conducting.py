"""Benchmarks of scheduled commands: ramps, schedules, a thousand of them, and the replay of a real performance."""

import itertools
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from common import MODEL, ROOT, arrivals, percentile, running, table

from impsy_tui.control.client import connected
from impsy_tui.data.datasets import read_dataset
from impsy_tui.engine.performance.ramps import RampTrack
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.language import Invocation, Program, parse

PERFORMANCES = ROOT.parent / "shared" / "data" / "impsy" / "training-dataset-9d.npz"
RAMP, COMMANDS, PENDING, IDLE, REPLAY = 8.0, 200, 1000, 10.0, 60.0


def _line(text: str) -> Invocation:
    read = parse(text)
    assert isinstance(read, Program)
    (step,) = read.steps
    assert isinstance(step, Invocation)
    return step


def ramp() -> list[str]:
    """Measures a ramp of eight seconds on the engine's loop: the times of its steps, and its last value."""
    loop = EngineLoop()
    loop.priority.ask(loop.time())
    turns: list[tuple[float, float]] = []
    scheduled = ScheduledCommands(loop.scheduler, lambda *what: None, lambda: None, lambda: False, lambda call: call)
    track = RampTrack(("main", "temp", -1), 1.0, 0.6, lambda value: turns.append((time.monotonic(), value)))
    scheduled.over(_line("over 8s temp 0.6"), RAMP, [track], at_end=loop.stop)
    loop.run_forever()
    loop.close()
    gaps = [b - a for (a, _), (b, _) in itertools.pairwise(turns)]
    return [
        f"{RAMP:.0f} s",
        f"{len(gaps) / (turns[-1][0] - turns[0][0]):.1f}/s",
        f"{percentile(gaps, 0.5) * 1000:.2f}",
        f"{max(gaps) * 1000:.2f}",
        f"{turns[-1][1]!r} of 0.6",
        f"{(turns[-1][0] - turns[0][0] - RAMP) * 1000:.2f}",
    ]


def schedules() -> list[str]:
    """Measures the lateness of commands that are due at chosen times."""
    loop = EngineLoop()
    loop.priority.ask(loop.time())
    late: list[float] = []
    due: dict[str, float] = {}

    def run(program: object, player: str, source: str) -> None:
        late.append(time.monotonic() - due[source.split()[0]])
        if len(late) == COMMANDS:
            loop.stop()

    scheduled = ScheduledCommands(loop.scheduler, run, lambda: None, lambda: False, lambda call: call)
    program = parse("temp 1")
    assert isinstance(program, Program)
    for seconds in np.random.default_rng(1).uniform(0.5, 10.0, COMMANDS):
        pending = scheduled.after(_line("after 1s temp 1"), float(seconds), program)
        assert pending.timer is not None
        due[str(pending.number)] = pending.timer.deadline
    loop.run_forever()
    loop.close()
    return [str(COMMANDS), *(f"{percentile(late, share) * 1000:.3f}" for share in (0.5, 0.99, 1.0))]


def busy(pid: int) -> float:
    """Returns the processor time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def pending() -> list[list[str]]:
    """Measures an idle engine without pending commands, and with a thousand of them."""
    rows = []
    with running("ours", "callresponse") as program, connected(program.control) as client:
        for count in (0, PENDING):
            for number in range(count):
                assert client.command(f"after {600 + number}s temp 1").ok
            time.sleep(1.0)
            began = busy(program.process.pid)
            time.sleep(IDLE)
            rows.append([str(count), f"{(busy(program.process.pid) - began) / IDLE:.2%}"])
    return rows


def replay() -> list[str]:
    """Measures the replay of a real performance of nine dimensions from a log to the output."""
    performances = [each for each in read_dataset(PERFORMANCES) if len(each) > 500]
    performance = max(performances, key=len)
    times = np.cumsum(np.minimum(performance[1:, 0].astype(float), 5.0))
    count = int(np.searchsorted(times, REPLAY))
    began = datetime(2026, 1, 1)
    rows = [
        f"{(began + timedelta(seconds=float(at))).isoformat(timespec='microseconds')},interface,"
        + ",".join(f"{min(max(x, 0.0), 1.0):.9f}" for x in event[1:].tolist())
        for at, event in zip(times[:count], performance[1 : count + 1], strict=True)
    ]
    wanted = [float(at) for at in times[:count]]
    with running("ours", "useronly", model=MODEL) as program, connected(program.control) as client:
        folder = Path(f"/proc/{program.process.pid}/cwd") / "logs"
        folder.mkdir(exist_ok=True)
        (folder / "real-9d-mdrnn.log").write_text("\n".join(rows) + "\n")
        assert client.command("thru on").ok
        program.drain()
        said = client.command("replay real-9d-mdrnn")
        assert said.ok, said.text
        heard = arrivals(program, REPLAY + 5.0, count)
    errors = [abs((b - a) - (d - c)) for (a, b), (c, d) in zip(_pairs(heard), _pairs(wanted), strict=False)]
    return [
        str(count),
        str(len(heard)),
        f"{wanted[-1]:.0f}",
        *(f"{percentile(errors, share) * 1000:.3f}" for share in (0.5, 0.99, 1.0)),
    ]


def _pairs(values: list[float]) -> list[tuple[float, float]]:
    return list(itertools.pairwise(values))


def main() -> None:
    columns = ["ramp", "steps", "p50 ms apart", "most ms apart", "ended at", "ended late ms"]
    table("Ramps", columns, [ramp()])
    table("Scheduled commands", ["commands", "late p50 ms", "p99 ms", "worst ms"], [schedules()])
    table("Things pending", ["pending", "processor"], pending())
    if PERFORMANCES.is_file():
        columns = ["events", "heard", "seconds", "time between events: error p50 ms", "p99 ms", "worst ms"]
        table("Replay of a real performance", columns, [replay()])


if __name__ == "__main__":
    main()
