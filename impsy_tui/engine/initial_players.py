"""Initial players from configuration and saved session, and the saved session of the players."""

from collections.abc import Sequence
from dataclasses import dataclass

from impsy_tui import modes, ranges
from impsy_tui.config.schema import PlayerTable
from impsy_tui.engine.models.configured_settings import configured_settings, routing_of
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.performance.session_state.last_session import SavedPlayer, SavedSet, SessionFile
from impsy_tui.engine.players.base import MAIN, Notify
from impsy_tui.engine.players.behaviours import AnyPredictor
from impsy_tui.engine.players.routing import Routing, read_routing
from impsy_tui.engine.players.session import Session, SessionSettings
from impsy_tui.engine.players.settings import PlayerSettings, captured
from impsy_tui.parameters import ENSEMBLE, KINDS, MDRNN


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
    kept = last.players if last is not None else {}
    names, gone = {player.name for player in players}, last.removed if last is not None else ()
    added = [
        PlayerTable(name=name, kind=saved.kind)
        for name, saved in kept.items()
        if saved.added and name not in names and saved.kind in KINDS and not KINDS[saved.kind].plays_touches
    ]
    players = tuple(player for player in players if not KINDS[player.kind].plays_touches and player.name not in gone)
    return [
        _initial_player(options, player, options.given if index == 0 else frozenset(), kept.get(player.name))
        for index, player in enumerate((*players, *added))
    ]


def _initial_player(
    options: EngineOptions, player: PlayerTable, given: frozenset[str], last: SavedPlayer | None
) -> InitialPlayer:
    config = options.config
    own_file = config.model.file if player.file is None or "model.file" in given else player.file
    file = own_file if last is None or "model.file" in given else last.model
    settings = configured_settings(
        config, player, given, {} if last is None else last.values, () if last is None else last.trained
    )
    paused = last is not None and last.paused
    routing = routing_of(player) if last is None or last.routing is None else read_routing(last.routing)
    return InitialPlayer(player.name, player.kind, file, settings, routing, paused)


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
        before, behaviour = session.configured.get(player.name), player.behaviour
        players[player.name] = SavedPlayer(
            str(player_models.file_of(player) or ""),
            captured(behaviour, MDRNN),
            behaviour.paused,
            tuple(sorted(behaviour.settings.trained)),
            kind=behaviour.kind,
            added=before is None,
            routing=None if before == player.routing else player.routing.table,
        )
    for ensemble in session.ensembles.values():
        if ensemble.name not in session.configured:  # the scene of the live set has the parameters
            file = str(ensemble.behaviour.models.file or "")
            table = ensemble.routing.table
            players[ensemble.name] = SavedPlayer(file, {}, ensemble.paused, kind=ENSEMBLE, added=True, routing=table)
    general = session.settings
    return SessionFile(
        players,
        session.focus,
        general.thru,
        log,
        live_set,
        thru_before_filter=general.thru_before_filter,
        removed=tuple(name for name in session.configured if name not in session.all_players),
    )
