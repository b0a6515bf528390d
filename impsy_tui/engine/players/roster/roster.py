"""Players of a session by name, and the players that a command addresses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from impsy_tui.engine.players.base import AnyPlayer, PlayerLog
from impsy_tui.engine.players.behaviours import agent_behaviours
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.ensemble.score_log import ScoreLog
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.routing import Routing
from impsy_tui.errors import UserError
from impsy_tui.language.program import ALL_PLAYERS

_NO_ENSEMBLE: Final = "player add NAME ensembleRNN adds one"


class Roster:
    """Players by name.

    In the methods below, ``name`` is a player's name, "all", or empty for the player that has the focus.

    Attributes:
        all_players: All players, in the order of the configuration.
        players: Players of values of the instrument.
        ensembles: Players of touches.
        configured: Routing of each player of the configuration.
        make_log: Returns the performance log of a new player of values.
        make_score_log: Returns the log of a new ensemble.
        focus: Name of the player that commands without a name address.
    """

    def __init__(self) -> None:
        self.all_players: dict[str, AnyPlayer] = {}
        self.players: dict[str, Player] = {}
        self.ensembles: dict[str, EnsemblePlayer] = {}
        self.configured: Mapping[str, Routing] = {}
        self.make_log: Callable[[str], PlayerLog]
        self.make_score_log: Callable[[str], ScoreLog]
        self.focus = ""

    def insert(self, player: AnyPlayer) -> None:
        """Adds a player; the first player has the focus."""
        if isinstance(player, EnsemblePlayer):
            self.ensembles[player.name] = player
        elif isinstance(player, Player):
            self.players[player.name] = player
        self.all_players[player.name] = player
        self.focus = self.focus or player.name
        self.connect_players()

    def drop(self, name: str) -> None:
        """Removes a player; the first of the others has the focus if this player had it."""
        for players in (self.all_players, self.players, self.ensembles):
            players.pop(name, None)
        if self.focus == name:
            self.focus = next(iter(self.all_players), "")
        self.connect_players()

    def connect_players(self) -> None:
        """Connects each player to the players that hear it."""
        for each in self.players.values():
            each.listeners = [other for other in self.players.values() if each.name in other.routing.hears_players]

    def arrange(self, names: Sequence[str]) -> None:
        """Puts all players in this order; the first has the focus."""
        self.all_players = {name: self.all_players[name] for name in names}
        self.focus = names[0]

    @property
    def focused_player(self) -> Player:
        """Player of values that has the focus.

        Raises:
            UserError: An ensemble has the focus.
        """
        (found,) = self.value_players_for("")
        return found

    @property
    def only_player(self) -> Player | None:
        """Player of values that has the focus, or else the only one; None for none or several."""
        found = self.players.get(self.focus)
        return next(iter(self.players.values())) if found is None and len(self.players) == 1 else found

    def value_players_for(self, name: str) -> list[Player]:
        """Returns the players that a command for players of values addresses.

        Raises:
            UserError: There is no such player, or the player is an ensemble.
        """
        if name == ALL_PLAYERS and self.players:
            return list(self.players.values())
        for found in self.players_for(name):
            if (player := self.players.get(found.name)) is not None:
                return [player]
        raise UserError(f"{name or self.focus} plays gestures, to which this does not apply")

    def ensembles_for(self, name: str) -> list[EnsemblePlayer]:
        """Returns the ensembles that a command addresses: without a name, also the only one.

        Raises:
            UserError: There is no such player, or the player is not an ensemble.
        """
        if name == ALL_PLAYERS and self.ensembles:
            return list(self.ensembles.values())
        named = self.players_for(name)
        if ensemble := self.ensembles.get(named[0].name):
            return [ensemble]
        if not name and len(self.ensembles) == 1:
            return list(self.ensembles.values())
        there = f"there is {_listed(list(self.ensembles))}" if self.ensembles else _NO_ENSEMBLE
        raise UserError(f"{name or self.focus} is not an ensemble: {there}")

    def players_for(self, name: str) -> list[AnyPlayer]:
        """Returns the players that a command for any player addresses.

        Raises:
            UserError: There is no such player.
        """
        if name == ALL_PLAYERS:
            return list(self.all_players.values())
        found = self.all_players.get(name or self.focus)
        if found is None:
            raise UserError(f"no player is called {name}: there is {_listed(list(self.all_players))}")
        return [found]

    def players_of(self, name: str, kind: str) -> Sequence[AnyPlayer]:
        """Returns the players that a command addresses; see ``Command.about`` for the kind."""
        match kind:
            case "values":
                return self.value_players_for(name)
            case "mdrnn":
                return self._without_agents(name, self.value_players_for(name))
            case "models":
                return self._without_agents(name, self.players_for(name))
            case "ensembles":
                return self.ensembles_for(name)
            case _:
                return self.players_for(name)

    def _without_agents(self, name: str, found: Sequence[AnyPlayer]) -> list[AnyPlayer]:
        agents = [player.name for player in self.players.values() if agent_behaviours(player.behaviours)]
        playing = [player for player in found if player.name not in agents]
        if not playing:
            agent = name or self.focus
            raise UserError(f"{agent} is an agent, to which this does not apply: use aim, steer, budget or smooth")
        return playing


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
