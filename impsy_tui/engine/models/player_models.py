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
from impsy_tui.engine.players.base import MAIN, Tell
from impsy_tui.engine.players.kinds import Anybody
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

    def __init__(self, setup: EngineOptions, shelf: ModelFolders, random: np.random.Generator, tell: Tell) -> None:
        self.bands = EnsembleLoader(setup, random, tell)
        self._loading = ""
        self._setup = setup
        self._shelf = shelf
        self._agents = shelf.beside(AGENT_SUFFIX)
        self._all = shelf.beside(*SUFFIXES, AGENT_SUFFIX)
        self._random = random
        self._tell = tell
        self._casts: dict[str, _Cast] = {}

    @property
    def loading(self) -> str:
        """The name of a model that is being loaded."""
        return self._loading or self.bands.loading

    def file_of(self, seat: Player) -> Path | None:
        """The file of the model that plays."""
        return self._cast(seat.name).file

    @property
    def files(self) -> list[Path]:
        """The files of all models that play, auditioned ones too."""
        both = (file for cast in self._casts.values() for file in (cast.file, cast.auditioned))
        return [file for file in both if file is not None]

    def _cast(self, name: str) -> _Cast:
        return self._casts.setdefault(name, _Cast())

    async def first(self, name: str, kind: str, wanted: str, wiring: Routing, dimension: int) -> Anybody:
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
            player, remark = await self._open(file, quiet=True)
        except UserError as problem:
            return self._first_dummy(name, f"{wanted}: {problem}", dimension, wanted)
        except Exception as error:
            # Whatever a damaged file does to its reader, the engine starts.
            return self._first_dummy(name, f"{wanted}: cannot be opened: {describe_error(error)}", dimension, wanted)
        if player.kind != kind:
            return self._first_dummy(name, f'{player.name} is no player of kind "{kind}"', dimension)
        if why := wiring.refuses(player.dimension):
            return self._first_dummy(name, f"{player.name} has dimension {player.dimension}: {why}", dimension)
        self._cast(name).file = file
        if remark:
            self._tell("warning", "player", f"{player.name} is {remark}")
        return player

    async def load(self, seat: Player, name: str, file: Path | None = None) -> str:
        """Load a model and let it play; the reply.

        Args:
            seat: who is to play it.
            name: of the model.
            file: where it is, if that is known: what a configuration names by a path is in no folder of models.

        Raises:
            UserError: it cannot; the one before plays on.
        """
        file, cast = file or self._find(name), self._cast(seat.name)
        cast.loads += 1
        if file == cast.auditioned and (player := seat.end_audition()) is not None:
            # It has listened: it goes on with what it has heard.
            cast.auditioned = None
            seat.change_player(player)
            cast.file = file
            return f"{player.name} plays, as auditioned"
        number = cast.loads
        player, remark = await self._open_beside(seat, file)
        if number != cast.loads:
            if file == cast.file:
                return f"{player.name} plays"  # as whoever asked for something else wishes, too
            raise UserError(f"{player.name} does not play: another was asked for while it was loaded")
        dimension = player.dimension
        if dimension != seat.dimension and (why := seat.refuses(dimension)):
            raise UserError(f"{player.name} has dimension {dimension}: {why}")
        seat.change_player(player)
        cast.file = file
        if seat.understudy is None:  # one of another dimension is sent away
            cast.auditioned = None
        return f"{player.name} plays, dimension {dimension}" + (f" ({remark})" if remark else "")

    def end_audition(self, seat: Player) -> None:
        """Send the model away that is auditioned.

        Raises:
            UserError: none is.
        """
        self._forget_audition(seat)
        if seat.end_audition() is None:
            raise UserError("nothing is auditioned")

    async def audition(self, seat: Player, name: str) -> str:
        """Let another model listen and play in silence; the reply.

        Raises:
            UserError: it cannot.
        """
        cast = self._cast(seat.name)
        file = self._find(name)
        cast.auditions += 1
        number = cast.auditions
        player, _ = await self._open_beside(seat, file)
        if number != cast.auditions:
            raise UserError(f"{player.name} is not auditioned: something else was asked for while it was loaded")
        if player.dimension != seat.dimension:
            raise UserError(
                f"{player.name} has dimension {player.dimension}, {seat.dimension} is played: load it instead"
            )
        seat.audition(player)
        cast.auditioned = file
        return f"{player.name} listens and plays in silence; load {player.name} lets it be heard"

    def unload(self, seat: Player) -> None:
        """Let the dummy play."""
        cast = self._cast(seat.name)
        cast.loads += 1
        cast.file = None
        self._forget_audition(seat)
        seat.end_audition()
        seat.change_player(DummyPredictor(seat.dimension, self._random))

    def stay(self, seat: Player) -> None:
        """Let the model that plays play on: what is being loaded was asked for before."""
        self._cast(seat.name).loads += 1

    def _forget_audition(self, seat: Player) -> None:
        """Nothing is auditioned, nor what is still being opened for it."""
        cast = self._cast(seat.name)
        cast.auditioned = None
        cast.auditions += 1

    def _first_dummy(self, name: str, why: str, dimension: int, file: str = "") -> Anybody:
        source = "player" if name == MAIN else name
        self._tell("warning", source, f"{why}: the DUMMY player plays, wandering at random")
        if not dimension:
            dimension = usual_dimension(self._setup.config, file)
            self._tell(
                "warning", source, f"[model] dimension is not set: the DUMMY player plays {dimension - 1} values"
            )
        return DummyPredictor(dimension, self._random)

    def _find_first(self, name: str, shelf: ModelFolders) -> Path:
        """The model file of a configuration: a path from here or from the configuration, or a name."""
        path = Path(expanduser(name))
        beside = self._setup.config_file.parent / path if self._setup.config_file else path
        for candidate in (path, beside):
            if candidate.is_file():
                return candidate.absolute()
        return shelf.find(name if path.name == name else path.name, exact=True)

    def _find(self, name: str) -> Path:
        return self._all.find(name)

    async def _open(self, file: Path, *, quiet: bool = False) -> tuple[Anybody, str]:
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

    async def _open_beside(self, seat: Player, file: Path) -> tuple[Anybody, str]:
        try:
            return await self._open(file)
        except UserError as problem:
            raise UserError(f"{file.stem}: {problem}; {seat.part.player.name} plays on") from None
