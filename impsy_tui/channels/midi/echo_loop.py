"""Recognises a device that sends back the messages that it receives."""

from collections import deque
from typing import Final

_COUNT: Final = 8
_TIME: Final = 2.0
"""Seconds within which that many echoes cannot be chance."""


class EchoLoop:
    """Counter of echoes that count as the musician's playing."""

    def __init__(self) -> None:
        self._echoes: deque[float] = deque(maxlen=_COUNT)
        self._is_found = False

    def add(self, at: float) -> bool:
        """Returns True, once, if the number of echoes shows that the device sends back its input.

        Args:
            at: arrival time of the echo.
        """
        self._echoes.append(at)
        if self._is_found or len(self._echoes) < _COUNT or at - self._echoes[0] > _TIME:
            return False
        self._is_found = True
        return True
