"""Outputs that are earlier or later than other outputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.engine.io.outputs import Outputs
from tests.support.engine.scripted_players import RecordingChannel, ScriptedSession
from tests.support.engine.virtual_time import VirtualTime


class Pair:
    """Two outputs, ``a`` and ``b``."""

    def __init__(self, **more: float) -> None:
        self.time = VirtualTime(0.0)
        self.a = RecordingChannel(self.time, name="a", **more)
        self.b = RecordingChannel(self.time, name="b")
        self.outputs = Outputs(self.time.scheduler)
        self.outputs.open([self.a, self.b])

    def play(self, value: float) -> None:
        self.outputs.play((value,))


def test_at_the_end_an_output_that_is_late_is_silent_at_once_and_plays_nothing_more() -> None:
    virtual = ScriptedSession("battle", dt=0.1)
    virtual.session.outputs.nudge("out", 0.3)
    virtual.wait(1.05)
    virtual.session.stop()
    assert virtual.out.said[-1] == (virtual.out.now, "silence")
    said = len(virtual.out.said)
    virtual.wait(2.0)
    assert len(virtual.out.said) == said


def test_output_without_a_nudge_plays_at_once() -> None:
    pair = Pair()
    pair.play(0.5)
    assert (pair.a.times, pair.b.times) == ([0.0], [0.0])
    assert pair.outputs.nudges == {"a": 0.0, "b": 0.0}
    assert len(pair.time.scheduler) == 0


def test_nudge_delays_one_output_or_all_others() -> None:
    pair = Pair()
    pair.outputs.nudge("a", 0.02)
    pair.play(0.1)
    pair.time.advance(1.0)
    assert (pair.a.times, pair.b.times) == ([0.02], [0.0])
    pair.outputs.nudge("a", -0.012)
    pair.play(0.2)
    pair.time.advance(1.0)
    assert (pair.a.times[1:], pair.b.times[1:]) == ([1.0], [1.012])
    pair.outputs.nudge("b", 0.1)
    pair.play(0.3)
    pair.time.advance(1.0)
    assert (pair.a.times[2:], pair.b.times[2:]) == ([2.0], [2.112])
    pair.outputs.nudge("a", 0.0)
    pair.outputs.nudge("b", 0.0)
    pair.play(0.4)
    assert (pair.a.times[3:], pair.b.times[3:]) == ([3.0], [3.0])


def test_note_off_never_overtakes_delayed_note() -> None:
    pair = Pair()
    pair.outputs.nudge("a", 0.3)
    pair.play(0.1)
    pair.time.advance(0.1)
    pair.outputs.end_notes(frozenset((0,)))
    pair.play(0.2)
    pair.outputs.silence()
    pair.time.advance(1.0)
    assert pair.a.said == [(0.3, (0.1,)), (0.4, frozenset((0,))), (0.4, (0.2,)), (0.4, "silence")]


def test_nudge_that_is_taken_back_lets_nothing_overtake_what_waits() -> None:
    pair = Pair()
    pair.outputs.nudge("a", 0.3)
    pair.play(0.1)
    pair.outputs.nudge("a", 0.0)
    pair.outputs.silence()
    pair.time.advance(1.0)
    assert pair.a.said == [(0.3, (0.1,)), (0.3, "silence")]
    pair.play(0.2)
    assert pair.a.said[-1] == (1.0, (0.2,))


def test_panic_is_at_once_everywhere_and_ends_what_waits() -> None:
    pair = Pair()
    pair.outputs.nudge("a", 0.3)
    pair.play(0.1)
    pair.time.advance(0.1)
    pair.outputs.panic()
    pair.time.advance(1.0)
    assert pair.a.said == [(0.1, "panic")]
    assert pair.b.said == [(0.0, (0.1,)), (0.1, "panic")]


def test_players_panic_is_at_once_and_again_when_what_it_played_is_through() -> None:
    pair = Pair()
    pair.outputs.nudge("a", 0.3)
    both = {name: frozenset((index,)) for index, name in enumerate(("one", "two"))}
    for name in both:
        others = both["two" if name == "one" else "one"]
        pair.outputs.play((0.1, 0.2), frozenset(), others, name)
    pair.time.advance(0.4)
    pair.outputs.play((0.5, 0.5), frozenset(), both["two"], "one")
    pair.a.said.clear()
    pair.outputs.panic_of("one", both["one"])
    pair.time.advance(1.0)
    assert pair.a.said == [(0.4, both["one"]), (0.7, (0.5, 0.2)), (0.7, both["one"])]
    pair.outputs.hush("one", both["one"])
    pair.outputs.hush("two", both["two"])
    pair.time.advance(1.0)
    assert pair.a.said[-1] == (1.7, "silence")


def test_vectors_of_another_dimension_are_not_sent_after_it_has_changed() -> None:
    pair = Pair()
    pair.outputs.nudge("a", 0.3)
    pair.play(0.1)
    for output in pair.outputs.channel_outputs:
        output.set_dimension(3)
    pair.outputs.play((0.1, 0.2))
    pair.time.advance(1.0)
    assert pair.a.said == [(0.0, "dimension 3"), (0.3, (0.1, 0.2))]


def test_slow_wire_that_is_nudged_still_gets_the_latest_at_its_rate() -> None:
    pair = Pair(max_rate=10.0)
    pair.outputs.nudge("a", 0.05)
    for step in range(100):
        pair.play(step / 100)
        pair.time.advance(0.01)
    pair.time.advance(1.0)
    assert pair.a.times == pytest.approx([0.05 + 0.1 * i for i in range(11)], abs=1e-6)
    assert pair.a.played[-1][1] == (0.99,)


@given(
    steps=st.lists(
        st.tuples(
            st.floats(0.0, 0.2),
            st.one_of(
                st.sampled_from(["play", "end", "silence"]),
                st.tuples(st.sampled_from(["a", "b"]), st.floats(-0.5, 0.5)),
            ),
        ),
        max_size=40,
    )
)
def test_every_output_does_the_same_in_the_same_order_and_within_a_second(
    steps: list[tuple[float, str | tuple[str, float]]],
) -> None:
    pair = Pair()
    for count, (wait, what) in enumerate(steps):
        match what:
            case "play":
                pair.play(count / 100)
            case "end":
                pair.outputs.end_notes(frozenset((count,)))
            case "silence":
                pair.outputs.silence()
            case (str(name), float(seconds)):
                pair.outputs.nudge(name, seconds)
        pair.time.advance(wait)
    pair.time.advance(1.01)
    assert not pair.time.errors
    assert [what for _, what in pair.a.said] == [what for _, what in pair.b.said]
    assert len(pair.time.scheduler) == 0
