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

MINUTES = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
CHANGE = 7.0
"""Seconds between two changes of the tempo."""
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

    def hear(self, program: Running) -> None:
        """Takes the beat that has just arrived."""
        data, at = arrival(program.output)
        link = self._link
        beat, now = link.beat, time.time()
        first = self._form.read(data)[0] if len(data) == self._form.size else None
        if first is None:
            return
        expected = round((first - 0.1) / 0.2)
        off = (beat - (now - at) * link.tempo / 60.0 - expected + BAR / 2) % BAR - BAR / 2
        self.errors.append(abs(off) * 60.0 / link.tempo)


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
        loop = asyncio.get_running_loop()
        for engine, judge in zip(engines, judges, strict=True):
            engine.drain()
            loop.add_reader(engine.output.fileno(), judge.hear, engine)
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
    rows = []
    for name, judge in zip(("first engine", "second engine"), judges, strict=True):
        shown = [f"{percentile(judge.errors, share) * 1000:.3f}" for share in (0.5, 0.99)]
        rows.append([name, str(len(judge.errors)), str(changes), *shown, f"{max(judge.errors) * 1000:.2f}"])
    columns = ["beats of", "beats", "changes of tempo", "off the third program p50 ms", "p99 ms", "worst ms"]
    table(f"Ableton Link, {MINUTES:g} minutes", columns, rows)


asyncio.run(measure())
