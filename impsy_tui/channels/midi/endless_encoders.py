"""Endless encoders that are mapped as plain controllers."""

from collections import deque
from typing import Final

ENDLESS: Final = "{} has an endless encoder: it counts steps from now on; write {} into the mapping"
"""Message for the performer, of the device and the mapping entry."""
_ENOUGH: Final = 4


class EncoderDetector:
    """Recognises an endless encoder by four messages in a row that hold only steps.

    A knob with ends does not send the same value twice in a row. A trigger may send 127 again and again, but not 1.
    """

    def __init__(self) -> None:
        self._seen: deque[int] = deque(maxlen=_ENOUGH)
        self._is_absolute = False

    @property
    def before(self) -> int:
        """The value before the newest."""
        return self._seen[-2]

    def rest(self, data: int) -> int | None:
        """Returns the value at rest (0 or 64) of an encoder that has just been recognised.

        Args:
            data: of the next message.
        """
        if self._is_absolute:
            return None
        self._seen.append(data)
        values = set(self._seen)
        if not (values <= {1, 127} or values <= {63, 65}):
            self._is_absolute = True
            return None
        repeats = any(a == b for a, b in zip(self._seen, list(self._seen)[1:], strict=False))
        if len(self._seen) < _ENOUGH or not repeats or values == {127}:
            return None
        return 64 if values <= {63, 65} else 0
