"""Notes that the musician holds, for a limited time.

A held note counts as playing. A note-off can get lost, and pads, triggers and sequencers may send none. Without a
limit, the player would wait for the note-off to the end of the set.
"""

from collections.abc import Callable, Collection

from impsy_tui.channels.base import NoteHolder
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer


class HeldNotes:
    """Channels on which notes are held.

    Args:
        scheduler: Scheduler of the limit.
        outputs: Outputs, whose channels know their held notes.
        limit: Returns the limit in seconds; None for no limit.
        last_input: Returns the time of the musician's last event.
        let_go: Ends the hold of a channel that is gone: channel, time.
        notify: Reports to the performer.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        outputs: Outputs,
        limit: Callable[[], float | None],
        last_input: Callable[[], float],
        let_go: Callable[[str, float], None],
        notify: Notify,
    ) -> None:
        self._scheduler = scheduler
        self._outputs = outputs
        self._limit = limit
        self._last_input = last_input
        self._let_go = let_go
        self._notify = notify
        self._since: dict[str, float] = {}
        self._timer: Timer | None = None

    @property
    def any(self) -> bool:
        """True while a note is held."""
        return bool(self._since)

    @property
    def words(self) -> str:
        """Held notes for the performer, such as "note 60"; empty for none."""
        return ", ".join(filter(None, (channel.held for channel in self._channels(self._since))))

    def note(self, channel: str, held: bool, at: float) -> None:
        """Records that notes are held on a channel, or no longer."""
        if not held:
            self._since.pop(channel, None)
            return
        self._since[channel] = at
        if self._timer is None or not self._timer.pending:
            self._wait()

    def release(self) -> None:
        """Releases the held notes of every channel."""
        for channel in self._channels(self._since):
            channel.release_held(self._scheduler.now())

    def _channels(self, names: Collection[str]) -> list[NoteHolder]:
        channels = [output.channel for output in self._outputs.channel_outputs]
        return [channel for channel in channels if channel.name in names and isinstance(channel, NoteHolder)]

    def _wait(self) -> None:
        limit = self._limit()
        if limit is not None and self._since:
            until = max(min(map(self._last, self._since)) + limit, self._scheduler.now())
            self._timer = self._scheduler.at(until, self._check)

    def _last(self, channel: str) -> float:
        return max(self._since[channel], self._last_input())

    def _check(self) -> None:
        now, limit = self._scheduler.now(), self._limit()
        if limit is None:
            return
        channels = {channel.name: channel for channel in self._channels(self._since)}
        for name in list(self._since):
            channel = channels.get(name)
            if channel is not None and channel.sustained:
                self._since[name] = now
            elif now >= (last := self._last(name)) + limit - 1e-6:
                notes = channel.held if channel is not None else ""
                self._notify(
                    "warning",
                    name,
                    f"held: {notes or 'something'}: no note-off for {limit:.3g} s, so it counts as playing no more. "
                    "[interaction] hold_limit sets this time",
                )
                if channel is not None:
                    channel.release_held(last)
                else:
                    self._let_go(name, last)
        self._wait()
