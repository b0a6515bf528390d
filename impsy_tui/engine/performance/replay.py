"""A logged performance, played as if the musician were there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from impsy_tui.control.states import ReplayState
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.errors import UserError
from impsy_tui.workers.read_log import FRAME, ReplayRows

_LINE, _EVENT, _FRAME = range(3)
_MOST_AGAIN: Final = 100
"""Frames that one may stand for."""
_LATE: Final = 0.25
"""Seconds. What a stall made later than this is not caught up with: that would be a burst."""


@dataclass(frozen=True, slots=True)
class RecordedPerformance:
    """What is replayed.

    Attributes:
        name: of the log.
        times: seconds since the first event, rising, shape ``[events]``.
        values: 0..1, shape ``[events, values]``.
        commands: times and lines; those before the first event (or at once with it) set the stage.
        refused: commands of it that are not allowed in a recording, each with its file and line.
        frames: of descriptors, shape ``[frames, 57]``: times, descriptors, and how many each stands for.
    """

    name: str
    times: np.ndarray
    values: np.ndarray
    commands: Sequence[tuple[float, str]] = ()
    frames: np.ndarray = field(default_factory=lambda: np.empty((0, FRAME)))
    refused: Sequence[str] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        last = self.commands[-1][0] if self.commands else 0.0
        return max([last, *(float(times[-1]) for times in (self.times, self.frames[:, 0]) if len(times))])

    def __str__(self) -> str:
        counted = ((len(self.times), "events"), (len(self.frames), "frames of sound"))
        return " and ".join(f"{count} {what}" for count, what in counted if count)


def performance_of(name: str, printed: bytes) -> RecordedPerformance:
    """A performance as ``workers.read_log`` prints it.

    Raises:
        UserError: there is none.
    """
    end = printed.index(b"\n")
    reel = msgspec.json.decode(printed[:end], type=ReplayRows)
    if reel.problem:
        raise UserError(reel.problem)
    behind = end + 1 + 8 * reel.rows * (1 + reel.values)
    events = np.frombuffer(printed, "<f8", count=reel.rows * (1 + reel.values), offset=end + 1)
    events = events.reshape(reel.rows, 1 + reel.values)
    frames = np.frombuffer(printed, "<f4", offset=behind).reshape(reel.frames, FRAME)
    return RecordedPerformance(name, events[:, 0], events[:, 1:], reel.commands, frames, reel.refused)


class Replayer:
    """Plays performances, one at a time.

    Args:
        scheduler: keeps their time.
        play: takes an event: values, and when it was due.
        sound: takes a frame of descriptors, and when it was due.
        command: carries out a line.
        over: called with the name of a performance that has come to its end.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        play: Callable[[Sequence[float], float], None],
        sound: Callable[[np.ndarray, float], None],
        command: Callable[[str], None],
        over: Callable[[str], None],
    ) -> None:
        self._scheduler = scheduler
        self._play = play
        self._sound = sound
        self._command = command
        self._over = over
        self._performance: RecordedPerformance | None = None
        self._began = 0.0
        self._speed = 1.0
        self._event = 0
        self._line = 0
        self._frame = 0
        self._again = 0
        """How often the frame has been heard that is next."""
        self._timer: Timer | None = None

    def start(self, performance: RecordedPerformance, speed: float) -> None:
        """Play from the first event on, which comes now; another performance ends."""
        self.stop()
        self._performance, self._speed = performance, speed
        self._began = self._scheduler.now()
        self._event = self._frame = self._again = 0
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
        upcoming = min(self._upcoming(performance), default=None)
        if upcoming is None:
            self._performance = None
            self._over(performance.name)
            return
        at, kind = upcoming
        due = self._began + at / self._speed
        self._timer = self._scheduler.at(due, self._next, due, kind)

    def _upcoming(self, performance: RecordedPerformance) -> Iterator[tuple[float, int]]:
        """When the next command, event and frame are due; of those at once, commands come first."""
        if self._line < len(performance.commands):
            yield performance.commands[self._line][0], _LINE
        if self._event < len(performance.times):
            yield float(performance.times[self._event]), _EVENT
        if self._frame < len(performance.frames):
            yield self._frame_due(performance.frames), _FRAME

    def _frame_due(self, frames: np.ndarray) -> float:
        """A frame that stands for others is heard as often, up to when the next one is due."""
        begin, count = float(frames[self._frame, 0]), frames[self._frame, -1]
        if not self._again or self._frame + 1 == len(frames):
            return begin
        return begin + (float(frames[self._frame + 1, 0]) - begin) * self._again / float(count)

    def _next(self, due: float, kind: int) -> None:
        performance = self._performance
        assert performance is not None
        late = self._scheduler.now() - due
        if late > _LATE:
            self._began += late
            due += late
        if kind == _LINE:
            self._line += 1
            self._command(performance.commands[self._line - 1][1])
        elif kind == _EVENT:
            self._event += 1
            self._play(performance.values[self._event - 1].tolist(), due)
        else:
            frame = performance.frames[self._frame]
            self._again += 1
            if self._again >= min(frame[-1], _MOST_AGAIN):
                self._frame, self._again = self._frame + 1, 0
            self._sound(frame[1:-1].astype(float), due)
        if self._performance is performance:
            self._plan()
