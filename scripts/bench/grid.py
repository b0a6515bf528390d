"""Musical time: a pulse of 30 ms quantised to 1/16 at 120, and MIDI clocks through a pseudo-terminal."""

import os
import random
import select
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from common import Running, arrivals, percentile, pulse_model, running, table

from impsy_tui.control.client import connected
from impsy_tui.parameters import TEMPO

SECONDS = 20.0
PULSE = 0.03
LINE = 0.125
TICK = 2.5 / 120


def off_grid(times: Sequence[float], step: float) -> list[float]:
    """Returns the distance in seconds of each time from the best-fitting grid of this step; with drift."""
    first = times[0]
    late = [(at - first + step / 2) % step - step / 2 for at in times]
    middle = median(late)
    return [abs(one - middle) for one in late]


def row(what: str, times: Sequence[float], step: float) -> list[str]:
    errors = off_grid(times, step)
    shown = [f"{percentile(errors, share) * 1000:.3f}" for share in (0.5, 0.99)]
    return [what, str(len(times)), f"{round((times[-1] - times[0]) / step) + 1}", *shown, f"{max(errors) * 1000:.2f}"]


def listen(program: Running) -> list[float]:
    """Returns the arrival times of outputs."""
    program.drain()
    return arrivals(program, SECONDS)


def command(program: Running, line: str) -> None:
    with connected(program.control) as client:
        reply = client.command(line)
        assert reply.ok, reply.text


class Wire:
    """Far end of a pseudo-terminal that carries MIDI."""

    def __init__(self, path: Path) -> None:
        self.master, slave = os.openpty()
        path.symlink_to(os.ttyname(slave))
        os.close(slave)
        self.extra = f'[serialmidi]\nport = "{path}"\n'

    def ticks(self, seconds: float) -> list[float]:
        """Returns the times of clock ticks from now on."""
        os.set_blocking(self.master, False)
        times = []
        while select.select([self.master], [], [], 0)[0]:
            os.read(self.master, 4096)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                data, at = os.read(self.master, 4096), time.monotonic()
                times += [at] * data.count(0xF8)
        return times

    def beat(self, jitter: float, stop: threading.Event) -> None:
        """Sends a clock at 120, each tick early or late by this many seconds at most."""
        began = time.monotonic()
        count = 0
        while not stop.is_set():
            count += 1
            time.sleep(max(0.0, began + count * TICK + random.uniform(-jitter, jitter) - time.monotonic()))
            os.write(self.master, b"\xf8")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    model = pulse_model(folder, PULSE)
    rows = []
    wire = Wire(folder / "tty")
    with running("ours", "battle", timescale=1.0, model=model, extra=wire.extra) as program:
        rows.append(row("30 ms pulse, not quantised, against its own 30 ms", listen(program), PULSE))
        command(program, "quantise 1/16 at 120")
        time.sleep(1.0)
        rows.append(row("quantised to 1/16 at 120", listen(program), LINE))
        command(program, "clock out on")
        time.sleep(1.0)
        rows.append(row("a clock sent besides: its ticks", wire.ticks(SECONDS), TICK))
        command(program, "clock out off")
        stop = threading.Event()
        clock = threading.Thread(target=wire.beat, args=(0.002, stop))
        clock.start()
        command(program, "quantise clock")
        time.sleep(4.0)
        tempos: list[float] = []
        watching = threading.Thread(target=watch, args=(program, tempos, stop))
        watching.start()
        rows.append(row("quantised to a clock of 120 that jitters by ±2 ms", listen(program), LINE))
        stop.set()
        clock.join()
        watching.join()
    columns = ["what", "events", "lines", "off the grid p50 ms", "p99 ms", "worst ms"]
    table("On a grid", columns, rows)
    print(f"\nTempo shown of the clock that jitters: {min(tempos):.2f} to {max(tempos):.2f}.")


def watch(program: Running, tempos: list[float], stop: threading.Event) -> None:
    """Adds the displayed tempo to a list, again and again."""
    with connected(program.control) as client:
        while not stop.wait(0.1):
            snapshot = client.snapshot()
            if snapshot.tempo is not None:
                tempos.append(snapshot.value(TEMPO))


if __name__ == "__main__":
    main()
