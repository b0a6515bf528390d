"""Follower of an incoming MIDI clock: tempo, start, stop, song position."""

from collections.abc import Callable
from typing import Final

from impsy_tui import parameters
from impsy_tui.channels.midi import mapping
from impsy_tui.engine.clock.beats import Beats
from impsy_tui.engine.clock.tempo_estimator import TempoEstimator
from impsy_tui.engine.runtime.scheduler import Timer

TICKS: Final = 24
"""Ticks in a beat (MIDI 1.0 detailed specification, "MIDI clock")."""
LOST: Final = 1.0
"""Seconds without a tick after which the clock is lost."""
_TICKS_OF_POSITION: Final = 6
_APART: Final = 0.5 / TICKS
"""Tolerance in beats: a song position that is nearer than this does not move the beat."""


class MidiClockIn:
    """Makes the beats follow the first clock that ticks, until this clock is lost.

    Each tick is a 24th of a beat, early or late. A running clock does not send its position: the beat continues and
    moves to the nearest tick. After a start, a continuation or a song position, the next tick moves the beat. While
    the clock is stopped, the beat continues in the same tempo.

    Args:
        beats: Beats that follow the clock.
        notify: Takes a level and a message to the performer.

    Attributes:
        follows: True if the beats follow a clock that comes in.
        lost: True if no clock comes in; the last tempo stays.
        runs: True unless the clock is stopped.
    """

    def __init__(self, beats: Beats, notify: Callable[[str, str], None]) -> None:
        self.follows = False
        self.lost = False
        self.runs = True
        self._beats = beats
        self._notify = notify
        self._pulse = TempoEstimator()
        self._source = ""
        self._reported = False
        self._position = 0
        self._song: int | None = None
        self._pending: int | None = None
        self._last = 0.0
        self._watch: Timer | None = None

    @property
    def leads(self) -> bool:
        """True if a clock sets the tempo now."""
        return self.follows and not self.lost and self._pulse.period > 0.0

    def set_follows(self, follows: bool) -> None:
        """Starts or stops following a clock; the tempo stays."""
        if follows == self.follows:
            return
        self.follows, self.lost, self.runs = follows, False, True
        self._forget()
        self._song = self._pending = None
        if self._watch is not None:
            self._watch.cancel()
        if follows:
            self._last = self._beats.scheduler.now()
            self._watch = self._beats.scheduler.at(self._last + LOST, self._look)

    def take(self, source: str, message: bytes, at: float) -> None:
        """Takes a message of a clock.

        Args:
            source: Name of the input.
            message: One of ``mapping.CLOCK``.
            at: Arrival time in seconds.
        """
        if not self.follows or (self._source and source != self._source):
            return
        match message[0]:
            case mapping.TICK:
                self._source = source
                self._tick(at)
            case mapping.START:
                self._go(0, "started")
            case mapping.CONTINUE:
                if not self.runs or self._song is not None:
                    self._go(self._song, "continued")
            case mapping.STOP:
                self._stop()
            case mapping.SONG_POSITION if len(message) == 3:
                self._song = (message[1] | message[2] << 7) * _TICKS_OF_POSITION
                if self.runs and self._source:
                    self._pending = self._song

    def _go(self, position: int | None, how: str) -> None:
        self._pending = position
        if not self.runs:
            self._notify("info", f"the clock is {how}")
        self.runs = True

    def _stop(self) -> None:
        if self.runs:
            self.runs = False
            self._song = self._position + 1
            self._pending = None
            self._notify("info", f"the clock is stopped: {self._beats.beats:.1f} bpm are kept")

    def _tick(self, at: float) -> None:
        beats, pulse = self._beats, self._pulse
        began = not pulse.begun
        passed = pulse.tick(at)
        self._position = round(beats.beat_at(at) * TICKS) if began else self._position + passed
        self._last = at
        if not passed and self._pending is None:
            return  # a late tick, which was counted as lost
        if self._pending is not None:
            self._position, self._pending, self._song = self._pending, None, None
            if abs(beats.beat_at(pulse.at) - self._position / TICKS) > _APART:
                beats.jump(self._position / TICKS, pulse.at)
        if not pulse.period:
            return
        if not self._reported:
            self._reported, self.lost = True, False
            self._notify("info", f"the clock of {self._source} is followed")
        beats.steer(
            min(max(60.0 / (TICKS * pulse.period), parameters.TEMPO.limits.low), parameters.TEMPO.limits.high),
            self._position / TICKS,
            pulse.at,
        )

    def _look(self) -> None:
        """Checks that ticks still arrive."""
        now = self._beats.scheduler.now()
        due = self._last + LOST
        if now < due:  # not ``now - last < LOST``: by rounding, this could stay true for ever at the due time
            self._watch = self._beats.scheduler.at(due, self._look)
            return
        was_there = self._reported
        self._forget()
        # A stopped clock may send no ticks.
        if self.runs and not self.lost:
            self.lost = True
            kept = f"{self._beats.beats:.1f} bpm are kept until one does"
            self._notify("warning", f"the clock is lost: {kept}" if was_there else f"no clock comes in: {kept}")
        self._watch = self._beats.scheduler.at(now + LOST, self._look)

    def _forget(self) -> None:
        self._pulse.reset()
        self._source, self._reported = "", False
