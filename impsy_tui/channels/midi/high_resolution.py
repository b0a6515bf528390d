"""Two MIDI controllers that are one control of 14 bits."""

from typing import Final

_FULL: Final = 16383


class HighResolutionPair:
    """Makes one value of the coarse and the fine half, whichever comes first.

    A device that sends both halves gives one value for both. A device that sends one half alone gives one for each.
    """

    def __init__(self) -> None:
        self._coarse = self._fine = 0
        self._waits: bool | None = None
        """The half that waits for the other: True is the coarse one, None is neither."""
        self._is_pair = False

    def take(self, data: int, *, is_coarse: bool) -> float | None:
        """Returns the value, 0 to 1; None if the other half is still to come.

        Args:
            data: 0 to 127.
            is_coarse: which half it is.
        """
        completes = self._waits is not None and self._waits != is_coarse
        if is_coarse:
            self._coarse = data
        else:
            self._fine = data
        if completes:
            self._waits, self._is_pair = None, True
        else:
            waited, self._waits = self._waits, is_coarse
            if waited is None and self._is_pair:
                return None
            self._is_pair = False
            if is_coarse:
                self._fine = 0  # as the MIDI standard has it
        return (self._coarse << 7 | self._fine) / _FULL
