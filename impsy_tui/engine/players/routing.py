"""Routing of a player: values, channels and other players that the player hears and plays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from impsy_tui.language.program import quoted
from impsy_tui.language.table.players import ALL, FIRST


@dataclass(frozen=True, slots=True)
class Routing:
    """Values, channels and players that a player hears and plays.

    Attributes:
        hears: Indices (from 0) of the instrument's values that the player hears, in the player's order. Empty for the
            first ones, as many as the player has.
        plays: The same for the values that the player plays.
        hears_channels: Names of the channels that the player hears; None for all.
        plays_channels: Names of the channels that the player plays to; None for all.
        hears_players: Names of the players that this player hears like the musician.
    """

    hears: tuple[int, ...] = ()
    plays: tuple[int, ...] = ()
    hears_channels: frozenset[str] | None = None
    plays_channels: frozenset[str] | None = None
    hears_players: tuple[str, ...] = ()

    @property
    def fixed(self) -> bool:
        """True if the routing selects values of the instrument."""
        return bool(self.hears or self.plays)

    @property
    def most(self) -> int:
        """Least number of values that the instrument must have; 0 if the routing selects none."""
        return max((*self.hears, *self.plays), default=-1) + 1

    @property
    def count(self) -> int:
        """Number of values of the player; 0 if the routing selects none."""
        return len(self.hears or self.plays)

    @property
    def table(self) -> dict[str, list[str]]:
        """Routing as ``[[player]]`` of the configuration has it, without the keys that have their defaults."""
        table = {"hears": _named(self.hears), "plays": _named(self.plays), "hears_players": [*self.hears_players]}
        table = {key: names for key, names in table.items() if names}
        for key, channels in (("hears_channels", self.hears_channels), ("plays_channels", self.plays_channels)):
            table |= {} if channels is None else {key: sorted(channels)}
        return table

    @property
    def words(self) -> str:
        """Routing as the command ``player`` takes it; channels only if the player hears and plays the same ones."""
        words = []
        for key, indices in (("hears", self.hears), ("plays", self.plays)):
            words += [key, *(_named(indices) or [FIRST])]
        return " ".join([*words, self.channel_words]).rstrip()

    @property
    def channel_words(self) -> str:
        """Channels as the command ``player`` takes them; empty if the player hears and plays different ones."""
        if self.hears_channels != self.plays_channels:
            return ""
        names = [ALL] if self.hears_channels is None else map(quoted, sorted(self.hears_channels))
        return " ".join(["channels", *names])

    def refuses(self, dimension: int) -> str:
        """Returns the reason why a player of this dimension does not fit; empty if the player fits."""
        if self.hears and self.plays and len(self.hears) != len(self.plays):
            counts = f"it hears {len(self.hears)} values and plays {len(self.plays)}"
            return f"a player plays as many values as it hears: {counts}"
        for word, indices in (("hears", self.hears), ("plays", self.plays)):
            if indices and len(indices) != dimension - 1:
                return f"the player {word} {len(indices)} values, so its model needs dimension {len(indices) + 1}"
        return ""


def read_routing(table: Mapping[str, Any]) -> Routing:
    """Returns the routing of a table in the form of ``[[player]]``.

    Raises:
        TypeError, ValueError: The table is not valid.
    """

    def some(key: str) -> frozenset[str] | None:
        return None if table.get(key) is None else frozenset(map(str, table[key]))

    return Routing(
        hears=_indices(table.get("hears", ())),
        plays=_indices(table.get("plays", ())),
        hears_channels=some("hears_channels"),
        plays_channels=some("plays_channels"),
        hears_players=tuple(map(str, table.get("hears_players", ()))),
    )


def _named(indices: Sequence[int]) -> list[str]:
    return [f"x{index + 1}" for index in indices]


def _indices(names: Sequence[str]) -> tuple[int, ...]:
    indices = tuple(int(name.removeprefix("x")) - 1 for name in names)
    if min(indices, default=0) < 0:
        raise ValueError("dimensions are x1, x2 …")
    return indices
