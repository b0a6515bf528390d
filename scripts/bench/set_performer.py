"""Performer of the set benchmark: types in the terminal, and reads the state of the engine as a referee."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from set_report import Course
from set_rig import Stage

from impsy_tui.control.client import connected
from impsy_tui.control.messages import Snapshot
from impsy_tui.errors import NoEngineError

PATIENCE = 60.0
_FIXED = 150.0
"""Seconds that everything takes but the playing between two acts."""
_BREATHS = 26
"""Number of these."""


class Performer:
    """Performer of the set.

    Args:
        stage: everything on stage.
        minutes: duration.
    """

    def __init__(self, stage: Stage, minutes: float) -> None:
        self.stage = stage
        self.course = Course(time.time())
        self.breath = max(2.0, (minutes * 60 - _FIXED) / _BREATHS)
        """Seconds of playing between two acts."""
        self.links: list[float] = []
        """Seconds until the screen was usable after each loss of the link."""
        self.silence: list[float] = []
        """Seconds without a message from the engine after each of its ends."""

    # Words

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Does something of the set, and plays on."""
        began = time.time()
        print(f"{began - self.course.began:6.1f} {name}", flush=True)
        yield
        self.course.steps.append((began, time.time(), name))
        time.sleep(self.breath)

    def fault(self, name: str, effect: str = "", at: float = 0.0) -> None:
        """Notes a fault and its effect."""
        self.course.faults.append((at or time.time(), time.time(), name, effect))
        print(f"{time.time() - self.course.began:6.1f} {name}: {effect}", flush=True)

    def do(self, line: str, *shown: str) -> None:
        """Types a line, and waits until these texts are on the screen."""
        self.stage.type(line)
        self.sees(*shown)

    def sees(self, *shown: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not all(text in self.stage.terminal.text for text in shown):
            if time.monotonic() > deadline:
                raise SystemExit(f"{shown} did not all appear; the screen is\n{self.stage.terminal.text}")
            time.sleep(0.02)

    def moves(self) -> None:
        """Waits until the meters of the screen move."""
        began, before = time.monotonic(), self.meters()
        while not before or self.meters() == before:
            if time.monotonic() - began > PATIENCE:
                raise SystemExit(f"the screen does not move; it is\n{self.stage.terminal.text}")
            time.sleep(0.05)
            before = before or self.meters()

    def meters(self) -> list[str]:
        """Returns the lines of the screen with meters."""
        return [line for line in self.stage.terminal.text.splitlines() if "x1 " in line or "held" in line]

    def until(self, condition: Callable[[Snapshot], bool], what: str) -> Snapshot:
        """Waits for a state of the engine, which this referee only reads."""
        deadline = time.monotonic() + PATIENCE * 10
        while True:
            with suppress(NoEngineError):
                if condition(snapshot := self.snapshot()):
                    return snapshot
            if time.monotonic() > deadline:
                raise SystemExit(f"not in time: {what}; the screen is\n{self.stage.terminal.text}")
            time.sleep(0.05)

    def snapshot(self) -> Snapshot:
        with connected(self.stage.machine.engine_socket) as client:
            return client.snapshot()

    def engine(self) -> int:
        """Returns the process of the engine."""
        with connected(self.stage.machine.engine_socket) as client:
            return client.hello.pid
