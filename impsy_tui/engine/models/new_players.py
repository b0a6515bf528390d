"""Players that are added to a session while the others play."""

import re
from pathlib import Path
from typing import Final

from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.roster import changes
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session
from impsy_tui.ensemble.network import PREFIX as ENSEMBLE_PREFIX
from impsy_tui.errors import UserError
from impsy_tui.language.program import ALL_PLAYERS
from impsy_tui.parameters import ENSEMBLE

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,23}")
_MEANT: Final = (ALL_PLAYERS, "add", "remove")
"""Names that have another meaning in a line."""
MOST: Final = 32
"""Largest number of players: each hears every event in the event loop."""


async def add_player(
    session: Session,
    models: PlayerModels,
    name: str,
    model: str = "",
    routing: Routing | None = None,
    file: Path | None = None,
) -> Player:
    """Adds a player of values once its model is loaded; the parameters are those of the configuration.

    Args:
        session: Session of the player.
        models: Models of the players.
        name: Name of the player.
        model: Name of the model; empty for the dummy.
        routing: Values and channels that the player hears and plays.
        file: File of the model, None to find the model by name.

    Raises:
        UserError: The name is not possible, or the model cannot be loaded or does not fit.
    """
    _check_name(session, name)
    routing = routing or Routing()
    dimension = routing.count + 1 if routing.count else session.dimension
    if why := routing.refuses(dimension):
        raise UserError(why)
    file = file or (_model_file(models, model, dimension) if model else None)
    loaded = None if file is None else await models.open_new(name, file)
    _check_name(session, name)
    predictor = models.dummy(dimension) if loaded is None else loaded.predictor
    if why := routing.refuses(predictor.dimension):
        raise UserError(f"{predictor.name} has dimension {predictor.dimension}: {why}")
    changes.widen(session, routing)
    if predictor.dimension > session.dimension:
        raise UserError(
            f"{predictor.name} has dimension {predictor.dimension}, and the instrument has {session.dimension - 1} "
            f"values: player add {name} {predictor.name} plays x1-x{predictor.dimension - 1} adds values"
        )
    player = session.add(name, predictor, models.settings_of_new(name), session.make_log(name), routing)
    models.begin(name, None if loaded is None else loaded.file)
    player.begin_log()
    player.start()
    return player


def _model_file(models: PlayerModels, wanted: str, dimension: int) -> Path:
    """Returns the file of a model by name; refuses models of ensembles."""
    try:
        file = models.find(wanted, dimension)
    except UserError as problem:
        try:
            file = models.ensembles.find(wanted)
        except UserError:
            raise problem from None
    if file.stem.startswith(ENSEMBLE_PREFIX):
        raise UserError(
            f"{file.stem} is a model of ensembles. An ensemble begins with the engine: write a table [[player]] with "
            f'kind = "{ENSEMBLE}" and file = "{file.name}" into the configuration'
        )
    return file


def _check_name(session: Session, name: str) -> None:
    if _NAME.fullmatch(name) is None or name in _MEANT:
        allowed = f"at most 24 letters, digits, _ and -, that begins with a letter; not {', '.join(_MEANT)}"
        raise UserError(f"{name!r} is not a name of a player: use a name of {allowed}")
    if other := next((one for one in session.all_players if one.lower() == name.lower()), ""):
        raise UserError(f"{other} plays already: choose another name")
    if len(session.all_players) >= MOST:
        raise UserError(f"{MOST} players play, no more are possible: player remove NAME removes one")
