"""What a player is about to play: events on their way, when each happens and when it sounds."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from impsy_tui.engine.clock.quantiser import STALE, PendingEvent, Quantiser
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.prediction import Prediction

MOST_WAITING: Final = 10_000
"""Answers that can be on their way at a time."""


class PendingEvents:
    """Events on their way to being played.

    An event sounds when it happens; where the tempo has a grid, it sounds on a line of that. An answer
    is done with once it has sounded. What a player plays by itself is done with once it has happened,
    as the next one follows from it.

    Args:
        tempo: musical time.
        sound: an event sounds now: what is played, and by what an answer is known, None for none.
        happened: what a player plays by itself has happened.
    """

    def __init__(
        self,
        tempo: Tempo,
        sound: Callable[[Prediction, set[str] | None], None],
        happened: Callable[[PendingEvent], None],
    ) -> None:
        self.skipped = 0
        """Events left out because they were late, or too many."""
        self.replaced = 0
        """Events that gave way to a later one on their line of the grid."""
        self._tempo = tempo
        self._scheduler = tempo.scheduler
        self._sound = sound
        self._happened = happened
        self._quantiser = Quantiser(tempo, self._on_line, self._left_out, self._let_go)
        self._events: dict[PendingEvent, None] = {}

    @property
    def upcoming(self) -> tuple[float, tuple[float, ...]] | None:
        """When the newest will sound, and its values; None if nothing is to sound."""
        if not self._events:
            return None
        event = next(reversed(self._events))
        due = self._quantiser.due(event) if event.apart else event.deadline
        return None if due is None else (due, event.prediction.values)

    def answer(self, prediction: Prediction, at: float, wait: float, answerers: set[str] | None) -> bool:
        """Let an answer happen, at once where its time has come.

        Args:
            prediction: what is played.
            at: when what it answers arrived.
            wait: seconds from then.
            answerers: by which it is known.

        Returns:
            False where too many are waiting already, and it is left out.
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
                event.timer = self._scheduler.at(at + wait, self._land, event)
            else:
                self._quantiser.plan(event)
        return True

    def launch(self, prediction: Prediction, anchor: float, wait: float, *, has_sounded: bool = False) -> None:
        """Let what a player plays by itself happen.

        Args:
            prediction: what is played.
            anchor: when what it follows happened.
            wait: seconds from then, above 0.
            has_sounded: it has sounded already, and has yet to happen.
        """
        event = PendingEvent(prediction, anchor, wait, goes_on=True)
        event.apart = has_sounded
        event.timer = self._scheduler.at(anchor + wait, self._land_free, event)
        self._events[event] = None
        if self._tempo.grid is not None and not has_sounded:
            self._quantiser.plan(event)

    def follow(self, event: PendingEvent, prediction: Prediction, wait: float) -> None:
        """Launch what follows from an event that has happened.

        Its wait counts from the deadline of that, or from a later beat where that is past: after a
        stall as many whole waits are skipped as have passed, so that a pulse stays on its grid, and
        at least a quarter of one is left, so that no two outputs run together.
        """
        late = self._scheduler.now() - event.deadline
        skipped = max(math.ceil(late / wait - 0.75), 0)
        self.skipped += skipped
        self.launch(prediction, event.deadline + skipped * wait, wait)

    def wait_anew(self, wait: Callable[[Prediction], float]) -> None:
        """Stretch the waits that are under way of what a player plays by itself."""
        for event in tuple(event for event in self._events if event.goes_on):
            self._cancel_timer(event)
            del self._events[event]
            has_sounded = event.apart and not self._quantiser.withdraw(event)
            self.launch(event.prediction, event.anchor, wait(event.prediction), has_sounded=has_sounded)

    def drop(self) -> tuple[Prediction, bool] | None:
        """Take back everything.

        Returns:
            What the player would have played next by itself, and whether it has sounded, before it
            happened; None where it played nothing by itself.
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

    def _land(self, event: PendingEvent) -> None:
        """An answer happens."""
        if self._scheduler.now() - event.deadline > STALE:
            del self._events[event]
            self.skipped += 1
        elif self._tempo.grid is not None:
            self._quantiser.plan(event)
        else:
            del self._events[event]
            self._sound(event.prediction, event.answerers)

    def _land_free(self, event: PendingEvent) -> None:
        """What a player plays by itself happens."""
        del self._events[event]
        if not event.apart:
            if self._tempo.grid is None:
                self._sound(event.prediction, None)
            else:
                self._quantiser.plan(event)
        self._happened(event)

    def _on_line(self, event: PendingEvent) -> None:
        """The line of an event has come."""
        self._forget_answer(event)
        self._sound(event.prediction, event.answerers)

    def _left_out(self, event: PendingEvent, for_another: bool) -> None:
        """An event does not sound, because another is later on its line, or it is too late itself."""
        self._forget_answer(event)
        if for_another:
            self.replaced += 1
        else:
            self.skipped += 1

    def _let_go(self, events: Iterable[PendingEvent]) -> None:
        """The grid has gone: what has yet to happen sounds when it does."""
        now = self._scheduler.now()
        for event in events:
            if event.deadline < now:
                self._forget_answer(event)
                self.skipped += 1
                continue
            event.apart = False
            if not event.goes_on:
                event.timer = self._scheduler.at(event.deadline, self._land, event)

    def _forget_answer(self, event: PendingEvent) -> None:
        if not event.goes_on:
            self._events.pop(event, None)
