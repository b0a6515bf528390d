"""Sender of a MIDI clock: ticks at absolute deadlines, start on the bar."""

import math
from collections.abc import Callable
from typing import Final

from impsy_tui.channels.midi import mapping
from impsy_tui.engine.clock.beats import BAR, Beats
from impsy_tui.engine.clock.midi_clock_in import TICKS

_NEAR: Final = 1e-3
"""Tolerance in ticks: a tick that is nearer than this is due."""


class MidiClockOut:
    """Sends 24 ticks a beat, so that the receiver plays in the tempo and on the bar.

    Ticks begin at once, so that the receivers know the tempo before the start. The start is sent half a tick before
    the next bar: the tick after it is the first of a bar. Late ticks of a short stall are all sent, because
    receivers count them. After a stall of a beat, or a new count of beats, receivers are stopped and started again
    on the next bar.

    Args:
        beats: Beats of the clock.
        send: Sends a message to all outputs that take clocks.
    """

    def __init__(self, beats: Beats, send: Callable[[bytes], None]) -> None:
        self.sends = False
        self._beats = beats
        self._send = send
        self._started = False
        self._tick = 0
        self._ticks = beats.alarm(self._send_tick, self._relaid)
        self._start = beats.alarm(self._send_start, self._relaid)

    def set_sends(self, sends: bool) -> None:
        """Starts or stops the clock."""
        if sends == self.sends:
            return
        self.sends = sends
        if sends:
            self._join(self._beats.beat_at(self._beats.scheduler.now()))
        else:
            self._leave()

    def _join(self, beat: float) -> None:
        self._tick = math.ceil(beat * TICKS - _NEAR)
        bar = self._beats.next_beat(beat, BAR)
        self._start.set(bar - 0.5 / TICKS)
        if bar * TICKS <= self._tick:
            self._start.clear()
            self._send_start()
        self._ticks.set(self._tick / TICKS)

    def _leave(self) -> None:
        self._ticks.clear()
        self._start.clear()
        if self._started:
            self._started = False
            self._send(bytes((mapping.STOP,)))

    def _send_start(self) -> None:
        self._started = True
        self._send(bytes((mapping.START,)))

    def _send_tick(self) -> None:
        beat = self._beats.beat_at(self._beats.scheduler.now())
        if beat * TICKS - self._tick > TICKS:
            self._leave()
            self._join(beat)
            return
        self._send(bytes((mapping.TICK,)))
        self._tick += 1
        self._ticks.set(self._tick / TICKS)

    def _relaid(self, beat: float, jumped: bool) -> None:
        if jumped and self.sends:
            self._leave()
            self._join(beat)
