"""Pacing of frames: a new frame is shown after the terminal has taken the last one."""

from collections.abc import Callable
from typing import Any


class FramePacing:
    """Leaves out frames that show nothing new, or that would wait behind others.

    Args:
        behind: returns True while the terminal has not read all output.
    """

    def __init__(self, behind: Callable[[], bool]) -> None:
        self._behind = behind
        self._shown: tuple[Any, ...] | None = None

    def due(self, *now: Any) -> bool:
        """Returns True if a frame must be drawn now; a frame that waits is due at the next call.

        Args:
            now: state that determines the picture; an equal state needs no frame.
        """
        if now == self._shown or self._behind():
            return False
        self._shown = now
        return True

    def reset(self) -> None:
        """Makes the next frame due in any case, as after a change of screen."""
        self._shown = None
