"""Initial players from configuration and saved session, and the saved session of the players."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from impsy_tui import modes, ranges
from impsy_tui.config.schema import PlayerTable
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.performance.session_state.last_session import SavedPlayer, SavedSet, SessionFile
from impsy_tui.engine.players.base import MAIN, Notify
from impsy_tui.engine.players.behaviours import AnyPredictor
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session, SessionSettings
from impsy_tui.engine.players.settings import PlayerSettings, captured
from impsy_tui.parameters import AGENT, KINDS, MDRNN, TRAINED, Parameter, parameters_of


@dataclass(frozen=True, slots=True)
class InitialPlayer:
    """Initial state of a player.

    Attributes:
        name: Name of the player.
        kind: Kind of player.
        model: File or name of the model, empty for none.
        settings: Values of the parameters.
        routing: Values and channels that the player hears and plays.
        paused: True if the player starts paused.
    """

    name: str
    kind: str
    model: str
    settings: PlayerSettings
    routing: Routing
    paused: bool


def initial_players(options: EngineOptions, last: SessionFile | None) -> list[InitialPlayer]:
    """Returns the players of values of the configuration.

    The saved session overrides the configuration. Command-line options override both for the first player, which has
    the focus.
    """
    players = options.config.player or (PlayerTable(name=MAIN),)
    players = tuple(player for player in players if not KINDS[player.kind].plays_touches)
    kept = last.players if last is not None else {}
    return [
        _initial_player(options, player, options.given if index == 0 else frozenset(), kept.get(player.name))
        for index, player in enumerate(players)
    ]


def _initial_player(
    options: EngineOptions, player: PlayerTable, given: frozenset[str], last: SavedPlayer | None
) -> InitialPlayer:
    config = options.config
    trained: set[str] = set()

    def start_of(parameter: Parameter) -> Any:
        table, key = parameter.key.split(".")
        if table == "player":
            return parameter.check(getattr(player, key))
        if last is not None and parameter.name in last.values and parameter.key not in given:
            trained.update({parameter.name}.intersection(last.trained))
            return last.values[parameter.name]
        own, general = getattr(player, key), getattr(getattr(config, table), key)
        value = general if own is None or parameter.key in given else own
        if value == TRAINED:
            trained.add(parameter.name)
            return parameter.default
        return "polyphony" if value == modes.FILTER else parameter.check(value)

    gap = config.model.max_gap if player.max_gap is None else player.max_gap
    values = {one.name: start_of(one) for one in parameters_of(MDRNN, AGENT, player.kind) if one.key}
    own_file = config.model.file if player.file is None or "model.file" in given else player.file
    file = own_file if last is None or "model.file" in given else last.model
    settings = PlayerSettings(player.kind, max_gap=gap or None, trained=frozenset(trained), **values)
    paused = last is not None and last.paused
    return InitialPlayer(player.name, player.kind, file, settings, routing_of(player), paused)


def routing_of(player: PlayerTable) -> Routing:
    """Returns the routing of a player of the configuration."""

    def some(names: tuple[str, ...] | None) -> frozenset[str] | None:
        return None if names is None else frozenset(names)

    return Routing(
        hears=_indices(player.hears),
        plays=_indices(player.plays),
        hears_channels=some(player.hears_channels),
        plays_channels=some(player.plays_channels),
        hears_players=player.hears_players,
    )


def _indices(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(int(name.removeprefix("x")) - 1 for name in names)


def session_settings(options: EngineOptions, last: SessionFile | None) -> SessionSettings:
    """Returns the initial settings of the session."""
    config, given = options.config, options.given
    thru = config.interaction.input_thru
    if last is not None and "interaction.input_thru" not in given:
        thru = last.thru
    before = last.thru_before_filter if last is not None else None
    if config.interaction.mode == modes.FILTER and (last is None or "interaction.mode" in given):
        thru, before = False, thru
    return SessionSettings(thru, config.log_input, config.log_predictions, before, config.interaction.hold_limit)


async def load_predictors(
    options: EngineOptions, wanted: Sequence[InitialPlayer], player_models: PlayerModels
) -> list[AnyPredictor]:
    """Returns the initial predictors, in order; a dummy for each model that cannot be loaded."""
    usual = options.config.model.dimension
    predictors = []
    for initial in wanted:
        count = initial.routing.count
        dimension = count + 1 if count else usual
        predictors.append(
            await player_models.first(initial.name, initial.kind, initial.model, initial.routing, dimension)
        )
    return predictors


def instrument_dimension(
    options: EngineOptions, wanted: Sequence[InitialPlayer], predictors: Sequence[AnyPredictor], notify: Notify
) -> int:
    """Returns the dimension of the instrument: as configured, or the least that the players need."""
    configured = options.config.model.dimension
    if not predictors:
        return configured or int(ranges.DIMENSION.low)
    needed = max(predictor.dimension for predictor in predictors)
    needed = max(needed, *(initial.routing.most + 1 for initial in wanted))
    if len(predictors) == 1 and not wanted[0].routing.fixed:
        if configured not in (0, needed):
            text = f"[model] dimension is {configured}, the model's is {needed}: that is used"
            notify("warning", "config", text)
        return needed
    if 0 < configured < needed:
        notify("warning", "config", f"[model] dimension is {configured}, the players need {needed}: that is used")
    return max(configured, needed)


def saved_session(session: Session, player_models: PlayerModels, live_set: SavedSet, *, log: bool) -> SessionFile:
    """Returns the saved session, without the fields that the engine adds."""
    players = {}
    for player in session.players.values():
        behaviour = player.behaviour
        file, trained = str(player_models.file_of(player) or ""), tuple(sorted(behaviour.settings.trained))
        players[player.name] = SavedPlayer(file, captured(behaviour, MDRNN), behaviour.paused, trained)
    general = session.settings
    return SessionFile(
        players, session.focus, general.thru, log, live_set, thru_before_filter=general.thru_before_filter
    )
