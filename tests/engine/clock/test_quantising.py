"""What is played on a grid: when it sounds, and what the player hears of it."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from impsy_tui.engine.clock.quantiser import STALE
from impsy_tui.engine.players.session import SessionSettings
from tests.support.engine.scripted_players import Band, near

LINE = 0.125
"""Seconds of 1/16 at 120; the first bar begins with the band, at 100."""


def _band(mode: str, grid: str = "1/16", **more: Any) -> Band:
    band = Band(mode, **more)
    band.session.tempo.set_grid(grid)
    return band


class TestPlayingAlone:
    def test_events_sound_on_the_nearest_lines_and_happen_when_they_would(self) -> None:
        band = _band("battle", dt=0.13)
        band.wait(1.1)
        # The first was under way when the grid came: it is known at 100.13 and sounds on the next line.
        assert band.out.times[0] == pytest.approx(100.25)
        # Others happen at 100.26, .39, .52, .65 …, and sound on what is nearest.
        assert band.out.times[1:] == near([100.375, 100.5, 100.625, 100.75, 100.875, 101.0])
        assert {dt for dt, _ in band.player.heard[1:]} == {0.13}

    def test_what_happens_a_little_after_a_line_sounds_on_it(self) -> None:
        band = _band("battle", dt=0.53)
        band.wait(0.7)
        band.out.said.clear()
        band.wait(0.301)  # it happens at 101.06: its line is at 101
        assert band.out.times == near([101.0])
        assert len(band.player.heard) == 2
        band.wait(0.1)
        assert len(band.player.heard) == 3

    def test_of_several_events_the_latest_sounds_and_the_others_are_counted(self) -> None:
        band = _band("battle", dt=0.02)
        band.wait(10.0)
        lines = [round((at - 100.0) / LINE, 6) for at in band.out.times]
        assert all(line == round(line) for line in lines)
        assert len(set(lines)) == len(lines) > 70
        sounded, predicted = len(band.out.played), len(band.player.heard)
        assert predicted - 2 <= sounded + band.part.replaced <= predicted
        assert {dt for dt, _ in band.player.heard[1:]} == {0.02}

    def test_a_line_is_never_empty_when_every_line_has_an_event(self) -> None:
        band = _band("battle", dt=LINE)
        band.wait(20.0)
        gaps = {round(b - a, 6) for a, b in itertools.pairwise(band.out.times)}
        assert gaps == {LINE}

    def test_the_log_has_the_time_it_sounded(self) -> None:
        band = _band("battle", dt=0.13, settings=SessionSettings(log_predictions=True))
        band.wait(3.0)
        assert [at for at, source, _ in band.log.rows if source == "rnn"] == band.out.times

    def test_swing_makes_every_second_line_late(self) -> None:
        band = _band("battle", dt=LINE)
        band.session.tempo.set_swing(0.6)
        band.wait(2.0)
        places = {round((at - 100.0) % (2 * LINE), 6) for at in band.out.times}
        assert places == {0.0, 0.15}

    def test_it_follows_the_tempo(self) -> None:
        band = _band("battle", dt=0.25, grid="1/4")
        band.session.tempo.set_beats(60.0)
        band.wait(4.9)
        assert band.out.times == near([101.0, 102.0, 103.0, 104.0])

    def test_what_is_upcoming_is_told_with_the_time_when_it_sounds(self) -> None:
        band = _band("battle", dt=0.6)
        band.wait(0.7)
        assert band.part.upcoming is not None
        assert band.part.upcoming[0] == pytest.approx(101.25)
        band.wait(0.51)
        band.wait(0.55)  # the next happens at 101.8, and has sounded: nothing else is known
        assert band.out.times[-1] == pytest.approx(101.75)
        assert band.part.upcoming is None

    def test_a_stall_makes_no_burst(self) -> None:
        band = _band("battle", dt=0.02)
        band.wait(1.0)
        before = len(band.out.played)
        band.time.stall(3.0)
        band.wait(0.01)
        assert len(band.out.played) - before <= 1
        band.wait(1.0)
        assert min(b - a for a, b in itertools.pairwise(band.out.times)) > LINE - 1e-6


class TestAnswers:
    def test_each_line_has_the_latest_answer(self) -> None:
        band = _band("polyphony", dt=0.1)
        for value in (0.1, 0.2, 0.3):
            band.play(value)
            band.wait(0.01)  # answers at 100.10, .11, .12: the line is at .125
        band.wait(1.0)
        assert band.out.played == [(100.125, (0.31,))]
        assert band.part.replaced == 2
        assert band.part.upcoming is None

    def test_an_answer_that_is_due_at_once_sounds_on_the_next_line(self) -> None:
        band = _band("polyphony", dt=0.1, timescale=0.0)
        band.wait(0.13)
        band.play(0.5)
        band.wait(1.0)
        assert band.out.times == near([100.25])

    def test_many_answers_that_a_stall_made_late_are_left_out(self) -> None:
        band = _band("polyphony", dt=1.0)
        for _ in range(40):
            band.play(0.5)
            band.wait(0.02)
        band.time.stall(3.0)
        band.wait(1.0)
        assert band.out.played == []
        assert band.part.skipped + band.part.replaced == 40

    def test_a_grid_that_comes_meanwhile_takes_answers_that_wait(self) -> None:
        band = Band("polyphony", dt=0.2)
        band.play(0.5)
        band.session.tempo.set_grid("1/4")
        band.wait(1.0)
        assert band.out.times == near([100.5])


class TestResponses:
    def test_new_input_takes_the_turn_back_and_what_waits_is_never_heard(self) -> None:
        band = _band("callresponse", grid="1/4", dt=0.4, threshold=0.5)
        band.play(0.5)
        band.wait(1.3)  # its turn at 100.5; events at .9 (101.0) and 101.3 (101.5)
        assert band.out.times == near([101.0])
        band.play(0.1)
        assert band.out.said[-1] == (101.3, "silence")
        band.wait(0.45)
        assert len(band.out.played) == 1

    def test_a_response_is_heard_on_lines_and_predicted_off_them(self) -> None:
        band = _band("callresponse", dt=0.3, threshold=0.5)
        band.play(0.5)
        band.wait(2.0)
        assert all(round((at - 100) / LINE, 6).is_integer() for at in band.out.times)
        assert [dt for dt, _ in band.player.heard] == [0.0, *[0.3] * (len(band.player.heard) - 1)]


class TestEnding:
    def test_without_a_grid_events_sound_again_when_they_happen(self) -> None:
        band = _band("battle", grid="1/1", dt=0.7)
        band.wait(0.1)
        band.session.tempo.set_grid("")
        band.wait(1.5)
        assert band.out.times == near([100.7, 101.4])

    def test_answers_that_waited_for_a_grid_that_goes_sound_in_their_own_time_or_never(self) -> None:
        band = _band("polyphony", grid="1/1", dt=0.5)
        band.wait(0.1)
        band.play(0.1)  # due at 100.6; its line is at 102
        band.wait(0.6)
        band.play(0.9)  # due at 101.2
        band.session.tempo.set_grid("")
        band.wait(3.0)
        assert band.out.times == near([101.2])

    @pytest.mark.parametrize("how", ["pause", "panic", "mode"])
    def test_nothing_that_waited_sounds_afterwards(self, how: str) -> None:
        band = _band("battle", grid="1/1", dt=0.3)
        band.wait(2.1)
        assert len(band.out.played) == 1
        if how == "mode":
            band.part.set_value("mode", "useronly")
        else:
            getattr(band.session, how)()
        band.out.said.clear()
        band.wait(10.0)
        assert band.out.played == []

    def test_an_event_that_has_sounded_before_it_happened_does_not_sound_again(self) -> None:
        band = _band("battle", dt=0.53)
        band.wait(1.01)  # the second happens at 101.06, and sounded at 101
        values = band.out.played[-1][1]
        band.session.pause()
        band.wait(5.0)
        band.session.resume()
        band.wait(1.0)
        assert [sent for _, sent in band.out.played].count(values) == 1
        # The player goes on from it, and from its own dt.
        assert band.player.heard[-1] == (0.53, values) or band.player.heard[-2] == (0.53, values)

    def test_a_change_of_timescale_lets_nothing_sound_twice(self) -> None:
        band = _band("battle", dt=0.53)
        band.wait(1.01)
        values = band.out.played[-1][1]
        band.part.set_value("timescale", 2.0)
        band.wait(3.0)
        assert [sent for _, sent in band.out.played].count(values) == 1


class TestHandingOver:
    @pytest.mark.parametrize(("when", "at"), [("now", 101.2), ("beat", 101.5), ("bar", 102.0)])
    def test_the_players_turn_begins_on_the_next_one_after_the_silence(self, when: str, at: float) -> None:
        band = Band("callresponse", dt=0.1, threshold=1.0)
        band.session.tempo.set_hand_over(when)
        band.wait(0.2)
        band.play(0.5)
        band.wait(at - 100.2 - 0.01)
        assert band.part.turn.value == "you"
        band.wait(0.02)
        assert band.part.turn.value == "player"
        band.wait(0.1)
        assert band.out.times == near([at + 0.1])

    def test_who_plays_while_the_bar_is_waited_for_keeps_the_turn(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.session.tempo.set_hand_over("bar")
        band.play(0.5)
        band.wait(1.9)
        band.play(0.5)
        band.wait(1.9)
        assert band.part.turn.value == "you"
        band.wait(0.3)
        assert band.part.turn.value == "player"

    def test_who_holds_a_note_while_the_bar_is_waited_for_keeps_the_turn(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.session.tempo.set_hand_over("bar")
        band.play(0.5)
        band.wait(1.5)
        band.session.holding("in", True, band.time.time)
        band.wait(5.0)  # several bars, and less than a held note counts as playing
        assert band.part.turn.value == "you"
        band.session.holding("in", False, band.time.time)
        band.wait(2.6)
        assert band.part.turn.value == "player"

    def test_playing_takes_the_turn_back_at_once(self) -> None:
        band = Band("callresponse", threshold=0.5)
        band.session.tempo.set_hand_over("bar")
        band.play(0.5)
        band.wait(2.3)
        assert band.part.turn.value == "player"
        band.play(0.5)
        assert band.part.turn.value == "you"

    def test_the_turn_is_given_by_hand_at_once(self) -> None:
        band = Band("callresponse", threshold=10.0)
        band.session.tempo.set_hand_over("bar")
        band.wait(0.3)
        band.part.give()
        assert band.part.turn.value == "player"

    def test_who_is_waiting_for_a_bar_when_bars_matter_no_more_begins_now(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.session.tempo.set_hand_over("bar")
        band.play(0.5)
        band.wait(1.5)
        band.session.tempo.set_hand_over("now")
        band.wait(0.001)
        assert band.part.turn.value == "player"


@given(
    dts=st.lists(st.floats(0.0, 0.5), min_size=1, max_size=60),
    beats=st.floats(40.0, 300.0),
    note=st.sampled_from(["1/4", "1/8", "1/12", "1/16"]),
    swing=st.floats(0.5, 0.75),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_predicted_sounds_on_lines_once_each(
    dts: list[float], beats: float, note: str, swing: float
) -> None:
    band = Band("battle")
    tempo = band.session.tempo
    tempo.set_beats(beats)
    tempo.set_swing(swing)
    tempo.set_grid(note)
    for dt in dts:
        band.player.dt = dt
        band.wait(0.11)
    band.wait(1.0)
    assert tempo.grid is not None
    lines = []
    for at in band.out.times:
        beat = tempo.beat_at(at)
        line = tempo.grid.nearest(beat)
        assert tempo.grid.beat_of(line) == pytest.approx(beat, abs=1e-4)
        lines.append(line)
    assert lines == sorted(set(lines))


class GridChanges(RuleBasedStateMachine):
    """A performer who does anything at any time, on a grid."""

    def __init__(self) -> None:
        super().__init__()
        self.band = _band("battle", dt=0.07)
        self.tempo = self.band.session.tempo
        self.heard = 0

    @rule(seconds=st.floats(0.0, 1.0))
    def wait(self, seconds: float) -> None:
        self.band.wait(seconds)

    @rule(seconds=st.floats(0.0, 2.0))
    def stall(self, seconds: float) -> None:
        before = len(self.band.out.played)
        self.band.time.stall(seconds)
        assert len(self.band.out.played) - before <= STALE / 0.07 + 2

    @rule(mode=st.sampled_from(["battle", "duet", "polyphony", "callresponse", "useronly"]))
    def mode(self, mode: str) -> None:
        self.band.part.set_value("mode", mode)

    @rule()
    def play(self) -> None:
        self.band.play(0.5)

    @rule(note=st.sampled_from(["", "1/1", "1/8", "1/16", "1/64"]))
    def grid(self, note: str) -> None:
        self.tempo.set_grid(note)

    @rule(swing=st.floats(0.5, 0.75), beats=st.floats(20.0, 400.0))
    def time(self, swing: float, beats: float) -> None:
        self.tempo.set_swing(swing)
        self.tempo.set_beats(beats)

    @rule(beat=st.floats(0.0, 100.0))
    def jump(self, beat: float) -> None:
        self.tempo.jump(beat, self.band.time.time)

    @rule(factor=st.sampled_from([0.0, 0.5, 2.0]))
    def timescale(self, factor: float) -> None:
        self.band.part.set_value("timescale", factor)

    @rule()
    def pause(self) -> None:
        self.band.session.pause()
        before = len(self.band.out.played)
        self.band.wait(0.5)
        assert len(self.band.out.played) == before
        self.band.session.resume()

    @invariant()
    def nothing_fails_and_little_waits(self) -> None:
        assert not self.band.time.errors
        assert len(self.band.time.scheduler) < 50


TestGridChanges = GridChanges.TestCase
TestGridChanges.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
