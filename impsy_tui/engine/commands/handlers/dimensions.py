"""Handlers of single dimensions."""

from collections.abc import Sequence
from typing import Any

from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.io.dimension_routing import read_route, route_of, routed, swapped
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.settings import set_parameter
from impsy_tui.errors import UserError
from impsy_tui.parameters import GIVEN, GIVEN_DT, MDRNN


class DimensionHandlers(Handlers):
    """Handlers of single dimensions."""

    def _mute(self, players: Sequence[Player], dimensions: tuple[int, ...], switch: bool = True) -> str:
        indices = self._played(players, dimensions)
        for player in players:
            if switch:
                player.shaping.muted.update(indices)
            else:
                player.shaping.muted.difference_update(indices)
            player.end_muted()
        return self._reply(players, f"{_named(dimensions)} {'muted' if switch else 'not muted'}")

    def _solo(self, players: Sequence[Player], dimensions: tuple[int, ...], switch: bool = True) -> str:
        indices = self._played(players, dimensions)
        for player in players:
            if switch:
                player.shaping.soloed = set(indices)
                player.shaping.muted -= player.shaping.soloed
            else:
                player.shaping.soloed.difference_update(indices)
            player.end_muted()
        return self._reply(
            players, f"only {_named(dimensions)} played" if switch else f"{_named(dimensions)} not solo"
        )

    def _hold(self, players: Sequence[Player], dimensions: tuple[int, ...], value: float) -> str:
        indices = self._played(players, dimensions)
        for player in players:
            player.shaping.held.update(dict.fromkeys(indices, value))
        return self._reply(players, f"{_named(dimensions)} held at {value:g}")

    def _range(self, players: Sequence[Player], dimensions: tuple[int, ...], low: float, high: float) -> str:
        indices = self._played(players, dimensions)
        for player in players:
            player.shaping.ranged.update(dict.fromkeys(indices, (low, high)))
        return self._reply(players, f"{_named(dimensions)} played from {low:g} to {high:g}")

    def _given(self, players: Sequence[Player], dimensions: tuple[int, ...], value: Any) -> str:
        indices, (_, given) = self._played(players, dimensions), GIVEN.typed(value)
        predicting = [player for player in players if player.behaviour.kind == MDRNN]
        if not predicting:
            raise UserError(f"{', '.join(player.name for player in players)} predicts no events that could be given")
        for player in predicting:
            values = {index: each for index, each in player.shaping.given.items() if index not in indices}
            player.shaping.given = values if given is None else values | dict.fromkeys(indices, given)
        words = "not given" if given is None else f"given: {GIVEN.shown(given)}"
        return self._reply(predicting, f"{_named(dimensions)} {words}")

    def _given_off(self, players: Sequence[Player]) -> str:
        for player in players:
            player.shaping.given = {}
            set_parameter(player, GIVEN_DT, None)
        return self._reply(players, "nothing is given")

    def _invert(self, players: Sequence[Player], dimensions: tuple[int, ...], switch: bool | None = None) -> str:
        indices = set(self._played(players, dimensions))
        for player in players:
            inverted = player.shaping.inverted
            player.shaping.inverted = (
                inverted ^ indices if switch is None else inverted | indices if switch else inverted - indices
            )
        return self._reply(players, f"{_named(dimensions)} {'not inverted' if switch is False else 'inverted'}")

    def _release(self, players: Sequence[Player], dimensions: tuple[int, ...] | None = None) -> str:
        if dimensions is None:
            for player in players:
                player.shaping.clear()
            return self._reply(players, "all dimensions are played unchanged")
        indices = self._played(players, dimensions)
        for player in players:
            player.shaping.release(indices)
            player.end_muted()  # the end of one solo can mute its dimension again
        return self._reply(players, f"{_named(dimensions)} played unchanged")

    def _swap(self, players: Sequence[Player], dimensions: tuple[int, ...]) -> str:
        if len(dimensions) != 2:
            raise UserError("swap takes two dimensions: swap x1 x5")
        one, other = self._indices(dimensions)
        for player in players:
            _check_played(player, (one, other))
        for player in players:
            player.shaping.routed = swapped(player.shaping.routed, player.plays, one, other)
        return self._reply(players, f"{_named(dimensions)} swapped")

    def _route(self, players: Sequence[Player], places: str) -> str:
        if places in ("shuffle", "reset"):
            for player in players:
                player.shaping.routed = player.shuffled_places() if places == "shuffle" else {}
        else:
            sources, targets = map(self._indices, read_route(places))
            for player in players:
                _check_played(player, (*sources, *targets))
            for player in players:
                player.shaping.routed = routed(player.shaping.routed, player.plays, sources, targets)
        return "\n".join(self._reply([player], f"route {route_of(player.shaping.routed)}") for player in players)

    def _played(self, players: Sequence[Player], dimensions: tuple[int, ...]) -> list[int]:
        """Returns the indices of dimensions, of which these players must play at least one."""
        indices = self._indices(dimensions)
        if not any(index in player.plays for player in players for index in indices):
            plays = "; ".join(
                f"{player.name} plays {_named([index + 1 for index in player.plays])}" for player in players
            )
            raise UserError(f"{_named(dimensions)} has no effect: {plays}")
        return indices


def _named(dimensions: Sequence[int]) -> str:
    return " ".join(f"x{number}" for number in dimensions)


def _check_played(player: Player, indices: Sequence[int]) -> None:
    if (other := next((index for index in indices if index not in player.plays), None)) is not None:
        plays = _named([index + 1 for index in player.plays])
        raise UserError(f"{player.name} does not play x{other + 1}: it plays {plays}")
