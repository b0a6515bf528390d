"""MIDI controls of 14 bits: two controllers that are one control, and the parameters (NRPN) of such a pair."""

from typing import Final

OTHER_HALF: Final = 0.005
"""Seconds that one half of a pair waits for the other."""
PARAMETER_NUMBERS: Final = (98, 99, 100, 101)
"""Controllers with the halves of the number of a parameter: NRPN, then RPN; the fine half is first."""
DATA_ENTRY: Final = 6
"""Controller with the coarse half of the value of a parameter; the fine half is 32 above."""


class SelectedParameter:
    """Parameter of a MIDI channel that data entry sets."""

    def __init__(self) -> None:
        self._halves = [0, 0]
        self._is_registered = False

    def select(self, controller: int, data: int) -> None:
        """Takes a half of a number.

        Args:
            controller: one of ``PARAMETER_NUMBERS``.
            data: 0 to 127.
        """
        self._is_registered = controller >= PARAMETER_NUMBERS[2]
        self._halves[controller % 2] = data

    @property
    def nrpn(self) -> int | None:
        """Number of the parameter; None for a registered parameter (RPN), such as the range of the wheel."""
        return None if self._is_registered else self._halves[1] << 7 | self._halves[0]


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

    def take(self, data: int, *, is_coarse: bool) -> int | None:
        """Returns the value, 0 to 16383; None if the other half is still to come.

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

    def act_alone(self, wait: int) -> int | None:
        """Returns the value of a half that waits, 0 to 16383; None if it does not wait any more.

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

    def _value(self) -> int:
        return self._coarse << 7 | self._fine
