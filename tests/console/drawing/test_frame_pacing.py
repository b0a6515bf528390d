"""Pacing of frames."""

from impsy_tui.console.drawing.frame_pacing import FramePacing


def test_frame_is_due_when_something_is_new() -> None:
    frames = FramePacing(lambda: False)
    assert [frames.due(1, "up"), frames.due(1, "up"), frames.due(1, "down"), frames.due(2, "down")] == [
        True,
        False,
        True,
        True,
    ]


def test_skipped_frame_is_due_after_terminal_has_caught_up() -> None:
    waiting = [True, True, False]
    frames = FramePacing(lambda: waiting.pop(0))
    assert [frames.due(1), frames.due(2), frames.due(2)] == [False, False, True]


def test_reset_makes_an_equal_frame_due() -> None:
    frames = FramePacing(lambda: False)
    assert frames.due(1)
    frames.reset()
    assert frames.due(1)
