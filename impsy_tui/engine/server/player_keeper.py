"""Players of the session in the form of the configuration file."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from impsy_tui.config.schema import Config
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.players.base import AnyPlayer, ParameterHolder
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import captured
from impsy_tui.ensemble.arrays import SUFFIX
from impsy_tui.ensemble.classifier import SHIPPED
from impsy_tui.parameters import CLASSIFIER, ENSEMBLE, MDRNN, parameters_of


def player_tables(session: Session, models: PlayerModels) -> list[dict[str, Any]]:
    """Returns the keys of the ``[[player]]`` table of each player; see ``keep_players.Request``.

    Players of the configuration keep their other keys there. Players that were added get their model, and the
    parameters that differ from those of ``[model]`` and ``[interaction]``.
    """
    return [_table(session, models, player) for player in session.all_players.values()]


def _table(session: Session, models: PlayerModels, player: AnyPlayer) -> dict[str, Any]:
    keys: dict[str, Any] = {"name": player.name}
    if player.name not in session.configured:
        keys |= _of_ensemble(models, player) if isinstance(player, EnsemblePlayer) else {}
        keys |= _of_values(models, player) if isinstance(player, Player) else {}
    if player.routing.plays_channels is not None:
        keys["destinations"] = None  # they override the channels
    return keys | dict.fromkeys(field.name for field in fields(Routing)) | player.routing.table


def _of_values(models: PlayerModels, player: Player) -> dict[str, Any]:
    kind, settings = player.behaviour.kind, player.behaviour.settings
    keys = {} if kind == MDRNN else {"kind": kind}
    keys["file"] = models.written_file(player)
    return keys | _changed(player.behaviour, models.settings_of_new(player.name), settings.trained)


def _of_ensemble(models: PlayerModels, ensemble: EnsemblePlayer) -> dict[str, Any]:
    keys = {"kind": ENSEMBLE, "file": models.ensembles.written_file(ensemble)}
    keys |= _changed(ensemble.behaviour, models.ensembles.settings_of_new(ensemble.name), (CLASSIFIER.name,))
    if (name := ensemble.behaviour.models.classifier_name) != Path(SHIPPED).stem:
        keys[CLASSIFIER.name] = f"{name}{SUFFIX}"
    return keys


def _changed(behaviour: ParameterHolder, usual: object, left_out: Collection[str]) -> dict[str, Any]:
    """Returns the parameters that differ from the usual ones, by their keys."""
    keys, present = {}, captured(behaviour)
    for one in parameters_of(behaviour.kind):
        key = one.key.partition(".")[2]
        follows = one.name in left_out
        if one.name in present and key and not follows and present[one.name] != getattr(usual, one.name, None):
            keys[key] = 0.0 if present[one.name] is None and one.none_is_zero else present[one.name]
    return keys


def needed_dimension(config: Config, session: Session) -> int:
    """Returns the dimension that ``[model]`` needs for the present players; 0 if the present one does."""
    return session.dimension if 0 < config.model.dimension < session.dimension else 0


def changes_nothing(config: Config, tables: Sequence[dict[str, Any]]) -> bool:
    """Returns True if a configuration without ``[[player]]`` describes the players."""
    return not config.player and len(tables) == 1 and not any(list(tables[0].values())[1:])
