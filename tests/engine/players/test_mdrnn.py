"""Input and output of the MDRNN player in each mode."""

import itertools

import pytest

from impsy_tui import modes
from impsy_tui.engine.clock.quantiser import STALE
from impsy_tui.engine.players.settings import set_parameter
from impsy_tui.parameters import SIGMA, TEMP, TRAINED
from tests.support.engine.scripted_players import ScriptedPredictor, ScriptedSession, near


class TestCallAndResponse:
    def test_player_takes_over_after_silence_from_the_prediction_of_the_last_event(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.play(0.5)
        virtual.wait(0.5)
        virtual.play(0.6)
        virtual.wait(1.0)
        assert virtual.behaviour.turn.value == "player"
        assert virtual.out.played == []
        virtual.wait(0.25)
        assert virtual.out.times == near([101.6, 101.7])
        assert virtual.out.played[0][1] == (0.61,)
        # It hears each event once: two of the musician, then its output, with the dt of the output.
        assert virtual.predictor.heard == [(0.0, (0.5,)), (0.5, (0.6,)), (0.1, (0.61,)), (0.1, (0.62,))]

    def test_first_new_event_takes_control_back_at_once(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.play(0.5)
        virtual.wait(1.55)
        virtual.out.said.clear()
        virtual.play(0.1)
        assert virtual.behaviour.turn.value == "you"
        assert virtual.out.said == [(101.55, "silence")]
        virtual.wait(0.9)
        assert virtual.out.played == []
        virtual.wait(0.25)
        assert virtual.out.times == near([102.65])
        assert virtual.out.played[0][1] == (0.11,)

    def test_callresponse_waits_for_a_first_call(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=0.1)
        virtual.wait(100)
        assert virtual.out.said == []

    def test_held_note_is_not_silence(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.play(0.5)
        virtual.session.holding("in", True, virtual.time.time)
        virtual.wait(5)
        assert virtual.out.played == []
        virtual.session.holding("in", False, virtual.time.time)
        virtual.wait(0.95)
        assert virtual.out.played == []
        virtual.wait(0.2)
        assert virtual.out.times == near([106.1])

    def test_notes_held_on_two_channels_must_both_be_let_go(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.play(0.5)
        for channel in ("a", "b"):
            virtual.session.holding(channel, True, virtual.time.time)
        virtual.session.holding("a", False, virtual.time.time)
        virtual.wait(5)
        assert virtual.out.played == []
        virtual.session.holding("b", False, virtual.time.time)
        virtual.wait(1.15)
        assert virtual.out.times == near([106.1])

    def test_musicians_dt_after_a_response_is_since_their_own_last_event_and_capped(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0, max_gap=3.0)
        virtual.play(0.5)
        virtual.wait(2.0)
        virtual.play(0.5)
        virtual.wait(20.0)
        virtual.play(0.5)
        musicians = [dt for dt, values in virtual.predictor.heard if values == (0.5,)]
        assert musicians == [0.0, 2.0, 3.0]

    def test_give_and_take_hand_over_by_hand(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=10.0)
        virtual.play(0.5)
        virtual.behaviour.give()
        virtual.wait(0.15)
        assert virtual.out.times == near([100.1])
        virtual.behaviour.take()
        assert virtual.out.said[-1][1] == "silence"
        virtual.wait(100)
        assert len(virtual.out.played) == 1  # taken: it waits for a call
        virtual.play(0.5)
        virtual.wait(10.15)
        assert len(virtual.out.played) == 2

    def test_give_before_anything_was_played_begins_somewhere(self) -> None:
        virtual = ScriptedSession("callresponse")
        virtual.behaviour.give()
        virtual.wait(0.35)
        assert len(virtual.out.played) == 3

    def test_response_that_goes_on_too_long_ends_and_waits_for_a_call(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0, max_response=2.0)
        virtual.play(0.5)
        virtual.wait(100)
        assert virtual.out.times[0] == pytest.approx(101.1)
        assert virtual.out.times[-1] <= 103.0
        assert virtual.out.said[-1] == (103.0, "silence")
        virtual.play(0.5)
        virtual.wait(1.15)
        assert len(virtual.out.times) > 18

    def test_threshold_can_be_changed_while_it_runs(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=10.0)
        virtual.play(0.5)
        virtual.wait(1)
        virtual.behaviour.set_value("threshold", 1.5)
        virtual.wait(0.65)
        assert virtual.out.times == near([101.6])

    def test_callresponse_plays_no_burst_after_a_stall(self) -> None:
        virtual = ScriptedSession("callresponse", threshold=1.0)
        virtual.play(0.5)
        virtual.wait(1.5)
        before = len(virtual.out.played)
        virtual.time.stall(30)
        virtual.wait(0.05)
        assert len(virtual.out.played) <= before + 1


class TestPolyphony:
    def test_every_event_is_answered_once_when_its_time_has_come(self) -> None:
        virtual = ScriptedSession("polyphony")
        for _ in range(3):
            virtual.play(0.5)
            virtual.wait(0.03)
        virtual.wait(5)
        assert virtual.out.times == near([100.1, 100.13, 100.16])
        assert len(virtual.predictor.heard) == 3  # the output is not heard

    def test_timescale_stretches_the_wait_and_zero_answers_at_once(self) -> None:
        virtual = ScriptedSession("polyphony", timescale=2.0)
        virtual.play(0.5)
        virtual.wait(1)
        assert virtual.out.times == near([100.2])
        virtual.behaviour.set_value("timescale", 0.0)
        virtual.play(0.5)
        assert virtual.out.times[-1] == pytest.approx(101.0)

    def test_change_of_mode_drops_the_answers_that_wait(self) -> None:
        virtual = ScriptedSession("polyphony")
        virtual.play(0.5)
        virtual.behaviour.set_value("mode", "useronly")
        virtual.wait(5)
        assert virtual.out.played == []

    def test_late_events_after_stall_are_skipped(self) -> None:
        virtual = ScriptedSession("polyphony")
        arrivals = [100.0 + i * 0.01 for i in range(200)]
        virtual.time.stall(2.0)
        for at in arrivals:  # read only now, with the kernel's time of arrival
            virtual.session.received("in", (0.5,), at)
        at_once = len(virtual.out.played)
        assert at_once <= STALE / 0.01 + 1
        assert virtual.behaviour.skipped >= 200 - STALE / 0.01 - 12
        assert len(virtual.predictor.heard) == 200
        assert len(virtual.log.rows) == 200

    def test_more_answers_than_can_wait_are_left_out_and_reported(self) -> None:
        virtual = ScriptedSession("polyphony", timescale=1000.0)
        for _ in range(10_050):
            virtual.play(0.5)
        assert virtual.behaviour.skipped == 50
        assert any("skipped" in text for _, text in virtual.told)


class TestBattle:
    def test_battle_plays_from_the_players_output(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.wait(0.35)
        assert virtual.out.times == near([100.1, 100.2, 100.3])
        assert [dt for dt, _ in virtual.predictor.heard[1:]] == [0.1, 0.1, 0.1]

    def test_musician_is_logged_and_does_not_steer(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.play(0.123)
        virtual.wait(1)
        assert virtual.log.rows == [(100.0, "interface", (0.123,))]
        assert all(values != (0.123,) for _, values in virtual.predictor.heard)

    def test_waits_are_never_under_a_millisecond(self) -> None:
        virtual = ScriptedSession("battle", timescale=0.0)
        virtual.wait(0.1)
        assert len(virtual.out.played) == pytest.approx(100, abs=1)

    def test_model_is_fed_its_own_unscaled_dt(self) -> None:
        virtual = ScriptedSession("battle", timescale=0.5)
        virtual.wait(1)
        assert {dt for dt, _ in virtual.predictor.heard[1:]} == {0.1}
        assert len(virtual.out.played) == pytest.approx(20, abs=1)

    def test_wait_under_way_is_stretched_with_the_timescale(self) -> None:
        virtual = ScriptedSession("battle", dt=2.0)
        virtual.wait(0.5)
        virtual.behaviour.set_value("timescale", 0.5)
        virtual.wait(0.6)
        assert virtual.out.times == near([101.0])

    def test_dt_longer_than_any_learned_is_capped(self) -> None:
        virtual = ScriptedSession("battle", dt=100.0, max_gap=2.0)
        virtual.wait(4.5)
        assert virtual.out.times == near([102.0, 104.0])
        assert {dt for dt, _ in virtual.predictor.heard[1:]} == {2.0}

    @pytest.mark.parametrize("stall", [0.05, 0.099, 0.11, 0.5, 3.33, 3600.0])
    def test_after_a_stall_it_keeps_its_grid_and_plays_no_burst(self, stall: float) -> None:
        virtual = ScriptedSession("battle")
        virtual.wait(1.05)
        count = len(virtual.out.played)
        virtual.time.stall(stall)
        after = virtual.time.time
        virtual.wait(0.5)
        times = virtual.out.times[count:]
        assert len([t for t in times if t < after + 0.02]) <= 1
        gaps = [b - a for a, b in itertools.pairwise(times[1:])]
        assert gaps == near([0.1] * len(gaps))
        # Still in the steps of a tenth that it began.
        assert all(abs(t * 10 - round(t * 10)) < 1e-4 for t in times[1:])

    def test_player_that_fails_is_reported_and_goes_on(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.wait(0.25)
        virtual.predictor.faults = 3
        virtual.wait(1)
        assert ("error", "it failed") in virtual.told
        assert virtual.out.times[-1] > 100.9


class TestDuet:
    def test_duet_plays_from_the_players_output_and_hears_the_musician(self) -> None:
        virtual = ScriptedSession("duet")
        virtual.wait(0.25)
        virtual.play(0.9)
        virtual.wait(0.15)
        assert virtual.out.times == near([100.1, 100.2, 100.3, 100.4])
        assert (0.25, (0.9,)) in virtual.predictor.heard
        # Free running continues, and the player hears its output.
        assert virtual.out.played[2][1][0] == pytest.approx(virtual.out.played[1][1][0] + 0.01)


class TestUserOnly:
    def test_useronly_plays_nothing_and_logs_everything(self) -> None:
        virtual = ScriptedSession("useronly")
        for _ in range(5):
            virtual.play(0.5)
            virtual.wait(1)
        assert virtual.out.said == []
        assert virtual.predictor.heard == []
        assert len(virtual.log.rows) == 5


class TestPauseAndPanic:
    @pytest.mark.parametrize("mode", list(modes.MODES))
    def test_paused_it_plays_nothing_and_goes_on_listening(self, mode: str) -> None:
        virtual = ScriptedSession(mode)
        virtual.play(0.5)
        virtual.wait(0.35)
        virtual.session.pause()
        virtual.out.said.clear()
        heard = len(virtual.predictor.heard)
        for _ in range(3):
            virtual.play(0.5)
            virtual.wait(1)
        assert virtual.out.played == []
        assert len(virtual.log.rows) == 4
        assert len(virtual.predictor.heard) - heard == (3 if modes.MODES[mode].hears else 0)

    def test_resumed_it_plays_in_time_from_now(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.wait(0.35)
        virtual.session.pause()
        assert virtual.out.said[-1] == (100.35, "silence")
        virtual.wait(10)
        virtual.session.resume()
        virtual.wait(0.25)
        assert virtual.out.times[-2:] == near([110.45, 110.55])

    def test_panic_turns_everything_off_and_pauses(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.wait(0.35)
        virtual.session.panic()
        assert virtual.out.said[-1] == (100.35, "panic")
        assert virtual.behaviour.paused
        virtual.wait(10)
        assert virtual.out.said[-1] == (100.35, "panic")

    def test_thru_goes_on_while_paused(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.session.settings.thru = True
        virtual.session.pause()
        virtual.play(0.7)
        assert virtual.out.played == [(100.0, (0.7,))]


class TestChangingPlayers:
    def test_next_player_takes_over_between_two_events_from_where_the_other_was(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.wait(0.35)
        last = virtual.out.played[-1][1]
        other = type(virtual.predictor)(dt=0.05)
        virtual.player.change_predictor(other)
        assert virtual.out.said[-1] == (100.35, "silence")
        virtual.wait(0.12)
        assert virtual.out.times[-2:] == near([100.4, 100.45])
        assert other.heard[0][1] == last

    def test_player_uses_the_current_temperatures(self) -> None:
        virtual = ScriptedSession("battle")
        set_parameter(virtual.player, TEMP, 1.7)
        set_parameter(virtual.player, SIGMA, 0.3)
        other = type(virtual.predictor)()
        virtual.player.change_predictor(other)
        assert (other.pi_temperature, other.sigma_temperature) == (1.7, 0.3)

    def test_predictor_of_another_dimension_begins_another_log_and_changes_the_outputs(self) -> None:
        virtual = ScriptedSession("battle", settings=None)
        virtual.wait(0.35)
        virtual.player.change_predictor(type(virtual.predictor)(dimension=4))
        virtual.wait(0.15)
        assert virtual.log.begun == [4]
        assert (100.35, "dimension 4") in virtual.out.said
        assert len(virtual.out.played[-1][1]) == 3
        virtual.play(0.5)
        assert virtual.told[-1] == ("warning", "1 values arrived, but 3 are played")


@pytest.mark.parametrize("mode", ["callresponse", "polyphony", "battle", "duet"])
def test_stop_silences_player(mode: str) -> None:
    virtual = ScriptedSession(mode, threshold=0.1)
    virtual.play(0.5)
    virtual.wait(1)
    assert virtual.out.played
    virtual.behaviour.stop()
    assert virtual.out.said[-1] == (101.0, "silence")
    virtual.wait(10)
    assert virtual.out.said[-1] == (101.0, "silence")


def _fitted(pi: float, sigma: float) -> ScriptedPredictor:
    predictor = ScriptedPredictor()
    predictor.fitted = (pi, sigma)
    return predictor


class TestFittedTemperatures:
    def test_temperatures_follow_the_model(self) -> None:
        virtual = ScriptedSession("battle")
        for pi, sigma in ((0.7, 0.5), (1.4, 0.2)):
            predictor = _fitted(pi, sigma)
            virtual.player.change_predictor(predictor)
            assert (virtual.behaviour.settings.temp, virtual.behaviour.settings.sigma) == (pi, sigma)
            assert (predictor.pi_temperature, predictor.sigma_temperature) == (pi, sigma)

    def test_temperature_of_the_performer_or_the_configuration_stays(self) -> None:
        virtual = ScriptedSession("battle", sigma=0.3)
        virtual.player.change_predictor(_fitted(0.7, 0.5))
        assert virtual.behaviour.settings.sigma == 0.3
        set_parameter(virtual.player, TEMP, 2.0)
        virtual.player.change_predictor(_fitted(1.4, 0.2))
        assert (virtual.behaviour.settings.temp, virtual.behaviour.settings.sigma) == (2.0, 0.3)

    @pytest.mark.parametrize("is_typed", [True, False])
    def test_temperature_that_equals_the_default_stays_if_it_is_set(self, is_typed: bool) -> None:
        virtual = ScriptedSession("battle") if is_typed else ScriptedSession("battle", sigma=SIGMA.default)
        if is_typed:
            set_parameter(virtual.player, SIGMA, SIGMA.default)
        virtual.player.change_predictor(_fitted(0.7, 0.5))
        assert (virtual.behaviour.settings.temp, virtual.behaviour.settings.sigma) == (0.7, SIGMA.default)

    def test_trained_returns_to_the_model(self) -> None:
        virtual = ScriptedSession("battle", sigma=0.3, temp=2.0)
        predictor = _fitted(0.7, 0.5)
        virtual.player.change_predictor(predictor)
        for parameter in (TEMP, SIGMA):
            set_parameter(virtual.player, parameter, TRAINED)
        assert (predictor.pi_temperature, predictor.sigma_temperature) == (0.7, 0.5)
        virtual.player.change_predictor(_fitted(1.4, 0.2))
        assert (virtual.behaviour.settings.temp, virtual.behaviour.settings.sigma) == (1.4, 0.2)
