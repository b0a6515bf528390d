"""Counters of messages, and reports of problems at a limited rate."""

from impsy_tui.channels.stats import ErrorCounter, RateMeter
from tests.support.channels.fake_listener import Hearing
from tests.support.engine.virtual_time import VirtualTime


def test_rate_is_of_the_last_whole_second() -> None:
    meter = RateMeter()
    for tenth in range(25):
        meter.count(100 + tenth / 10)
    assert meter.total == 25
    assert meter.rate(102.5) == 10
    assert meter.rate(103.0) == 5
    assert meter.rate(104.0) == 0


def test_error_counter_reports_each_kind_once_a_second_and_counts_all() -> None:
    time = VirtualTime()
    hearing = Hearing(time.scheduler)
    troubles = ErrorCounter(hearing, "osc 2")
    for _ in range(100):
        troubles.note("count", "wrong count")
        time.advance(0.005)
    troubles.note("type", "wrong type")
    time.advance(10)
    assert troubles.count == 101
    assert hearing.troubles == ["wrong count", "wrong type", "wrong count (99 more in the last second)"]
    troubles.note("count", "wrong count")
    assert hearing.troubles[-1] == "wrong count"


def test_resolve_removes_the_last_problem_of_its_kind_alone() -> None:
    troubles = ErrorCounter(Hearing(VirtualTime().scheduler), "midi")
    troubles.note("gone Synth", "Synth is disconnected")
    troubles.resolve("gone Keys")
    assert troubles.last == "Synth is disconnected"
    troubles.resolve("gone Synth")
    assert (troubles.last, troubles.count) == ("", 1)


def test_quiet_channel_keeps_no_timers() -> None:
    time = VirtualTime()
    troubles = ErrorCounter(Hearing(time.scheduler), "osc")
    troubles.note("a", "a")
    time.advance(5)
    assert len(time.scheduler) == 0
