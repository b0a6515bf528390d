"""Rate limits, fades and silence, for every output."""

import pytest

from impsy_tui.engine.players.session import SessionSettings
from tests.support.engine.scripted_players import ScriptedSession


def test_slow_wire_gets_the_latest_at_its_rate() -> None:
    virtual = ScriptedSession("useronly", settings=SessionSettings(thru=True), channel={"max_rate": 10.0})
    for step in range(100):
        virtual.play(step / 100)
        virtual.wait(0.01)
    virtual.wait(1)
    assert virtual.out.times == pytest.approx([100.0 + 0.1 * i for i in range(11)], abs=1e-6)
    assert virtual.out.played[-1][1] == (0.99,)
    assert virtual.out.played[1][1][0] == pytest.approx(0.1, abs=0.011)


def test_mean_rate_is_the_cap_though_turns_come_late() -> None:
    virtual = ScriptedSession("battle", dt=0.004, channel={"max_rate": 100.0})
    for _ in range(500):
        virtual.time.stall(0.003)
    assert len(virtual.out.played) == pytest.approx(150, abs=3)


def test_silence_drops_what_waits_for_the_wire() -> None:
    virtual = ScriptedSession("battle", dt=0.01, channel={"max_rate": 1.0})
    virtual.wait(0.5)
    virtual.session.pause()
    virtual.wait(5)
    assert [what for _, what in virtual.out.said] == [virtual.out.played[0][1], "silence"]


def test_thru_passes_input_on_in_every_mode() -> None:
    virtual = ScriptedSession("useronly")
    virtual.play(0.1)
    virtual.session.settings.thru = True
    virtual.play(0.2)
    assert virtual.out.played == [(100.0, (0.2,))]


def test_fade_glides_to_the_safe_vector_then_falls_silent() -> None:
    virtual = ScriptedSession("battle", dt=0.1, channel={"safe": (0.0,)})
    virtual.wait(0.35)
    start = virtual.out.played[-1][1][0]
    virtual.out.said.clear()
    virtual.session.fade(2.0, lambda: None)
    virtual.wait(10)
    times, values = virtual.out.times, [values[0] for _, values in virtual.out.played]
    assert len(times) == 101
    assert times[-1] == pytest.approx(102.35)
    assert values[0] == pytest.approx(start)
    assert values[50] == pytest.approx(start / 2, rel=0.01)
    assert values[-1] == 0.0
    assert values == sorted(values, reverse=True)
    assert virtual.out.said[-1] == (102.35, "silence")
    assert virtual.behaviour.paused


def test_fade_silences_outputs_without_safe_values_at_once() -> None:
    virtual = ScriptedSession("battle", dt=0.1)
    virtual.wait(0.35)
    virtual.out.said.clear()
    virtual.session.fade(2.0, lambda: None)
    virtual.wait(10)
    assert virtual.out.said[0] == (100.35, "silence")
    assert {what for _, what in virtual.out.said} == {"silence"}


def test_resuming_ends_a_fade() -> None:
    virtual = ScriptedSession("battle", dt=0.1, channel={"safe": (0.0,)})
    virtual.wait(0.35)
    virtual.session.fade(2.0, lambda: None)
    virtual.wait(0.5)
    virtual.session.resume()
    virtual.out.said.clear()
    virtual.wait(1.05)
    assert len(virtual.out.played) == 10
    assert "silence" not in [what for _, what in virtual.out.said]


def test_fade_that_is_ended_leaves_nothing_sounding_though_no_one_plays_on() -> None:
    virtual = ScriptedSession("battle", dt=0.5, channel={"safe": (0.0,)})
    virtual.wait(1.1)
    virtual.session.fade(2.0, lambda: None)
    virtual.wait(0.5)
    virtual.behaviour.set_value("mode", "useronly")
    virtual.wait(0.5)
    virtual.player.resume()
    virtual.wait(5.0)
    assert virtual.out.said[-1][1] == "silence"


def test_fade_that_one_player_ends_leaves_nothing_of_the_others_sounding() -> None:
    virtual = ScriptedSession("useronly", channel={"safe": (0.0,)})
    virtual.join("b", "battle", dt=0.5)
    virtual.wait(1.1)
    virtual.session.fade(2.0, lambda: None)
    virtual.wait(0.5)
    virtual.player.resume()
    virtual.wait(5.0)
    assert virtual.out.said[-1][1] == "silence"


def test_fade_of_no_time_is_there_at_once() -> None:
    virtual = ScriptedSession("battle", channel={"safe": (0.25,)})
    virtual.wait(0.35)
    virtual.session.fade(0.0, lambda: None)
    assert [what for _, what in virtual.out.said[-2:]] == [(0.25,), "silence"]


def test_stall_in_a_fade_is_left_out() -> None:
    virtual = ScriptedSession("battle", dt=0.1, channel={"safe": (0.0,)})
    virtual.wait(0.35)
    virtual.session.fade(2.0, lambda: None)
    virtual.wait(0.5)
    virtual.out.said.clear()
    virtual.time.stall(1.0)
    assert len(virtual.out.played) == 1
    virtual.wait(5)
    assert virtual.out.said[-1][1] == "silence"
    assert virtual.out.said[-1][0] == pytest.approx(102.35)


def test_vector_that_waits_begins_no_note_of_what_was_muted_meanwhile() -> None:
    virtual = ScriptedSession("battle", dt=0.01, channel={"max_rate": 1.0})
    virtual.wait(0.5)
    virtual.player.shaping.muted.add(0)
    virtual.player.end_muted()
    assert virtual.out.said[-1] == (100.5, {0})
    virtual.behaviour.halt(silence=False)
    virtual.wait(5)
    assert virtual.out.muted == [frozenset(), {0}]


def test_fade_begins_no_note_of_what_is_muted_before_or_meanwhile() -> None:
    virtual = ScriptedSession("battle", dimension=3, channel={"safe": (0.0, 0.0)})
    virtual.player.shaping.muted.add(0)
    virtual.wait(0.35)
    virtual.session.fade(1.0, lambda: None)
    virtual.wait(0.5)
    assert set(virtual.out.muted) == {frozenset({0})}
    virtual.out.muted.clear()
    virtual.player.shaping.muted.add(1)
    virtual.wait(0.1)
    assert set(virtual.out.muted) == {frozenset({0, 1})}


def test_thru_off_ends_passed_notes() -> None:
    virtual = ScriptedSession("useronly", dimension=3, settings=SessionSettings(thru=True))
    virtual.play(0.1, 0.2)
    virtual.session.set_thru(False)
    virtual.session.set_thru(False)
    assert virtual.out.said == [(100.0, (0.1, 0.2)), (100.0, {0, 1})]


def test_thru_off_keeps_notes_of_player() -> None:
    virtual = ScriptedSession("battle", settings=SessionSettings(thru=True))
    virtual.play(0.1)
    virtual.wait(0.15)
    virtual.session.set_thru(False)
    assert all(isinstance(what, tuple) for _, what in virtual.out.said)
