"""Times of day: every day once, also if the clock of the machine is set."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from impsy_tui.engine.performance.daily_times import DailyTimes
from tests.support.engine.virtual_time import VirtualTime

OPENS, CLOSES = 10 * 60, 18 * 60


class Days:
    """Times of day on a virtual clock, and the times at which they were carried out."""

    def __init__(self, begin: str) -> None:
        self.time = VirtualTime(500.0)
        self.set(begin)
        self.done: list[tuple[int, str]] = []
        self.daily = DailyTimes(self.time.scheduler, self.carry_out, self.wall)

    def wall(self) -> float:
        return self.time.time + self.offset

    def set(self, now: str) -> None:
        """Sets the clock of the machine."""
        self.offset = datetime.fromisoformat(now).timestamp() - self.time.time

    def carry_out(self, number: int) -> None:
        self.done.append((number, datetime.fromtimestamp(self.wall()).isoformat(" ", "minutes")))

    def wait(self, hours: float) -> None:
        self.time.advance(hours * 3600)
        assert not self.time.errors


@pytest.fixture
def european_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_daily_time_comes_every_day() -> None:
    days = Days("2030-05-01 17:00")
    days.daily.add(1, CLOSES)
    assert days.daily.seconds_left(1) == 3600.0
    days.wait(49.5)
    assert days.done == [(1, f"2030-05-0{day} 18:00") for day in (1, 2, 3)]


def test_daily_time_of_now_is_tomorrow() -> None:
    days = Days("2030-05-01 18:00")
    days.daily.add(1, CLOSES)
    days.wait(1)
    assert days.done == []
    days.wait(23)
    assert days.done == [(1, "2030-05-02 18:00")]


def test_daily_time_ends_when_removed() -> None:
    days = Days("2030-05-01 17:00")
    days.daily.add(1, CLOSES)
    days.daily.remove(1)
    days.daily.remove(2)
    days.wait(48)
    assert (days.done, days.daily.due(1), days.daily.seconds_left(1)) == ([], 0.0, None)


@pytest.mark.usefixtures("european_time")
@pytest.mark.parametrize(("month", "day"), [(3, 31), (10, 27)])
def test_daily_time_follows_summer_time(month: int, day: int) -> None:
    days = Days(f"2030-{month:02d}-{day - 1:02d} 09:00")
    days.daily.add(1, OPENS)
    days.wait(50)
    expected = [f"2030-{month:02d}-{day - 1:02d} 10:00", f"2030-{month:02d}-{day:02d} 10:00"]
    assert [at for _, at in days.done][:2] == expected


@pytest.mark.usefixtures("european_time")
def test_daily_time_that_summer_time_leaves_out_comes_that_day_too() -> None:
    days = Days("2030-03-30 12:00")
    days.daily.add(1, 2 * 60 + 30)
    days.wait(48)
    assert [at for _, at in days.done] == ["2030-03-31 03:30", "2030-04-01 02:30"]


def test_clock_set_forward_makes_up_for_each_time_once_in_order() -> None:
    # A machine without a battery begins where it ended: 17:00 two days ago.
    days = Days("2030-05-01 17:00")
    days.daily.add(1, OPENS)
    days.daily.add(2, CLOSES)
    days.set("2030-05-03 11:30")
    days.daily.clock_set()
    assert days.done == [(2, "2030-05-03 11:30"), (1, "2030-05-03 11:30")]
    days.wait(23)
    assert days.done[2:] == [(2, "2030-05-03 18:00"), (1, "2030-05-04 10:00")]


def test_clock_set_forward_without_a_time_between_changes_nothing() -> None:
    days = Days("2030-05-01 11:00")
    days.daily.add(1, CLOSES)
    days.set("2030-05-01 17:59")
    days.daily.clock_set()
    assert days.done == []
    days.wait(1)
    assert days.done == [(1, "2030-05-01 18:00")]


def test_clock_set_back_over_a_time_does_not_repeat_it() -> None:
    days = Days("2030-05-01 17:59")
    days.daily.add(1, CLOSES)
    days.wait(0.1)
    days.set("2030-05-01 17:58")
    days.daily.clock_set()
    days.wait(24)
    assert days.done == [(1, "2030-05-01 18:00")]
    days.wait(1)
    assert days.done[1:] == [(1, "2030-05-02 18:00")]


def test_clock_set_back_by_years_goes_on_with_the_next_day() -> None:
    days = Days("2038-01-01 12:00")
    days.daily.add(1, CLOSES)
    days.wait(7)
    days.set("2030-05-01 12:00")
    days.daily.clock_set()
    days.wait(7)
    assert days.done == [(1, "2038-01-01 18:00"), (1, "2030-05-01 18:00")]


def test_clock_set_back_without_a_report_is_noticed_when_due() -> None:
    days = Days("2030-05-01 17:00")
    days.daily.add(1, CLOSES)
    days.set("2030-05-01 15:00")
    days.wait(2.9)
    assert days.done == []
    days.wait(0.2)
    assert days.done == [(1, "2030-05-01 18:00")]


@pytest.mark.parametrize("due", [float("nan"), float("inf"), -1e300, 1e300])
def test_daily_time_from_a_damaged_session_comes_every_day(due: float) -> None:
    days = Days("2030-05-01 17:00")
    days.daily.add(1, CLOSES, due)
    days.daily.clock_set()
    days.done.clear()
    days.wait(2)
    assert days.done == [(1, "2030-05-01 18:00")]
