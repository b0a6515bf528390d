"""Pacing of frames: a new frame is shown after the terminal has taken the last one."""

from collections.abc import Callable
from typing import Any


class FramePacing:
    """Leaves out frames that would show nothing new, or would wait behind others.

    Args:
        behind: whether the terminal has yet to take what was written to it.
    """

    def __init__(self, behind: Callable[[], bool]) -> None:
        self._behind = behind
        self._shown: tuple[Any, ...] | None = None

    def due(self, *now: Any) -> bool:
        """Whether a frame is to be shown now; one that is not is due again.

        Args:
            now: all that would make a difference to what is seen.
        """
        if now == self._shown or self._behind():
            return False
        self._shown = now
        return True

    def reset(self) -> None:
        """Something else is to show it: the next frame is due in any case."""
        self._shown = None
