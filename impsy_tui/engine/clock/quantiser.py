"""Playing on a grid: when an event sounds, apart from when it happens for the model."""

from collections.abc import Callable, Iterable
from typing import Final

from impsy_tui.engine.clock.grid import Grid
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.runtime.scheduler import Timer
from impsy_tui.prediction import Prediction

STALE: Final = 0.25
"""Seconds. What is later than this (after a stall) is left out: it would be a burst."""

_NEAR: Final = 1e-4
"""Beats. A line this near is there."""


class PendingEvent:
    """A prediction on its way to being played.

    Attributes:
        prediction: what is played.
        anchor: when what it follows happened.
        wait: seconds from then until it happens.
        timer: waits for that.
        answerers: by which an answer to something is known, None for what answers nothing.
        apart: it sounds on a line of the grid, and not when it happens.
        goes_on: the player plays it by itself, and the next follows from it; an answer does not go on.
    """

    __slots__ = ("anchor", "answerers", "apart", "goes_on", "prediction", "timer", "wait")

    def __init__(
        self,
        prediction: Prediction,
        anchor: float,
        wait: float,
        answerers: set[str] | None = None,
        *,
        goes_on: bool = False,
    ) -> None:
        self.prediction = prediction
        self.anchor = anchor
        self.wait = wait
        self.answerers = answerers
        self.goes_on = goes_on
        self.timer: Timer | None = None
        self.apart = False

    @property
    def deadline(self) -> float:
        """When it happens."""
        return self.anchor + self.wait


class Quantiser:
    """Lets events sound on the lines of the tempo's grid.

    An event sounds on the line nearest to when it happens, be it a little before, as events are
    known beforehand; on the next that has not sounded, where that is past. One event sounds on
    a line: the one that happens last, the others give way.

    Args:
        tempo: has the grid.
        sound: an event's line has come.
        left_out: an event gives way to another (True), or its line came too late after a stall.
        let_go: there is no grid any more, and these events were still to sound.
    """

    def __init__(
        self,
        tempo: Tempo,
        sound: Callable[[PendingEvent], None],
        left_out: Callable[[PendingEvent, bool], None],
        let_go: Callable[[Iterable[PendingEvent]], None],
    ) -> None:
        self._tempo = tempo
        self._sound = sound
        self._left_out = left_out
        self._let_go = let_go
        self._waiting: dict[int, PendingEvent] = {}
        self._last: int | None = None
        self._counted: tuple[int, str] = (0, "")
        self._alarm = tempo.alarm(self._ring, self._relaid)

    def plan(self, event: PendingEvent) -> None:
        """Let an event sound on its line. There must be a grid."""
        tempo, grid = self._tempo, self._grid()
        event.apart = True
        line = max(
            grid.nearest(tempo.beat_at(event.deadline)),
            grid.following(tempo.beat_at(tempo.scheduler.now())),
        )
        if self._last is not None and line <= self._last:
            line = self._last + 1
        other = self._waiting.get(line)
        if other is not None and other.deadline > event.deadline:
            self._left_out(event, True)
            return
        self._waiting[line] = event
        if other is not None:
            self._left_out(other, True)
        beat = grid.beat_of(line)
        if not self._alarm.is_set or beat < self._alarm.beat:
            self._alarm.set(beat)

    def withdraw(self, event: PendingEvent) -> bool:
        """Take back an event; whether it was still to sound."""
        for line, other in self._waiting.items():
            if other is event:
                del self._waiting[line]
                self._await()
                return True
        return False

    def drop(self) -> None:
        """Take back everything that was still to sound."""
        self._waiting.clear()
        self._alarm.clear()

    def due(self, event: PendingEvent) -> float | None:
        """When an event will sound; None if it is not to sound any more."""
        grid = self._tempo.grid
        line = next((line for line, other in self._waiting.items() if other is event), None)
        return None if line is None or grid is None else self._tempo.time_of(grid.beat_of(line))

    def _grid(self) -> Grid:
        grid = self._tempo.grid
        assert grid is not None
        counted = (self._tempo.jumps, grid.note)
        if counted != self._counted:  # the numbers of lines of before mean nothing now
            self._counted, self._last = counted, None
        return grid

    def _await(self) -> None:
        if self._waiting:
            self._alarm.set(self._grid().beat_of(min(self._waiting)))
        else:
            self._alarm.clear()

    def _ring(self) -> None:
        tempo, grid = self._tempo, self._grid()
        now = tempo.scheduler.now()
        here = tempo.beat_at(now) + _NEAR
        past = sorted(line for line in self._waiting if grid.beat_of(line) <= here)
        events = [self._waiting.pop(line) for line in past]
        self._await()
        if not past:
            return
        self._last = past[-1]
        if now - tempo.time_of(grid.beat_of(past[-1])) > STALE:
            late, event = events, None
        else:
            *late, event = events
        for missed in late:
            self._left_out(missed, False)
        if event is not None:
            self._sound(event)

    def _relaid(self, beat: float, jumped: bool) -> None:
        """Lines stand elsewhere, are counted anew, or are no more."""
        if self._tempo.grid is None:
            events = list(self._waiting.values())
            self.drop()
            self._let_go(events)
        elif self._counted == (self._tempo.jumps, self._tempo.grid.note):
            self._await()
        else:
            events = sorted(self._waiting.values(), key=lambda event: event.deadline)
            self.drop()
            for event in events:
                self.plan(event)
