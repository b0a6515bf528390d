"""Session at the start, with the players of the configuration and of the saved session."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui.config.schema import PlayerTable
from impsy_tui.engine.initial_ensembles import load_ensembles
from impsy_tui.engine.initial_players import (
    InitialPlayer,
    initial_players,
    instrument_dimension,
    load_predictors,
    session_settings,
)
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.models.configured_settings import routing_of
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.performance.session_state.last_session import SessionFile
from impsy_tui.engine.players.base import MAIN, Notify
from impsy_tui.engine.players.ensemble.score_log import ScoreLog
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.runtime.scheduler import Scheduler


@dataclass(frozen=True, slots=True)
class SessionParts:
    """Parts of the engine that the session uses.

    Attributes:
        scheduler: Scheduler of all events.
        outputs: All outputs.
        log: Performance log.
        random: Random generator.
        scores: Folder of gesture scores.
    """

    scheduler: Scheduler
    outputs: Outputs
    log: PerformanceLog
    random: np.random.Generator
    scores: Path


async def make_session(
    options: EngineOptions,
    last: SessionFile | None,
    parts: SessionParts,
    models: PlayerModels,
    notify: Notify,
    addressed: Callable[[str, str, Sequence[Any], bool], str],
) -> tuple[Session, list[InitialPlayer]]:
    """Returns the session with its players, and the initial players of values.

    Args:
        options: Options of the engine.
        last: Saved session, None to begin with the configuration.
        parts: Parts of the engine.
        models: Models of the players.
        notify: Reports to the performer.
        addressed: Handler of control messages that channels receive.
    """
    wanted = initial_players(options, last)
    predictors = await load_predictors(options, wanted, models)
    dimension = instrument_dimension(options, wanted, predictors, notify)
    settings = session_settings(options, last)
    session = Session(parts.scheduler, parts.outputs, notify, addressed, settings, parts.random, dimension)
    session.make_log = lambda name: parts.log if name == MAIN else parts.log.voice(name)
    tables = options.config.player or (PlayerTable(name=MAIN),)
    session.make_score_log = lambda name: ScoreLog(parts.log, parts.scores, name)
    session.configured = {table.name: routing_of(table) for table in tables}
    for initial, predictor in zip(wanted, predictors, strict=True):
        name = initial.name
        session.add(name, predictor, initial.settings, session.make_log(name), initial.routing)
    await load_ensembles(options, last, models.ensembles, session)
    there = session.all_players
    session.arrange(
        [
            name
            for name in (*session.configured, *(one for one in there if one not in session.configured))
            if name in there
        ]
    )
    if last and last.focus in there:
        session.focus = last.focus
    return session, wanted
