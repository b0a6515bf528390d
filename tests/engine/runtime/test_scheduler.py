"""Scheduler: actions at their due times, in all conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from tests.support.engine.virtual_time import VirtualTime


def test_things_are_done_in_the_order_of_their_deadlines_at_their_deadlines() -> None:
    time, done = VirtualTime(), []
    for deadline in (3.0, 1.0, 2.0, 1.0):
        time.scheduler.at(deadline, lambda d=deadline: done.append((d, time.time)))
    time.advance(2.5)
    assert done == [(1.0, 1.0), (1.0, 1.0), (2.0, 2.0)]
    time.advance(1)
    assert done[-1] == (3.0, 3.0)


def test_cancelled_timer_never_runs() -> None:
    time, done = VirtualTime(), []
    timer = time.scheduler.at(1.0, done.append, 1)
    other = time.scheduler.at(1.0, timer.cancel)
    assert timer.pending
    timer.cancel()
    assert not timer.pending
    time.advance(2)
    assert done == []
    assert not other.pending
    assert len(time.scheduler) == 0


def test_action_that_fails_does_not_stop_the_others() -> None:
    time, done = VirtualTime(), []

    def fail() -> None:
        raise ValueError("no")

    time.scheduler.at(1.0, fail)
    time.scheduler.at(1.0, done.append, 1)
    time.advance(2)
    assert done == [1]
    assert [str(error) for error in time.errors] == ["no"]


def test_actions_that_schedule_for_now_let_others_in_between() -> None:
    time, turns = VirtualTime(), []

    def again(left: int) -> None:
        if left:
            time.scheduler.at(time.time, again, left - 1)

    time.scheduler.at(0.0, again, 3)
    while len(time.scheduler):
        time.scheduler.run_due()
        turns.append(len(time.scheduler))
    assert turns == [1, 1, 1, 0]


def test_lateness_is_kept() -> None:
    time = VirtualTime()
    time.scheduler.at(1.0, lambda: None)
    time.stall(1.25)
    assert time.scheduler.worst_lateness == pytest.approx(0.25)


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=60))
def test_everything_is_done_once_never_early_in_order(plans: list[tuple[float, bool]]) -> None:
    time = VirtualTime()
    done: list[float] = []
    timers: list[tuple[Timer, bool]] = []
    for deadline, cancel in plans:
        timers.append((time.scheduler.at(deadline, lambda d=deadline: done.append((d, time.time))), cancel))
    for timer, cancel in timers:
        if cancel:
            timer.cancel()
    for step in range(11):
        time.advance_to(step * 10.0)
    assert done == [(d, d) for d in sorted(d for d, cancel in plans if not cancel)]
    assert not time.errors


def test_timer_for_current_time_wakes_loop_again() -> None:
    woken: list[float | None] = []
    done: list[str] = []
    scheduler = Scheduler(lambda: 5.0, woken.append, lambda error: None)
    scheduler.at(5.0, lambda: scheduler.at(5.0, done.append, "again"))
    scheduler.run_due()
    assert woken[-1] == 5.0
    scheduler.run_due()
    assert done == ["again"]
    assert woken[-1] is None
