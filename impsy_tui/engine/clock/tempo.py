"""Musical time: how fast it goes, the grid that is played on, and when turns change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from impsy_tui import parameters
from impsy_tui.control.states import TempoState
from impsy_tui.engine.clock.beats import BAR, Alarm, Beats
from impsy_tui.engine.clock.grid import Grid
from impsy_tui.engine.clock.midi_clock_in import MidiClockIn
from impsy_tui.engine.clock.midi_clock_out import MidiClockOut
from impsy_tui.engine.runtime.scheduler import Scheduler

NOW = "now"
"""Turns change when they change, and not on a beat or a bar."""

_STEPS = {"beat": 1, "bar": BAR}

HAND_OVERS = (NOW, *_STEPS)
"""When the player's turn may begin."""


class ClockPorts(Protocol):
    """Where clocks come in and go out."""

    def hear_clock(self, wanted: bool) -> None:
        """Tell of clocks that come in, or not."""

    def send_clock(self, message: bytes) -> None:
        """Send a message of a clock to whoever takes it."""


@dataclass(frozen=True, slots=True)
class TempoSettings:
    """All of musical time that is kept and brought back.

    Attributes:
        beats: a minute.
        swing: see ``parameters.SWING``.
        grid: a note length such as ``1/16``, empty where nothing is quantised.
        hand_over: when the player's turn begins: "now", "beat" or "bar".
    """

    beats: float
    swing: float
    grid: str
    hand_over: str


class Tempo(Beats):
    """The engine's musical time.

    Args:
        scheduler: keeps the time.
        lines: where clocks come in and go out.
        tell: says something to the performer: level, text.
    """

    def __init__(self, scheduler: Scheduler, lines: ClockPorts, notify: Callable[[str, str], None]) -> None:
        super().__init__(scheduler, parameters.TEMPO.limits.default)
        self.clock_in = MidiClockIn(self, notify)
        """The clock that is followed; see ``set_follows``."""
        self.clock_out = MidiClockOut(self, lines.send_clock)
        """The clock that is sent."""
        self.grid: Grid | None = None
        """What is played lands on it; None where nothing is quantised."""
        self.hand_over = NOW
        """When the player's turn begins: "now", "beat" or "bar"."""
        self._swing = parameters.SWING.limits.default
        self._lines = lines
        self._is_set = False
        self._bar = self.alarm(self._begin_bar, self._relaid)
        self._bar_told: dict[Callable[[], None], None] = {}

    # What the performer asks for

    @property
    def swing(self) -> float:
        """Where between two even lines of the grid the odd one stands; see ``parameters.SWING``."""
        return self._swing

    def set_beats(self, beats: float) -> None:
        """Change the tempo, from now; the beat goes on from where it is. A clock that leads has its own."""
        if not self.clock_in.leads:
            self._is_set = True
            super().set_beats(beats)

    def set_swing(self, swing: float) -> None:
        """Change the swing; lines that are yet to come move."""
        if swing != self._swing:
            self._swing = swing
            if self.grid is not None:
                self.set_grid(self.grid.note)

    def set_grid(self, note: str) -> None:
        """Play on a grid of this note length, or with an empty one on none."""
        self.grid = Grid(note, self._swing) if note else None
        self.relay()

    def set_hand_over(self, when: str) -> None:
        """Let the player's turn begin "now", on the next "beat" or on the next "bar"."""
        self.hand_over = when
        self.relay()

    def set_follows(self, follows: bool) -> None:
        """Follow a clock that comes in, or none; the tempo stays what it is."""
        self._lines.hear_clock(follows)
        self.clock_in.set_follows(follows)

    def capture(self) -> TempoSettings:
        """All that ``restore`` brings back. Clocks stay as they are: others play by them."""
        note = "" if self.grid is None else self.grid.note
        return TempoSettings(self.beats, self._swing, note, self.hand_over)

    def restore(self, settings: TempoSettings) -> None:
        """Let everything be as it was captured; the beat goes on from where it is."""
        if settings.beats != self.beats:
            self.set_beats(settings.beats)
        self._swing, self.hand_over = settings.swing, settings.hand_over
        self.set_grid(settings.grid)

    # What others wait for

    def on_bar(self, told: Callable[[], None]) -> Callable[[], None]:
        """Tell somebody whenever a bar begins; the result ends that."""
        self._bar_told[told] = None
        if not self._bar.is_set:
            self._await_bar(self.beat_at(self.scheduler.now()))

        def end() -> None:
            self._bar_told.pop(told, None)
            if not self._bar_told:
                self._bar.clear()

        return end

    def turn_alarm(self, action: Callable[[], None]) -> Alarm:
        """Something with which to wait for the moment when the player's turn may begin; see ``next_turn``."""

        def relaid(beat: float, jumped: bool) -> None:
            alarm.set(self.next_turn(beat))

        alarm = self.alarm(action, relaid)
        return alarm

    def next_turn(self, beat: float) -> float:
        """The next beat on which the player's turn may begin; this one, where it may begin at any time."""
        return beat if self.hand_over == NOW else self.next_beat(beat, _STEPS[self.hand_over])

    def state(self) -> TempoState | None:
        """What a console shows; None where nobody has asked for musical time."""
        clock, sends = self.clock_in, self.clock_out.sends
        if not (self.grid or clock.follows or sends or self.hand_over != NOW or self._is_set):
            return None
        return TempoState(
            beats=self.beats,
            source="clock" if clock.follows else "own",
            lost=clock.lost,
            runs=clock.runs,
            beat=self.beat_at(self.scheduler.now()),
            grid="" if self.grid is None else self.grid.note,
            swing=self._swing,
            hand_over=self.hand_over,
            sends=sends,
        )

    def _relaid(self, beat: float, jumped: bool) -> None:
        if jumped:
            self._await_bar(beat)

    def _await_bar(self, beat: float) -> None:
        self._bar.set(self.next_beat(beat, BAR))

    def _begin_bar(self) -> None:
        # The beat may stand a little before the bar that has just begun; after a stall it is far beyond.
        beat = self.beat_at(self.scheduler.now())
        self._bar.set(max(self._bar.beat + BAR, self.next_beat(beat, BAR)))
        for told in tuple(self._bar_told):
            told()
