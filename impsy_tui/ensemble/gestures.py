"""Nine gestures of touch-screen playing: codes, names, groups.

C. Martin, H. Gardner and B. Swift, "Tracking Ensemble Performance on Touch-Screens with Gesture Classification and
Transition Matrices", NIME 2015.
"""

from typing import Final

from impsy_tui import choices
from impsy_tui.errors import UserError

NAMES: Final = choices.GESTURES
"""Names by code."""
SHORT: Final = ("N", "FT", "ST", "FS", "FSA", "VSS", "BS", "SS", "C")
"""Short names by code, as in the literature's tables and messages."""
GESTURES: Final = len(NAMES)
NOTHING: Final = 0
GROUPS: Final = (0, 1, 1, 2, 2, 3, 3, 3, 4)
"""Groups by code: nothing, taps, swipes, swirls (with the very slow swipe), combination."""
IGNORED: Final = 100
"""Label of a recording without a requested gesture."""


def code_of(text: str) -> int | None:
    """Returns the code of a gesture from its code, name or short name; None if there is no such gesture."""
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
    """Returns the code of a gesture from its code, name or short name.

    Raises:
        UserError: there is no such gesture.
    """
    code = code_of(text)
    if code is None:
        shown = f"{text[:40]!r}" if text.strip() else "an empty text"
        raise UserError(f"{shown} is not a gesture: {', '.join(NAMES)}, or a code from 0 to {GESTURES - 1}")
    return code
