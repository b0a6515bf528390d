"""Initial ensembles from the configuration."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from impsy_tui import choices
from impsy_tui.config.schema import PlayerTable
from impsy_tui.engine.initial_players import routing_of
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.models.ensemble_loader import EnsembleLoader
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.players.base import SessionInterface
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer, EnsembleRouting
from impsy_tui.engine.players.ensemble.score_log import ScoreLog
from impsy_tui.engine.players.settings import EnsembleSettings
from impsy_tui.parameters import CLASSIFIER, ENSEMBLE, KINDS, TEMP, TRAINED, parameters_of


class InitialEnsembles:
    """Makes the ensembles of the configuration.

    Args:
        options: Options of the engine.
        log: Performance log.
        scores: Folder of gesture scores.
        random: Random generator.
        loader: Loader of models.
    """

    def __init__(
        self,
        options: EngineOptions,
        log: PerformanceLog,
        scores: Path,
        random: np.random.Generator,
        loader: EnsembleLoader,
    ) -> None:
        self._options = options
        self._log = log
        self._scores = scores
        self._random = random
        self._loader = loader

    async def load_all(self, session: SessionInterface, removed: Collection[str] = ()) -> list[EnsemblePlayer]:
        """Returns the ensembles of the configuration, in order, without those that the performer has removed.

        Raises:
            UserError: A shipped file cannot be read.
        """
        tables = [player for player in self._options.config.player if KINDS[player.kind].plays_touches]
        return [await self._load(table, session) for table in tables if table.name not in removed]

    async def _load(self, table: PlayerTable, session: SessionInterface) -> EnsemblePlayer:
        general = self._options.config.model
        own = (one for one in parameters_of(ENSEMBLE) if one not in (TEMP, CLASSIFIER))
        keys = {one.name: one.key.removeprefix("player.") for one in own}
        given = {name: value for name, key in keys.items() if (value := getattr(table, key)) is not None}
        temp = general.pitemp if table.pitemp is None else table.pitemp
        if temp != TRAINED:  # a network of an ensemble has no temperature of its training
            given[TEMP.name] = temp
        settings = EnsembleSettings(**given)
        ensemble_routing = EnsembleRouting(
            lead=table.lead or "",
            destinations=table.destinations,
            midi_channels=table.midi_channels or tuple(range(1, len(choices.FOLLOWERS) + 1)),
        )
        return EnsemblePlayer(
            table.name,
            await self._loader.first(table),
            settings,
            routing_of(table),
            ensemble_routing,
            ScoreLog(self._log, self._scores, table.name),
            session,
            self._random,
        )
