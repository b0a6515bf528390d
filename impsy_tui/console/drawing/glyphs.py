"""Glyphs for the Linux console, whose fonts (Lat15 and CP437) lack eighth blocks, half blocks and most marks."""

import os
from typing import Final

from rich.segment import Segment
from textual.strip import Strip

_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("▏▎▍", " "),
        **dict.fromkeys("▌▋▊▉▆▇", "█"),
        "▁": "_",
        "▂": "_",
        "▃": "░",
        "▅": "▒",
        "▀": "▒",  # you, in the small meters
        "▄": "░",  # the player
        "◆": "♦",
        "◇": "♦",
        "○": "o",
        "♪": "*",
        "✓": "+",
        "‖": "=",
        "⌕": "?",
        "→": ">",
        "⚙": "*",
    }
)


def is_plain() -> bool:
    """Returns True on the Linux console itself, such as a Pi's own screen."""
    return os.environ.get("TERM") == "linux"


def plain(strip: Strip) -> Strip:
    """Returns a line in which glyphs that those fonts lack are replaced; its width stays."""
    return Strip([Segment(text.translate(_PLAIN), style, control) for text, style, control in strip])
