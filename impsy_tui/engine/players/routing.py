"""Routing of a player: values, channels and other players that the player hears and plays."""

from dataclasses import dataclass


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

    def refuses(self, dimension: int) -> str:
        """Returns the reason why a player of this dimension does not fit; empty if the player fits."""
        for word, indices in (("hears", self.hears), ("plays", self.plays)):
            if indices and len(indices) != dimension - 1:
                return f"the player {word} {len(indices)} values, so its model needs dimension {len(indices) + 1}"
        return ""
