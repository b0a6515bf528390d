"""Touches as text, to and from browsers: ``/touch/FINGER/X/Y``, in the form of ``text_protocol``.

X and Y are from 0 to 1, Y downwards. Gestures and states of an ensemble use the addresses of the Metatone project:
``/classifier/gesture/p2/SS``.
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

NEW_MAPPING: Final = b"/page/mapping"
"""Text for the page of faders: the mapping has changed, so the server has another page."""


class TextTouch(NamedTuple):
    """Touch of a finger, or its end.

    Attributes:
        finger: number of the finger, from 0.
        place: x and y, 0..1; None if the finger was lifted.
        velocity: distance moved, in widths of the surface; None if the text has none.
    """

    finger: int
    place: tuple[float, float] | None
    velocity: float | None = None


def read_touch(text: str) -> TextTouch | None:
    """Returns the touch of a text; None for a text of another kind.

    Raises:
        MalformedMessageError: the text begins like a touch and is not valid.
    """
    if not text.lstrip().startswith(_SAYS_TOUCH):
        return None
    found = _TOUCH.fullmatch(text)
    if found is None:
        raise MalformedMessageError("is not a touch such as /touch/0/0.5/0.5 or /touch/ended/0")
    if found[1] is not None:
        return TextTouch(int(found[1]), None)
    try:
        place = placed(float(found[3]), float(found[4]))
        velocity = None if found[5] is None else moving(float(found[5]))
    except UserError as problem:
        raise MalformedMessageError(f"is an invalid touch: {problem}") from None
    return TextTouch(int(found[2]), place, velocity)


def touch_text(player: str, x: float, y: float, velocity: float, *, played: bool) -> bytes:
    """Returns the text of a touch.

    Args:
        player: name of the player.
        x: position, 0..1.
        y: position, 0..1.
        velocity: distance moved, in widths of the surface.
        played: True if the page plays the touch; False if it only shows it.
    """
    return f"/{'playback' if played else 'shown'}/touch/{player}/{x:.5g}/{y:.5g}/{velocity:.4g}".encode()


def ended_text(player: str) -> bytes:
    """Returns the text for the end of a played touch."""
    return f"/playback/ended/{player}".encode()


def message_text(message: OscMessage) -> bytes:
    """Returns the text of a gesture or state of the ensemble."""
    address, arguments = message
    words = (f"{word:.5g}" if isinstance(word, float) else word for word in arguments)
    return "/".join((address.removeprefix(METATONE_PREFIX), *words)).encode()


def text_key(text: bytes) -> bytes:
    """Returns the key of a text: a later text with the same key replaces the text; a new touch has a separate key."""
    words = text.split(b"/")
    is_down = words[2] == b"touch" and words[-1] == b"0"
    return b"/".join((*words[:4], b"down")) if is_down else b"/".join(words[:4])


def is_lasting(text: bytes) -> bool:
    """Returns True for a text that states a condition, False for a momentary event."""
    return text.startswith((b"/classifier/gesture/", b"/classifier/ensemble/state/"))
