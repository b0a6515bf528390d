"""Times of day at which commands are carried out, on the clock of the machine.

The clock of the machine may be set, and a machine without a battery gets its time after the start. A time of day that
passed meanwhile is made up for once.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from impsy_tui.engine.runtime.scheduler import Scheduler, Timer


@dataclass(slots=True)
class _DailyTime:
    minute: int
    due: float
    """Next time, in seconds since 1970."""
    last: float = 0.0
    """Last time that was carried out, in seconds since 1970."""
    timer: Timer | None = None


class DailyTimes:
    """Calls an action at times of day, every day.

    Args:
        scheduler: Calls back at due times.
        action: Takes the number of a command that is due. Must return at once.
        wall: Returns the seconds since 1970 on the clock of the machine.
    """

    def __init__(
        self, scheduler: Scheduler, action: Callable[[int], None], wall: Callable[[], float] = time.time
    ) -> None:
        self._scheduler = scheduler
        self._action = action
        self._wall = wall
        self._times: dict[int, _DailyTime] = {}

    def add(self, number: int, minute: int, due: float = 0.0) -> None:
        """Adds a command.

        Args:
            number: Number of the command.
            minute: Minute of the day in local time.
            due: Next time in seconds since 1970, if it is known from before a restart; 0 for the next such time.
                A time that has passed is due as soon as ``clock_set`` is called.
        """
        daily = self._times[number] = _DailyTime(minute, due or _next(minute, self._wall()))
        self._wait(number, daily)

    def remove(self, number: int) -> None:
        """Removes a command, if there is one with this number."""
        daily = self._times.pop(number, None)
        if daily is not None and daily.timer is not None:
            daily.timer.cancel()

    def due(self, number: int) -> float:
        """Returns the next time of a command in seconds since 1970; 0 if there is none with this number."""
        daily = self._times.get(number)
        return 0.0 if daily is None else daily.due

    def seconds_left(self, number: int) -> float | None:
        """Returns the seconds until a command is due; None if there is none with this number."""
        daily = self._times.get(number)
        return None if daily is None else max(0.0, daily.due - self._wall())

    def clock_set(self) -> None:
        """Follows a change of the clock: makes up for each time that passed, in the order of the last such times."""
        now = self._wall()
        passed = [number for number, daily in self._times.items() if daily.due <= now]
        for number in sorted(passed, key=lambda number: _last(self._times[number].minute, now)):
            self._carry_out(number, self._times[number], now)
        for number, daily in self._times.items():
            if daily.last != (due := _next(daily.minute, now)):
                daily.due = due
            self._wait(number, daily)

    def _wait(self, number: int, daily: _DailyTime) -> None:
        if daily.timer is not None:
            daily.timer.cancel()
            daily.timer = None
        left = daily.due - self._wall()
        if left > 0:
            daily.timer = self._scheduler.at(self._scheduler.now() + left, self._arrived, number)

    def _arrived(self, number: int) -> None:
        daily, now = self._times[number], self._wall()
        if daily.due <= now:
            self._carry_out(number, daily, now)
        self._wait(number, daily)

    def _carry_out(self, number: int, daily: _DailyTime, now: float) -> None:
        daily.last = _last(daily.minute, now)
        daily.due = _next(daily.minute, now)
        self._action(number)


def _next(minute: int, now: float) -> float:
    """Returns the next time with this minute of the day, in seconds since 1970."""
    day = _day(now)
    while (found := _at(day, minute)) <= now:
        day += timedelta(days=1)
    return found


def _last(minute: int, now: float) -> float:
    """Returns the last time with this minute of the day, in seconds since 1970."""
    day = _day(now)
    while (found := _at(day, minute)) > now:
        day -= timedelta(days=1)
    return found


def _day(now: float) -> date:
    return datetime.fromtimestamp(now).date()


def _at(day: date, minute: int) -> float:
    # A time that summer time leaves out is an hour later that day; one that comes twice is the first.
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60).timestamp()
