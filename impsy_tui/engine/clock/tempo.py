"""Musical time: tempo, grid and the moments when turns change."""

from collections.abc import Callable
from typing import Protocol

from impsy_tui import parameters
from impsy_tui.control.states import TempoState
from impsy_tui.engine.clock.beats import BAR, Alarm, Beats
from impsy_tui.engine.clock.grid import Grid
from impsy_tui.engine.clock.link.clock import LinkClock
from impsy_tui.engine.clock.midi_clock_in import MidiClockIn
from impsy_tui.engine.clock.midi_clock_out import MidiClockOut
from impsy_tui.engine.runtime.scheduler import Scheduler

NOW = "now"
"""Turns change at once, not on a beat or a bar."""

_STEPS = {"beat": 1, "bar": BAR}


class ClockPorts(Protocol):
    """Inputs and outputs of MIDI clocks."""

    def hear_clock(self, wanted: bool) -> None:
        """Starts or stops reporting incoming clocks."""

    def send_clock(self, message: bytes) -> None:
        """Sends a message of a clock to all outputs that take clocks."""


class Tempo(Beats):
    """Musical time of the engine.

    Args:
        scheduler: Scheduler of the alarms.
        lines: Inputs and outputs of MIDI clocks.
        notify: Takes a level and a message to the performer.
    """

    def __init__(self, scheduler: Scheduler, lines: ClockPorts, notify: Callable[[str, str], None]) -> None:
        super().__init__(scheduler, parameters.TEMPO.default)
        self.clock_in = MidiClockIn(self, notify)
        """Incoming clock; see ``set_follows``."""
        self.clock_out = MidiClockOut(self, lines.send_clock)
        """Outgoing clock."""
        self.link = LinkClock(self, notify)
        """Ableton Link; see ``set_link``."""
        self.grid: Grid | None = None
        """Grid of the events; None without quantisation."""
        self.hand_over: str = parameters.HAND_OVER.default
        """Beginning of the player's turn: "now", "beat" or "bar"."""
        self._swing: float = parameters.SWING.default
        self._lines = lines
        self._is_set = False
        self._bar = self.alarm(self._begin_bar, self._relaid)
        self._on_bar: dict[Callable[[], None], None] = {}

    @property
    def swing(self) -> float:
        """Position of the odd line between two even lines of the grid; see ``parameters.SWING``."""
        return self._swing

    def set_beats(self, beats: float) -> None:
        """Changes the tempo from now on; the beat continues. Has no effect while a clock sets the tempo."""
        if not self.clock_in.leads:
            self._is_set = True
            super().set_beats(beats)
            self.link.send_tempo()

    def set_swing(self, swing: float) -> None:
        """Changes the swing; later lines move."""
        if swing != self._swing:
            self._swing = swing
            if self.grid is not None:
                self.set_grid(self.grid.note)

    def set_grid(self, note: str) -> None:
        """Sets the note length of the grid; empty ends quantisation."""
        self.grid = Grid(note, self._swing) if note else None
        self.relay()

    def set_hand_over(self, when: str) -> None:
        """Sets the beginning of the player's turn: "now", the next "beat" or the next "bar"."""
        self.hand_over = when
        self.relay()

    def set_follows(self, follows: bool) -> None:
        """Starts or stops following an incoming clock, in place of Link; the tempo stays."""
        if follows:
            self.link.close()
        self._lines.hear_clock(follows)
        self.clock_in.set_follows(follows)

    def set_link(self, on: bool) -> None:
        """Joins or leaves the session of Ableton Link, in place of an incoming clock; the tempo stays.

        Raises:
            UserError: The library of Link is not installed.
        """
        self.link.set_on(on)
        if on and self.clock_in.follows:
            self.set_follows(False)

    def on_bar(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls a function at the beginning of each bar; the returned function ends that."""
        self._on_bar[callback] = None
        if not self._bar.is_set:
            self._await_bar(self.beat_at(self.scheduler.now()))

        def end() -> None:
            self._on_bar.pop(callback, None)
            if not self._on_bar:
                self._bar.clear()

        return end

    def turn_alarm(self, action: Callable[[], None]) -> Alarm:
        """Returns an alarm for the beginning of the player's turn; see ``next_turn``."""

        def relaid(beat: float, jumped: bool) -> None:
            alarm.set(self.next_turn(beat))

        alarm = self.alarm(action, relaid)
        return alarm

    def next_turn(self, beat: float) -> float:
        """Returns the next beat on which the player's turn may begin; the given beat if any time is allowed."""
        return beat if self.hand_over == NOW else self.next_beat(beat, _STEPS[self.hand_over])

    def state(self) -> TempoState | None:
        """Returns the state for the console; None if no musical time is in use."""
        clock = self.clock_in
        link = self.link
        is_used = self.grid or clock.follows or link.on or self.clock_out.sends or self.hand_over != NOW
        if not is_used and not self._is_set:
            return None
        runs = clock.runs and (link.plays or not link.on)
        return TempoState(self.beat_at(self.scheduler.now()), clock.lost, runs, link.peers)

    def _relaid(self, beat: float, jumped: bool) -> None:
        if jumped:
            self._await_bar(beat)

    def _await_bar(self, beat: float) -> None:
        self._bar.set(self.next_beat(beat, BAR))

    def _begin_bar(self) -> None:
        # The beat can be a little before the bar that has just begun; after a stall it is far after it.
        beat = self.beat_at(self.scheduler.now())
        self._bar.set(max(self._bar.beat + BAR, self.next_beat(beat, BAR)))
        for callback in tuple(self._on_bar):
            callback()
