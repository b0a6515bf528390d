"""Who plays: the first player, models loaded and auditioned beside the one that plays, and none at all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from impsy_tui.engine.models import LoadedModel, Shelf, load_model
from impsy_tui.engine.session import Session, Tell
from impsy_tui.engine.setup import Setup, StartProblem
from impsy_tui.networks import ModelProblem
from impsy_tui.players import Player
from impsy_tui.players.dummy import DummyPlayer
from impsy_tui.players.mdrnn import MdrnnPlayer


class CastingProblem(Exception):
    """A model that cannot play; the message says why, and who plays on."""


class Casting:
    """Changes players.

    Args:
        setup: who was asked for at the start.
        shelf: where models are taken from by name.
        random: of players.
        tell: says things to the performer.
        session: whose player is changed, once it is there.
    """

    def __init__(
        self,
        setup: Setup,
        shelf: Shelf,
        random: np.random.Generator,
        tell: Tell,
        session: Callable[[], Session],
    ) -> None:
        self.file: Path | None = None
        """The file of the model that plays."""
        self.auditioned: Path | None = None
        """The file of the model that plays beside it in silence."""
        self.loading = ""
        """The name of a model that is being loaded."""
        self._setup = setup
        self._shelf = shelf
        self._random = random
        self._tell = tell
        self._session = session
        self._loads = 0

    async def first(self, resumed: str | None) -> Player:
        """The player to begin with: the configuration's, or one that is resumed.

        Raises:
            StartProblem: there is neither a model nor a dimension to play without one.
        """
        model = self._setup.config.model
        name = model.file if resumed is None or "model.file" in self._setup.given else resumed
        if not name:
            return self._first_dummy("no model file is given")
        try:
            file = self._find_first(name)
            loaded = await self._open(file, quiet=True)
        except ModelProblem as problem:
            return self._first_dummy(f"{name}: {problem}")
        self.file = file
        dimension = loaded.network.shape.dimension
        if model.dimension and model.dimension != dimension:
            text = f"[model] dimension is {model.dimension}, the model's is {dimension}: that is used"
            self._tell("warning", "config", text)
        if loaded.remark:
            self._tell("warning", "player", f"{loaded.name} is {loaded.remark}")
        return self._player(loaded)

    async def load(self, name: str) -> str:
        """Load a model by name and let it play; the reply.

        Raises:
            CastingProblem: it cannot; the one before plays on.
        """
        session = self._session()
        file = self._find(name)
        self._loads += 1
        if file == self.auditioned and (player := session.end_audition()) is not None:
            # It has listened: it goes on with what it has heard.
            self.auditioned = None
            session.change_player(player)
            self.file = file
            return f"{player.name} plays, as auditioned"
        number = self._loads
        loaded = await self._open_beside(file)
        if number != self._loads:
            raise CastingProblem(f"{loaded.name} does not play: another was asked for while it was loaded")
        dimension = loaded.network.shape.dimension
        if dimension != session.dimension and (why := session.refuses(dimension)):
            raise CastingProblem(f"{loaded.name} has dimension {dimension}: {why}")
        session.change_player(self._player(loaded))
        self.file = file
        if session.understudy is None:  # one of another dimension is sent away
            self.auditioned = None
        remark = f" ({loaded.remark})" if loaded.remark else ""
        return f"{loaded.name} plays, dimension {dimension}{remark}"

    async def audition(self, name: str) -> str:
        """Let another model listen and play in silence, or with ``off`` end that; the reply.

        Raises:
            CastingProblem: it cannot.
        """
        session = self._session()
        if name == "off":
            self.auditioned = None
            if session.end_audition() is None:
                raise CastingProblem("nothing is auditioned")
            return "the audition is over"
        file = self._find(name)
        loaded = await self._open_beside(file)
        dimension = loaded.network.shape.dimension
        if dimension != session.dimension:
            raise CastingProblem(
                f"{loaded.name} has dimension {dimension}, {session.dimension} is played: load it instead"
            )
        session.audition(self._player(loaded))
        self.auditioned = file
        return f"{loaded.name} listens and plays in silence; load {loaded.name} lets it be heard"

    def unload(self) -> None:
        """Let the dummy play."""
        session = self._session()
        self._loads += 1
        self.file = self.auditioned = None
        session.end_audition()
        session.change_player(DummyPlayer(session.dimension, self._random))

    def _first_dummy(self, why: str) -> Player:
        dimension = self._setup.config.model.dimension
        if not dimension:
            raise StartProblem(f"{why}, and no [model] dimension to play without one: set one of them")
        self._tell("warning", "player", f"{why}: the DUMMY player plays, wandering at random")
        return DummyPlayer(dimension, self._random)

    def _find_first(self, name: str) -> Path:
        """The model file of a configuration: a path from here or from the configuration, or a name."""
        path = Path(name).expanduser()
        beside = self._setup.config_file.parent / path if self._setup.config_file else path
        for candidate in (path, beside):
            if candidate.is_file():
                return candidate.absolute()
        return self._shelf.find(name if path.name == name else path.name)

    def _find(self, name: str) -> Path:
        try:
            return self._shelf.find(name)
        except ModelProblem as problem:
            raise CastingProblem(str(problem)) from None

    async def _open(self, file: Path, *, quiet: bool = False) -> LoadedModel:
        self.loading = file.stem
        try:
            return await load_model(file, quiet=quiet)
        finally:
            self.loading = ""

    async def _open_beside(self, file: Path) -> LoadedModel:
        try:
            return await self._open(file)
        except ModelProblem as problem:
            raise CastingProblem(f"{file.stem}: {problem}; {self._session().part.player.name} plays on") from None

    def _player(self, loaded: LoadedModel) -> Player:
        return MdrnnPlayer(loaded.network, loaded.name, self._random, loaded.notes.max_gap)
