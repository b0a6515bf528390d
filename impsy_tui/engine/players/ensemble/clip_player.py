"""Player of clips: plays the touches of a follower, each at its deadline."""

from collections.abc import Callable
from typing import Final

from impsy_tui.engine.clock.quantiser import STALE
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.ensemble.clips import SILENCE, Clip, ClipTouch
from impsy_tui.ensemble.touches.features import WINDOW

HELD: Final = 0.3
"""Seconds after the last touch at which a finger counts as lifted."""


class ClipPlayer:
    """Plays one clip after the other.

    Deadlines are absolute: a touch is due at its offset from the begin of the clip, and a clip five seconds after the
    clip before. Touches that a stall made late are skipped.

    Attributes:
        played: Number of played touches.
        skipped: Number of skipped touches.

    Args:
        scheduler: Scheduler of all events.
        play: Plays a touch.
        lift: Lifts the finger.
        another: Returns the clip after a clip that has ended.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        play: Callable[[ClipTouch], None],
        lift: Callable[[], None],
        another: Callable[[], Clip],
    ) -> None:
        self.played = 0
        self.skipped = 0
        self._scheduler = scheduler
        self._play = play
        self._lift = lift
        self._another = another
        self._clip = SILENCE
        self._began = 0.0
        self._next = 0
        self._down = False
        self._timer: Timer | None = None

    def begin(self, clip: Clip, at: float) -> None:
        """Ends the current clip and begins another.

        Args:
            clip: Clip to play; silence plays nothing until the next ``begin``.
            at: Begin of the clip in seconds on the scheduler's clock.
        """
        self.stop()
        self._clip, self._began, self._next = clip, at, 0
        if clip.touches:
            self._plan()

    def stop(self) -> None:
        """Ends the current clip."""
        if self._timer is not None:
            self._timer.cancel()
        self._clip = SILENCE
        self.end_touch()

    def end_touch(self) -> None:
        """Lifts the finger; the clip goes on."""
        if self._down:
            self._down = False
            self._lift()

    def _plan(self) -> None:
        touches, following = self._clip.touches, self._next
        due = self._began + (touches[following].offset if following < len(touches) else WINDOW)
        action = self._touch if following < len(touches) else self._end
        if self._down and following:
            lifted = self._began + touches[following - 1].offset + HELD
            if lifted < due:
                due, action = lifted, self._rest
        self._timer = self._scheduler.at(due, action)

    def _touch(self) -> None:
        touch = self._clip.touches[self._next]
        self._next += 1
        if self._scheduler.now() - self._began - touch.offset > STALE:
            self.skipped += 1
        else:
            self.played += 1
            self._down = True
            self._play(touch)
        self._plan()

    def _rest(self) -> None:
        self.end_touch()
        self._plan()

    def _end(self) -> None:
        # Clips that a stall missed are skipped.
        missed = int((self._scheduler.now() - self._began) / WINDOW) or 1
        self.begin(self._another(), self._began + missed * WINDOW)
