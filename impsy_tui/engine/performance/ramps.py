"""Settings that glide: from what they are to what is given, in small steps."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.engine.runtime.scheduler import Scheduler, Timer

STEP: Final = 1 / 60
"""Seconds between two steps."""

Key = tuple[str, str, int]
"""What glides: player (empty for none), setting, index of the value (-1 for none)."""


@dataclass(frozen=True, slots=True)
class RampTrack:
    """One setting on its way.

    Attributes:
        key: which.
        start, end: its values then.
        turn: sets it.
        log: it goes in equal ratios, where both ends are above 0.
    """

    key: Key
    start: float
    end: float
    turn: Callable[[float], None]
    log: bool = False

    def go(self, share: float) -> None:
        """Set it to where it is at this share, 0..1, of its way; at 1 exactly to its end."""
        if share >= 1.0:
            self.turn(self.end)
            return
        if self.log and self.start > 0.0 and self.end > 0.0:
            value = math.exp((1.0 - share) * math.log(self.start) + share * math.log(self.end))
        else:
            value = self.start + share * (self.end - self.start)
        # Rounding leads no parameter out of its range: both ends are in it.
        self.turn(min(max(value, min(self.start, self.end)), max(self.start, self.end)))


def ease(share: float) -> float:
    """The share of the way at a share of the time, beginning and ending gently (a cubic with flat ends)."""
    return share * share * (3.0 - 2.0 * share)


@dataclass(slots=True)
class Ramp:
    """Settings gliding together.

    Attributes:
        began: when, on the scheduler's clock.
        seconds: how long it takes.
        eased: it begins and ends gently.
        tracks: what glides; taken away one by one as others set them.
        arrived: called at the end.
    """

    scheduler: Scheduler
    began: float
    seconds: float
    eased: bool
    tracks: dict[Key, RampTrack]
    arrived: Callable[[], None]
    _timer: Timer | None = field(default=None)

    def start(self) -> None:
        """Begin."""
        self._step(0)

    def cancel(self) -> None:
        """Leave everything where it is."""
        if self._timer is not None:
            self._timer.cancel()
        self.tracks.clear()

    def let_go(self, keys: Iterable[Key]) -> None:
        """Somebody else sets these."""
        for key in keys:
            self.tracks.pop(key, None)

    @property
    def share(self) -> float:
        """How much of the time has passed, 0..1."""
        if self.seconds <= 0.0:
            return 1.0
        return min(1.0, max(0.0, (self.scheduler.now() - self.began) / self.seconds))

    @property
    def ends(self) -> float:
        """When it arrives, on the scheduler's clock."""
        return self.began + self.seconds

    def _step(self, number: int) -> None:
        now = self.scheduler.now()
        share = 1.0 if now >= self.ends else (now - self.began) / self.seconds
        way = ease(share) if self.eased else share
        for track in tuple(self.tracks.values()):
            track.go(way)
        if share >= 1.0:
            self.arrived()
            return
        # After a stall the steps that are past are left out.
        following = max(number, int((now - self.began) / STEP)) + 1
        due = min(self.began + following * STEP, self.ends)
        self._timer = self.scheduler.at(due, self._step, following)


def tracks_by_key(tracks: Sequence[RampTrack]) -> dict[Key, RampTrack]:
    """Tracks by what glides; of two for the same, the later."""
    return {track.key: track for track in tracks}
