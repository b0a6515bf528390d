"""Held notes of the musician on a channel with keys."""

from collections.abc import Sequence
from typing import Final

from impsy_tui.channels.base import ChannelScheduler, Listener
from impsy_tui.channels.midi.mapping import InputMapping

_MOST_SHOWN: Final = 4
"""Held notes that are named to the performer."""


class HeldKeys:
    """Held notes, encoders and pairs of controllers of a channel's mappings."""

    name: str
    _count: int
    _listener: Listener
    _scheduler: ChannelScheduler

    def mappings(self) -> list[InputMapping]:
        """Returns the input mappings of the channel."""
        raise NotImplementedError

    def follow(self, values: Sequence[float]) -> None:
        """Sets the positions of endless encoders to these values, which sound now."""
        for mapping in self.mappings():
            mapping.follow(values)

    def _late(self, updates: Sequence[tuple[int, float]]) -> None:
        """A half of a pair of controllers acts alone."""
        if found := [update for update in updates if update[0] < self._count]:
            self._listener.updated(self.name, found, self._scheduler.now())

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
