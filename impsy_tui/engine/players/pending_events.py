"""Pending events of a player, each with the time at which it happens and the time at which it sounds."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from impsy_tui.engine.clock.quantiser import STALE, PendingEvent, Quantiser
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.prediction import Prediction

MOST_WAITING: Final = 10_000
"""Greatest number of pending events."""


class PendingEvents:
    """Pending events of a player.

    An event sounds when it happens, or on a line of the grid if the tempo has a grid. An answer is no longer pending
    once it has sounded. A free-running event is no longer pending once it has happened: the next event follows.

    Attributes:
        skipped: Number of events skipped because they were late, or too many.
        replaced: Number of events replaced by a later event on their line of the grid.

    Args:
        tempo: Musical time.
        sound: Plays an event now: the prediction, and the players that have answered, None for no answer.
        happened: Takes a free-running event that has happened.
    """

    def __init__(
        self,
        tempo: Tempo,
        sound: Callable[[Prediction, set[str] | None], None],
        happened: Callable[[PendingEvent], None],
    ) -> None:
        self.skipped = 0
        self.replaced = 0
        self._tempo = tempo
        self._scheduler = tempo.scheduler
        self._sound = sound
        self._happened = happened
        self._quantiser = Quantiser(tempo, self._on_line, self._omit, self._leave_grid)
        self._events: dict[PendingEvent, None] = {}

    @property
    def upcoming(self) -> tuple[float, tuple[float, ...]] | None:
        """Time and values of the newest pending event; None if no event is pending."""
        if not self._events:
            return None
        event = next(reversed(self._events))
        due = self._quantiser.due(event) if event.apart else event.deadline
        return None if due is None else (due, event.prediction.values)

    def answer(self, prediction: Prediction, at: float, wait: float, answerers: set[str] | None) -> bool:
        """Adds an answer, or plays the answer at once if it is due.

        Args:
            prediction: Answer to play.
            at: Arrival of the answered event.
            wait: Seconds from the arrival to the answer.
            answerers: Players that have answered the event.

        Returns:
            False if the answer is skipped because too many events are pending.
        """
        late = self._scheduler.now() - (at + wait)
        if late > STALE:
            self.skipped += 1
        elif late >= 0.0 and self._tempo.grid is None:
            self._sound(prediction, answerers)
        elif len(self._events) >= MOST_WAITING:
            self.skipped += 1
            return False
        else:
            event = PendingEvent(prediction, at, wait, answerers)
            self._events[event] = None
            if self._tempo.grid is None:
                event.timer = self._scheduler.at(at + wait, self._happen, event)
            else:
                self._quantiser.plan(event)
        return True

    def launch(self, prediction: Prediction, anchor: float, wait: float, *, has_sounded: bool = False) -> None:
        """Adds a free-running event.

        Args:
            prediction: Event to play.
            anchor: Time of the event before.
            wait: Seconds from the event before, above 0.
            has_sounded: True if the event has sounded on the grid and still has to happen.
        """
        event = PendingEvent(prediction, anchor, wait, goes_on=True)
        event.apart = has_sounded
        event.timer = self._scheduler.at(anchor + wait, self._happen_free, event)
        self._events[event] = None
        if self._tempo.grid is not None and not has_sounded:
            self._quantiser.plan(event)

    def follow(self, event: PendingEvent, prediction: Prediction, wait: float) -> None:
        """Adds the event after an event that has happened.

        The wait counts from the deadline of the event before. After a stall, whole waits that have passed are
        skipped, so a pulse stays in time. At least a quarter of a wait is left, so two outputs never coincide.
        """
        late = self._scheduler.now() - event.deadline
        skipped = max(math.ceil(late / wait - 0.75), 0)
        self.skipped += skipped
        self.launch(prediction, event.deadline + skipped * wait, wait)

    def replan(self, wait: Callable[[Prediction], float]) -> None:
        """Plans the free-running events again with other waits."""
        for event in tuple(event for event in self._events if event.goes_on):
            self._cancel_timer(event)
            del self._events[event]
            has_sounded = event.apart and not self._quantiser.withdraw(event)
            self.launch(event.prediction, event.anchor, wait(event.prediction), has_sounded=has_sounded)

    def is_pending(self, prediction: Prediction) -> bool:
        """Returns True if a prediction has not sounded yet."""
        event = self._event_of(prediction)
        return event is not None and not (event.apart and self._quantiser.due(event) is None)

    def replace(self, old: Prediction, new: Prediction, wait: float) -> None:
        """Replaces a pending prediction; the new event counts its wait from the same time, and may be due at once."""
        event = self._event_of(old)
        if event is None:
            return
        self._cancel_timer(event)
        self._quantiser.withdraw(event)
        del self._events[event]
        wait = max(wait, self._scheduler.now() - event.anchor)
        if event.goes_on:
            self.launch(new, event.anchor, wait)
        else:
            self.answer(new, event.anchor, wait, event.answerers)

    def _event_of(self, prediction: Prediction) -> PendingEvent | None:
        return next((event for event in self._events if event.prediction is prediction), None)

    def drop(self) -> tuple[Prediction, bool] | None:
        """Drops all pending events.

        Returns:
            The pending free-running event, and True if it has sounded; None without such an event.
        """
        dropped = None
        for event in self._events:
            self._cancel_timer(event)
            if event.goes_on:
                dropped = event.prediction, event.apart and self._quantiser.due(event) is None
        self._events.clear()
        self._quantiser.drop()
        return dropped

    @staticmethod
    def _cancel_timer(event: PendingEvent) -> None:
        if event.timer is not None:
            event.timer.cancel()

    def _happen(self, event: PendingEvent) -> None:
        if self._scheduler.now() - event.deadline > STALE:
            del self._events[event]
            self.skipped += 1
        elif self._tempo.grid is not None:
            self._quantiser.plan(event)
        else:
            del self._events[event]
            self._sound(event.prediction, event.answerers)

    def _happen_free(self, event: PendingEvent) -> None:
        del self._events[event]
        if not event.apart:
            if self._tempo.grid is None:
                self._sound(event.prediction, None)
            else:
                self._quantiser.plan(event)
        self._happened(event)

    def _on_line(self, event: PendingEvent) -> None:
        self._forget_answer(event)
        self._sound(event.prediction, event.answerers)

    def _omit(self, event: PendingEvent, is_replaced: bool) -> None:
        """Counts an event that does not sound: another event takes its line, or the event is late."""
        self._forget_answer(event)
        if is_replaced:
            self.replaced += 1
        else:
            self.skipped += 1

    def _leave_grid(self, events: Iterable[PendingEvent]) -> None:
        """Plays pending events without a grid from now on."""
        now = self._scheduler.now()
        for event in events:
            if event.deadline < now:
                self._forget_answer(event)
                self.skipped += 1
                continue
            event.apart = False
            if not event.goes_on:
                event.timer = self._scheduler.at(event.deadline, self._happen, event)

    def _forget_answer(self, event: PendingEvent) -> None:
        if not event.goes_on:
            self._events.pop(event, None)
