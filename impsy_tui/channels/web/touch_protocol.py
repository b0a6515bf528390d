"""Touches as text, to and from browsers: ``/touch/FINGER/X/Y``, in the manner of ``text_messages``.

X and Y are from 0 to 1, Y downwards. What a band does is told in the words of the Metatone project, written in the
same manner: ``/classifier/gesture/p2/SS``.
"""

import re
from typing import Final, NamedTuple

from impsy_tui.ensemble.touches.surfaces import METATONE_PREFIX, OscMessage
from impsy_tui.ensemble.touches.touch import moving, placed
from impsy_tui.errors import MalformedMessageError, UserError

_NUMBER: Final = r"(-?\d{1,9}(?:\.\d{0,20})?(?:e-?\d{1,3})?)"
_FINGER: Final = r"(\d{1,3})"
_TOUCH: Final = re.compile(
    rf"\s*/touch/(?:ended/{_FINGER}|{_FINGER}/{_NUMBER}/{_NUMBER}(?:/{_NUMBER})?)\s*", re.ASCII
)
_SAYS_TOUCH: Final = "/touch/"


class TextTouch(NamedTuple):
    """What a text says a finger did.

    Attributes:
        finger: which, from 0.
        place: x and y, 0..1; None where it was lifted.
        velocity: in widths of the surface; None where it is not told.
    """

    finger: int
    place: tuple[float, float] | None
    velocity: float | None = None


def read_touch(text: str) -> TextTouch | None:
    """What a text says a finger did; None where it is about no touch.

    Raises:
        MalformedMessageError: it is about one, and makes no sense.
    """
    if not text.lstrip().startswith(_SAYS_TOUCH):
        return None
    found = _TOUCH.fullmatch(text)
    if found is None:
        raise MalformedMessageError("is no touch that is understood, such as /touch/0/0.5/0.5 or /touch/ended/0")
    if found[1] is not None:
        return TextTouch(int(found[1]), None)
    try:
        place = placed(float(found[3]), float(found[4]))
        velocity = None if found[5] is None else moving(float(found[5]))
    except UserError as problem:
        raise MalformedMessageError(f"is a touch that makes no sense: {problem}") from None
    return TextTouch(int(found[2]), place, velocity)


def touch_text(player: str, x: float, y: float, velocity: float, *, played: bool) -> bytes:
    """A touch of somebody's.

    Args:
        player: who.
        x: 0..1.
        y: 0..1.
        velocity: in widths of the surface.
        played: it is to be heard here; else it is to be seen alone.
    """
    return f"/{'playback' if played else 'shown'}/touch/{player}/{x:.5g}/{y:.5g}/{velocity:.4g}".encode()


def ended_text(player: str) -> bytes:
    """A finger of somebody who is heard here was lifted."""
    return f"/playback/ended/{player}".encode()


def told_text(told: OscMessage) -> bytes:
    """What a band does."""
    address, arguments = told
    words = (f"{word:.5g}" if isinstance(word, float) else word for word in arguments)
    return "/".join((address.removeprefix(METATONE_PREFIX), *words)).encode()


def text_key(text: bytes) -> bytes:
    """What a later text has in common with the one it stands in for; a finger that comes down is another."""
    words = text.split(b"/")
    is_down = words[2] == b"touch" and words[-1] == b"0"
    return b"/".join((*words[:4], b"down")) if is_down else b"/".join(words[:4])


def is_lasting(text: bytes) -> bool:
    """Whether a text says what is so, and not what has just happened."""
    return text.startswith((b"/classifier/gesture/", b"/classifier/ensemble/state/"))
