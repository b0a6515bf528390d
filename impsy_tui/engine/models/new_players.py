"""Players that are added to a session while the others play."""

import re
from pathlib import Path
from typing import Final

from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.roster import changes
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session
from impsy_tui.errors import UserError
from impsy_tui.language.program import ALL_PLAYERS
from impsy_tui.parameters import ENSEMBLE, KINDS, MDRNN
from impsy_tui.text import counted

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,23}")
_MEANT: Final = (ALL_PLAYERS, "add", "remove")
"""Names that have another meaning in a line."""
MOST: Final = 32
"""Largest number of players: each hears every event in the event loop."""


async def add_player(
    session: Session,
    models: PlayerModels,
    name: str,
    file: Path | None = None,
    routing: Routing | None = None,
) -> Player:
    """Adds a player of values once its model is loaded; the parameters are those of the configuration.

    Args:
        session: Session of the player.
        models: Models of the players.
        name: Name of the player.
        file: File of the model, None for the dummy.
        routing: Values and channels that the player hears and plays.

    Raises:
        UserError: The name is not possible, or the model cannot be loaded or does not fit.
    """
    _check_name(session, models, name, MDRNN)
    routing = routing or Routing()
    dimension = _dimension(session, routing)
    if why := routing.refuses(dimension):
        raise UserError(why)
    loaded = None if file is None else await models.open_new(name, file)
    _check_name(session, models, name, MDRNN)
    predictor = models.dummy(dimension) if loaded is None else loaded.predictor
    if why := routing.refuses(predictor.dimension):
        raise UserError(f"{predictor.name} has dimension {predictor.dimension}: {why}")
    changes.widen(session, routing)
    if predictor.dimension > session.dimension:
        there, needed = counted(session.dimension - 1, "value"), f"plays x1-x{predictor.dimension - 1}"
        raise UserError(
            f"{predictor.name} has dimension {predictor.dimension}, and the instrument has {there}: "
            f"player add {name} {predictor.name} {needed} adds values"
        )
    player = session.add(name, predictor, models.settings_of_new(name), session.make_log(name), routing)
    models.begin(name, None if loaded is None else loaded.file)
    player.begin_log()
    player.start()
    return player


async def add_ensemble(
    session: Session, models: PlayerModels, name: str, file: Path | None = None, routing: Routing | None = None
) -> EnsemblePlayer:
    """Adds an ensemble once its model is loaded; the parameters are those of the configuration.

    Args:
        session: Session of the ensemble.
        models: Models of the players.
        name: Name of the ensemble.
        file: File of the model, None for random gestures.
        routing: Channels that the ensemble hears and plays; None for those of the configuration.

    Raises:
        UserError: The name is not possible, or the model cannot be loaded.
    """
    _check_name(session, models, name, ENSEMBLE)
    table = models.ensembles.table_of(name)
    loaded = await models.ensembles.open_new(table, file)
    _check_name(session, models, name, ENSEMBLE)
    ensemble = models.ensembles.make(table, loaded, session, routing)
    changes.join(session, ensemble)
    return ensemble


def find_model(session: Session, models: PlayerModels, wanted: str, routing: Routing) -> Path:
    """Returns the file of a model for a new player, also of an ensemble.

    Raises:
        UserError: There is no such model.
    """
    try:
        return models.find(wanted, _dimension(session, routing))
    except UserError as problem:
        try:
            return models.ensembles.find(wanted)
        except UserError:
            raise problem from None


def _dimension(session: Session, routing: Routing) -> int:
    """Returns the dimension that a new player needs, or that of the instrument."""
    return routing.count + 1 if routing.count else session.dimension


def _check_name(session: Session, models: PlayerModels, name: str, kind: str) -> None:
    if _NAME.fullmatch(name) is None or name in _MEANT:
        allowed = f"at most 24 letters, digits, _ and -, that begins with a letter; not {', '.join(_MEANT)}"
        raise UserError(f"{name!r} is not a name of a player: use a name of {allowed}")
    if other := next((one for one in session.all_players if one.lower() == name.lower()), ""):
        raise UserError(f"{other} plays already: choose another name")
    if len(session.all_players) >= MOST:
        raise UserError(f"{MOST} players play, no more are possible: player remove NAME removes one")
    configured = models.configured_kind(name)
    if configured and KINDS[configured].plays_touches is not KINDS[kind].plays_touches:
        raise UserError(f"{name} is a player of kind {configured} in the configuration: choose another name")
