"""Touch surfaces of the configuration: OSC messages that are touches, and messages for played touches."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from impsy_tui.channels.base import Listener
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.config import Osc
from impsy_tui.ensemble.touches.surfaces import (
    METATONE,
    METATONE_PLAYBACK,
    TOUCHOSC,
    AxisRange,
    MetatonePerformance,
    MetatonePlayer,
    Pattern,
    Surface,
    playback_problem,
    read_metatone,
)
from impsy_tui.errors import UserError

LEAD: Final = "lead"
"""Player of the touches of a surface that names no player."""
_READY_MADE: Final = {"touchosc": TOUCHOSC, "metatone": METATONE}


class OscSurface:
    """Recognises touches among OSC messages.

    Args:
        settings: configuration of the channel.
        channel: name of the channel.
        listener: receiver of the touches.
        troubles: counter of the channel's problems.
    """

    def __init__(self, settings: Osc, channel: str, listener: Listener, troubles: ErrorCounter) -> None:
        self._channel = channel
        self._listener = listener
        self._troubles = troubles
        patterns = list(_patterns(settings, lambda text: listener.trouble(channel, text, "error")))
        self._surface = Surface(patterns, LEAD) if patterns else None
        self._metatone = "metatone" in settings.touches

    def takes(self, address: str, arguments: Sequence[Any], at: float) -> bool:
        """Passes a message about touches to the listener; returns False for any other message.

        Args:
            address: address of the message.
            arguments: arguments of the message.
            at: arrival time on the scheduler's clock.
        """
        if self._surface is None:
            return False
        try:
            touch = self._surface.read(address, arguments, at)
        except UserError as problem:
            self._troubles.note("touch", f"{address[:80]} is ignored: {problem}")
            return True
        if touch is not None:
            self._listener.touched(self._channel, touch)
            return True
        if not self._metatone or (message := read_metatone(address, arguments)) is None:
            return False
        if isinstance(message, MetatonePlayer):
            text = f"{message.player} is {'there' if message.there else 'gone'}"
        elif isinstance(message, MetatonePerformance):
            text = f"the performance {'begins' if message.begins else 'is over'}"
        else:
            text = f"{message.new_idea} has a new idea" if message.new_idea else ""
        if text:
            self._listener.trouble(self._channel, text, "info")
        return True


def playbacks(settings: Osc, report: Callable[[str], None]) -> Sequence[Pattern]:
    """Returns the patterns for the touches of virtual players; reports each pattern that is invalid."""
    found: list[Pattern] = []
    for wanted in settings.playback:
        pattern = METATONE_PLAYBACK if wanted == "metatone" else _own(settings, wanted)
        if problem := playback_problem(pattern):
            report(f"playback = {wanted!r} is left out: {problem}; ready-made is metatone")
        else:
            found.append(pattern)
    return found


def _own(settings: Osc, wanted: str) -> Pattern:
    """Returns a pattern of the configuration: an address, and the meaning of each argument."""
    address, *words = wanted.split() or [""]
    ends = (AxisRange(*settings.touch_x), AxisRange(*settings.touch_y), AxisRange(*settings.touch_velocity))
    return Pattern(address, tuple(words) or ("x", "y"), *ends)


def _patterns(settings: Osc, report: Callable[[str], None]) -> Sequence[Pattern]:
    """Returns the patterns of touches, those of the configuration first; reports each pattern that is invalid."""
    found: list[Pattern] = []
    for wanted in settings.touches:
        if wanted in _READY_MADE:
            found += _READY_MADE[wanted]
            continue
        pattern = _own(settings, wanted)
        if problem := pattern.problem():
            report(f"touches = {wanted!r} is left out: {problem}; ready-made are {', '.join(_READY_MADE)}")
        else:
            found.insert(0, pattern)
    return found
