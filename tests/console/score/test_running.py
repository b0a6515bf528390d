"""Marks of the lines of a score."""

from impsy_tui.console.score.running import RunningLines
from impsy_tui.console.score.structure import row_map
from impsy_tui.control.states import PendingState
from impsy_tui.language.words import Mistake


def test_running_line_loses_its_mark_when_its_command_ends() -> None:
    running = RunningLines()
    running.started(2, (7,))
    assert running.mark(2) == ("running", -1.0)
    running.show([PendingState(7, "over 8s temp 1", "over", 4.0, 0.5)])
    assert running.mark(2)[0] == "running"
    assert 0.4 < running.mark(2)[1] < 0.6
    assert running.show([])
    assert running.mark(2) == ("", -1.0)


def test_running_line_waits_for_snapshots_that_are_older_than_its_reply() -> None:
    running = RunningLines()
    running.started(0, (3,))
    assert not running.show([])
    assert running.running == (0,)
    for _ in range(3):
        running.show([])
    assert running.running == ()


def test_marks_move_with_their_lines() -> None:
    running = RunningLines()
    running.started(1, (4,))
    running.refused(2, Mistake("temp: no number", 0, 4))
    running.move(row_map(["a", "b", "c"], ["new", "a", "b", "c"]))
    assert running.rows == (2, 3)
    running.edited(3)
    assert running.rows == (2,)


def test_muted_line_gives_the_numbers_to_cancel() -> None:
    running = RunningLines()
    running.started(0, (1, 2))
    assert running.mute(0) == (1, 2)
    assert running.mark(0) == ("muted", -1.0)
    assert running.stop(0) == ()
    assert running.rows == ()
