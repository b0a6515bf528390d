"""View of a gesture recording in any size."""

import pytest
from rich.cells import cell_len
from textual.geometry import Size

from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.gesture_recording import GestureRecordingView
from impsy_tui.control.states import GestureRecordingState
from tests.support.snapshots import staged

PLAYS = GestureRecordingState("accelerating-fast-swipe", True, 7.5, 30.0, 4, 9, 214, "nothing")
COMES = GestureRecordingState("nothing", False, 2.1, 5.0, 9, 9, 0, "")


class _Sized(GestureRecordingView):
    """View with a given size, without a screen."""

    room = Size(0, 0)

    @property
    def size(self) -> Size:
        return self.room


def _drawn(width: int, gesture_recording: GestureRecordingState) -> list[str]:
    view = _Sized(ThemeFolders(glyphs=True).load("amber"))
    view.room = Size(width, 4)
    view.show(staged(gesture_recording=gesture_recording))
    view.width = width
    return ["".join(segment.text for segment in view.segments(y)).rstrip() for y in range(4)]


def test_gesture_how_long_it_is_played_and_what_follows_are_reported() -> None:
    lines = _drawn(60, PLAYS)
    assert lines[0].startswith("RECORDING GESTURES 4/9")
    assert lines[1] == " ▶ PLAY  ACCELERATING FAST SWIPE  8s  214 touches"
    assert lines[2] == "━" * 45 + "─" * 15
    assert lines[3].startswith("then nothing   record gestures again")


def test_view_announces_next_gesture() -> None:
    lines = _drawn(60, COMES)
    assert lines[1] == " NEXT  NOTHING  in 3s"
    assert lines[3].startswith("the last")


@pytest.mark.parametrize("width", [200, 40, 12, 1])
def test_recording_view_fits_any_size(width: int) -> None:
    assert all(cell_len(line) <= width for line in _drawn(width, PLAYS))
