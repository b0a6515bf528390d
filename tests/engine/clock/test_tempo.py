"""Beats, bars and lines, on a virtual clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui import parameters
from impsy_tui.engine.clock.beats import BAR, Beats
from impsy_tui.engine.clock.grid import Grid
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.players.engine_parameters import EngineParameters
from impsy_tui.engine.players.settings import captured
from tests.support.engine.musical_time import NoLines, tempo_at
from tests.support.engine.virtual_time import VirtualTime

TEMPOS = st.floats(parameters.TEMPO.limits.low, parameters.TEMPO.limits.high)
SWINGS = st.floats(parameters.SWING.limits.low, parameters.SWING.limits.high)
NOTES = st.sampled_from([f"1/{behaviour}" for behaviour in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)])


class TestBeats:
    def test_beats_are_counted_from_the_start_at_the_tempo(self) -> None:
        time, tempo = tempo_at(1000.0)
        assert tempo.beats == 120.0
        time.advance(3.0)
        assert tempo.beat_at(time.time) == pytest.approx(6.0)
        assert tempo.time_of(8.0) == pytest.approx(1004.0)
        assert [tempo.next_beat(beat, BAR) for beat in (6.0, 8.0, 8.5)] == [8.0, 8.0, 12.0]

    @given(steps=st.lists(st.tuples(st.floats(0.001, 5.0), TEMPOS), max_size=20))
    def test_beat_never_jumps_or_goes_back_whatever_the_tempo_does(self, steps: list[tuple[float, float]]) -> None:
        time, tempo = tempo_at(1000.0)
        before, beats = 0.0, tempo.beats
        for wait, following in steps:
            time.advance(wait)
            beat = tempo.beat_at(time.time)
            assert beat == pytest.approx(before + wait * beats / 60.0, abs=1e-6)
            tempo.set_beats(following)
            assert tempo.beat_at(time.time) == pytest.approx(beat, abs=1e-9)
            before, beats = beat, following

    @given(beats=TEMPOS, beat=st.floats(0.0, 1e5))
    def test_beats_time_is_when_that_beat_is(self, beats: float, beat: float) -> None:
        _, tempo = tempo_at(1000.0)
        tempo.set_beats(beats)
        assert tempo.beat_at(tempo.time_of(beat)) == pytest.approx(beat, abs=1e-6)

    def test_alarm_comes_on_its_beat_when_the_tempo_rises_and_falls_meanwhile(self) -> None:
        time = VirtualTime(0.0)
        beats = Beats(time.scheduler, 60.0)
        rung: list[float] = []
        alarm = beats.alarm(lambda: rung.append(time.time), lambda beat, jumped: None)
        alarm.set(10.0)
        time.advance(2.0)
        beats.set_beats(120.0)  # 8 beats are left: 4 s
        time.advance(1.0)
        beats.set_beats(30.0)  # 6 are left: 12 s
        time.advance(20.0)
        assert rung == [pytest.approx(15.0)]
        assert not alarm.is_set
        assert not time.errors

    def test_ramp_of_the_tempo_leaves_no_heap_of_timers(self) -> None:
        time = VirtualTime(0.0)
        beats = Beats(time.scheduler, 120.0)
        alarm = beats.alarm(lambda: None, lambda beat, jumped: None)
        alarm.set(1000.0)
        for step in range(600):
            time.advance(1 / 60)
            beats.set_beats(120.0 - step * 0.1)
        assert len(time.scheduler) == 1


class TestBars:
    def test_bar_is_reported_on_its_beat_as_long_as_it_is_wanted(self) -> None:
        time, tempo = tempo_at(0.0)
        told: list[float] = []
        time.advance(0.1)
        end = tempo.on_bar(lambda: told.append(time.time))
        time.advance(4.5)
        tempo.set_beats(60.0)
        time.advance(5.0)
        end()
        time.advance(10.0)
        # The third bar began at 4 s; 3 beats of it were left at 4.6 s, at half the tempo.
        assert told == [pytest.approx(at) for at in (2.0, 4.0, 7.4)]
        assert len(time.scheduler) == 0

    def test_bars_that_no_one_waits_for_cost_no_timer(self) -> None:
        time, tempo = tempo_at(1000.0)
        time.advance(100.0)
        assert len(time.scheduler) == 0
        assert tempo.state() is None

    def test_bars_are_reported_to_two_listeners_of_which_one_leaves(self) -> None:
        time, tempo = tempo_at(0.0)
        told: list[str] = []

        def once() -> None:
            told.append("once")
            end()

        end = tempo.on_bar(once)
        tempo.on_bar(lambda: told.append("always"))
        time.advance(4.5)
        assert told == ["once", "always", "always", "always"]

    def test_bar_callback_may_change_grid_and_runs_once(self) -> None:
        time, tempo = tempo_at(0.0)
        told: list[float] = []

        def change() -> None:
            told.append(time.time)
            tempo.set_grid("1/8")
            tempo.set_hand_over("bar")
            tempo.set_swing(0.6)

        tempo.on_bar(change)
        time.advance(4.5)
        assert told == [pytest.approx(at) for at in (0.0, 2.0, 4.0)]

    def test_bar_of_a_beat_that_is_counted_again_is_reported_at_once(self) -> None:
        time, tempo = tempo_at(0.0)
        told: list[float] = []
        time.advance(1.3)
        tempo.on_bar(lambda: told.append(time.time))
        tempo.jump(0.0, time.time)
        time.advance(3.0)
        assert told == [pytest.approx(1.3), pytest.approx(3.3)]

    def test_bars_of_a_stall_are_not_reported_one_by_one(self) -> None:
        time, tempo = tempo_at(0.0)
        told: list[float] = []
        tempo.on_bar(lambda: told.append(time.time))
        time.advance(1.0)
        time.stall(7.5)
        time.advance(2.0)
        assert told == [pytest.approx(at) for at in (0.0, 8.5, 10.0)]


class TestGrid:
    @pytest.mark.parametrize(
        ("note", "swing", "stand"),
        [
            ("1/4", 0.5, [0.0, 1.0, 2.0, 3.0]),
            ("1/16", 0.5, [0.0, 0.25, 0.5, 0.75]),
            ("1/6", 0.5, [0.0, 2 / 3, 4 / 3, 2.0]),
            ("1/8", 2 / 3, [0.0, 2 / 3, 1.0, 5 / 3]),
            ("1/16", 0.75, [0.0, 0.375, 0.5, 0.875]),
        ],
    )
    def test_its_lines(self, note: str, swing: float, stand: list[float]) -> None:
        assert [Grid(note, swing).beat_of(line) for line in range(4)] == pytest.approx(stand)

    @given(note=NOTES, swing=SWINGS, beat=st.floats(-100.0, 1e5))
    def test_grid_nearest_returns_the_nearest_line(self, note: str, swing: float, beat: float) -> None:
        grid = Grid(note, swing)
        line = grid.nearest(beat)
        distance = abs(grid.beat_of(line) - beat)
        assert all(distance <= abs(grid.beat_of(other) - beat) for other in range(line - 3, line + 4))

    @given(note=NOTES, swing=SWINGS, beat=st.floats(-100.0, 1e5))
    def test_following_line_is_the_first_that_is_not_past(self, note: str, swing: float, beat: float) -> None:
        grid = Grid(note, swing)
        line = grid.following(beat)
        assert grid.beat_of(line) >= beat - 1e-5
        assert grid.beat_of(line - 1) < beat

    @given(note=NOTES, swing=SWINGS, line=st.integers(-100, 100_000))
    def test_line_follows_itself_and_is_nearest_to_itself(self, note: str, swing: float, line: int) -> None:
        grid = Grid(note, swing)
        assert grid.following(grid.beat_of(line)) == line
        assert grid.nearest(grid.beat_of(line)) == line

    @given(note=NOTES, swing=SWINGS)
    def test_lines_stand_in_order(self, note: str, swing: float) -> None:
        grid = Grid(note, swing)
        stand = [grid.beat_of(line) for line in range(50)]
        assert stand == sorted(set(stand))


class TestSettings:
    def test_scene_restores_musical_time_without_a_jump(self) -> None:
        time, tempo = tempo_at(1000.0)
        tempo.set_beats(93.0)
        tempo.set_swing(0.6)
        tempo.set_grid("1/16")
        tempo.set_hand_over("bar")
        parameters = EngineParameters(tempo, lambda: False, lambda thru: None)
        kept = captured(parameters)
        tempo.set_beats(120.0)
        tempo.set_swing(0.5)
        tempo.set_grid("")
        tempo.set_hand_over("now")
        time.advance(3.0)
        beat = tempo.beat_at(time.time)
        parameters.set_values(kept)
        assert captured(parameters) == kept
        assert tempo.grid == Grid("1/16", 0.6)
        assert tempo.beat_at(time.time) == pytest.approx(beat)

    def test_state_shows_musical_time_after_its_first_use(self) -> None:
        time, tempo = tempo_at(1000.0)
        tempo.set_grid("1/8")
        time.advance(1.0)
        state = tempo.state()
        assert state is not None
        assert (state.runs, state.lost) == (True, False)
        assert state.beat == pytest.approx(2.0)


@pytest.mark.parametrize("start", [1000.0, 1023.993])
def test_clock_that_does_not_come_is_reported_when_it_is_late_whatever_time_it_is(start: float) -> None:
    time, told = VirtualTime(start), []
    tempo = Tempo(time.scheduler, NoLines(), lambda level, text: told.append(text))
    tempo.set_follows(True)
    time.stall(1.0)
    assert told == ["no clock comes in: 120.0 bpm are kept until one does"]
