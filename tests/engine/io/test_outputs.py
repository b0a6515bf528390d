"""Rate caps, fades and silence, for every output."""

import pytest

from impsy_tui.engine.players.session import SessionSettings
from tests.support.engine.scripted_players import Band


def test_a_slow_wire_gets_the_latest_at_its_rate() -> None:
    band = Band("useronly", settings=SessionSettings(thru=True), channel={"max_rate": 10.0})
    for step in range(100):
        band.play(step / 100)
        band.wait(0.01)
    band.wait(1)
    assert band.out.times == pytest.approx([100.0 + 0.1 * i for i in range(11)], abs=1e-6)
    assert band.out.played[-1][1] == (0.99,)
    assert band.out.played[1][1][0] == pytest.approx(0.1, abs=0.011)


def test_the_mean_rate_is_the_cap_though_turns_come_late() -> None:
    band = Band("battle", dt=0.004, channel={"max_rate": 100.0})
    for _ in range(500):
        band.time.stall(0.003)
    assert len(band.out.played) == pytest.approx(150, abs=3)


def test_silence_drops_what_waits_for_the_wire() -> None:
    band = Band("battle", dt=0.01, channel={"max_rate": 1.0})
    band.wait(0.5)
    band.session.pause()
    band.wait(5)
    assert [what for _, what in band.out.said] == [band.out.played[0][1], "silence"]


def test_thru_passes_input_on_in_every_mode() -> None:
    band = Band("useronly")
    band.play(0.1)
    band.session.settings.thru = True
    band.play(0.2)
    assert band.out.played == [(100.0, (0.2,))]


def test_a_fade_glides_to_the_safe_vector_then_falls_silent() -> None:
    band = Band("battle", dt=0.1, channel={"safe": (0.0,)})
    band.wait(0.35)
    start = band.out.played[-1][1][0]
    band.out.said.clear()
    band.session.fade(2.0, lambda: None)
    band.wait(10)
    times, values = band.out.times, [values[0] for _, values in band.out.played]
    assert len(times) == 101
    assert times[-1] == pytest.approx(102.35)
    assert values[0] == pytest.approx(start)
    assert values[50] == pytest.approx(start / 2, rel=0.01)
    assert values[-1] == 0.0
    assert values == sorted(values, reverse=True)
    assert band.out.said[-1] == (102.35, "silence")
    assert band.part.paused


def test_fade_silences_outputs_without_safe_values_at_once() -> None:
    band = Band("battle", dt=0.1)
    band.wait(0.35)
    band.out.said.clear()
    band.session.fade(2.0, lambda: None)
    band.wait(10)
    assert band.out.said[0] == (100.35, "silence")
    assert {what for _, what in band.out.said} == {"silence"}


def test_resuming_ends_a_fade() -> None:
    band = Band("battle", dt=0.1, channel={"safe": (0.0,)})
    band.wait(0.35)
    band.session.fade(2.0, lambda: None)
    band.wait(0.5)
    band.session.resume()
    band.out.said.clear()
    band.wait(1.05)
    assert len(band.out.played) == 10
    assert "silence" not in [what for _, what in band.out.said]


def test_a_fade_that_is_ended_leaves_nothing_sounding_though_nobody_plays_on() -> None:
    band = Band("battle", dt=0.5, channel={"safe": (0.0,)})
    band.wait(1.1)
    band.session.fade(2.0, lambda: None)
    band.wait(0.5)
    band.part.set_value("mode", "useronly")
    band.wait(0.5)
    band.seat.resume()
    band.wait(5.0)
    assert band.out.said[-1][1] == "silence"


def test_a_fade_that_one_player_ends_leaves_nothing_of_the_others_sounding() -> None:
    band = Band("useronly", channel={"safe": (0.0,)})
    band.join("b", "battle", dt=0.5)
    band.wait(1.1)
    band.session.fade(2.0, lambda: None)
    band.wait(0.5)
    band.seat.resume()
    band.wait(5.0)
    assert band.out.said[-1][1] == "silence"


def test_a_fade_of_no_time_is_there_at_once() -> None:
    band = Band("battle", channel={"safe": (0.25,)})
    band.wait(0.35)
    band.session.fade(0.0, lambda: None)
    assert [what for _, what in band.out.said[-2:]] == [(0.25,), "silence"]


def test_a_stall_in_a_fade_is_left_out() -> None:
    band = Band("battle", dt=0.1, channel={"safe": (0.0,)})
    band.wait(0.35)
    band.session.fade(2.0, lambda: None)
    band.wait(0.5)
    band.out.said.clear()
    band.time.stall(1.0)
    assert len(band.out.played) == 1
    band.wait(5)
    assert band.out.said[-1][1] == "silence"
    assert band.out.said[-1][0] == pytest.approx(102.35)


def test_a_vector_that_waits_begins_no_note_of_what_was_muted_meanwhile() -> None:
    band = Band("battle", dt=0.01, channel={"max_rate": 1.0})
    band.wait(0.5)
    band.seat.shaping.muted.add(0)
    band.seat.end_muted()
    assert band.out.said[-1] == (100.5, {0})
    band.part.halt(silence=False)
    band.wait(5)
    assert band.out.muted == [frozenset(), {0}]


def test_a_fade_begins_no_note_of_what_is_muted_before_or_meanwhile() -> None:
    band = Band("battle", dimension=3, channel={"safe": (0.0, 0.0)})
    band.seat.shaping.muted.add(0)
    band.wait(0.35)
    band.session.fade(1.0, lambda: None)
    band.wait(0.5)
    assert set(band.out.muted) == {frozenset({0})}
    band.out.muted.clear()
    band.seat.shaping.muted.add(1)
    band.wait(0.1)
    assert set(band.out.muted) == {frozenset({0, 1})}


def test_what_thru_passed_on_last_does_not_sound_on_without_it() -> None:
    band = Band("useronly", dimension=3, settings=SessionSettings(thru=True))
    band.play(0.1, 0.2)
    band.session.set_thru(False)
    band.session.set_thru(False)
    assert band.out.said == [(100.0, (0.1, 0.2)), (100.0, {0, 1})]


def test_what_the_player_plays_sounds_on_when_thru_ends() -> None:
    band = Band("battle", settings=SessionSettings(thru=True))
    band.play(0.1)
    band.wait(0.15)
    band.session.set_thru(False)
    assert all(isinstance(what, tuple) for _, what in band.out.said)
