"""Who sits in a session, and whom a command is for."""

from collections.abc import Sequence

from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.kinds import agent_behaviours
from impsy_tui.engine.players.player import Player
from impsy_tui.errors import UserError
from impsy_tui.language.program import EVERYBODY


class Roster:
    """Players by name.

    Attributes:
        everybody: all of them, in the order of the configuration.
        seats: those that play the instrument's values.
        bands: those that play touches.
        focus: the player that commands are about where they do not say.
    """

    def __init__(self) -> None:
        self.all_players: dict[str, AnyPlayer] = {}
        self.players: dict[str, Player] = {}
        self.ensembles: dict[str, EnsemblePlayer] = {}
        self.focus = ""

    def add_ensemble(self, ensemble: EnsemblePlayer) -> None:
        """Give a band a seat; the first player has the focus."""
        self.ensembles[ensemble.name] = self.all_players[ensemble.name] = ensemble
        self.focus = self.focus or ensemble.name

    def arrange(self, names: Sequence[str]) -> None:
        """Put everybody in this order; the first has the focus."""
        self.all_players = {name: self.all_players[name] for name in names}
        self.focus = names[0]

    @property
    def focused_player(self) -> Player:
        """The one that has the focus.

        Raises:
            UserError: a band has it.
        """
        (found,) = self.value_players_for("")
        return found

    @property
    def only_player(self) -> Player | None:
        """The player of values that has the focus, or where a band has it the only one; None for none or several."""
        found = self.players.get(self.focus)
        return next(iter(self.players.values())) if found is None and len(self.players) == 1 else found

    def value_players_for(self, name: str) -> list[Player]:
        """Whom a command is for that is about players of the instrument's values.

        Args:
            name: a name, "all", or empty for the one that has the focus.

        Raises:
            UserError: nobody is called so, or it is a band.
        """
        if name == EVERYBODY and self.players:
            return list(self.players.values())
        for sitter in self.players_for(name):
            if (player := self.players.get(sitter.name)) is not None:
                return [player]
        raise UserError(f"{name or self.focus} plays gestures, to which this does not apply")

    def ensembles_for(self, player: str) -> list[EnsemblePlayer]:
        """Whom a command is for that is about bands: where nobody is named and another has the focus, the only one.

        Raises:
            UserError: nobody is called so, or it is no band.
        """
        if player == EVERYBODY and self.ensembles:
            return list(self.ensembles.values())
        named = self.players_for(player)
        if ensemble := self.ensembles.get(named[0].name):
            return [ensemble]
        if not player and len(self.ensembles) == 1:
            return list(self.ensembles.values())
        there = (
            f"there is {_listed(list(self.ensembles))}"
            if self.ensembles
            else '[[player]] kind = "ensemble" makes one'
        )
        raise UserError(f"{player or self.focus} is no band: {there}")

    def players_for(self, player: str) -> list[AnyPlayer]:
        """Whom a command is for that is about anybody; see ``seats_for``."""
        if player == EVERYBODY:
            return list(self.all_players.values())
        found = self.all_players.get(player or self.focus)
        if found is None:
            raise UserError(f"no player is called {player}: there is {_listed(list(self.all_players))}")
        return [found]

    def _with_models(self, player: str, found: Sequence[AnyPlayer]) -> list[AnyPlayer]:
        """Those of the players that are no agents.

        Raises:
            UserError: all of them are agents.
        """
        playing = [
            one
            for one in found
            if not (one.name in self.players and agent_behaviours(self.players[one.name].behaviours))
        ]
        if not playing:
            agent = player or self.focus
            raise UserError(f"{agent} is an agent, to which this does not apply: use aim, steer, budget or smooth")
        return playing

    def whom(self, player: str, kind: str) -> Sequence[AnyPlayer]:
        """Whom a command is for; see ``Command.about`` for its kind."""
        match kind:
            case "values":
                return self.value_players_for(player)
            case "mdrnn":
                return self._with_models(player, self.value_players_for(player))
            case "models":
                return self._with_models(player, self.players_for(player))
            case "bands":
                return self.ensembles_for(player)
            case _:
                return self.players_for(player)


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
