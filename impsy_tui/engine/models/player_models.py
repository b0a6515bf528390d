"""Who plays: the first players, models loaded and auditioned beside those that play, and none at all."""

import asyncio
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path

import numpy as np

from impsy_tui.agent.file import SUFFIX as AGENT_SUFFIX
from impsy_tui.agent.predictor import AgentPredictor
from impsy_tui.engine.models.ensemble_loader import EnsembleLoader
from impsy_tui.engine.models.loader import ModelFolders, load_model
from impsy_tui.engine.options import EngineOptions, usual_dimension
from impsy_tui.engine.players.base import MAIN, Notify
from impsy_tui.engine.players.behaviours import AnyPredictor
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.runtime.loop import describe_error
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.check import SUFFIXES
from impsy_tui.mdrnn.dummy import DummyPredictor
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.paths import REPLACES_SHIPPED, replaces_shipped


@dataclass(slots=True)
class _Cast:
    """What one player plays from.

    Attributes:
        file: of the model that plays.
        auditioned: of the model that plays beside it in silence.
        loads: how often another was asked for.
        auditions: how often something was asked for of what plays in silence.
    """

    file: Path | None = None
    auditioned: Path | None = None
    loads: int = 0
    auditions: int = 0


class PlayerModels:
    """Changes players.

    Args:
        setup: who was asked for at the start.
        shelf: where models are taken from by name, and agents beside them.
        random: of players.
        tell: says things to the performer.
    """

    def __init__(
        self, options: EngineOptions, shelf: ModelFolders, random: np.random.Generator, notify: Notify
    ) -> None:
        self.ensembles = EnsembleLoader(options, random, notify)
        self._loading = ""
        self._options = options
        self._shelf = shelf
        self._agents = shelf.beside(AGENT_SUFFIX)
        self._all = shelf.beside(*SUFFIXES, AGENT_SUFFIX)
        self._random = random
        self._notify = notify
        self._casts: dict[str, _Cast] = {}

    @property
    def loading(self) -> str:
        """The name of a model that is being loaded."""
        return self._loading or self.ensembles.loading

    def file_of(self, player: Player) -> Path | None:
        """The file of the model that plays."""
        return self._cast(player.name).file

    @property
    def files(self) -> list[Path]:
        """The files of all models that play, auditioned ones too."""
        both = (file for cast in self._casts.values() for file in (cast.file, cast.auditioned))
        return [file for file in both if file is not None]

    def _cast(self, name: str) -> _Cast:
        return self._casts.setdefault(name, _Cast())

    async def first(self, name: str, kind: str, wanted: str, routing: Routing, dimension: int) -> AnyPredictor:
        """The player to begin with.

        Args:
            name: of the player.
            kind: of player, as configured.
            wanted: a model: a file or a name, empty for none.
            wiring: what it hears and plays.
            dimension: of the dummy that plays if there is no model; 0 if it is not configured.
        """
        if not wanted:
            return self._first_dummy(name, "no model file is given", dimension)
        try:
            file = self._find_first(wanted, self._agents if kind == AgentPredictor.kind else self._shelf)
            predictor, remark = await self._open(file, quiet=True)
        except UserError as problem:
            return self._first_dummy(name, f"{wanted}: {problem}", dimension, wanted)
        except Exception as error:
            # Whatever a damaged file does to its reader, the engine starts.
            return self._first_dummy(name, f"{wanted}: cannot be opened: {describe_error(error)}", dimension, wanted)
        if predictor.kind != kind:
            return self._first_dummy(name, f'{predictor.name} is no player of kind "{kind}"', dimension)
        if why := routing.refuses(predictor.dimension):
            return self._first_dummy(name, f"{predictor.name} has dimension {predictor.dimension}: {why}", dimension)
        self._cast(name).file = file
        if remark:
            self._notify("warning", "player", f"{predictor.name} is {remark}")
        return predictor

    async def load(self, player: Player, name: str, file: Path | None = None) -> str:
        """Load a model and let it play; the reply.

        Args:
            seat: who is to play it.
            name: of the model.
            file: where it is, if that is known: what a configuration names by a path is in no folder of models.

        Raises:
            UserError: it cannot; the one before plays on.
        """
        file, cast = file or self._find(name), self._cast(player.name)
        cast.loads += 1
        if file == cast.auditioned and (predictor := player.end_audition()) is not None:
            # It has listened: it goes on with what it has heard.
            cast.auditioned = None
            player.change_predictor(predictor)
            cast.file = file
            return f"{predictor.name} plays, as auditioned"
        number = cast.loads
        predictor, remark = await self._open_beside(player, file)
        if number != cast.loads:
            if file == cast.file:
                return f"{predictor.name} plays"  # as whoever asked for something else wishes, too
            raise UserError(f"{predictor.name} does not play: another was asked for while it was loaded")
        dimension = predictor.dimension
        if dimension != player.dimension and (why := player.refuses(dimension)):
            raise UserError(f"{predictor.name} has dimension {dimension}: {why}")
        player.change_predictor(predictor)
        cast.file = file
        if player.auditioned is None:  # one of another dimension is sent away
            cast.auditioned = None
        return f"{predictor.name} plays, dimension {dimension}" + (f" ({remark})" if remark else "")

    def end_audition(self, player: Player) -> None:
        """Send the model away that is auditioned.

        Raises:
            UserError: none is.
        """
        self._forget_audition(player)
        if player.end_audition() is None:
            raise UserError("nothing is auditioned")

    async def audition(self, player: Player, name: str) -> str:
        """Let another model listen and play in silence; the reply.

        Raises:
            UserError: it cannot.
        """
        cast = self._cast(player.name)
        file = self._find(name)
        cast.auditions += 1
        number = cast.auditions
        predictor, _ = await self._open_beside(player, file)
        if number != cast.auditions:
            raise UserError(f"{predictor.name} is not auditioned: something else was asked for while it was loaded")
        if predictor.dimension != player.dimension:
            raise UserError(
                f"{predictor.name} has dimension {predictor.dimension}, {player.dimension} is played: load it instead"
            )
        player.audition(predictor)
        cast.auditioned = file
        return f"{predictor.name} listens and plays in silence; load {predictor.name} lets it be heard"

    def unload(self, player: Player) -> None:
        """Let the dummy play."""
        cast = self._cast(player.name)
        cast.loads += 1
        cast.file = None
        self._forget_audition(player)
        player.end_audition()
        player.change_predictor(DummyPredictor(player.dimension, self._random))

    def stay(self, player: Player) -> None:
        """Let the model that plays play on: what is being loaded was asked for before."""
        self._cast(player.name).loads += 1

    def _forget_audition(self, player: Player) -> None:
        """Nothing is auditioned, nor what is still being opened for it."""
        cast = self._cast(player.name)
        cast.auditioned = None
        cast.auditions += 1

    def _first_dummy(self, name: str, why: str, dimension: int, file: str = "") -> AnyPredictor:
        source = "player" if name == MAIN else name
        self._notify("warning", source, f"{why}: the DUMMY player plays, wandering at random")
        if not dimension:
            dimension = usual_dimension(self._options.config, file)
            self._notify(
                "warning", source, f"[model] dimension is not set: the DUMMY player plays {dimension - 1} values"
            )
        return DummyPredictor(dimension, self._random)

    def _find_first(self, name: str, shelf: ModelFolders) -> Path:
        """The model file of a configuration: a path from here or from the configuration, or a name."""
        path = Path(expanduser(name))
        beside = self._options.config_file.parent / path if self._options.config_file else path
        for candidate in (path, beside):
            if candidate.is_file():
                return candidate.absolute()
        return shelf.find(name if path.name == name else path.name, exact=True)

    def _find(self, name: str) -> Path:
        return self._all.find(name)

    async def _open(self, file: Path, *, quiet: bool = False) -> tuple[AnyPredictor, str]:
        """A player that has heard nothing, and what the performer should know of how it was loaded."""
        self._loading = file.stem
        try:
            own = REPLACES_SHIPPED if await asyncio.to_thread(replaces_shipped, file) else ""
            if file.suffix == AGENT_SUFFIX:
                agent = await asyncio.get_running_loop().run_in_executor(None, AgentPredictor, file, self._random)
                return agent, own
            loaded = await load_model(file, quiet=quiet)
        finally:
            self._loading = ""
        return MdrnnPredictor(loaded.network, loaded.name, self._random, loaded.notes.max_gap), loaded.remark or own

    async def _open_beside(self, player: Player, file: Path) -> tuple[AnyPredictor, str]:
        try:
            return await self._open(file)
        except UserError as problem:
            raise UserError(f"{file.stem}: {problem}; {player.behaviour.predictor.name} plays on") from None
