"""What the player hears and when it plays, in each mode."""

import itertools

import pytest

from impsy_tui import modes
from impsy_tui.engine.clock.quantiser import STALE
from tests.support.engine.scripted_players import Band, near


class TestCallAndResponse:
    def test_the_player_takes_over_after_silence_from_the_prediction_of_the_last_event(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.play(0.5)
        band.wait(0.5)
        band.play(0.6)
        band.wait(1.0)
        assert band.part.turn.value == "player"
        assert band.out.played == []
        band.wait(0.25)
        assert band.out.times == near([101.6, 101.7])
        assert band.out.played[0][1] == (0.61,)
        # Heard once each: two events of the musician's, then its own, with its own dt.
        assert band.player.heard == [(0.0, (0.5,)), (0.5, (0.6,)), (0.1, (0.61,)), (0.1, (0.62,))]

    def test_the_first_new_event_takes_control_back_at_once(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.play(0.5)
        band.wait(1.55)
        band.out.said.clear()
        band.play(0.1)
        assert band.part.turn.value == "you"
        assert band.out.said == [(101.55, "silence")]
        band.wait(0.9)
        assert band.out.played == []
        band.wait(0.25)
        assert band.out.times == near([102.65])
        assert band.out.played[0][1] == (0.11,)

    def test_it_waits_for_a_first_call(self) -> None:
        band = Band("callresponse", threshold=0.1)
        band.wait(100)
        assert band.out.said == []

    def test_a_held_note_is_not_silence(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.play(0.5)
        band.session.holding("in", True, band.time.time)
        band.wait(5)
        assert band.out.played == []
        band.session.holding("in", False, band.time.time)
        band.wait(0.95)
        assert band.out.played == []
        band.wait(0.2)
        assert band.out.times == near([106.1])

    def test_notes_held_on_two_channels_must_both_be_let_go(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.play(0.5)
        for channel in ("a", "b"):
            band.session.holding(channel, True, band.time.time)
        band.session.holding("a", False, band.time.time)
        band.wait(5)
        assert band.out.played == []
        band.session.holding("b", False, band.time.time)
        band.wait(1.15)
        assert band.out.times == near([106.1])

    def test_the_musicians_dt_after_a_response_is_since_their_own_last_event_and_capped(self) -> None:
        band = Band("callresponse", threshold=1.0, max_gap=3.0)
        band.play(0.5)
        band.wait(2.0)
        band.play(0.5)
        band.wait(20.0)
        band.play(0.5)
        musicians = [dt for dt, values in band.player.heard if values == (0.5,)]
        assert musicians == [0.0, 2.0, 3.0]

    def test_give_and_take_hand_over_by_hand(self) -> None:
        band = Band("callresponse", threshold=10.0)
        band.play(0.5)
        band.part.give()
        band.wait(0.15)
        assert band.out.times == near([100.1])
        band.part.take()
        assert band.out.said[-1][1] == "silence"
        band.wait(100)
        assert len(band.out.played) == 1  # taken: it waits for a call
        band.play(0.5)
        band.wait(10.15)
        assert len(band.out.played) == 2

    def test_give_before_anything_was_played_begins_somewhere(self) -> None:
        band = Band("callresponse")
        band.part.give()
        band.wait(0.35)
        assert len(band.out.played) == 3

    def test_a_response_that_goes_on_too_long_ends_and_waits_for_a_call(self) -> None:
        band = Band("callresponse", threshold=1.0, max_response=2.0)
        band.play(0.5)
        band.wait(100)
        assert band.out.times[0] == pytest.approx(101.1)
        assert band.out.times[-1] <= 103.0
        assert band.out.said[-1] == (103.0, "silence")
        band.play(0.5)
        band.wait(1.15)
        assert len(band.out.times) > 18

    def test_the_threshold_can_be_changed_while_it_runs(self) -> None:
        band = Band("callresponse", threshold=10.0)
        band.play(0.5)
        band.wait(1)
        band.part.set_value("threshold", 1.5)
        band.wait(0.65)
        assert band.out.times == near([101.6])

    def test_nothing_is_lost_of_a_stall(self) -> None:
        band = Band("callresponse", threshold=1.0)
        band.play(0.5)
        band.wait(1.5)
        before = len(band.out.played)
        band.time.stall(30)
        band.wait(0.05)
        assert len(band.out.played) <= before + 1


class TestPolyphony:
    def test_every_event_is_answered_once_when_its_time_has_come(self) -> None:
        band = Band("polyphony")
        for _ in range(3):
            band.play(0.5)
            band.wait(0.03)
        band.wait(5)
        assert band.out.times == near([100.1, 100.13, 100.16])
        assert len(band.player.heard) == 3  # nothing is fed back

    def test_the_timescale_stretches_the_wait_and_zero_answers_at_once(self) -> None:
        band = Band("polyphony", timescale=2.0)
        band.play(0.5)
        band.wait(1)
        assert band.out.times == near([100.2])
        band.part.set_value("timescale", 0.0)
        band.play(0.5)
        assert band.out.times[-1] == pytest.approx(101.0)

    def test_a_change_of_mode_drops_the_answers_that_wait(self) -> None:
        band = Band("polyphony")
        band.play(0.5)
        band.part.set_value("mode", "useronly")
        band.wait(5)
        assert band.out.played == []

    def test_what_a_stall_made_late_is_left_out_and_not_a_burst(self) -> None:
        band = Band("polyphony")
        arrivals = [100.0 + i * 0.01 for i in range(200)]
        band.time.stall(2.0)
        for at in arrivals:  # read only now, with the kernel's time of arrival
            band.session.heard("in", (0.5,), at)
        at_once = len(band.out.played)
        assert at_once <= STALE / 0.01 + 1
        assert band.part.skipped >= 200 - STALE / 0.01 - 12
        assert len(band.player.heard) == 200
        assert len(band.log.rows) == 200

    def test_more_answers_than_can_wait_are_left_out_and_told(self) -> None:
        band = Band("polyphony", timescale=1000.0)
        for _ in range(10_050):
            band.play(0.5)
        assert band.part.skipped == 50
        assert any("left out" in text for _, text in band.told)


class TestBattle:
    def test_it_plays_alone_from_its_own_output(self) -> None:
        band = Band("battle")
        band.wait(0.35)
        assert band.out.times == near([100.1, 100.2, 100.3])
        assert [dt for dt, _ in band.player.heard[1:]] == [0.1, 0.1, 0.1]

    def test_the_musician_is_logged_and_does_not_steer(self) -> None:
        band = Band("battle")
        band.play(0.123)
        band.wait(1)
        assert band.log.rows == [(100.0, "interface", (0.123,))]
        assert all(values != (0.123,) for _, values in band.player.heard)

    def test_waits_are_never_under_a_millisecond(self) -> None:
        band = Band("battle", timescale=0.0)
        band.wait(0.1)
        assert len(band.out.played) == pytest.approx(100, abs=1)

    def test_the_model_is_fed_its_own_unscaled_dt(self) -> None:
        band = Band("battle", timescale=0.5)
        band.wait(1)
        assert {dt for dt, _ in band.player.heard[1:]} == {0.1}
        assert len(band.out.played) == pytest.approx(20, abs=1)

    def test_a_wait_under_way_is_stretched_with_the_timescale(self) -> None:
        band = Band("battle", dt=2.0)
        band.wait(0.5)
        band.part.set_value("timescale", 0.5)
        band.wait(0.6)
        assert band.out.times == near([101.0])

    def test_a_dt_longer_than_any_learned_is_capped(self) -> None:
        band = Band("battle", dt=100.0, max_gap=2.0)
        band.wait(4.5)
        assert band.out.times == near([102.0, 104.0])
        assert {dt for dt, _ in band.player.heard[1:]} == {2.0}

    @pytest.mark.parametrize("stall", [0.05, 0.099, 0.11, 0.5, 3.33, 3600.0])
    def test_after_a_stall_it_keeps_its_grid_and_plays_no_burst(self, stall: float) -> None:
        band = Band("battle")
        band.wait(1.05)
        count = len(band.out.played)
        band.time.stall(stall)
        after = band.time.time
        band.wait(0.5)
        times = band.out.times[count:]
        assert len([t for t in times if t < after + 0.02]) <= 1
        gaps = [b - a for a, b in itertools.pairwise(times[1:])]
        assert gaps == near([0.1] * len(gaps))
        # Still on the grid of tenths that it began.
        assert all(abs(t * 10 - round(t * 10)) < 1e-4 for t in times[1:])

    def test_a_player_that_fails_is_told_and_goes_on(self) -> None:
        band = Band("battle")
        band.wait(0.25)
        band.player.faults = 3
        band.wait(1)
        assert ("error", "it failed") in band.told
        assert band.out.times[-1] > 100.9


class TestDuet:
    def test_it_plays_from_its_own_output_and_hears_the_musician(self) -> None:
        band = Band("duet")
        band.wait(0.25)
        band.play(0.9)
        band.wait(0.15)
        assert band.out.times == near([100.1, 100.2, 100.3, 100.4])
        assert (0.25, (0.9,)) in band.player.heard
        # Its own line goes on, and is fed to it.
        assert band.out.played[2][1][0] == pytest.approx(band.out.played[1][1][0] + 0.01)


class TestUserOnly:
    def test_nothing_is_played_and_everything_logged(self) -> None:
        band = Band("useronly")
        for _ in range(5):
            band.play(0.5)
            band.wait(1)
        assert band.out.said == []
        assert band.player.heard == []
        assert len(band.log.rows) == 5


class TestPauseAndPanic:
    @pytest.mark.parametrize("mode", list(modes.MODES))
    def test_paused_it_plays_nothing_and_goes_on_listening(self, mode: str) -> None:
        band = Band(mode)
        band.play(0.5)
        band.wait(0.35)
        band.session.pause()
        band.out.said.clear()
        heard = len(band.player.heard)
        for _ in range(3):
            band.play(0.5)
            band.wait(1)
        assert band.out.played == []
        assert len(band.log.rows) == 4
        assert len(band.player.heard) - heard == (3 if modes.MODES[mode].hears else 0)

    def test_resumed_it_plays_in_time_from_now(self) -> None:
        band = Band("battle")
        band.wait(0.35)
        band.session.pause()
        assert band.out.said[-1] == (100.35, "silence")
        band.wait(10)
        band.session.resume()
        band.wait(0.25)
        assert band.out.times[-2:] == near([110.45, 110.55])

    def test_panic_turns_everything_off_and_pauses(self) -> None:
        band = Band("battle")
        band.wait(0.35)
        band.session.panic()
        assert band.out.said[-1] == (100.35, "panic")
        assert band.part.paused
        band.wait(10)
        assert band.out.said[-1] == (100.35, "panic")

    def test_thru_goes_on_while_paused(self) -> None:
        band = Band("battle")
        band.session.settings.thru = True
        band.session.pause()
        band.play(0.7)
        assert band.out.played == [(100.0, (0.7,))]


class TestChangingPlayers:
    def test_the_next_player_takes_over_between_two_events_from_where_the_other_was(self) -> None:
        band = Band("battle")
        band.wait(0.35)
        last = band.out.played[-1][1]
        other = type(band.player)(dt=0.05)
        band.seat.change_player(other)
        assert band.out.said[-1] == (100.35, "silence")
        band.wait(0.12)
        assert band.out.times[-2:] == near([100.4, 100.45])
        assert other.heard[0][1] == last

    def test_it_plays_with_the_temperatures_in_force(self) -> None:
        band = Band("battle")
        band.part.set_values({"temp": 1.7, "sigma": 0.3})
        other = type(band.player)()
        band.seat.change_player(other)
        assert (other.pi_temperature, other.sigma_temperature) == (1.7, 0.3)

    def test_one_of_another_dimension_begins_another_log_and_changes_the_outputs(self) -> None:
        band = Band("battle", settings=None)
        band.wait(0.35)
        band.seat.change_player(type(band.player)(dimension=4))
        band.wait(0.15)
        assert band.log.begun == [4]
        assert (100.35, "dimension 4") in band.out.said
        assert len(band.out.played[-1][1]) == 3
        band.play(0.5)
        assert band.told[-1] == ("warning", "1 values came in where 3 are played")


@pytest.mark.parametrize("mode", ["callresponse", "polyphony", "battle", "duet"])
def test_what_a_part_leaves_sounding_is_turned_off_when_it_stops(mode: str) -> None:
    band = Band(mode, threshold=0.1)
    band.play(0.5)
    band.wait(1)
    assert band.out.played
    band.part.stop()
    assert band.out.said[-1] == (101.0, "silence")
    band.wait(10)
    assert band.out.said[-1] == (101.0, "silence")
