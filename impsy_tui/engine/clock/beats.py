"""Beats at a tempo that can change, and alarms that wait for a beat."""

import math
from collections.abc import Callable
from typing import Final

from impsy_tui.engine.runtime.scheduler import Scheduler, Timer

BAR: Final = 4
"""Beats in a bar."""

_EXACT: Final = 1e-5
"""Largest error of a timer in seconds; a timer with a larger error moves."""
_NEAR: Final = 1e-6
"""Rounding error of a computed beat, in beats."""

Relaid = Callable[[float, bool], None]
"""Takes the current beat, and True after a jump; must set or clear the alarm again."""


class Beats:
    """Beats, counted from 0, at a tempo that can change at any moment.

    Between two changes, beats are a linear function of time. ``set_beats`` and ``steer`` bend the line without a jump
    (a MIDI clock moves it by fractions of a millisecond); ``jump`` continues at another beat. An ``Alarm`` waits
    for a beat.

    Args:
        scheduler: Scheduler of the alarms.
        beats: Tempo at the start, in beats a minute.
    """

    def __init__(self, scheduler: Scheduler, beats: float) -> None:
        self.scheduler = scheduler
        self.beats = beats
        """Beats (quarter notes) a minute."""
        self.jumps = 0
        """Number of jumps: a beat number from before a jump is not valid after it."""
        self.jumped_by = 0.0
        """Beats that the last jump added."""
        self._since = scheduler.now()
        self._beat = 0.0
        self._rate = beats / 60.0
        self._alarms: dict[Alarm, None] = {}

    def beat_at(self, time: float) -> float:
        """Returns the beats since the first bar began; below 0 before it."""
        return self._beat + (time - self._since) * self._rate

    def time_of(self, beat: float) -> float:
        """Returns the time of a beat at the current tempo, on the scheduler's clock."""
        return self._since + (beat - self._beat) / self._rate

    def next_beat(self, beat: float, step: int = 1) -> float:
        """Returns the first multiple of ``step`` at or after a beat."""
        return float(math.ceil(beat / step - _NEAR) * step)

    def set_beats(self, beats: float) -> None:
        """Changes the tempo from now on; the beat continues."""
        now = self.scheduler.now()
        self.steer(beats, self.beat_at(now), now)

    def steer(self, beats: float, beat: float, at: float) -> None:
        """Sets tempo and phase: this beat is at that time, close to its time before."""
        self.beats, self._rate = beats, beats / 60.0
        self._beat, self._since = beat, at
        for alarm in tuple(self._alarms):
            alarm.moved()

    def jump(self, beat: float, at: float) -> None:
        """Continues at another beat from this time on."""
        self.jumps += 1
        self.jumped_by = beat - self.beat_at(at)
        self._beat, self._since = beat, at
        for alarm in tuple(self._alarms):
            alarm.relaid(beat, True)

    def relay(self) -> None:
        """Makes every alarm choose its beat again."""
        beat = self.beat_at(self.scheduler.now())
        for alarm in tuple(self._alarms):
            alarm.relaid(beat, False)

    def alarm(self, action: Callable[[], None], relaid: Relaid) -> "Alarm":
        """Returns an alarm of these beats."""
        return Alarm(self, self._alarms, action, relaid)


class Alarm:
    """Runs an action at a beat. An alarm that is not set costs nothing.

    Args:
        beats: Beats of the alarm.
        waiting: All alarms that are set.
        action: Runs at the beat.
        relaid: See ``Relaid``.

    Attributes:
        beat: last beat that the alarm was set to.
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
        """True if the alarm is set."""
        return self._timer is not None

    def set(self, beat: float) -> None:
        """Sets the alarm to this beat only; a past beat comes in the next turn."""
        self.clear()
        self.beat = beat
        self._waiting[self] = None
        self._arm()

    def clear(self) -> None:
        """Clears the alarm, if it is set."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            del self._waiting[self]

    def moved(self) -> None:
        """Moves the timer after a change of tempo; a timer that is too early corrects itself."""
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
