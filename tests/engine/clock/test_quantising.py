"""Quantised events: their times, and the input of the player."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from impsy_tui.engine.clock.quantiser import STALE
from impsy_tui.engine.players.session import SessionSettings
from tests.support.engine.scripted_players import ScriptedSession, near

LINE = 0.125
"""Seconds of 1/16 at 120; the first bar begins with the ensemble, at 100."""


def _virtual_session(mode: str, grid: str = "1/16", **more: Any) -> ScriptedSession:
    virtual = ScriptedSession(mode, **more)
    virtual.session.tempo.set_grid(grid)
    return virtual


class TestPlayingAlone:
    def test_events_sound_on_the_nearest_lines_and_happen_when_they_would(self) -> None:
        virtual = _virtual_session("battle", dt=0.13)
        virtual.wait(1.1)
        # The first was pending when the grid began: it is known at 100.13 and sounds on the next line.
        assert virtual.out.times[0] == pytest.approx(100.25)
        # Others happen at 100.26, .39, .52, .65 …, and sound on the nearest lines.
        assert virtual.out.times[1:] == near([100.375, 100.5, 100.625, 100.75, 100.875, 101.0])
        assert {dt for dt, _ in virtual.predictor.heard[1:]} == {0.13}

    def test_event_just_after_line_sounds_on_line(self) -> None:
        virtual = _virtual_session("battle", dt=0.53)
        virtual.wait(0.7)
        virtual.out.said.clear()
        virtual.wait(0.301)  # it happens at 101.06: its line is at 101
        assert virtual.out.times == near([101.0])
        assert len(virtual.predictor.heard) == 2
        virtual.wait(0.1)
        assert len(virtual.predictor.heard) == 3

    def test_quantiser_sounds_the_last_of_several_events_and_counts_the_others(self) -> None:
        virtual = _virtual_session("battle", dt=0.02)
        virtual.wait(10.0)
        lines = [round((at - 100.0) / LINE, 6) for at in virtual.out.times]
        assert all(line == round(line) for line in lines)
        assert len(set(lines)) == len(lines) > 70
        sounded, predicted = len(virtual.out.played), len(virtual.predictor.heard)
        assert predicted - 2 <= sounded + virtual.behaviour.replaced <= predicted
        assert {dt for dt, _ in virtual.predictor.heard[1:]} == {0.02}

    def test_line_is_never_empty_when_every_line_has_an_event(self) -> None:
        virtual = _virtual_session("battle", dt=LINE)
        virtual.wait(20.0)
        gaps = {round(b - a, 6) for a, b in itertools.pairwise(virtual.out.times)}
        assert gaps == {LINE}

    def test_log_has_the_time_it_sounded(self) -> None:
        virtual = _virtual_session("battle", dt=0.13, settings=SessionSettings(log_predictions=True))
        virtual.wait(3.0)
        assert [at for at, source, _ in virtual.log.rows if source == "rnn"] == virtual.out.times

    def test_swing_makes_every_second_line_late(self) -> None:
        virtual = _virtual_session("battle", dt=LINE)
        virtual.session.tempo.set_swing(0.6)
        virtual.wait(2.0)
        places = {round((at - 100.0) % (2 * LINE), 6) for at in virtual.out.times}
        assert places == {0.0, 0.15}

    def test_quantiser_follows_the_tempo(self) -> None:
        virtual = _virtual_session("battle", dt=0.25, grid="1/4")
        virtual.session.tempo.set_beats(60.0)
        virtual.wait(4.9)
        assert virtual.out.times == near([101.0, 102.0, 103.0, 104.0])

    def test_upcoming_event_has_quantised_time(self) -> None:
        virtual = _virtual_session("battle", dt=0.6)
        virtual.wait(0.7)
        assert virtual.behaviour.upcoming is not None
        assert virtual.behaviour.upcoming[0] == pytest.approx(101.25)
        virtual.wait(0.51)
        virtual.wait(0.55)  # the next happens at 101.8, and has sounded: no later event is known
        assert virtual.out.times[-1] == pytest.approx(101.75)
        assert virtual.behaviour.upcoming is None

    def test_stall_makes_no_burst(self) -> None:
        virtual = _virtual_session("battle", dt=0.02)
        virtual.wait(1.0)
        before = len(virtual.out.played)
        virtual.time.stall(3.0)
        virtual.wait(0.01)
        assert len(virtual.out.played) - before <= 1
        virtual.wait(1.0)
        assert min(b - a for a, b in itertools.pairwise(virtual.out.times)) > LINE - 1e-6


class TestAnswers:
    def test_quantiser_sounds_the_latest_answer_on_each_line(self) -> None:
        virtual = _virtual_session("polyphony", dt=0.1)
        for value in (0.1, 0.2, 0.3):
            virtual.play(value)
            virtual.wait(0.01)  # answers at 100.10, .11, .12: the line is at .125
        virtual.wait(1.0)
        assert virtual.out.played == [(100.125, (0.31,))]
        assert virtual.behaviour.replaced == 2
        assert virtual.behaviour.upcoming is None

    def test_answer_that_is_due_at_once_sounds_on_the_next_line(self) -> None:
        virtual = _virtual_session("polyphony", dt=0.1, timescale=0.0)
        virtual.wait(0.13)
        virtual.play(0.5)
        virtual.wait(1.0)
        assert virtual.out.times == near([100.25])

    def test_many_answers_that_a_stall_made_late_are_left_out(self) -> None:
        virtual = _virtual_session("polyphony", dt=1.0)
        for _ in range(40):
            virtual.play(0.5)
            virtual.wait(0.02)
        virtual.time.stall(3.0)
        virtual.wait(1.0)
        assert virtual.out.played == []
        assert virtual.behaviour.skipped + virtual.behaviour.replaced == 40

    def test_grid_that_comes_meanwhile_takes_answers_that_wait(self) -> None:
        virtual = ScriptedSession("polyphony", dt=0.2)
        virtual.play(0.5)
        virtual.session.tempo.set_grid("1/4")
        virtual.wait(1.0)
        assert virtual.out.times == near([100.5])


class TestResponses:
    def test_new_input_takes_the_turn_back_and_what_waits_is_never_heard(self) -> None:
        virtual = _virtual_session("callresponse", grid="1/4", dt=0.4, threshold=0.5)
        virtual.play(0.5)
        virtual.wait(1.3)  # its turn at 100.5; events at .9 (101.0) and 101.3 (101.5)
        assert virtual.out.times == near([101.0])
        virtual.play(0.1)
        assert virtual.out.said[-1] == (101.3, "silence")
        virtual.wait(0.45)
        assert len(virtual.out.played) == 1

    def test_response_is_heard_on_lines_and_predicted_off_them(self) -> None:
        virtual = _virtual_session("callresponse", dt=0.3, threshold=0.5)
        virtual.play(0.5)
        virtual.wait(2.0)
        assert all(round((at - 100) / LINE, 6).is_integer() for at in virtual.out.times)
        assert [dt for dt, _ in virtual.predictor.heard] == [0.0, *[0.3] * (len(virtual.predictor.heard) - 1)]


class TestEnding:
    def test_events_without_a_grid_sound_when_they_happen(self) -> None:
        virtual = _virtual_session("battle", grid="1/1", dt=0.7)
        virtual.wait(0.1)
        virtual.session.tempo.set_grid("")
        virtual.wait(1.5)
        assert virtual.out.times == near([100.7, 101.4])

    def test_answers_that_waited_for_a_grid_that_goes_sound_in_their_own_time_or_never(self) -> None:
        virtual = _virtual_session("polyphony", grid="1/1", dt=0.5)
        virtual.wait(0.1)
        virtual.play(0.1)  # due at 100.6; its line is at 102
        virtual.wait(0.6)
        virtual.play(0.9)  # due at 101.2
        virtual.session.tempo.set_grid("")
        virtual.wait(3.0)
        assert virtual.out.times == near([101.2])

    @pytest.mark.parametrize("how", ["pause", "panic", "mode"])
    def test_waiting_events_do_not_sound_after_a_stop(self, how: str) -> None:
        virtual = _virtual_session("battle", grid="1/1", dt=0.3)
        virtual.wait(2.1)
        assert len(virtual.out.played) == 1
        if how == "mode":
            virtual.behaviour.set_value("mode", "useronly")
        else:
            getattr(virtual.session, how)()
        virtual.out.said.clear()
        virtual.wait(10.0)
        assert virtual.out.played == []

    def test_event_that_has_sounded_before_it_happened_does_not_sound_again(self) -> None:
        virtual = _virtual_session("battle", dt=0.53)
        virtual.wait(1.01)  # the second happens at 101.06, and sounded at 101
        values = virtual.out.played[-1][1]
        virtual.session.pause()
        virtual.wait(5.0)
        virtual.session.resume()
        virtual.wait(1.0)
        assert [sent for _, sent in virtual.out.played].count(values) == 1
        # The player continues from this event, and from its dt.
        assert virtual.predictor.heard[-1] == (0.53, values) or virtual.predictor.heard[-2] == (0.53, values)

    def test_change_of_timescale_lets_nothing_sound_twice(self) -> None:
        virtual = _virtual_session("battle", dt=0.53)
        virtual.wait(1.01)
        values = virtual.out.played[-1][1]
        virtual.behaviour.set_value("timescale", 2.0)
        virtual.wait(3.0)
        assert [sent for _, sent in virtual.out.played].count(values) == 1


class TestHandingOver:
    @pytest.mark.parametrize(("when", "at"), [("now", 101.2), ("beat", 101.5), ("bar", 102.0)])
    def test_players_turn_begins_on_the_next_one_after_the_silence(self, when: str, at: float) -> None:
        virtual = ScriptedSession("callresponse", dt=0.1, threshold=1.0)
        virtual.session.tempo.set_hand_over(when)
        virtual.wait(0.2)
        virtual.play(0.5)
        virtual.wait(at - 100.2 - 0.01)
        assert virtual.behaviour.turn.value == "you"
        virtual.wait(0.02)
        assert virtual.behaviour.turn.value == "player"
        virtual.wait(0.1)
        assert virtual.out.times == near([at + 0.1])

    def test_musician_who_plays_before_bar_keeps_turn(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.session.tempo.set_hand_over("bar")
        virtual.play(0.5)
        virtual.wait(1.9)
        virtual.play(0.5)
        virtual.wait(1.9)
        assert virtual.behaviour.turn.value == "you"
        virtual.wait(0.3)
        assert virtual.behaviour.turn.value == "player"

    def test_musician_who_holds_note_before_bar_keeps_turn(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.session.tempo.set_hand_over("bar")
        virtual.play(0.5)
        virtual.wait(1.5)
        virtual.session.holding("in", True, virtual.time.time)
        virtual.wait(5.0)  # several bars, and less than the time limit of a held note
        assert virtual.behaviour.turn.value == "you"
        virtual.session.holding("in", False, virtual.time.time)
        virtual.wait(2.6)
        assert virtual.behaviour.turn.value == "player"

    def test_playing_takes_the_turn_back_at_once(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=0.5)
        virtual.session.tempo.set_hand_over("bar")
        virtual.play(0.5)
        virtual.wait(2.3)
        assert virtual.behaviour.turn.value == "player"
        virtual.play(0.5)
        assert virtual.behaviour.turn.value == "you"

    def test_turn_is_given_by_hand_at_once(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=10.0)
        virtual.session.tempo.set_hand_over("bar")
        virtual.wait(0.3)
        virtual.behaviour.give()
        assert virtual.behaviour.turn.value == "player"

    def test_waiting_player_begins_after_hand_over_is_set_to_now(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.session.tempo.set_hand_over("bar")
        virtual.play(0.5)
        virtual.wait(1.5)
        virtual.session.tempo.set_hand_over("now")
        virtual.wait(0.001)
        assert virtual.behaviour.turn.value == "player"


@given(
    dts=st.lists(st.floats(0.0, 0.5), min_size=1, max_size=60),
    beats=st.floats(40.0, 300.0),
    note=st.sampled_from(["1/4", "1/8", "1/12", "1/16"]),
    swing=st.floats(0.5, 0.75),
)
@settings(max_examples=60, deadline=None)
def test_predictions_sound_on_grid_lines_once_each(dts: list[float], beats: float, note: str, swing: float) -> None:
    virtual = ScriptedSession("battle")
    tempo = virtual.session.tempo
    tempo.set_beats(beats)
    tempo.set_swing(swing)
    tempo.set_grid(note)
    for dt in dts:
        virtual.predictor.dt = dt
        virtual.wait(0.11)
    virtual.wait(1.0)
    assert tempo.grid is not None
    lines = []
    for at in virtual.out.times:
        beat = tempo.beat_at(at)
        line = tempo.grid.nearest(beat)
        assert tempo.grid.beat_of(line) == pytest.approx(beat, abs=1e-4)
        lines.append(line)
    assert lines == sorted(set(lines))


class GridChanges(RuleBasedStateMachine):
    """Performer with any action at any time, on a grid."""

    def __init__(self) -> None:
        super().__init__()
        self.virtual = _virtual_session("battle", dt=0.07)
        self.tempo = self.virtual.session.tempo
        self.heard = 0

    @rule(seconds=st.floats(0.0, 1.0))
    def wait(self, seconds: float) -> None:
        self.virtual.wait(seconds)

    @rule(seconds=st.floats(0.0, 2.0))
    def stall(self, seconds: float) -> None:
        before = len(self.virtual.out.played)
        self.virtual.time.stall(seconds)
        assert len(self.virtual.out.played) - before <= STALE / 0.07 + 2

    @rule(mode=st.sampled_from(["battle", "duet", "polyphony", "callresponse", "useronly"]))
    def mode(self, mode: str) -> None:
        self.virtual.behaviour.set_value("mode", mode)

    @rule()
    def play(self) -> None:
        self.virtual.play(0.5)

    @rule(note=st.sampled_from(["", "1/1", "1/8", "1/16", "1/64"]))
    def grid(self, note: str) -> None:
        self.tempo.set_grid(note)

    @rule(swing=st.floats(0.5, 0.75), beats=st.floats(20.0, 400.0))
    def time(self, swing: float, beats: float) -> None:
        self.tempo.set_swing(swing)
        self.tempo.set_beats(beats)

    @rule(beat=st.floats(0.0, 100.0))
    def jump(self, beat: float) -> None:
        self.tempo.jump(beat, self.virtual.time.time)

    @rule(factor=st.sampled_from([0.0, 0.5, 2.0]))
    def timescale(self, factor: float) -> None:
        self.virtual.behaviour.set_value("timescale", factor)

    @rule()
    def pause(self) -> None:
        self.virtual.session.pause()
        before = len(self.virtual.out.played)
        self.virtual.wait(0.5)
        assert len(self.virtual.out.played) == before
        self.virtual.session.resume()

    @invariant()
    def nothing_fails_and_little_waits(self) -> None:
        assert not self.virtual.time.errors
        assert len(self.virtual.time.scheduler) < 50


TestGridChanges = GridChanges.TestCase
TestGridChanges.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
