"""What a player hears and plays of the instrument, of the channels, and of the other players."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Routing:
    """What a player hears and plays.

    Attributes:
        hears: indices of the instrument's values (from 0) that it hears, in its own order;
            empty for the first, as many as it has.
        plays: the same of those it plays.
        hears_channels: names of the channels that it hears, None for all.
        plays_channels: names of those it plays to, None for all.
        hears_players: names of the players that it hears as if the musician had played.
    """

    hears: tuple[int, ...] = ()
    plays: tuple[int, ...] = ()
    hears_channels: frozenset[str] | None = None
    plays_channels: frozenset[str] | None = None
    hears_players: tuple[str, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether it says which values of the instrument are the player's."""
        return bool(self.hears or self.plays)

    @property
    def most(self) -> int:
        """How many values the instrument has at least; 0 if it says nothing about that."""
        return max((*self.hears, *self.plays), default=-1) + 1

    @property
    def count(self) -> int:
        """How many values the player has; 0 if it says nothing about that."""
        return len(self.hears or self.plays)

    def refuses(self, dimension: int) -> str:
        """Why a player of this dimension does not fit; empty if it does."""
        for word, indices in (("hears", self.hears), ("plays", self.plays)):
            if indices and len(indices) != dimension - 1:
                return f"it {word} {len(indices)} values, so that its model has dimension {len(indices) + 1}"
        return ""
