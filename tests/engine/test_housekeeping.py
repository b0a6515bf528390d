"""A new log begins at each midnight if the logs are limited."""

from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from impsy_tui.config.schema import Log
from impsy_tui.engine.housekeeping import Housekeeping
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.models.trash import Trash
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.session import Session
from tests.support.engine.virtual_time import VirtualTime


class Nights:
    """Housekeeping on a virtual clock that starts at a time of day."""

    def __init__(self, folder: Path, limits: Log, begin: datetime) -> None:
        self.time = VirtualTime()
        self.began: list[datetime] = []
        self.begin = begin
        self.followed: list[datetime] = []
        follow = lambda: self.followed.append(self.now())  # noqa: E731
        log = cast(PerformanceLog, SimpleNamespace(folder=folder, files=[], follow_clock=follow))
        self.housekeeping = made = Housekeeping(
            limits,
            log,
            Trash([folder]),
            self.time.scheduler,
            self.drop,
            lambda *_: None,
            lambda: self.now().timestamp(),
        )
        recording = SimpleNamespace(runs=False)
        self.recording = recording
        made.begin(
            lambda: self.began.append(self.now()),
            cast(LiveSet, SimpleNamespace(recording=recording)),
            cast(Session, SimpleNamespace(gesture_recording=None)),
        )

    def now(self) -> datetime:
        """Returns the time of the machine's clock."""
        return self.begin + timedelta(seconds=self.time.time)

    def drop(self, work: Coroutine[Any, Any, object]) -> None:
        work.close()  # the worker is tested with the engine


def test_log_begins_again_after_each_midnight(tmp_path: Path) -> None:
    nights = Nights(tmp_path, Log(keep="30 days"), datetime(2030, 1, 1, 22, 30))
    nights.time.advance(3 * 86400)
    assert [str(time) for time in nights.began] == [f"2030-01-0{day} 00:00:00" for day in (2, 3, 4)]
    assert nights.followed == nights.began


def test_log_of_a_recording_goes_on_over_midnight(tmp_path: Path) -> None:
    nights = Nights(tmp_path, Log(max="2 GB"), datetime(2030, 1, 1, 22, 30))
    nights.recording.runs = True
    nights.time.advance(86400)
    assert nights.began == []
    nights.recording.runs = False
    nights.time.advance(86400)
    assert len(nights.began) == 1


@pytest.mark.parametrize("days", [1, 40])
def test_log_without_limits_goes_on(tmp_path: Path, days: int) -> None:
    nights = Nights(tmp_path, Log(), datetime(2030, 1, 1))
    nights.time.advance(days * 86400)
    assert nights.began == []
