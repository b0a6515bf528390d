"""Beats of two engines in a session of Ableton Link, against a third program: ``link.py [MINUTES]``."""

import asyncio
import random
import sys
import threading
import time

import aalink
from common import Running, arrival, percentile, running, table

from impsy_tui.channels.osc.packet import VectorFormat
from impsy_tui.control.client import connected
from impsy_tui.control.messages import Snapshot

MINUTES = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
CHANGE = 7.0
"""Seconds between two changes of the tempo."""
SAME = 0.01
"""Difference of two tempos in beats a minute that counts as none."""
SETTLE = 0.5
"""Seconds for two programs to find each other."""
BAR = 4.0
PATTERN = 'pause; thru on; play x1 "0.1 0.3 0.5 0.7"; clock link on'
"""One value on each beat of the bar, which tells the beat."""


def command(program: Running, line: str) -> None:
    with connected(program.control) as client:
        reply = client.command(line)
        assert reply.ok, reply.text


class Judge:
    """Compares each beat of an engine with the beat of this program at that moment."""

    def __init__(self, link: aalink.Link) -> None:
        self._link = link
        self._form = VectorFormat("/impsy", 8)
        self.errors: list[float] = []
        """Seconds from each sounding beat to that of this program."""
        self.phases: list[float] = []
        """Seconds between the lines of both programs at the time of a snapshot, while both have the same tempo."""
        self.spreading: list[float] = []
        """The same while only one of the programs has the new tempo."""

    def hear(self, program: Running) -> None:
        """Takes the beat that has just arrived."""
        data, at = arrival(program.output)
        first = self._form.read(data)[0] if len(data) == self._form.size else None
        if first is None:
            return
        expected = round((first - 0.1) / 0.2)
        self.errors.append(self._off(at, expected))

    def watch(self, program: Running, stop: threading.Event) -> None:
        """Takes the line of an engine, ten times a second."""
        with connected(program.control) as client:
            client.subscribe(10.0, events=False)
            for message in client.messages():
                if isinstance(message, Snapshot) and message.tempo is not None:
                    is_same = abs(message.parameters["tempo"] - self._link.tempo) < SAME
                    (self.phases if is_same else self.spreading).append(self._off(message.time, message.tempo.beat))
                if stop.is_set():
                    return

    def _off(self, at: float, beat: float) -> float:
        link = self._link
        here, now, bpm = link.beat, time.time(), link.tempo
        off = (here - (now - at) * bpm / 60.0 - beat + BAR / 2) % BAR - BAR / 2
        return abs(off) * 60.0 / bpm


async def measure() -> None:
    link = aalink.Link(120.0)
    link.quantum = BAR
    link.enabled = True
    with running("ours", "callresponse") as first, running("ours", "callresponse") as second:
        engines = (first, second)
        for engine in engines:
            await asyncio.to_thread(command, engine, PATTERN)
            await asyncio.sleep(SETTLE * 4)
        assert link.num_peers == 2, link.num_peers
        judges = (Judge(link), Judge(link))
        threads, stop = [], threading.Event()
        loop = asyncio.get_running_loop()
        for engine, judge in zip(engines, judges, strict=True):
            engine.drain()
            loop.add_reader(engine.output.fileno(), judge.hear, engine)
            threads.append(threading.Thread(target=judge.watch, args=(engine, stop)))
            threads[-1].start()
        changes, end = 0, loop.time() + MINUTES * 60.0
        while loop.time() < end:
            await asyncio.sleep(CHANGE)
            bpm = random.randrange(600, 1800) / 10
            if changes % 3 == 2:
                link.tempo = bpm
            else:
                threading.Thread(target=command, args=(engines[changes % 3], f"tempo {bpm}")).start()
            changes += 1
        for engine in engines:
            loop.remove_reader(engine.output.fileno())
        stop.set()
        for thread in threads:
            await asyncio.to_thread(thread.join)
    rows = []
    for name, judge in zip(("first engine", "second engine"), judges, strict=True):
        kinds = {
            "phase": judge.phases,
            "phase, while a new tempo spreads": judge.spreading,
            "beats as they sound": judge.errors,
        }
        for what, errors in kinds.items():
            if not errors:
                continue
            shown = [f"{percentile(errors, share) * 1000:.3f}" for share in (0.5, 0.99, 0.999)]
            rows.append([f"{name}: {what}", str(len(errors)), *shown, f"{max(errors) * 1000:.2f}"])
    columns = ["what", "readings", "off the third program p50 ms", "p99 ms", "p99.9 ms", "worst ms"]
    table(f"Ableton Link, {MINUTES:g} minutes, {changes} changes of tempo", columns, rows)


asyncio.run(measure())
