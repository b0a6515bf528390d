"""Low and high of the targets of dimensions, as numbers that can move."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from impsy_tui.config.mapping_targets import read_osc_target, read_targets
from impsy_tui.errors import UserError

_HIGHEST: Final = {"cc": 127, "cc14": 16383, "nrpn": 16383}
"""Greatest number of the MIDI messages with ends."""
_WITHOUT_ENDS: Final = "has no low and high that could move: cc, cc14, nrpn and osc have them"


@dataclass(frozen=True, slots=True)
class TargetEnds:
    """Target with its ends.

    Attributes:
        head: words before the ends.
        low, high: numbers of 0 and 1.
        tail: words behind the ends.
    """

    head: str
    low: float
    high: float
    tail: str = ""

    @property
    def is_osc(self) -> bool:
        """True for an OSC message, whose ends need not be whole numbers."""
        return self.head.startswith("/")

    def text(self, low: float, high: float) -> str:
        """Returns the target with other ends; empty if they are no ends of it, as both at the same number."""
        shown = (f"{low:.6g}", f"{high:.6g}") if self.is_osc else (str(round(low)), str(round(high)))
        if self.is_osc and (shown[0] == shown[1] or (self.tail and min(low, high) <= 0.0)):
            return ""
        return " ".join(filter(None, (self.head, *shown, self.tail)))


def has_ends(text: str) -> bool:
    """Returns True for a target with low and high."""
    return text.startswith("/") or text.split()[0] in _HIGHEST


def read_ends(text: str) -> TargetEnds:
    """Returns a checked target with its ends.

    Raises:
        UserError: the target has no ends.
    """
    if text.startswith("/"):
        osc = read_osc_target(text)
        return TargetEnds(f"{osc.address} {osc.position}", osc.low, osc.high, "log" if osc.is_log else "")
    ((_, *parts),) = read_targets(text)
    word = text.split()[0]
    if not has_ends(text):
        raise UserError(f"{text} {_WITHOUT_ENDS}")
    numbers = [part for part in parts if isinstance(part, int)]
    curves = [part for part in parts if isinstance(part, str)]
    low, high = numbers[2:] if len(numbers) == 4 else (*numbers[2:], *(0, _HIGHEST[word])[len(numbers) - 2 :])
    return TargetEnds(" ".join((word, *map(str, numbers[:2]))), low, high, " ".join(curves))


@dataclass(frozen=True, slots=True)
class MovingEnd:
    """End of a target that a ramp moves.

    Attributes:
        key: dimension, place, message and end as text.
        start, end: numbers at the start and at the end.
        set_value: sets the end; does nothing once the target is gone.
    """

    key: str
    start: float
    end: float
    set_value: Callable[[float], None]


def moving_ends(
    key: str, present: Callable[[], TargetEnds | None], wanted: TargetEnds, change: Callable[[str], None]
) -> Iterator[MovingEnd]:
    """Yields both ends of a target on their way to other numbers.

    Args:
        key: dimension, place and message as text.
        present: returns the present target; None once the target is gone.
        wanted: target with its last ends.
        change: replaces the target by a text with the same message; an empty text leaves the target.
    """
    start = present()
    if start is None:
        return

    def set_low(value: float) -> None:
        if (now := present()) is not None:
            change(now.text(value, now.high))

    def set_high(value: float) -> None:
        if (now := present()) is not None:
            change(now.text(now.low, value))

    yield MovingEnd(f"{key} low", start.low, wanted.low, set_low)
    yield MovingEnd(f"{key} high", start.high, wanted.high, set_high)
