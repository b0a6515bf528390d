"""Parameters of players as the configuration sets them."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from impsy_tui import modes
from impsy_tui.config.schema import Config, PlayerTable
from impsy_tui.engine.players.routing import Routing, read_routing
from impsy_tui.engine.players.settings import EnsembleSettings, PlayerSettings
from impsy_tui.parameters import AGENT, CLASSIFIER, ENSEMBLE, MDRNN, TEMP, TRAINED, Parameter, parameters_of


def configured_settings(
    config: Config,
    player: PlayerTable,
    given: frozenset[str] = frozenset(),
    saved: Mapping[str, Any] | None = None,
    saved_trained: Collection[str] = (),
) -> PlayerSettings:
    """Returns the parameters of a player.

    Args:
        config: Configuration.
        player: Table of the player.
        given: Keys given on the command line for this player.
        saved: Values of the saved session, which override the configuration; None for none.
        saved_trained: Parameters that followed the training of the model in the saved session.
    """
    trained: set[str] = set()

    def start_of(parameter: Parameter) -> Any:
        table, key = parameter.key.split(".")
        if table == "player":
            return parameter.check(getattr(player, key))
        if saved is not None and parameter.name in saved and parameter.key not in given:
            trained.update({parameter.name}.intersection(saved_trained))
            return saved[parameter.name]
        own, general = getattr(player, key), getattr(getattr(config, table), key)
        value = general if own is None or parameter.key in given else own
        if value == TRAINED:
            trained.add(parameter.name)
            return parameter.default
        return "polyphony" if value == modes.FILTER else parameter.check(value)

    gap = config.model.max_gap if player.max_gap is None else player.max_gap
    values = {one.name: start_of(one) for one in parameters_of(MDRNN, AGENT, player.kind) if one.key}
    return PlayerSettings(player.kind, max_gap=gap or None, trained=frozenset(trained), **values)


def ensemble_settings(config: Config, table: PlayerTable) -> EnsembleSettings:
    """Returns the parameters of an ensemble."""
    own = (one for one in parameters_of(ENSEMBLE) if one not in (TEMP, CLASSIFIER))
    keys = {one.name: one.key.removeprefix("player.") for one in own}
    given = {name: value for name, key in keys.items() if (value := getattr(table, key)) is not None}
    temp = config.model.pitemp if table.pitemp is None else table.pitemp
    if temp != TRAINED:  # a network of an ensemble has no temperature of its training
        given[TEMP.name] = temp
    return EnsembleSettings(**given)


def routing_of(player: PlayerTable) -> Routing:
    """Returns the routing of a player of the configuration; destinations of an ensemble override its channels."""
    table = {field.name: getattr(player, field.name) for field in fields(Routing)}
    return read_routing({**table, "plays_channels": None} if player.destinations else table)
