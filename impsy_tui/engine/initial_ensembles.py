"""Initial ensembles from configuration and saved session."""

from impsy_tui.config.schema import PlayerTable
from impsy_tui.engine.models.ensemble_loader import EnsembleLoader
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.performance.session_state.last_session import SessionFile
from impsy_tui.engine.players.routing import read_routing
from impsy_tui.engine.players.session import Session
from impsy_tui.parameters import ENSEMBLE, KINDS


async def load_ensembles(
    options: EngineOptions, last: SessionFile | None, loader: EnsembleLoader, session: Session
) -> None:
    """Adds the ensembles of the configuration, in order, and those of the saved session.

    Args:
        options: Options of the engine.
        last: Saved session, None to begin with the configuration. Players that the performer removed are left out.
        loader: Loader of models.
        session: Session of the ensembles.

    Raises:
        UserError: A shipped file cannot be read.
    """
    removed = () if last is None else last.removed
    for table in options.config.player:
        if KINDS[table.kind].plays_touches and table.name not in removed:
            session.insert(loader.make(table, await loader.first(table), session))
    names = {table.name for table in options.config.player}
    for name, saved in {} if last is None else last.players.items():
        if saved.added and saved.kind == ENSEMBLE and name not in names:
            table = PlayerTable(name=name, kind=ENSEMBLE, file=saved.model)
            routing = read_routing(saved.routing or {})
            session.insert(loader.make(table, await loader.first(table), session, routing))
