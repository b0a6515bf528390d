"""``loop last`` and ``replay last``: what the musician just played, again."""

from pathlib import Path

import pytest

from impsy_tui.engine.players.recent_input import MOST, RecentInput
from tests.support.engine.virtual_session import VirtualSession


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    set_ = VirtualSession(tmp_path, mode="useronly")
    set_.do("thru off")
    return set_


def _heard(set_: VirtualSession) -> list[tuple[float, str, tuple[float, ...]]]:
    return [(round(at - 1000.0, 6), source, values) for at, source, values in set_.logs["main"].rows]


def _play(set_: VirtualSession) -> None:
    """Plays at 1000, 1003, 1004 and 1006 s; it is 1008 s then."""
    for pause, value in ((0.0, 0.1), (3.0, 0.2), (1.0, 0.3), (2.0, 0.4)):
        set_.wait(pause)
        set_.play(value, value, value)
    set_.wait(2.0)


def test_loop_last_repeats_the_stretch_with_its_silence(set_: VirtualSession) -> None:
    _play(set_)
    before = len(_heard(set_))
    assert set_.do("loop last 6s x2") == "last 6s: 3 events, 2 times"
    set_.wait(30.0)
    heard = _heard(set_)[before:]
    assert [(at, values[0]) for at, _, values in heard] == [
        *((9.0, 0.2), (10.0, 0.3), (12.0, 0.4)),
        *((15.0, 0.2), (16.0, 0.3), (18.0, 0.4)),
    ]
    assert {source for _, source, _ in heard} == {"replay"}
    assert ("info", "replay", "last 6s is over") in set_.messages


def test_loop_last_goes_on_until_cancel_replay(set_: VirtualSession) -> None:
    _play(set_)
    assert set_.do("loop last 3s") == "last 3s: 1 event, until cancel replay"
    set_.wait(300.0)
    state = set_.live_set.replay.replayer.state()
    assert state is not None
    assert (state.name, state.length) == ("last 3s", 3.0)
    assert 0.0 <= state.position <= 3.0
    count = len(_heard(set_))
    assert set_.do("cancel replay") == "the replay of last 3s is over"
    set_.wait(10.0)
    assert len(_heard(set_)) == count


def test_replay_last_begins_with_the_first_event(set_: VirtualSession) -> None:
    _play(set_)
    before = len(_heard(set_))
    set_.do("replay last 5s")
    set_.wait(10.0)
    assert [(at, values[0]) for at, _, values in _heard(set_)[before:]] == [(8.0, 0.2), (9.0, 0.3), (11.0, 0.4)]


def test_loop_last_does_not_hear_its_own_events(set_: VirtualSession) -> None:
    set_.play(0.5, 0.5, 0.5)
    set_.do("loop last 1s")
    set_.wait(20.0)
    assert set_.try_("loop last 10s").text == (
        "nothing was played in the last 10s: loop and replay play your own playing again"
    )


@pytest.mark.parametrize("line", ["panic", "fade 1s"])
def test_silence_ends_a_loop(set_: VirtualSession, line: str) -> None:
    set_.play(0.5, 0.5, 0.5)
    set_.do("loop last 1s")
    set_.try_(line)
    assert set_.live_set.replay.replayer.state() is None


def test_end_of_a_replay_ends_its_notes(set_: VirtualSession) -> None:
    set_.do("thru on")
    set_.play(0.5, 0.5, 0.5)
    set_.do("loop last 1s x2")
    set_.wait(5.0)
    assert set_.out.said[-1][1] == frozenset({0, 1, 2})
    set_.do("loop last 8s")
    set_.wait(9.0)
    assert set_.out.said[-1][1] == (0.5, 0.5, 0.5)
    set_.do("cancel replay")
    assert set_.out.said[-1][1] == frozenset({0, 1, 2})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("loop last 0s", "out of range"),
        ("loop last 8s x0", "out of range"),
        ("loop last 8s x2.5", "a whole number"),
        ("loop last", "loop last needs a time"),
        ("replay last 601s", "out of range"),
    ],
)
def test_last_input_refuses_wrong_arguments(set_: VirtualSession, line: str, problem: str) -> None:
    assert problem in set_.try_(line).text


def test_recent_input_is_bounded_and_keeps_one_dimension() -> None:
    recent = RecentInput()
    recent.note([0.1, 0.2], -1.0)
    for number in range(MOST + 5):
        recent.note([number / MOST], float(number))
    times, values = recent.since(-10.0, 1)
    assert (len(times), times[0], times[-1]) == (MOST, 5.0, MOST + 4.0)
    assert values.shape == (MOST, 1)
    assert len(recent.since(0.0, 2)[0]) == 0
