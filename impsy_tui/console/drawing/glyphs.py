"""Glyphs for the Linux console, whose fonts lack eighth blocks, half blocks and most marks.

Debian's fonts (Lat15, Uni2) draw some characters alike: ▶, ▸ and → are one arrow, ━ and ─ one line, ┃, │ and ╎ one
bar.
"""

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
        "▓": "▒",  # the player, without colours
        "▒": "░",  # a bar that rests, without colours
        "╎": ".",
        "╌": "-",
        "│": ":",
        "━": "=",
        "…": "~",
        "→": ">",
        "←": "<",
        "▸": "*",
        "◆": "♦",
        "◇": "¤",
        "○": "o",
        "◌": "¬",
        "♪": "¶",
        "✓": "+",
        "‖": "¦",
        "⌕": "/",
        "⚙": "#",
    }
)


def is_plain() -> bool:
    """Returns True on the Linux console itself, such as a Pi's own screen."""
    return os.environ.get("TERM") == "linux"


def plain(strip: Strip) -> Strip:
    """Returns a line in which glyphs that those fonts lack are replaced; its width stays."""
    return Strip([Segment(text.translate(_PLAIN), style, control) for text, style, control in strip])
