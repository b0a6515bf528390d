"""Who sits in a session, and whom a command is for."""

from collections.abc import Sequence

from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.kinds import agents_of
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
        self.everybody: dict[str, AnyPlayer] = {}
        self.seats: dict[str, Player] = {}
        self.bands: dict[str, EnsemblePlayer] = {}
        self.focus = ""

    def add_band(self, band: EnsemblePlayer) -> None:
        """Give a band a seat; the first player has the focus."""
        self.bands[band.name] = self.everybody[band.name] = band
        self.focus = self.focus or band.name

    def arrange(self, names: Sequence[str]) -> None:
        """Put everybody in this order; the first has the focus."""
        self.everybody = {name: self.everybody[name] for name in names}
        self.focus = names[0]

    @property
    def seat(self) -> Player:
        """The one that has the focus.

        Raises:
            UserError: a band has it.
        """
        (seat,) = self.seats_for("")
        return seat

    @property
    def only_seat(self) -> Player | None:
        """The player of values that has the focus, or where a band has it the only one; None for none or several."""
        found = self.seats.get(self.focus)
        return next(iter(self.seats.values())) if found is None and len(self.seats) == 1 else found

    def seats_for(self, player: str) -> list[Player]:
        """Whom a command is for that is about players of the instrument's values.

        Args:
            player: a name, "all", or empty for the one that has the focus.

        Raises:
            UserError: nobody is called so, or it is a band.
        """
        if player == EVERYBODY and self.seats:
            return list(self.seats.values())
        for sitter in self.players_for(player):
            if (seat := self.seats.get(sitter.name)) is not None:
                return [seat]
        raise UserError(f"{player or self.focus} plays gestures, to which this does not apply")

    def bands_for(self, player: str) -> list[EnsemblePlayer]:
        """Whom a command is for that is about bands: where nobody is named and another has the focus, the only one.

        Raises:
            UserError: nobody is called so, or it is no band.
        """
        if player == EVERYBODY and self.bands:
            return list(self.bands.values())
        named = self.players_for(player)
        if band := self.bands.get(named[0].name):
            return [band]
        if not player and len(self.bands) == 1:
            return list(self.bands.values())
        there = f"there is {_listed(list(self.bands))}" if self.bands else '[[player]] kind = "ensemble" makes one'
        raise UserError(f"{player or self.focus} is no band: {there}")

    def players_for(self, player: str) -> list[AnyPlayer]:
        """Whom a command is for that is about anybody; see ``seats_for``."""
        if player == EVERYBODY:
            return list(self.everybody.values())
        found = self.everybody.get(player or self.focus)
        if found is None:
            raise UserError(f"no player is called {player}: there is {_listed(list(self.everybody))}")
        return [found]

    def _with_models(self, player: str, found: Sequence[AnyPlayer]) -> list[AnyPlayer]:
        """Those of the players that are no agents.

        Raises:
            UserError: all of them are agents.
        """
        playing = [one for one in found if not (one.name in self.seats and agents_of(self.seats[one.name].parts))]
        if not playing:
            agent = player or self.focus
            raise UserError(f"{agent} is an agent, to which this does not apply: use aim, steer, budget or smooth")
        return playing

    def whom(self, player: str, kind: str) -> Sequence[AnyPlayer]:
        """Whom a command is for; see ``Command.about`` for its kind."""
        match kind:
            case "values":
                return self.seats_for(player)
            case "mdrnn":
                return self._with_models(player, self.seats_for(player))
            case "models":
                return self._with_models(player, self.players_for(player))
            case "bands":
                return self.bands_for(player)
            case _:
                return self.players_for(player)


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
