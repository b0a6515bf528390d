"""Seconds and touches of an ensemble, on a virtual clock."""

import pytest

from impsy_tui.engine.players.settings import EnsembleSettings
from impsy_tui.ensemble.predictor import GONE_AFTER
from tests.support.engine.scripted_ensemble import ScriptedNetwork, Stage, clip

TAPS, SWIPE, SWIRL = 1, 3, 7


def test_followers_answer_each_second_and_play_touches_at_their_times() -> None:
    stage = Stage(ScriptedNetwork(TAPS, SWIRL), EnsembleSettings(ensemble=3, lead_stops="play"))
    stage.wait(3.9)
    assert stage.seconds == [(1.0, (0, TAPS, SWIRL)), (2.0, (0, TAPS, SWIRL)), (3.0, (0, TAPS, SWIRL))]
    assert stage.times(0) == [1.0, 1.1, 3.5]
    assert [touch.x for _, who, touch in stage.touches if who == 1] == [0.7, 0.7, 0.7]
    assert stage.behaviour.played == 6
    assert stage.behaviour.skipped == 0


def test_clip_that_has_come_to_its_end_is_followed_by_another_of_the_gesture() -> None:
    stage = Stage(ScriptedNetwork(TAPS), EnsembleSettings(ensemble=2, lead_stops="play"))
    stage.wait(12.0)
    assert stage.times(0) == [1.0, 1.1, 3.5, 6.0, 6.1, 8.5, 11.0, 11.1]


def test_follower_ends_a_clip_with_another_gesture() -> None:
    network = ScriptedNetwork(TAPS)
    stage = Stage(
        network, EnsembleSettings(ensemble=2, lead_stops="play"), clips=[clip(TAPS, 0.0, 0.9, 1.9), clip(SWIPE, 0.5)]
    )
    stage.wait(1.5)
    network.wanted = [SWIPE]
    stage.wait(1.0)
    assert stage.times(0) == [1.0, 1.9, 2.5]
    assert stage.lifts[-1] == (2.0, 0)
    network.wanted = [0]
    stage.wait(20.0)
    assert stage.times(0) == [1.0, 1.9, 2.5]


def test_finger_that_no_one_lifts_is_lifted_when_no_touch_follows() -> None:
    stage = Stage(
        ScriptedNetwork(TAPS), EnsembleSettings(ensemble=2, lead_stops="play"), clips=[clip(TAPS, 0.0, 0.2, 2.0)]
    )
    stage.wait(3.9)
    assert stage.lifts == [(1.5, 0), (3.3, 0)]


def test_followers_skip_touches_of_stall_and_keep_seconds() -> None:
    touches = [n / 10 for n in range(50)]
    stage = Stage(
        ScriptedNetwork(TAPS), EnsembleSettings(ensemble=2, lead_stops="play"), clips=[clip(TAPS, *touches)]
    )
    stage.wait(1.05)
    stage.time.stall(2.3)  # to 3.35
    stage.wait(0.0)
    assert [at for at, _ in stage.seconds] == [1.0, 2.0]
    assert stage.behaviour.skipped >= 20
    assert all(at <= 3.35 for at in stage.times(0))
    stage.wait(0.65)
    assert [at for at, _ in stage.seconds] == [1.0, 2.0, 4.0]
    assert stage.times(0)[-6:] == [3.5, 3.6, 3.7, 3.8, 3.9, 4.0]


def test_lead_s_gesture_is_recognised_from_its_touches() -> None:
    stage = Stage(ScriptedNetwork(SWIRL))
    stage.taps(6.0)
    assert [codes[0] for _, codes in stage.seconds][-2:] == [TAPS, TAPS]
    assert stage.behaviour.features[4] > 20
    stage.wait(7.0)
    assert stage.seconds[-1][1][0] == 0


def test_forced_follower_keeps_its_gesture_until_it_is_free() -> None:
    stage = Stage(ScriptedNetwork(TAPS), EnsembleSettings(ensemble=4, lead_stops="play"))
    stage.wait(1.5)
    stage.behaviour.force(1, SWIRL)
    stage.behaviour.force(2, 0)
    stage.wait(0.01)
    assert stage.touches[-1][:2] == (1.5, 1)
    stage.wait(2.0)
    assert stage.seconds[-1][1] == (0, TAPS, SWIRL, 0)
    stage.behaviour.free([1, 2])
    stage.wait(1.0)
    assert stage.seconds[-1][1] == (0, TAPS, TAPS, TAPS)


def test_ensemble_that_is_paused_is_silent_and_listens() -> None:
    stage = Stage(ScriptedNetwork(TAPS))
    stage.wait(1.05)
    stage.behaviour.pause()
    played = len(stage.touches)
    assert {who for _, who in stage.lifts} == {0, 1, 2}
    stage.taps(4.0)
    assert len(stage.touches) == played
    assert stage.seconds[-1][1] == (TAPS, 0, 0, 0)
    stage.behaviour.resume()
    stage.wait(1.0)
    assert stage.seconds[-1][1][1:] == (TAPS, TAPS, TAPS)


@pytest.mark.parametrize(("lead_stops", "plays"), [("rest", 0), ("play", TAPS)])
def test_followers_rest_or_play_on_after_lead_stops(lead_stops: str, plays: int) -> None:
    stage = Stage(ScriptedNetwork(TAPS), EnsembleSettings(lead_stops=lead_stops))
    stage.wait(60.0)
    assert stage.told == []  # no lead has played yet
    assert stage.seconds[-1][1][1:] == (plays, plays, plays)
    assert stage.behaviour.resting is (lead_stops == "rest")
    stage.taps(2.0)
    assert stage.seconds[-1][1][1:] == (TAPS, TAPS, TAPS)
    stage.wait(GONE_AFTER + 60.0)
    assert len(stage.told) == 1
    assert "the lead has stopped" in stage.told[0][1]
    assert stage.seconds[-1][1][1:] == (plays, plays, plays)
    assert stage.behaviour.resting is (lead_stops == "rest")
    stage.taps(2.0)
    assert stage.told[1:] == [("info", "the lead plays again")]
    assert stage.seconds[-1][1][1] == TAPS


def test_resting_followers_obey_force() -> None:
    stage = Stage(ScriptedNetwork(TAPS), EnsembleSettings(lead_stops="rest"))
    stage.behaviour.force(0, SWIRL)
    stage.wait(3.0)
    assert stage.seconds[-1][1] == (0, SWIRL, 0, 0)
    stage.behaviour.free([0])
    stage.wait(1.0)
    assert stage.seconds[-1][1] == (0, 0, 0, 0)
    stage.behaviour.force(0, SWIRL)
    stage.behaviour.pause()
    stage.wait(1.0)
    assert stage.seconds[-1][1] == (0, 0, 0, 0)


def test_more_and_fewer_may_play_and_those_who_stay_play_on() -> None:
    stage = Stage(ScriptedNetwork(TAPS), EnsembleSettings(ensemble=3, lead_stops="play"))
    stage.wait(2.05)
    stage.behaviour.force(1, SWIRL)
    stage.behaviour.set_value("ensemble", 2)
    assert stage.behaviour.forced == {}
    assert stage.lifts[-1][1] == 1
    stage.wait(1.6)
    assert stage.times(0) == [1.0, 1.1, 3.5]
    assert stage.seconds[-1][1] == (0, TAPS)
    stage.behaviour.set_value("ensemble", 8)
    stage.wait(1.0)
    assert stage.seconds[-1][1] == (0, *[TAPS] * 7)
    assert len(set(stage.behaviour.seconds)) == 1


def test_network_that_fails_is_reported_once_and_the_followers_go_on() -> None:
    network = ScriptedNetwork(TAPS)
    stage = Stage(network, EnsembleSettings(ensemble=2, lead_stops="play"))
    stage.wait(1.5)
    network.broken = True
    stage.wait(3.0)
    assert len(stage.told) == 1
    assert stage.told[0][0] == "error"
    assert stage.seconds[-1][1] == (0, TAPS)
    network.broken, network.wanted = False, [SWIPE]
    stage.wait(1.0)
    assert stage.seconds[-1][1] == (0, SWIPE)


def test_nearest_clip_is_the_one_where_the_lead_plays() -> None:
    clips = [clip(TAPS, 0.0, x=0.1), clip(TAPS, 0.0, x=0.55), clip(TAPS, 0.0, x=0.9)]
    stage = Stage(
        ScriptedNetwork(TAPS), EnsembleSettings(ensemble=2, clips="nearest", lead_stops="play"), clips=clips
    )
    stage.taps(1.0)
    stage.wait(0.5)
    assert [touch.x for _, _, touch in stage.touches] == [0.55]
    stage.behaviour.set_value("clips", "random")
    stage.wait(100.0)
    assert {touch.x for _, _, touch in stage.touches} == {0.1, 0.55, 0.9}


def test_gesture_without_clips_is_silence() -> None:
    stage = Stage(ScriptedNetwork(8), EnsembleSettings(ensemble=2, lead_stops="play"), clips=[clip(TAPS, 0.0)])
    stage.wait(10.0)
    assert stage.touches == []
    assert stage.seconds[-1][1] == (0, 8)


def test_ensemble_that_has_ended_plays_nothing_more() -> None:
    stage = Stage(ScriptedNetwork(TAPS))
    stage.wait(1.05)
    stage.behaviour.stop()
    played = len(stage.touches)
    stage.wait(10.0)
    assert len(stage.touches) == played
    assert not len(stage.time.scheduler)
