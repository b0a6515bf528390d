"""Touch surfaces as they are configured: which OSC messages are touches, and how touches are played."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from impsy_tui.channels.base import Listener
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.config import Osc
from impsy_tui.ensemble.touches.surfaces import (
    METATONE,
    METATONE_PLAYBACK,
    TOUCHOSC,
    MetatonePerformance,
    MetatonePlayer,
    Pattern,
    Range,
    Surface,
    playback_problem,
    read_metatone,
)
from impsy_tui.errors import UserError

LEAD: Final = "lead"
"""Whoever touches a surface that does not tell who it is."""
_READY_MADE: Final = {"touchosc": TOUCHOSC, "metatone": METATONE}


class OscSurface:
    """Tells touches among OSC messages.

    Args:
        settings: what is a touch there.
        channel: its name.
        listener: is told of them.
        troubles: of the channel.
    """

    def __init__(self, settings: Osc, channel: str, listener: Listener, troubles: ErrorCounter) -> None:
        self._channel = channel
        self._listener = listener
        self._troubles = troubles
        patterns = list(_patterns(settings, lambda text: listener.trouble(channel, text, "error")))
        self._surface = Surface(patterns, LEAD) if patterns else None
        self._metatone = "metatone" in settings.touches

    def takes(self, address: str, arguments: Sequence[Any], at: float) -> bool:
        """Whether a message is about touches; then it has been passed on.

        Args:
            address: of the message.
            arguments: its arguments.
            at: when it came, on the scheduler's clock.
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
        if not self._metatone or (told := read_metatone(address, arguments)) is None:
            return False
        if isinstance(told, MetatonePlayer):
            text = f"{told.player} is {'there' if told.there else 'gone'}"
        elif isinstance(told, MetatonePerformance):
            text = f"the performance {'begins' if told.begins else 'is over'}"
        else:
            text = f"{told.new_idea} has a new idea" if told.new_idea else ""
        if text:
            self._listener.trouble(self._channel, text, "info")
        return True


def playbacks(settings: Osc, tell: Callable[[str], None]) -> Sequence[Pattern]:
    """What a virtual player's touches are sent as; what is wrong with one is told."""
    found: list[Pattern] = []
    for wanted in settings.playback:
        pattern = METATONE_PLAYBACK if wanted == "metatone" else _own(settings, wanted)
        if problem := playback_problem(pattern):
            tell(f"playback = {wanted!r} is left out: {problem}; ready-made is metatone")
        else:
            found.append(pattern)
    return found


def _own(settings: Osc, wanted: str) -> Pattern:
    """A pattern of the performer's own: an address, and what its arguments are."""
    address, *words = wanted.split() or [""]
    ends = (Range(*settings.touch_x), Range(*settings.touch_y), Range(*settings.touch_velocity))
    return Pattern(address, tuple(words) or ("x", "y"), *ends)


def _patterns(settings: Osc, tell: Callable[[str], None]) -> Sequence[Pattern]:
    """Patterns, the performer's own before those that are ready-made; what is wrong with one is told."""
    found: list[Pattern] = []
    for wanted in settings.touches:
        if wanted in _READY_MADE:
            found += _READY_MADE[wanted]
            continue
        pattern = _own(settings, wanted)
        if problem := pattern.problem():
            tell(f"touches = {wanted!r} is left out: {problem}; ready-made are {', '.join(_READY_MADE)}")
        else:
            found.insert(0, pattern)
    return found
