"""Parts of an engine that commands for players need, without the rest of the engine."""

from pathlib import Path

import numpy as np

from impsy_tui.config import load_config
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.server.set_timer import SetTimer
from impsy_tui.errors import UserError
from impsy_tui.workers.client import JobRunner


class BareHost:
    """Parts of an engine that commands for players need, without the rest of the engine."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.set_timer = SetTimer(session.scheduler.now)
        self.jobs = JobRunner(folder, lambda job: None)
        self.user_files = UserFiles(folder, folder, [folder], tuple)
        options = EngineOptions(load_config(None), frozenset(), folder, folder / "engine.sock")
        self.player_models = PlayerModels(
            options, self.user_files.models, np.random.default_rng(1), lambda *said: None
        )

    @property
    def training_size(self) -> str:
        return "s"

    async def change_setting(self, key: str, value: str) -> str:
        raise UserError(key)

    def set_log(self, what: str) -> str:
        return what

    def status_text(self) -> str:
        return ""

    def shut_down(self) -> None: ...
