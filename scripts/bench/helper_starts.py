"""Lateness of a loop of real-time priority while it starts helper processes, next to the same time without them."""

import asyncio
import os
from typing import Final

import numpy as np
from common import table

from impsy_tui.engine.runtime.subprocesses import ask_process

STARTS: Final = 300
TICK: Final = 0.001
SPAN: Final = 0.06
"""Seconds after a start in which the loop is watched."""


async def measured() -> tuple[list[float], list[float]]:
    """Returns the worst lateness in ms with a start, and without one, in spans in turn."""
    loop = asyncio.get_running_loop()
    late = [0.0]

    async def tick() -> None:
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            late.append(loop.time() - due)

    async def worst() -> float:
        late[:] = [0.0]
        await asyncio.sleep(SPAN)
        return max(late) * 1000

    ticking = asyncio.create_task(tick())
    starting, waiting = [], []
    for _ in range(STARTS):
        waiting.append(await worst())
        asked = asyncio.create_task(ask_process("true", "check_model", ["true"]))
        starting.append(await worst())
        await asked
    ticking.cancel()
    return starting, waiting


def main() -> None:
    """Prints the table."""
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    rows = [
        [name, *(f"{number:.1f}" for number in np.quantile(found, [0.5, 0.9, 0.99, 1.0]))]
        for name, found in zip(("a helper starts", "no helper starts"), asyncio.run(measured()), strict=True)
    ]
    table(
        f"Lateness of a tick of 1 ms in ms, {STARTS} spans each, load {os.getloadavg()[0]:.0f}",
        ["", "median", "90 %", "99 %", "worst"],
        rows,
    )


if __name__ == "__main__":
    main()
