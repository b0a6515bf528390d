"""Pending lines in the saved session, and after a restart."""

import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.engine.performance.session_state.pending_lines import SavedPending
from tests.support.engine.virtual_session import VirtualSession, temp


def _restarted(before: VirtualSession, folder: Path, away: float = 0.0) -> tuple[VirtualSession, list[str]]:
    """Returns another session that resumes the pending lines of this one."""
    kept = [one.saved for one in pending_lines.capture(before.live_set.scheduled)]
    after = VirtualSession(folder)
    for word in before.executor.macros.values():
        after.do(f"def {word}")
    after.do(f"temp {temp(before)}")
    live_set = after.live_set
    resumed = pending_lines.resume_saved(kept, away, after.executor.read, live_set.ramps, live_set.patterns)
    return after, asyncio.run(resumed)


@pytest.mark.parametrize(("line", "eased"), [("over 20s temp 2", False), ("over 20s ease temp 2", True)])
def test_resume_continues_a_ramp_at_its_present_value(tmp_path: Path, line: str, eased: bool) -> None:
    before = VirtualSession(tmp_path)
    before.do("temp 0.5")
    before.do(line)
    before.wait(4)
    after, problems = _restarted(before, tmp_path, away=6)
    before.wait(6)
    assert problems == []
    assert temp(after) == pytest.approx(temp(before), abs=0.01)
    before.wait(5)
    after.wait(5)
    assert temp(after) == pytest.approx(temp(before), abs=0.01)
    after.wait(6)
    assert temp(after) == 2.0
    assert after.do("what") == "nothing is pending"


def test_resume_sets_an_ended_ramp_to_its_end(tmp_path: Path) -> None:
    before = VirtualSession(tmp_path)
    before.do("over 5s temp 2")
    before.wait(1)
    after, problems = _restarted(before, tmp_path, away=3600)
    assert (problems, temp(after)) == ([], 2.0)
    assert after.do("what") == "nothing is pending"


def test_resume_does_not_ramp_released_parameters(tmp_path: Path) -> None:
    before = VirtualSession(tmp_path)
    before.do("over 20s temp 2 sigma 0.5")
    before.wait(1)
    before.do("temp 0.7")
    after, _ = _restarted(before, tmp_path)
    after.wait(30)
    assert temp(after) == 0.7
    assert after.session.players["main"].behaviour.settings.sigma == 0.5


def test_resume_keeps_numbers_and_times(tmp_path: Path) -> None:
    before = VirtualSession(tmp_path)
    before.do("def drop = temp 1.9")
    for line in (
        "after 1s temp 0.5",
        "after 10s drop",
        "every 4s temp 1.1",
        "at response temp 3",
        "whenever event 3 temp 4",
    ):
        before.do(line)
    before.do("cancel 1")
    before.wait(3)
    after, problems = _restarted(before, tmp_path, away=2)
    assert problems == []
    assert after.do("what").splitlines() == [
        "2  after 10s drop  (in 5.0s)",
        "3  every 4s temp 1.1  (in 3.0s)",
        "4  at response temp 3",
        "5  whenever event 3 temp 4",
    ]
    assert after.do("after 9s take").startswith("6  ")
    after.wait(3.1)
    assert temp(after) == 1.1
    after.wait(2)
    assert temp(after) == 1.9


def test_resume_runs_an_overdue_line_once(tmp_path: Path) -> None:
    before = VirtualSession(tmp_path)
    before.do("after 10s temp 1.9")
    before.do("every 4s mode battle")
    after, _ = _restarted(before, tmp_path, away=101)
    after.wait(0.1)
    assert temp(after) == 1.9
    assert after.session.players["main"].behaviour.settings.mode == "callresponse"
    assert after.do("what") == "2  every 4s mode battle  (in 2.9s)"


def test_resume_reports_a_line_with_unknown_macro(tmp_path: Path) -> None:
    before = VirtualSession(tmp_path)
    before.do("def drop = temp 1.9")
    before.do("after 10s drop")
    before.do("after 11s take")
    before.do("undef drop")
    after, problems = _restarted(before, tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith("after 10s drop: ")
    assert after.do("what").startswith("2  after 11s take")


def test_resume_makes_up_for_times_of_day_in_their_order(tmp_path: Path) -> None:
    session = VirtualSession(tmp_path)
    now = datetime.now()
    passed = [f"{at:%H:%M}" for at in (now - timedelta(minutes=2), now - timedelta(minutes=4))]
    coming = f"{now + timedelta(hours=1):%H:%M}"
    saved = [
        SavedPending(1, f"at {passed[0]} temp 1.9", due=time.time() - 120),
        SavedPending(2, f"at {passed[1]} temp 0.5", due=time.time() - 240),
        SavedPending(3, f"at {coming} temp 3", due=time.time() + 3600),
    ]
    live_set = session.live_set
    assert (
        asyncio.run(pending_lines.resume_saved(saved, 9.0, session.executor.read, live_set.ramps, live_set.patterns))
        == []
    )
    session.wait(0.1)
    assert temp(session) == 1.9
    left = [live_set.scheduled.seconds_left(one) for one in live_set.scheduled.all()]
    assert left == pytest.approx([86400 - 120, 86400 - 240, 3600], abs=70)


def test_capture_keeps_the_next_time_of_day(tmp_path: Path) -> None:
    session = VirtualSession(tmp_path)
    session.do("at 18:00 fade 30s")
    (one,) = pending_lines.capture(session.live_set.scheduled)
    assert datetime.fromtimestamp(one.saved.due).strftime("%H:%M") == "18:00"
    assert 0 < one.saved.due - time.time() <= 86400
    session.do("cancel 1")
    assert session.do("what") == "nothing is pending"
