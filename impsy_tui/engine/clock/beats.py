"""Beats and the time: when a beat comes, and what waits for one, whatever becomes of the tempo until then."""

import math
from collections.abc import Callable
from typing import Final

from impsy_tui.engine.runtime.scheduler import Scheduler, Timer

BAR: Final = 4
"""Beats of a bar."""

_EXACT: Final = 1e-5
"""Seconds. A timer this near to its beat is not moved."""
_NEAR: Final = 1e-6
"""Beats. A beat this near is there: what was computed from it is not exactly it."""

Relaid = Callable[[float, bool], None]
"""Told that what waits must look again for what it waits for: which beat it is, whether beats are counted anew."""


class Beats:
    """Beats, counted from 0, at a tempo that may change at any moment.

    Between two changes beats go along a straight line. ``set_beats`` and ``steer`` bend it without
    a jump (a clock that is followed moves it by fractions of a millisecond); ``jump`` begins
    elsewhere. What waits for a beat is an ``Alarm``.

    Args:
        scheduler: keeps the time.
        beats: a minute, at first.
    """

    def __init__(self, scheduler: Scheduler, beats: float) -> None:
        self.scheduler = scheduler
        self.beats = beats
        """Beats (quarter notes) a minute."""
        self.jumps = 0
        """How often beats were counted anew: a beat of before means nothing after."""
        self._since = scheduler.now()
        self._beat = 0.0
        self._rate = beats / 60.0
        self._alarms: dict[Alarm, None] = {}

    def beat_at(self, time: float) -> float:
        """Beats since the first bar began; below 0 before it."""
        return self._beat + (time - self._since) * self._rate

    def time_of(self, beat: float) -> float:
        """When a beat comes or came, as things stand; on the scheduler's clock."""
        return self._since + (beat - self._beat) / self._rate

    def next_beat(self, beat: float, step: int = 1) -> float:
        """The first beat at or after this one that is a multiple of ``step``."""
        return float(math.ceil(beat / step - _NEAR) * step)

    def set_beats(self, beats: float) -> None:
        """Change the tempo, from now; the beat goes on from where it is."""
        now = self.scheduler.now()
        self.steer(beats, self.beat_at(now), now)

    def steer(self, beats: float, beat: float, at: float) -> None:
        """From now on this beat is at that time, at this tempo: a little beside where it was."""
        self.beats, self._rate = beats, beats / 60.0
        self._beat, self._since = beat, at
        for alarm in tuple(self._alarms):
            alarm.moved()

    def jump(self, beat: float, at: float) -> None:
        """It is another beat, from this time on."""
        self.jumps += 1
        self._beat, self._since = beat, at
        for alarm in tuple(self._alarms):
            alarm.relaid(beat, True)

    def relay(self) -> None:
        """Let whatever waits for a beat look whether it is still the right one."""
        beat = self.beat_at(self.scheduler.now())
        for alarm in tuple(self._alarms):
            alarm.relaid(beat, False)

    def alarm(self, action: Callable[[], None], relaid: Relaid) -> "Alarm":
        """Something to wait for a beat with."""
        return Alarm(self, self._alarms, action, relaid)


class Alarm:
    """Does something when a beat has come. It costs nothing while it is not set.

    Args:
        beats: that it waits for.
        waiting: where all that are set are kept.
        action: what is done.
        relaid: see ``Relaid``; whoever set it sets it anew, or clears it.

    Attributes:
        beat: that it was set to last.
    """

    __slots__ = ("_action", "_beats", "_timer", "_waiting", "beat", "relaid")

    def __init__(
        self, beats: Beats, waiting: dict["Alarm", None], action: Callable[[], None], relaid: Relaid
    ) -> None:
        self.beat = 0.0
        self.relaid = relaid
        self._beats = beats
        self._waiting = waiting
        self._action = action
        self._timer: Timer | None = None

    @property
    def is_set(self) -> bool:
        """Whether it waits."""
        return self._timer is not None

    def set(self, beat: float) -> None:
        """Wait for this beat, and for no other; one that is past comes in the next turn."""
        self.clear()
        self.beat = beat
        self._waiting[self] = None
        self._arm()

    def clear(self) -> None:
        """Wait no more. Harmless if it does not."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            del self._waiting[self]

    def moved(self) -> None:
        """The tempo has changed. A timer that is now too early finds out by itself."""
        timer = self._timer
        if timer is not None and timer.deadline - self._beats.time_of(self.beat) > _EXACT:
            timer.cancel()
            self._arm()

    def _arm(self) -> None:
        self._timer = self._beats.scheduler.at(self._beats.time_of(self.beat), self._ring)

    def _ring(self) -> None:
        if self._beats.time_of(self.beat) - self._beats.scheduler.now() > _EXACT:
            self._arm()
            return
        self._timer = None
        del self._waiting[self]
        self._action()
