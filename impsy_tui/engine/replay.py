"""A logged performance, played as if the musician were there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from impsy_tui.control.states import ReplayState
from impsy_tui.engine.scheduler import Scheduler, Timer
from impsy_tui.jobs.replay import Reel

_LATE: Final = 0.25
"""Seconds. What a stall made later than this is not caught up with: that would be a burst."""


class ReplayProblem(Exception):
    """What cannot be replayed; the message says why."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What is replayed.

    Attributes:
        name: of the log.
        times: seconds since the first event, rising, shape ``[events]``.
        values: 0..1, shape ``[events, values]``.
        commands: times and lines; those before the first event (or at once with it) set the stage.
    """

    name: str
    times: np.ndarray
    values: np.ndarray
    commands: Sequence[tuple[float, str]] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        last = self.commands[-1][0] if self.commands else 0.0
        return max(float(self.times[-1]), last)


def performance_of(name: str, printed: bytes) -> Performance:
    """A performance as ``jobs.replay`` prints it.

    Raises:
        ReplayProblem: there is none.
    """
    end = printed.index(b"\n")
    reel = msgspec.json.decode(printed[:end], type=Reel)
    if reel.problem:
        raise ReplayProblem(reel.problem)
    events = np.frombuffer(printed, "<f8", offset=end + 1).reshape(reel.rows, 1 + reel.values)
    return Performance(name, events[:, 0], events[:, 1:], reel.commands)


class Replayer:
    """Plays performances, one at a time.

    Args:
        scheduler: keeps their time.
        play: takes an event: values, and when it was due.
        command: carries out a line.
        over: called with the name of a performance that has come to its end.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        play: Callable[[Sequence[float], float], None],
        command: Callable[[str], None],
        over: Callable[[str], None],
    ) -> None:
        self._scheduler = scheduler
        self._play = play
        self._command = command
        self._over = over
        self._performance: Performance | None = None
        self._began = 0.0
        self._speed = 1.0
        self._event = 0
        self._line = 0
        self._timer: Timer | None = None

    def start(self, performance: Performance, speed: float) -> None:
        """Play from the first event on, which comes now; another performance ends."""
        self.stop()
        self._performance, self._speed = performance, speed
        self._began = self._scheduler.now()
        self._event = 0
        self._line = sum(time <= 0.0 for time, _ in performance.commands)
        self._plan()

    def stop(self) -> str:
        """End; the name of what was replayed, empty for nothing."""
        if self._timer is not None:
            self._timer.cancel()
        performance, self._performance = self._performance, None
        return performance.name if performance is not None else ""

    @property
    def has_commands(self) -> bool:
        """Whether what is replayed has commands of its own."""
        return self._performance is not None and bool(self._performance.commands)

    def state(self) -> ReplayState | None:
        """What is replayed, for a snapshot."""
        if self._performance is None:
            return None
        position = (self._scheduler.now() - self._began) * self._speed
        length = self._performance.seconds
        return ReplayState(self._performance.name, min(max(position, 0.0), length), length, self._speed)

    def _plan(self) -> None:
        performance = self._performance
        assert performance is not None
        events, lines = len(performance.times), len(performance.commands)
        of_event = float(performance.times[self._event]) if self._event < events else None
        of_line = performance.commands[self._line][0] if self._line < lines else None
        if of_event is None and of_line is None:
            self._performance = None
            self._over(performance.name)
            return
        command_first = of_event is None or (of_line is not None and of_line <= of_event)
        at = of_line if command_first else of_event
        assert at is not None
        due = self._began + at / self._speed
        self._timer = self._scheduler.at(due, self._next, due, command_first)

    def _next(self, due: float, command_first: bool) -> None:
        performance = self._performance
        assert performance is not None
        late = self._scheduler.now() - due
        if late > _LATE:
            self._began += late
            due += late
        if command_first:
            self._line += 1
            self._command(performance.commands[self._line - 1][1])
        else:
            self._event += 1
            self._play(performance.values[self._event - 1].tolist(), due)
        if self._performance is performance:
            self._plan()
