"""Playback of a recorded performance at its recorded times."""

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
_MOST_REPEATS: Final = 100
"""Largest number of equal frames that one row stands for."""
_LATE: Final = 0.25
"""Seconds. After a longer stall the rest is played later, so that there is no burst."""


@dataclass(frozen=True, slots=True)
class RecordedPerformance:
    """Performance that can be replayed.

    Attributes:
        name: name of the log.
        times: rising seconds since the first event, shape ``[events]``.
        values: values 0..1, shape ``[events, values]``.
        commands: times in seconds and lines; those at or before 0 prepare the session.
        frames: frames of descriptors, shape ``[frames, 57]``: time, descriptors, number of equal frames.
        refused: messages about commands that a recording may not have, each with file and line.
        length: least duration in seconds.
        rounds: number of times that the performance is played, one after the other; infinite for a loop without end.
    """

    name: str
    times: np.ndarray
    values: np.ndarray
    commands: Sequence[tuple[float, str]] = ()
    frames: np.ndarray = field(default_factory=lambda: np.empty((0, FRAME)))
    refused: Sequence[str] = ()
    length: float = 0.0
    rounds: float = 1.0

    @property
    def seconds(self) -> float:
        """Duration."""
        last = self.commands[-1][0] if self.commands else 0.0
        ends = [float(times[-1]) for times in (self.times, self.frames[:, 0]) if len(times)]
        return max([self.length, last, *ends])

    def __str__(self) -> str:
        counted = ((len(self.times), "events"), (len(self.frames), "frames of sound"))
        return " and ".join(f"{count} {what}" for count, what in counted if count)


def performance_of(name: str, printed: bytes) -> RecordedPerformance:
    """Reads a performance that ``workers.read_log`` printed.

    Args:
        name: name of the log.
        printed: output of the worker.

    Raises:
        UserError: The worker found no performance.
    """
    end = printed.index(b"\n")
    rows = msgspec.json.decode(printed[:end], type=ReplayRows)
    if rows.problem:
        raise UserError(rows.problem)
    frames_at = end + 1 + 8 * rows.rows * (1 + rows.values)
    events = np.frombuffer(printed, "<f8", count=rows.rows * (1 + rows.values), offset=end + 1)
    events = events.reshape(rows.rows, 1 + rows.values)
    frames = np.frombuffer(printed, "<f4", offset=frames_at).reshape(rows.frames, FRAME)
    return RecordedPerformance(name, events[:, 0], events[:, 1:], rows.commands, frames, rows.refused)


class Replayer:
    """Plays recorded performances, one at a time.

    Args:
        scheduler: calls back at due times.
        play: takes the values of an event, and its due time.
        sound: takes a frame of descriptors, and its due time.
        command: carries out a line.
        over: called with the name of a performance at its end.
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
        self._rounds = 1.0
        """Rounds that are left, with the present one."""
        self._event = 0
        self._line = 0
        self._frame = 0
        self._repeats = 0
        """Number of times that the next frame was played already."""
        self._timer: Timer | None = None

    def start(self, performance: RecordedPerformance, speed: float) -> None:
        """Starts a performance with its first event now; the present one ends."""
        self.stop()
        self._performance, self._speed, self._rounds = performance, speed, performance.rounds
        self._began = self._scheduler.now()
        self._event = self._frame = self._repeats = 0
        self._line = sum(time <= 0.0 for time, _ in performance.commands)
        self._schedule()

    def stop(self) -> str:
        """Ends the replay; returns the name of the performance, empty without one."""
        if self._timer is not None:
            self._timer.cancel()
        performance, self._performance = self._performance, None
        return performance.name if performance is not None else ""

    @property
    def has_commands(self) -> bool:
        """True if a performance with recorded commands is replayed."""
        return self._performance is not None and bool(self._performance.commands)

    def state(self) -> ReplayState | None:
        """Returns the position of the replay for a snapshot, None without a replay."""
        if self._performance is None:
            return None
        position = (self._scheduler.now() - self._began) * self._speed
        length = self._performance.seconds
        if self._performance.rounds > 1.0:
            position %= length  # the next round is prepared as soon as the last event is played
        return ReplayState(self._performance.name, min(max(position, 0.0), length), length, self._speed)

    def _schedule(self) -> None:
        performance = self._performance
        assert performance is not None
        upcoming = min(self._upcoming(performance), default=None)
        if upcoming is None and self._rounds > 1.0:
            self._rounds -= 1.0
            self._began += performance.seconds / self._speed
            self._event = self._frame = self._line = 0
            upcoming = min(self._upcoming(performance))
        if upcoming is None:
            self._performance = None
            self._over(performance.name)
            return
        at, kind = upcoming
        due = self._began + at / self._speed
        self._timer = self._scheduler.at(due, self._next, due, kind)

    def _upcoming(self, performance: RecordedPerformance) -> Iterator[tuple[float, int]]:
        """Yields the due times of the next command, event and frame. Commands come first at equal times."""
        if self._line < len(performance.commands):
            yield performance.commands[self._line][0], _LINE
        if self._event < len(performance.times):
            yield float(performance.times[self._event]), _EVENT
        if self._frame < len(performance.frames):
            yield self._frame_due(performance.frames), _FRAME

    def _frame_due(self, frames: np.ndarray) -> float:
        """Returns the due time of the next frame. Equal frames are spread evenly up to the next different one."""
        begin, count = float(frames[self._frame, 0]), frames[self._frame, -1]
        if not self._repeats or self._frame + 1 == len(frames):
            return begin
        return begin + (float(frames[self._frame + 1, 0]) - begin) * self._repeats / float(count)

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
            self._repeats += 1
            if self._repeats >= min(frame[-1], _MOST_REPEATS):
                self._frame, self._repeats = self._frame + 1, 0
            self._sound(frame[1:-1].astype(float), due)
        if self._performance is performance:
            self._schedule()
