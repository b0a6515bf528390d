"""Changes of the players of a session while the others play."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from impsy_tui import ranges
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session
from impsy_tui.errors import UserError


@dataclass(frozen=True, slots=True)
class RosterState:
    """Players of a session at one moment, with their memories and models.

    Attributes:
        players: Players in their order.
        focus: Name of the player with the focus.
        dimension: Dimension of the instrument.
    """

    players: tuple[AnyPlayer, ...]
    focus: str = field(compare=False)
    dimension: int = field(compare=False)


def roster_state(session: Session) -> RosterState:
    """Returns the present players."""
    return RosterState(tuple(session.all_players.values()), session.focus, session.dimension)


def restore_roster(session: Session, state: RosterState) -> None:
    """Restores the players of an earlier moment: the same ones, with their memories."""
    if tuple(session.all_players.values()) == state.players:
        return
    for player in tuple(session.all_players.values()):
        if player not in state.players:
            remove_player(session, player.name)
    for player in state.players:
        if player.name not in session.all_players:
            join(session, player)
    session.arrange([player.name for player in state.players])
    session.focus = state.focus
    set_dimension(session, max(state.dimension, _least_dimension(session.players.values())))


def join(session: Session, player: AnyPlayer) -> None:
    """Adds a player that begins to play."""
    session.insert(player)
    if isinstance(player, Player):
        player.instrument_changed()
    player.begin_log()
    player.start()


def remove_player(session: Session, name: str) -> None:
    """Removes a player: its pending events end, and its notes get their note-offs."""
    player = session.all_players[name]
    player.stop()
    player.end_log()
    session.drop(name)


def reroute(session: Session, player: Player, routing: Routing) -> None:
    """Gives a player other values or channels to hear and to play; notes on the earlier ones end.

    Raises:
        UserError: The model has another dimension, or a channel cannot carry so many values.
    """
    if routing == player.routing:
        return
    if why := routing.refuses(player.dimension):
        raise UserError(f"{player.behaviour.predictor.name} has dimension {player.dimension}: {why}")
    widen(session, routing)
    player.reroute(routing)
    session.connect_players()


def widen(session: Session, routing: Routing) -> None:
    """Gives the instrument the values that a routing selects.

    Raises:
        UserError: A channel cannot carry so many values, or there are too many.
    """
    if routing.most + 1 > session.dimension:
        set_dimension(session, routing.most + 1)


def set_dimension(session: Session, dimension: int) -> None:
    """Changes the dimension of the instrument; the values that the players hear and play keep their numbers.

    Raises:
        UserError: A channel cannot carry so many values, or there are too many.
    """
    if dimension == session.dimension:
        return
    most = int(ranges.DIMENSION.high) - 1
    if dimension - 1 > most:
        raise UserError(f"there is no x{dimension - 1}: an instrument has at most {most} values")
    for output in session.outputs.channel_outputs:
        if why := output.channel.refuses(dimension):
            raise UserError(f"{output.channel.name}: {why}")
    session.set_dimension(dimension)
    for player in session.players.values():
        player.instrument_changed()


def _least_dimension(players: Iterable[Player]) -> int:
    return max((max(player.dimension, player.routing.most + 1) for player in players), default=0)
