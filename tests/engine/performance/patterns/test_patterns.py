"""Patterns that play: every parameter, cycles, tempo, ends, undo and the list of pending commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from impsy_tui.engine.performance.ramps import STEP
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import VirtualSession, temp

BAR = 2.0
"""Seconds of a bar at 120 beats a minute."""


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path, mode="useronly")


def sampled(set_: VirtualSession, read: Callable[[], Any], times: int, step: float) -> list[Any]:
    """Returns a value in the middle of each of some equal spans."""
    found = []
    for _ in range(times):
        set_.wait(step / 2)
        found.append(read())
        set_.wait(step / 2)
    return found


def setting(set_: VirtualSession, name: str) -> Any:
    return set_.session.players["main"].behaviour.value(name)


def shaped(set_: VirtualSession, name: str) -> Any:
    return getattr(set_.session.players["main"].shaping, name)


def engine(set_: VirtualSession, name: str) -> Any:
    return set_.session.parameters.value(name)


@pytest.mark.parametrize(
    ("line", "read", "expected"),
    [
        ('temp "0.5 1.5"', lambda s: setting(s, "temp"), [0.5, 1.5]),
        ('sigma "0.1 0.2"', lambda s: setting(s, "sigma"), [0.1, 0.2]),
        ('timescale "1 2"', lambda s: setting(s, "timescale"), [1.0, 2.0]),
        ('speed "1 2"', lambda s: setting(s, "timescale"), [1.0, 0.5]),
        ('threshold "200ms 1s"', lambda s: setting(s, "threshold"), [0.2, 1.0]),
        ('max_response "10s off"', lambda s: setting(s, "max_response"), [10.0, None]),
        ('mode "battle duet"', lambda s: setting(s, "mode"), ["battle", "duet"]),
        ('thru "t f"', lambda s: engine(s, "thru"), [True, False]),
        ('swing "50% 60%"', lambda s: engine(s, "swing"), [0.5, 0.6]),
        ('quantise "1/16 off"', lambda s: engine(s, "quantise"), ["1/16", None]),
        ('hand over "bar now"', lambda s: engine(s, "hand over"), ["bar", "now"]),
        ('clock out "t f"', lambda s: engine(s, "clock out"), [True, False]),
        ('mute x1 x3 "t f"', lambda s: set(shaped(s, "muted")), [{0, 2}, set()]),
        ('solo x2 "t f"', lambda s: set(shaped(s, "soloed")), [{1}, set()]),
        ('invert x2 "t f"', lambda s: set(shaped(s, "inverted")), [{1}, set()]),
        ('hold x1 x2 "0.2 0.8"', lambda s: dict(shaped(s, "held")), [{0: 0.2, 1: 0.2}, {0: 0.8, 1: 0.8}]),
        ('hold x1 x2 "0.2 0.8, 0.4"', lambda s: dict(shaped(s, "held")), [{0: 0.2, 1: 0.4}, {0: 0.8, 1: 0.4}]),
        ('range x2 "0.2 0.4" 0.9', lambda s: shaped(s, "ranged")[1], [(0.2, 0.9), (0.4, 0.9)]),
        ('range x2 0 "0.5 1"', lambda s: shaped(s, "ranged")[1], [(0.0, 0.5), (0.0, 1.0)]),
        ('play x2 "0.2 0.8"', lambda s: s.session.last_input[1], [0.2, 0.8]),
    ],
)
def test_pattern_moves_each_kind_of_parameter(
    set_: VirtualSession, line: str, read: Callable[[VirtualSession], Any], expected: list[Any]
) -> None:
    set_.do(line)
    assert sampled(set_, lambda: read(set_), 4, BAR / 2) == expected * 2
    assert set_.problems == []


def test_pattern_begins_on_the_next_bar_or_now(set_: VirtualSession) -> None:
    set_.wait(0.6)
    set_.do('temp "0.5 1.5"; sigma "0.5 0.25" now')
    assert temp(set_) == 1.0
    assert setting(set_, "sigma") == 0.5
    set_.wait(1.3)
    assert temp(set_) == 1.0
    assert setting(set_, "sigma") == 0.25
    set_.wait(0.2)
    assert temp(set_) == 0.5


def test_cycle_has_bars_or_seconds(set_: VirtualSession) -> None:
    set_.wait(0.7)
    set_.do('temp "0.5 1.5" cycle 2 bars')
    set_.do('sigma "0.5 0.25" cycle 3s')
    set_.wait(0.01)
    assert setting(set_, "sigma") == 0.5
    set_.wait(1.5)
    assert setting(set_, "sigma") == 0.25
    set_.wait(4.0 - 2.21 - 0.01)
    assert temp(set_) == 1.0
    set_.wait(0.02)
    assert temp(set_) == 0.5
    set_.wait(2.0)
    assert temp(set_) == 1.5


def test_pattern_follows_the_tempo_without_a_lost_or_doubled_step(set_: VirtualSession) -> None:
    set_.session.settings.thru = True
    set_.do('play x1 "0.1 0.2 0.3 0.4 0.5"')
    for beats in (150, 60, 400, 97.3, 20, 120):
        set_.wait(1.37)
        set_.do(f"tempo {beats}")
    set_.wait(5)
    played = [values[0] for _, source, values in set_.logs["main"].rows if source == "pattern"]
    wanted = [0.1, 0.2, 0.3, 0.4, 0.5]
    assert len(played) > 15
    assert played == [wanted[number % 5] for number in range(len(played))]


def test_steps_come_at_their_exact_times_after_an_hour(set_: VirtualSession) -> None:
    set_.do('play x1 "0.1 0.2 0.3" fast 2')
    set_.time.advance(3600)
    times = [at for at, source, _ in set_.logs["main"].rows if source == "pattern"]
    assert len(times) == 3600 / BAR * 6 + 1
    assert times[-1] == pytest.approx(4600.0, abs=1e-6)
    assert times[-2] == pytest.approx(4600.0 - BAR / 6, abs=1e-6)


def test_stall_leaves_out_late_steps(set_: VirtualSession) -> None:
    set_.do('play x1 "0.1 0.2 0.3 0.4"; temp "1 2 3 4"')
    set_.wait(1.1)
    set_.time.stall(7.2)
    set_.wait(0.01)
    assert temp(set_) == 1.0
    assert len([1 for _, source, _ in set_.logs["main"].rows if source == "pattern"]) <= 4
    set_.wait(0.4)
    assert temp(set_) == 2.0


def test_jump_of_the_beat_moves_patterns_to_its_phase(set_: VirtualSession) -> None:
    set_.do('temp "<1 2> 3 4 5"')
    set_.wait(1.2)
    assert temp(set_) == 4.0
    set_.do("beat 1")
    set_.wait(0.01)
    assert temp(set_) == 2.0
    set_.wait(0.51)
    assert temp(set_) == 3.0


@pytest.mark.parametrize(
    "line", ["temp 0.7", "over 4s temp 2", "hush", "cancel 1", "cancel all", 'temp "0.7"', "scene plain", "undo"]
)
def test_pattern_ends_by_a_value_a_ramp_a_scene_cancel_hush_and_undo(set_: VirtualSession, line: str) -> None:
    set_.do("scene save plain")
    set_.do('temp "3 4"')
    set_.wait(0.5)
    set_.do(line)
    before = temp(set_)
    assert '"3 4"' not in set_.do("what")
    set_.wait(10)
    assert temp(set_) == before or line.startswith("over")
    assert len(set_.session.scheduler) <= 1


def test_pattern_replaces_the_pattern_of_its_parameter_only(set_: VirtualSession) -> None:
    set_.do('temp "3 4"; sigma "0.1 0.2"; hold x1 x2 "0.1 0.2"')
    set_.do('temp "5 6"; hold x2 0.5')
    listed = set_.do("what").splitlines()
    assert len(listed) == 3
    assert "hold x1 x2" in listed[1]
    set_.wait(1.2)
    assert temp(set_) == 6.0
    assert shaped(set_, "held") == {0: 0.2, 1: 0.5}


def test_undo_brings_back_a_pattern_that_a_line_ended(set_: VirtualSession) -> None:
    set_.do('temp "3 4"')
    set_.wait(0.5)
    set_.do("temp 1")
    set_.wait(BAR)
    set_.do("undo")
    assert temp(set_) == 3.0
    set_.wait(BAR / 2)
    assert temp(set_) == 4.0
    set_.do("undo")
    set_.wait(BAR)
    assert temp(set_) == 1.0
    set_.do("redo")
    set_.wait(BAR)
    assert temp(set_) in (3.0, 4.0)


def test_list_of_pending_has_number_position_and_step(set_: VirtualSession) -> None:
    set_.wait(0.5)
    set_.do('temp "3 4"')
    assert set_.do("what") == '1  temp "3 4"  (in 1.5s)'
    set_.wait(1.5 + BAR * 1.75)
    assert set_.do("what") == '1  temp "3 4"  (cycle 1.75: 4)'
    (state,) = set_.live_set.scheduled.states()
    assert (state.kind, state.cycle, state.step) == ("pattern", 1, "4")
    assert state.share == pytest.approx(0.75)


def test_signal_is_sampled_like_a_ramp(set_: VirtualSession) -> None:
    set_.do('temp "saw" range 1 2')
    found = sampled(set_, lambda: temp(set_), 4, BAR / 4)
    assert found == pytest.approx([1.125, 1.375, 1.625, 1.875], abs=0.5 * STEP / BAR * 2)
    set_.do('temp "1 2" smooth')
    set_.wait(BAR)
    assert sampled(set_, lambda: temp(set_), 2, BAR / 2) == pytest.approx([1.5, 1.5], abs=0.02)


def test_value_outside_the_range_is_set_to_its_end(set_: VirtualSession) -> None:
    set_.do('temp "0 1 2" range 50 100 now')
    assert sampled(set_, lambda: temp(set_), 3, BAR / 3) == [50.0, 100.0, 100.0]
    set_.do('temp "sine" now')
    assert all(0.0 < value <= 1.0 for value in sampled(set_, lambda: temp(set_), 30, BAR / 30))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('hold x9 "0.1 0.2"', "there is no x9: the last is x3"),
        ('play x1 x9 "0.1 0.2"', "there is no x9: the last is x3"),
        ('@nobody temp "1 2"', "no player is called nobody"),
        ('hold x1 "0.1 ^nobody"', "no player is called nobody"),
        ('range x1 "0.1 0.2" "0.3 0.4"', "range takes one pattern"),
        ('clips "random nearest"', "is not an ensemble"),
        ('budget "1 2"', "main has no budget"),
    ],
)
def test_pattern_that_does_not_fit_is_refused(set_: VirtualSession, line: str, said: str) -> None:
    reply = set_.try_(line)
    assert not reply.ok
    assert said in reply.text
    assert set_.do("what") == "nothing is pending"


def test_pattern_of_a_named_player_moves_that_player(tmp_path: Path) -> None:
    players = {"lead": ScriptedPredictor(4), "bass": ScriptedPredictor(4)}
    set_ = VirtualSession(tmp_path, players=players, mode="useronly")
    set_.do('@bass temp "3 4"; @all sigma "0.1 0.2"')
    set_.wait(0.1)
    assert (temp(set_, "lead"), temp(set_, "bass")) == (1.0, 3.0)
    assert [player.behaviour.settings.sigma for player in set_.session.players.values()] == [0.1, 0.1]
    set_.do("@bass sigma 0.5")
    set_.wait(BAR / 2)
    assert [player.behaviour.settings.sigma for player in set_.session.players.values()] == [0.2, 0.5]


def test_pattern_in_schedules_and_macros(set_: VirtualSession) -> None:
    set_.do('def wave to = temp "0.5 $to"')
    set_.do("after 3s wave 4")
    set_.wait(3.9)
    assert temp(set_) == 1.0
    set_.wait(1.2)
    assert temp(set_) == 4.0
    set_.do('every 8s temp "<7 8>" now')
    set_.wait(8.1)
    assert temp(set_) == 7.0


def test_pattern_is_begun_by_an_osc_command(set_: VirtualSession) -> None:
    assert set_.executor.carry_out_for("osc", "/impsy/command", 'temp "3 4"') == ""
    set_.wait(0.1)
    assert temp(set_) == 3.0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(some.floats(0.01, 3.0), some.floats(20.0, 400.0)), max_size=6))
def test_changes_of_tempo_lose_and_double_no_step(tmp_path: Path, changes: list[tuple[float, float]]) -> None:
    set_ = VirtualSession(tmp_path, mode="useronly")
    set_.do('play x1 "<0.1 0.2> 0.3 0.4"')
    for seconds, beats in changes:
        set_.time.advance(seconds)
        set_.session.tempo.set_beats(beats)
    set_.time.advance(30)
    played = [values[0] for _, source, values in set_.logs["main"].rows if source == "pattern"]
    wanted = [0.1, 0.3, 0.4, 0.2, 0.3, 0.4]
    assert len(played) > 6
    assert played == [wanted[number % 6] for number in range(len(played))]


@pytest.mark.parametrize("behind", ["", " smooth", " every 2 (rev)"])
def test_pattern_of_many_steps_computes_few_of_them_at_once(set_: VirtualSession, behind: str) -> None:
    set_.do("tempo 120")
    set_.do(f'temp "[0.1 0.2 0.3 0.4]*64"{behind} cycle 256s')
    (run,) = set_.live_set.patterns._runs
    for _ in range(300):
        assert len(run._steps) <= 32
        set_.wait(1.0)


def test_patterns_of_many_steps_set_each_step_in_order(set_: VirtualSession) -> None:
    lines = [f'{name} "[0.1 0.2 0.3 0.4]*64" cycle 256s' for name in ("temp", "sigma", "threshold")]
    for line in lines:
        set_.do(line)
    heard = sampled(set_, lambda: [setting(set_, name) for name in ("temp", "sigma", "threshold")], 300, 1.0)
    assert heard == [[pytest.approx(0.1 * (1 + number % 4))] * 3 for number in range(300)]
