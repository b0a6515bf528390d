"""The nine gestures of touch-screen playing, and what they are called.

C. Martin, H. Gardner and B. Swift, "Tracking Ensemble Performance on Touch-Screens with Gesture Classification and
Transition Matrices", NIME 2015.
"""

from typing import Final

from impsy_tui import choices
from impsy_tui.errors import UserError

NAMES: Final = choices.GESTURES
"""By code."""
SHORT: Final = ("N", "FT", "ST", "FS", "FSA", "VSS", "BS", "SS", "C")
"""What the literature's tables and messages call them, by code."""
GESTURES: Final = len(NAMES)
NOTHING: Final = 0
GROUPS: Final = (0, 1, 1, 2, 2, 3, 3, 3, 4)
"""The group of each gesture, by code: nothing, taps, swipes, swirls (the very slow swipe among them), combination."""
IGNORED: Final = 100
"""Where a recording is labelled with this, nobody was told what to play."""


def code_of(text: str) -> int | None:
    """The code of a gesture, given as its code, name or short name; None if it is none."""
    text = text.strip().lower().replace(" ", "-").replace("_", "-")
    if text in NAMES:
        return NAMES.index(text)
    if text.upper() in SHORT:
        return SHORT.index(text.upper())
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number in range(GESTURES) else None


def gesture(text: str) -> int:
    """The code of a gesture, given as its code, name or short name.

    Raises:
        UserError: it is none.
    """
    code = code_of(text)
    if code is None:
        shown = f"{text[:40]!r}" if text.strip() else "nothing at all"
        raise UserError(f"{shown} is no gesture: {', '.join(NAMES)}, or a code from 0 to {GESTURES - 1}")
    return code
