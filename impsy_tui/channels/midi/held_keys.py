"""Channel with keys, controllers and encoders: passes on what its mappings set, and the notes that are held."""

from collections.abc import Callable, Sequence
from typing import Final

from impsy_tui.channels.base import ChannelScheduler, Listener
from impsy_tui.channels.midi.endless_encoders import ENDLESS
from impsy_tui.channels.midi.mapping import Entry, InputMapping
from impsy_tui.channels.stats import ErrorCounter

_MOST_SHOWN: Final = 4
"""Held notes that are named to the performer."""


Updates = Sequence[tuple[int, float]]
"""Indices of dimensions, from 0, and their values."""


def _all(updates: Updates) -> Updates:
    return updates


class HeldKeys:
    """Held notes, encoders and pairs of controllers of a channel's mappings."""

    name: str
    _count: int
    _listener: Listener
    _scheduler: ChannelScheduler
    _troubles: ErrorCounter
    _held = False
    """True if the listener knows that a note is held."""

    def mappings(self) -> list[InputMapping]:
        """Returns the input mappings of the channel."""
        raise NotImplementedError

    def follow(self, values: Sequence[float]) -> None:
        """Sets the positions of endless encoders to these values, which sound now."""
        for mapping in self.mappings():
            mapping.follow(values)

    def release_held(self, at: float) -> None:
        """Forgets all held notes."""
        for mapping in self.mappings():
            mapping.release()
        self._report_held(at)

    def _map(self, mapping: InputMapping, entries: Sequence[Entry]) -> None:
        """Sets the entries of a mapping; releases held keys that play no dimension any more."""
        if released := mapping.map(entries):
            self._listener.released(self.name, released)
        self._report_held(self._scheduler.now())

    def _play(
        self,
        mapping: InputMapping,
        updates: Updates,
        at: float,
        device: str = "",
        admitted: Callable[[Updates], Updates] = _all,
    ) -> bool:
        """Passes on what the last message of a mapping set; returns True if it set a dimension.

        Args:
            mapping: mapping that took the message.
            updates: dimensions that the message set, by index from 0.
            at: arrival of the message.
            device: device of the message; the channel if empty.
            admitted: returns the updates that act, for halves of a pair that act alone.
        """
        found = [update for update in updates if update[0] < self._count]
        mapping.wait_for_halves(self._scheduler, lambda late: self._play_half(admitted(late)))
        if mapping.released:
            self._listener.released(self.name, mapping.released)
        if mapping.endless:
            self._troubles.note("endless", ENDLESS.format(device or self.name, mapping.endless))
        self._report_held(at)
        if found:
            self._listener.updated(self.name, found, at)
        return bool(found)

    def _play_half(self, updates: Updates) -> None:
        if found := [update for update in updates if update[0] < self._count]:
            self._listener.updated(self.name, found, self._scheduler.now())

    def _report_held(self, at: float) -> None:
        held = any(mapping.holding for mapping in self.mappings())
        if held != self._held:
            self._held = held
            self._listener.holding(self.name, held, at)

    @property
    def held(self) -> str:
        """The notes that are held, such as "note 60"; empty for none."""
        return held_words([note for mapping in self.mappings() for note in mapping.held])

    @property
    def sustained(self) -> bool:
        """True while a sustain pedal is down under a held note."""
        return any(mapping.sustained for mapping in self.mappings())


def held_words(notes: Sequence[int]) -> str:
    """Returns held notes for the performer: "note 60", "notes 60 64"."""
    shown = " ".join(map(str, notes[:_MOST_SHOWN])) + (" …" if len(notes) > _MOST_SHOWN else "")
    return f"note{'s' if len(notes) > 1 else ''} {shown}" if notes else ""
