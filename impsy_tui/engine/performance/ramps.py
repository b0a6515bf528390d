"""Ramps: parameters that move from their value to a given value, in small steps."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.engine.runtime.scheduler import Scheduler, Timer

STEP: Final = 1 / 60
"""Seconds between two steps."""

Key = tuple[str, str, int]
"""Parameter: name of the player (empty for none), name of the parameter, index of the dimension (-1 for none)."""


@dataclass(frozen=True, slots=True)
class RampTrack:
    """One parameter of a ramp.

    Attributes:
        key: the parameter.
        start, end: values at the start and at the end.
        set_value: sets the parameter.
        log: True for equal ratios instead of equal steps, if both ends are above 0.
    """

    key: Key
    start: float
    end: float
    set_value: Callable[[float], None]
    log: bool = False

    def move_to(self, share: float) -> None:
        """Sets the parameter to its value at this share of the way, 0..1; at 1 exactly to its end."""
        if share >= 1.0:
            self.set_value(self.end)
            return
        if self.log and self.start > 0.0 and self.end > 0.0:
            value = math.exp((1.0 - share) * math.log(self.start) + share * math.log(self.end))
        else:
            value = self.start + share * (self.end - self.start)
        # Rounding must not lead out of the range; both ends are inside.
        self.set_value(min(max(value, min(self.start, self.end)), max(self.start, self.end)))


def ease(share: float) -> float:
    """Returns the share of the way at a share of the time, 0..1: a cubic that starts and ends slowly."""
    return share * share * (3.0 - 2.0 * share)


@dataclass(slots=True)
class Ramp:
    """Parameters that move together.

    Attributes:
        scheduler: calls back at every step.
        began: start time on the scheduler's clock, in seconds.
        seconds: duration.
        eased: True if the ramp starts and ends slowly.
        tracks: parameters that still move.
        at_end: called at the end.
    """

    scheduler: Scheduler
    began: float
    seconds: float
    eased: bool
    tracks: dict[Key, RampTrack]
    at_end: Callable[[], None]
    _timer: Timer | None = field(default=None)

    def start(self) -> None:
        """Starts the ramp."""
        self._step(0)

    def cancel(self) -> None:
        """Ends the ramp; all parameters keep their present values."""
        if self._timer is not None:
            self._timer.cancel()
        self.tracks.clear()

    def release(self, keys: Iterable[Key]) -> None:
        """Removes parameters, because another command sets them."""
        for key in keys:
            self.tracks.pop(key, None)

    @property
    def share(self) -> float:
        """Share of the time that has passed, 0..1."""
        if self.seconds <= 0.0:
            return 1.0
        return min(1.0, max(0.0, (self.scheduler.now() - self.began) / self.seconds))

    @property
    def ends(self) -> float:
        """End time on the scheduler's clock, in seconds."""
        return self.began + self.seconds

    def _step(self, number: int) -> None:
        now = self.scheduler.now()
        share = 1.0 if now >= self.ends else (now - self.began) / self.seconds
        way = ease(share) if self.eased else share
        for track in tuple(self.tracks.values()):
            track.move_to(way)
        if share >= 1.0:
            self.at_end()
            return
        # After a stall, steps that have passed are left out.
        following = max(number, int((now - self.began) / STEP)) + 1
        due = min(self.began + following * STEP, self.ends)
        self._timer = self.scheduler.at(due, self._step, following)


def tracks_by_key(tracks: Sequence[RampTrack]) -> dict[Key, RampTrack]:
    """Returns the tracks by parameter; of two for the same parameter, the later."""
    return {track.key: track for track in tracks}
