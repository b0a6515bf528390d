"""Incoming and outgoing MIDI clocks, on a virtual clock."""

from typing import Any

import numpy as np
import pytest

from impsy_tui.channels.midi.mapping import CONTINUE, SONG_POSITION, START, STOP, TICK
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.clock.tempo_estimator import TempoEstimator
from tests.support.engine.virtual_time import VirtualTime

RANDOM = np.random.default_rng(7)


class Studio:
    """Sequencer that sends a clock, tempo that may follow it, and sent messages."""

    def __init__(self, *, jitter: float = 0.0) -> None:
        self.time = VirtualTime(500.0)
        self.wanted: list[bool] = []
        self.sent: list[tuple[float, int]] = []
        self.told: list[tuple[str, str]] = []
        self.jitter = jitter
        self.tempo = Tempo(self.time.scheduler, self, lambda level, text: self.told.append((level, text)))
        self.next = self.time.time

    def hear_clock(self, wanted: bool) -> None:
        self.wanted.append(wanted)

    def send_clock(self, message: bytes) -> None:
        self.sent.append((round(self.time.time, 6), message[0]))

    def say(self, *message: int, source: str = "midi") -> None:
        self.tempo.clock_in.take(source, bytes(message), self.time.time)

    def tick(self, count: int, beats: float, *, source: str = "midi") -> None:
        """Sends a number of ticks; each arrives a little early or late."""
        for _ in range(count):
            self.time.advance_to(max(self.time.time, self.next + RANDOM.uniform(-self.jitter, self.jitter)))
            self.say(TICK, source=source)
            self.next += 2.5 / beats

    def rest(self, seconds: float) -> None:
        self.time.advance(seconds)
        self.next = self.time.time
        assert not self.time.errors

    @property
    def beat(self) -> float:
        return self.tempo.beat_at(self.time.time)


def _following(**more: Any) -> Studio:
    studio = Studio(**more)
    studio.tempo.set_follows(True)
    return studio


class TestPulse:
    @pytest.mark.parametrize("beats", [40.0, 97.3, 120.0, 300.0])
    def test_clock_in_keeps_tempo_and_phase_with_jitter(self, beats: float) -> None:
        pulse = TempoEstimator()
        period = 2.5 / beats
        for index in range(600):
            pulse.tick(100.0 + index * period + RANDOM.uniform(-0.002, 0.002))
            if index > 96:
                assert pulse.period == pytest.approx(period, rel=0.002)
                assert pulse.at == pytest.approx(100.0 + index * period, abs=0.001)

    def test_ticks_that_come_by_periods_of_sound_give_the_tempo_all_the_same(self) -> None:
        pulse = TempoEstimator()
        block = 1024 / 48000
        for index in range(600):
            pulse.tick(np.ceil(index * 2.5 / 120.0 / block) * block)
            if index > 96:
                assert 2.5 / pulse.period == pytest.approx(120.0, abs=0.5)

    @pytest.mark.parametrize("beats", [60.0, 90.0, 120.0, 160.0, 200.0])
    def test_lost_ticks_leave_the_tempo_and_the_count_of_ticks(self, beats: float) -> None:
        pulse = TempoEstimator()
        period = 2.5 / beats
        lost = {200, 300, 301, 350, 352, 400, 401, 402, 470}
        count = 0
        for index in range(600):
            if index in lost:
                continue
            count += pulse.tick(100.0 + index * period + RANDOM.uniform(-0.001, 0.001))
            if index > 96:
                assert pulse.period == pytest.approx(period, rel=0.002)
                assert pulse.at == pytest.approx(100.0 + index * period, abs=0.002)
        assert count == 600

    def test_ticks_that_come_late_all_at_once_are_not_counted_twice(self) -> None:
        pulse = TempoEstimator()
        period = 2.5 / 120.0
        arrivals = [100.0 + index * period for index in range(300)]
        arrivals[150:160] = [arrivals[160]] * 10
        assert sum(map(pulse.tick, arrivals)) == 300
        assert 2.5 / pulse.period == pytest.approx(120.0, abs=0.1)

    @pytest.mark.parametrize("beats", [112.0, 115.0, 116.5, 107.0, 58.0, 59.5])
    @pytest.mark.parametrize("block", [1024 / 48000, 512 / 48000, 1024 / 44100])
    def test_gaps_of_two_periods_of_sound_are_not_lost_ticks(self, beats: float, block: float) -> None:
        pulse = TempoEstimator()
        count = sum(pulse.tick(float(np.ceil(index * 2.5 / beats / block)) * block) for index in range(1200))
        assert count == 1200
        assert 2.5 / pulse.period == pytest.approx(beats, rel=0.02)

    @pytest.mark.parametrize("after", [60.0, 100.0, 122.0, 140.0])
    def test_new_tempo_is_found_within_two_beats(self, after: float) -> None:
        pulse = TempoEstimator()
        at = 100.0
        for index in range(348):
            pulse.tick(at + RANDOM.uniform(-0.001, 0.001))
            at += 2.5 / (120.0 if index < 300 else after)
        assert 2.5 / pulse.period == pytest.approx(after, rel=0.01)

    def test_ticks_that_a_stall_held_up_do_not_bend_it(self) -> None:
        pulse = TempoEstimator()
        period = 2.5 / 120.0
        for index in range(200):
            held_up = {150: 0.08, 151: 0.06, 152: 0.04, 153: 0.02}.get(index, 0.0)
            pulse.tick(100.0 + index * period + held_up)
            if index > 100:
                assert 2.5 / pulse.period == pytest.approx(120.0, abs=0.5)


class TestFollowing:
    def test_tempo_and_the_phase_are_the_clocks(self) -> None:
        studio = _following(jitter=0.002)
        studio.tick(97, 93.0)
        assert studio.tempo.beats == pytest.approx(93.0, rel=0.003)
        assert studio.beat * 24 == pytest.approx(round(studio.beat * 24), abs=0.15)
        assert studio.told == [("info", "the clock of midi is followed")]

    def test_clock_in_that_runs_already_moves_the_beat_by_less_than_a_tick(self) -> None:
        studio = _following()
        studio.rest(0.71)
        before = studio.beat
        studio.tick(1, 120.0)
        studio.tick(24, 120.0)
        assert studio.beat == pytest.approx(before + 1.0, abs=1 / 24)

    def test_start_begins_a_bar_with_the_tick_after_it(self) -> None:
        studio = _following()
        bars: list[float] = []
        studio.tick(30, 120.0)
        studio.tempo.on_bar(lambda: bars.append(studio.time.time))
        studio.say(START)
        studio.tick(1, 120.0)
        began = studio.time.time
        assert studio.beat == pytest.approx(0.0, abs=1e-6)
        studio.tick(97, 120.0)
        studio.time.advance(0.001)
        assert bars == [pytest.approx(began, abs=0.001), pytest.approx(began + 2.0, abs=0.001)]

    def test_song_position_is_where_a_continuation_goes_on(self) -> None:
        studio = _following()
        studio.tick(30, 120.0)
        studio.say(STOP)
        studio.say(SONG_POSITION, 0x08, 0x01)  # 136 sixteenths: 34 beats
        studio.say(CONTINUE)
        studio.tick(1, 120.0)
        assert studio.beat == pytest.approx(34.0, abs=1e-6)
        studio.tick(48, 120.0)
        assert studio.beat == pytest.approx(36.0, abs=0.01)

    def test_continuation_goes_on_where_it_was_stopped(self) -> None:
        studio = _following()
        studio.say(START)
        studio.tick(25, 120.0)  # the last is beat 1
        studio.say(STOP)
        studio.rest(3.3)
        studio.say(CONTINUE)
        studio.tick(1, 120.0)
        assert studio.beat == pytest.approx(25 / 24, abs=0.001)

    def test_stop_is_reported_and_the_beat_goes_on_in_the_last_tempo(self) -> None:
        studio = _following()
        studio.tick(60, 90.0)
        studio.say(STOP)
        studio.say(STOP)
        before = studio.beat
        studio.rest(4.0)
        assert studio.tempo.beats == pytest.approx(90.0, rel=0.001)
        assert studio.beat == pytest.approx(before + 6.0, abs=0.02)
        assert studio.told[1:] == [("info", "the clock is stopped: 90.0 bpm are kept")]
        state = studio.tempo.state()
        assert state is not None
        assert (state.runs, state.lost) == (False, False)

    def test_clock_that_is_lost_is_reported_once_and_comes_back_by_itself(self) -> None:
        studio = _following()
        studio.tick(60, 90.0)
        before = studio.beat
        studio.rest(30.0)
        state = studio.tempo.state()
        assert state is not None
        assert state.lost
        assert studio.beat == pytest.approx(before + 45.0, abs=0.1)
        assert studio.told[1:] == [("warning", "the clock is lost: 90.0 bpm are kept until one does")]
        studio.tick(60, 100.0)
        state = studio.tempo.state()
        assert state is not None
        assert not state.lost
        assert studio.tempo.beats == pytest.approx(100.0, rel=0.001)
        assert studio.told[2:] == [("info", "the clock of midi is followed")]

    def test_clock_in_reports_missing_clock(self) -> None:
        studio = _following()
        studio.rest(10.0)
        assert studio.told == [("warning", "no clock comes in: 120.0 bpm are kept until one does")]

    def test_clock_in_follows_the_first_of_two_clocks_until_it_is_lost(self) -> None:
        studio = _following()
        studio.tick(30, 120.0)
        for _ in range(50):
            studio.tick(1, 120.0)
            studio.say(TICK, source="other")
        assert studio.tempo.beats == pytest.approx(120.0, rel=0.001)
        studio.say(STOP, source="other")
        assert studio.tempo.clock_in.runs
        studio.rest(1.5)
        studio.tick(30, 80.0, source="other")
        assert studio.tempo.beats == pytest.approx(80.0, rel=0.001)

    def test_clock_that_leads_is_not_overruled_and_keeps_its_tempo_when_it_is_left(self) -> None:
        studio = _following()
        studio.tick(60, 90.0)
        studio.tempo.set_beats(200.0)
        assert studio.tempo.beats == pytest.approx(90.0, rel=0.001)
        studio.tempo.set_follows(False)
        studio.tick(60, 130.0)
        assert studio.tempo.beats == pytest.approx(90.0, rel=0.001)
        studio.tempo.set_beats(200.0)
        assert studio.tempo.beats == 200.0
        assert studio.wanted == [True, False]
        assert len(studio.time.scheduler) == 0

    def test_noise_is_no_clock(self) -> None:
        studio = _following()
        for message in ((SONG_POSITION,), (SONG_POSITION, 1), (0xF8,), (0xFE,), (CONTINUE,), (STOP,), (START,)):
            studio.say(*message)
        studio.tick(10, 400.0)
        studio.rest(0.01)


class TestSending:
    def test_ticks_are_24_a_beat_by_absolute_deadlines_and_follow_the_tempo(self) -> None:
        studio = Studio()
        studio.time.advance(0.1)
        studio.tempo.clock_out.set_sends(True)
        studio.time.advance(9.9)
        ticks = [at for at, what in studio.sent if what == TICK]
        # A tick ahead of 500.104…, and then 48 a second.
        assert ticks == pytest.approx([500.0 + (n + 5) * 2.5 / 120 for n in range(len(ticks))], abs=1e-5)
        assert len(ticks) == 476
        studio.tempo.set_beats(60.0)
        studio.sent.clear()
        studio.time.advance(10.0)
        assert len(studio.sent) == 240

    def test_clock_out_starts_on_the_bar_and_stops(self) -> None:
        studio = Studio()
        studio.time.advance(0.1)
        studio.tempo.clock_out.set_sends(True)
        studio.time.advance(2.0)
        others = [(at, what) for at, what in studio.sent if what != TICK]
        assert others == [(pytest.approx(502.0, abs=0.011), START)]
        first = studio.sent[studio.sent.index((others[0][0], START)) + 1]
        assert first == (pytest.approx(502.0, abs=1e-5), TICK)
        studio.tempo.clock_out.set_sends(False)
        assert studio.sent[-1][1] == STOP
        assert len(studio.time.scheduler) == 0

    def test_short_stall_loses_no_tick(self) -> None:
        studio = Studio()
        studio.tempo.clock_out.set_sends(True)
        studio.time.advance(1.0)
        studio.time.stall(0.2)
        studio.time.advance(1.0)
        assert len([1 for _, what in studio.sent if what == TICK]) == pytest.approx(2.2 * 48, abs=1)

    def test_after_a_long_stall_it_starts_again_on_a_bar(self) -> None:
        studio = Studio()
        studio.tempo.clock_out.set_sends(True)
        studio.time.advance(0.5)
        studio.time.stall(60.3)
        before = len(studio.sent)
        studio.time.advance(2.0)
        later = [what for _, what in studio.sent[before - 3 :]]
        assert STOP in later
        assert START in later
        assert len(later) < 110

    def test_clock_out_restarts_with_followed_clock(self) -> None:
        studio = _following()
        studio.tick(60, 120.0)
        studio.tempo.clock_out.set_sends(True)
        studio.tick(100, 120.0)
        studio.sent.clear()
        studio.say(START)
        studio.tick(1, 120.0)
        studio.time.advance(0.001)
        assert [what for _, what in studio.sent if what != TICK] == [STOP, START]
        assert studio.sent[-1][1] == TICK

    def test_grid_and_its_swing_do_not_touch_it(self) -> None:
        studio = Studio()
        studio.tempo.clock_out.set_sends(True)
        studio.time.advance(1.0)
        studio.tempo.set_grid("1/16")
        studio.tempo.set_swing(0.6)
        studio.time.advance(1.0)
        assert [what for _, what in studio.sent if what != TICK] == [START]


def test_clock_with_lost_ticks_keeps_beat_and_tempo() -> None:
    studio = _following(jitter=0.001)
    studio.tick(200, 120.0)
    before = studio.beat
    for _ in range(20):
        studio.tick(23, 120.0)
        studio.next += 2.5 / 120.0  # one tick is lost
        assert studio.tempo.beats == pytest.approx(120.0, abs=0.5)
    studio.tick(1, 120.0)
    assert studio.beat - before == pytest.approx(20.0 + 1 / 24, abs=0.02)
