"""Patterns that play as the musician, holes that players fill, and the notes and logs of both."""

from pathlib import Path

import pytest

from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import VirtualSession

BAR = 2.0


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path, mode="polyphony")


def rows(set_: VirtualSession, source: str, player: str = "main") -> list[tuple[float, tuple[float, ...]]]:
    """Returns the logged events of a source, with seconds since the start."""
    return [(round(at - 1000.0, 6), tuple(values)) for at, said, values in set_.logs[player].rows if said == source]


def test_play_is_heard_by_the_players_and_logged_as_pattern(set_: VirtualSession) -> None:
    set_.do('play x1 x2 "0.2 0.8 ~ 0.5, 0.9"')
    set_.wait(BAR - 0.01)
    assert rows(set_, "pattern") == [(0.0, (0.2, 0.9, 0.0)), (0.5, (0.8, 0.9, 0.0)), (1.5, (0.5, 0.9, 0.0))]
    assert rows(set_, "interface") == []
    assert len(rows(set_, "rnn")) >= 3


def test_patterns_at_one_time_are_one_event(set_: VirtualSession) -> None:
    set_.do('play x1 "0.1 0.2"; play x2 "0.3 0.4"; play x3 "0.5*4"')
    set_.wait(BAR - 0.01)
    assert rows(set_, "pattern") == [
        (0.0, (0.1, 0.3, 0.5)),
        (0.5, (0.1, 0.3, 0.5)),
        (1.0, (0.2, 0.4, 0.5)),
        (1.5, (0.2, 0.4, 0.5)),
    ]


def test_play_of_one_value_is_one_event(set_: VirtualSession) -> None:
    set_.wait(0.3)
    assert set_.do("play x1 x3 0.7") == "x1 x3 played at 0.7"
    assert rows(set_, "pattern") == [(0.3, (0.7, 0.0, 0.7))]
    assert set_.do("what") == "nothing is pending"
    assert "there is no x9" in set_.try_("play x9 0.5").text


def test_play_passes_through_with_thru_and_begins_calls(set_: VirtualSession) -> None:
    set_.do("thru on; mode useronly; whenever call temp 3")
    set_.do('play x1 "0.2 0.8 ~ ~"')
    set_.wait(BAR * 2 - 0.01)
    sent = [values[0] for _, values in set_.out.played]
    assert sent == [0.2, 0.8, 0.2, 0.8]
    assert set_.session.players["main"].behaviour.settings.temp == 3.0


def test_interface_events_between_keep_their_source(set_: VirtualSession) -> None:
    set_.do('play x1 "0.2 0.8"')
    set_.wait(0.5)
    set_.play(0.6, 0.6, 0.6)
    set_.wait(0.6)
    assert rows(set_, "interface") == [(0.5, (0.6, 0.6, 0.6))]
    assert [at for at, _ in rows(set_, "pattern")] == [0.0, 1.0]


@pytest.mark.parametrize("line", ["panic", "fade 1s", "hush", "cancel all"])
def test_play_ends_with_panic_and_fade(set_: VirtualSession, line: str) -> None:
    set_.do('play x1 "0.2*4"; temp "1 2"')
    set_.wait(0.1)
    set_.do(line)
    before = len(rows(set_, "pattern"))
    set_.wait(BAR * 2)
    assert len(rows(set_, "pattern")) == before
    assert ("temp" in set_.do("what")) is (line in ("panic", "fade 1s"))


def test_note_of_a_played_step_ends_before_a_rest_and_at_the_end(set_: VirtualSession) -> None:
    set_.do("thru on; mode useronly")
    set_.do('play x1 "0.2 0.8 ~ ~"')
    set_.wait(0.9)
    assert _ended(set_) == []
    set_.wait(0.2)
    assert _ended(set_) == [frozenset({0})]
    set_.wait(BAR - 1.1 + 0.1)
    set_.do("hush")
    assert _ended(set_) == [frozenset({0})] * 2


def test_hole_in_hold_lets_the_player_play(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"main": ScriptedPredictor(4, dt=0.05)}, mode="battle")
    set_.do('hold x1 "0.25 ^ ^ 0.75"')
    set_.wait(BAR - 0.01)
    fixed, free, free_too, fixed_too = (
        [values[0] for at, values in set_.out.played if begin < at - 1000.0 < begin + 0.5]
        for begin in (0.0, 0.5, 1.0, 1.5)
    )
    assert set(fixed) == {0.25}
    assert set(fixed_too) == {0.75}
    assert 0.25 not in free + free_too
    assert 0.75 not in free + free_too
    assert len(free + free_too) > 10


def _ended(set_: VirtualSession) -> list[frozenset[int]]:
    return [what for _, what in set_.out.said if isinstance(what, frozenset)]


def test_named_hole_in_hold_opens_one_player(tmp_path: Path) -> None:
    players = {"lead": ScriptedPredictor(4), "bass": ScriptedPredictor(4)}
    set_ = VirtualSession(tmp_path, players=players, mode="useronly")
    set_.do('@all hold x1 "0.2 ^bass ^"')
    shapings = [player.shaping for player in set_.session.players.values()]
    held = []
    for _ in range(3):
        set_.wait(BAR / 6)
        held.append([dict(shaping.held) for shaping in shapings])
        set_.wait(BAR / 6)
    assert held == [[{0: 0.2}, {0: 0.2}], [{0: 0.2}, {}], [{}, {}]]


def test_step_of_hold_sounds_at_once_unless_the_player_is_paused(set_: VirtualSession) -> None:
    set_.do("mode useronly")
    set_.do('hold x1 "0.2 0.8"; hold x2 "0.4"  now')
    set_.wait(BAR - 0.01)
    assert [values[:2] for _, values in set_.out.played[-2:]] == [(0.2, 0.4), (0.8, 0.4)]
    set_.do("pause")
    before = len(set_.out.played)
    set_.wait(BAR)
    assert len(set_.out.played) == before


def test_hole_in_play_is_what_the_model_expects(set_: VirtualSession) -> None:
    set_.do("mode callresponse")
    set_.do('play x2 "0.2 ^ 0.8 ^"')
    set_.wait(BAR - 0.01)
    played = rows(set_, "pattern")
    assert [at for at, _ in played] == [0.0, 0.5, 1.0, 1.5]
    # The scripted model expects each value to rise by 0.01.
    assert [values[1] for _, values in played] == [0.2, 0.21, 0.8, 0.81]


def test_hole_in_play_is_silent_without_an_expectation(set_: VirtualSession) -> None:
    set_.do("mode useronly")
    set_.do('play x2 "^ 0.8"')
    set_.wait(BAR - 0.01)
    assert [at for at, _ in rows(set_, "pattern")] == [1.0]
