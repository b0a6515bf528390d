"""Two MIDI controllers that are one control of 14 bits."""

from typing import Final

OTHER_HALF: Final = 0.005
"""Seconds that one half of a pair waits for the other."""
_FULL: Final = 16383


class HighResolutionPair:
    """Makes one value of the coarse and the fine half, in any order.

    The first half waits for the other. If the other half does not come in time, the first half acts alone. After
    that, a half of a controller that has never sent a full pair acts at once.

    Attributes:
        wait: number of the last wait.
    """

    def __init__(self) -> None:
        self.wait = 0
        self._coarse = self._fine = 0
        self._waiting: bool | None = None
        """The half that waits: True for the coarse half, None for neither."""
        self._last: bool | None = None
        self._has_sent_pair = False
        self._sends_one_half = False

    def take(self, data: int, *, is_coarse: bool) -> float | None:
        """Returns the value, 0 to 1; None if the other half is still to come.

        Args:
            data: 0 to 127.
            is_coarse: True for the coarse half.
        """
        waited, last, self._last = self._waiting, self._last, is_coarse
        self._waiting = None
        if not is_coarse:
            self._fine = data
        else:
            self._coarse = data
            if waited is not False:
                self._fine = 0  # as the MIDI standard has it
        if waited == (not is_coarse):
            self._has_sent_pair = True
        elif waited == is_coarse or (self._sends_one_half and last == is_coarse):
            self._sends_one_half = not self._has_sent_pair
        elif self._sends_one_half:  # the other half came late
            self._sends_one_half, self._has_sent_pair = False, True
        else:
            self.wait += 1
            self._waiting = is_coarse
            return None
        return self._value()

    def act_alone(self, wait: int) -> float | None:
        """Returns the value of a half that waits, 0 to 1; None if it does not wait any more.

        Args:
            wait: number of its wait.
        """
        if self._waiting is None or wait != self.wait:
            return None
        self._waiting = None
        self._sends_one_half = not self._has_sent_pair
        return self._value()

    def forget(self) -> None:
        """Ends the wait: the half that waits does not act."""
        self._waiting = None

    def _value(self) -> float:
        return (self._coarse << 7 | self._fine) / _FULL
