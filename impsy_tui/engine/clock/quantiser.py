"""Quantiser: moves the sound of an event to the grid; its time for the model does not change."""

from collections.abc import Callable, Iterable
from typing import Final

from impsy_tui.engine.clock.grid import Grid
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.runtime.scheduler import Timer
from impsy_tui.prediction import Prediction

STALE: Final = 0.25
"""Seconds. An event that is later than this after a stall is left out, because it would be part of a burst."""

_NEAR: Final = 1e-4
"""Tolerance in beats: a line that is nearer than this is due."""


class PendingEvent:
    """Prediction that is planned and not played yet.

    Attributes:
        prediction: the event.
        anchor: time of the event before it, in seconds.
        wait: seconds from the anchor to the event.
        timer: timer of the event.
        answerers: mark of an answer to an event; None if the prediction is not an answer.
        apart: True if the event sounds on a line of the grid.
        goes_on: True if the next prediction follows from this one; an answer has no next prediction.
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
        """Time of the event for the model, in seconds."""
        return self.anchor + self.wait


class Quantiser:
    """Plays events on the lines of the tempo's grid.

    An event sounds on the line nearest to its time, even if the line is a little earlier. If this line is past, the
    event sounds on the next free line. One event sounds on a line: the last one replaces the others.

    Args:
        tempo: Tempo with the grid.
        sound: Takes an event at its line.
        left_out: Takes an event that another event replaced (True), or that was too late after a stall (False).
        release: Takes the waiting events when the grid ends.
    """

    def __init__(
        self,
        tempo: Tempo,
        sound: Callable[[PendingEvent], None],
        left_out: Callable[[PendingEvent, bool], None],
        release: Callable[[Iterable[PendingEvent]], None],
    ) -> None:
        self._tempo = tempo
        self._sound = sound
        self._left_out = left_out
        self._release = release
        self._waiting: dict[int, PendingEvent] = {}
        self._last: int | None = None
        self._counted: tuple[int, str] = (0, "")
        self._alarm = tempo.alarm(self._ring, self._relaid)

    def plan(self, event: PendingEvent) -> None:
        """Plans an event on its line. There must be a grid."""
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
        """Removes an event; returns True if it was waiting."""
        for line, other in self._waiting.items():
            if other is event:
                del self._waiting[line]
                self._await()
                return True
        return False

    def drop(self) -> None:
        """Removes all waiting events."""
        self._waiting.clear()
        self._alarm.clear()

    def due(self, event: PendingEvent) -> float | None:
        """Returns the time of an event's sound; None if the event does not wait."""
        grid = self._tempo.grid
        line = next((line for line, other in self._waiting.items() if other is event), None)
        return None if line is None or grid is None else self._tempo.time_of(grid.beat_of(line))

    def _grid(self) -> Grid:
        grid = self._tempo.grid
        assert grid is not None
        counted = (self._tempo.jumps, grid.note)
        if counted != self._counted:  # line numbers from before are not valid
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
        """Plans the waiting events again after a change of the grid."""
        if self._tempo.grid is None:
            events = list(self._waiting.values())
            self.drop()
            self._release(events)
        elif self._counted == (self._tempo.jumps, self._tempo.grid.note):
            self._await()
        else:
            events = sorted(self._waiting.values(), key=lambda event: event.deadline)
            self.drop()
            for event in events:
                self.plan(event)
