"""Signs for the Linux console."""

from rich.segment import Segment
from textual.strip import Strip

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.glyphs import plain

MISSING = "▏▎▍▌▋▊▉▀▄◆○♪✓"
"""Glyphs of the console that the fonts Lat15 of Debian's console-setup lack."""


def test_plain_line_has_no_sign_that_the_linux_console_lacks_and_keeps_its_width() -> None:
    line = Strip([Segment(f"x1 ██▌ {MISSING}"), Segment("━ ok")])
    shown = plain(line).text
    assert not set(shown) & set(MISSING)
    assert width_of(shown) == width_of(line.text)
    assert shown.startswith("x1 ███ ")
