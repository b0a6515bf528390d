"""Rows of the log, and vectors from partial messages."""

from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.engine.players.session import SessionSettings
from tests.support.engine.scripted_players import ScriptedSession


def test_input_is_logged_before_it_is_answered_and_predictions_when_asked() -> None:
    virtual = ScriptedSession("polyphony", settings=SessionSettings(log_predictions=True))
    virtual.play(0.5)
    virtual.wait(1)
    assert virtual.log.rows == [(100.0, "interface", (0.5,)), (100.1, "rnn", (0.51,))]


def test_input_is_not_logged_when_that_is_switched_off() -> None:
    virtual = ScriptedSession("polyphony", settings=SessionSettings(log_input=False))
    virtual.play(0.5)
    assert virtual.log.rows == []
    assert virtual.predictor.heard


def test_partial_message_leaves_the_other_dimensions_where_they_are() -> None:
    virtual = ScriptedSession("useronly", dimension=4)
    virtual.play(0.1, 0.2, 0.3)
    virtual.session.updated("midi", [(1, 0.9)], virtual.time.time)
    virtual.session.updated("midi", [(0, 0.8), (2, 0.7), (9, 0.6)], virtual.time.time)
    assert [values for _, _, values in virtual.log.rows] == [
        (0.1, 0.2, 0.3),
        (0.1, 0.9, 0.3),
        (0.8, 0.9, 0.7),
    ]


def test_earlier_event_of_other_channel_keeps_time_monotonic() -> None:
    virtual = ScriptedSession("polyphony")
    virtual.session.received("a", (0.5,), 99.9)
    virtual.session.received("b", (0.5,), 99.8)
    assert [at for at, _, _ in virtual.log.rows] == [100.0, 100.0]
    assert [dt for dt, _ in virtual.predictor.heard] == [0.0, 0.0]


@given(st.lists(st.tuples(st.floats(0, 10), st.lists(st.floats(0, 1), min_size=0, max_size=4)), max_size=20))
def test_every_accepted_event_is_in_the_log_and_no_other(events: list[tuple[float, list[float]]]) -> None:
    virtual = ScriptedSession("callresponse", dimension=3)
    for gap, values in events:
        virtual.wait(gap)
        virtual.play(*values)
    accepted = [tuple(values) for _, values in events if len(values) == 2]
    assert [values for _, source, values in virtual.log.rows if source == "interface"] == accepted
    assert virtual.session.received_events == len(accepted)
