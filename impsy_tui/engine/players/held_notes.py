"""Notes that the musician holds: they count as playing, but only for a limited time.

A note-off can get lost, and pads, triggers and sequencers may send none. Without a limit the player would wait for it
to the end of the set.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from impsy_tui import parameters
from impsy_tui.channels.base import NoteHolder
from impsy_tui.engine.runtime.scheduler import Timer

if TYPE_CHECKING:
    from impsy_tui.engine.players.session import Session


class HeldNotes:
    """Channels on which something is held.

    Args:
        session: whose players wait while something is held.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._since: dict[str, float] = {}
        self._timer: Timer | None = None

    @property
    def any(self) -> bool:
        """True while something is held."""
        return bool(self._since)

    @property
    def words(self) -> str:
        """The held notes for the performer, such as "note 60"; empty for none."""
        return ", ".join(filter(None, (channel.held for channel in self._channels(list(self._since)))))

    def note(self, channel: str, held: bool, at: float) -> None:
        """Something is held on a channel, or nothing is any more."""
        if not held:
            self._since.pop(channel, None)
            return
        self._since[channel] = at
        if self._timer is None or not self._timer.pending:
            self._wait()

    def release(self) -> None:
        """Every channel forgets its held notes."""
        for channel in self._channels(list(self._since)):
            channel.release_held(self._session.scheduler.now())

    def _channels(self, names: Sequence[str]) -> list[NoteHolder]:
        channels = [outlet.channel for outlet in self._session.outputs.outlets]
        return [one for one in channels if one.name in names and isinstance(one, NoteHolder)]

    def _limit(self) -> float:
        thresholds = [player.behaviour.settings.threshold for player in self._session.players.values()]
        return float(max(thresholds, default=parameters.THRESHOLD.default)) + self._session.settings.hold_limit

    def _wait(self) -> None:
        if self._session.settings.hold_limit and self._since:
            until = max(min(map(self._last, self._since)) + self._limit(), self._session.scheduler.now())
            self._timer = self._session.scheduler.at(until, self._look)

    def _last(self, channel: str) -> float:
        return max(self._since[channel], self._session.last_input_at or 0.0)

    def _look(self) -> None:
        now, limit = self._session.scheduler.now(), self._limit()
        channels = {channel.name: channel for channel in self._channels(list(self._since))}
        for name in list(self._since):
            channel = channels.get(name)
            if channel is not None and channel.sustained:
                self._since[name] = now
            elif now >= (last := self._last(name)) + limit - 1e-6:
                notes = channel.held if channel is not None else ""
                self._session.trouble(
                    name,
                    f"held: {notes or 'something'}: no note-off for {limit:.3g} s, so it counts as playing no more. "
                    "[interaction] hold_limit sets this time",
                )
                if channel is not None:
                    channel.release_held(last)
                else:
                    self._session.holding(name, False, last)
        self._wait()
