"""Models of players: initial, loaded, auditioned, unloaded."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from impsy_tui import choices, ranges
from impsy_tui.agent.file import SUFFIX as AGENT_SUFFIX
from impsy_tui.agent.predictor import AgentPredictor
from impsy_tui.config.schema import PlayerTable
from impsy_tui.engine.models.configured_settings import configured_settings
from impsy_tui.engine.models.ensemble_loader import EnsembleLoader
from impsy_tui.engine.models.loader import ModelFolders, load_model
from impsy_tui.engine.options import EngineOptions, configured_file, usual_dimension
from impsy_tui.engine.players.base import MAIN, Notify
from impsy_tui.engine.players.behaviours import AnyPredictor, blended_predictor
from impsy_tui.engine.players.mdrnn import MdrnnBehaviour
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.runtime.loop import describe_error
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.check import SUFFIXES
from impsy_tui.mdrnn.dummy import DummyPredictor
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.model_files.shape import shape_of_file
from impsy_tui.parameters import AGENT
from impsy_tui.paths import REPLACES_SHIPPED, replaces_shipped


@dataclass(slots=True)
class _ModelFiles:
    """Model files of a player.

    Attributes:
        file: File of the current model, None for the dummy.
        before: File of the model before, None for none.
        auditioned: File of the auditioned model, None for none.
        blended: File of the second model, None for none; see ``MdrnnBehaviour.blended``.
        loads: Number of load requests.
        auditions: Number of audition requests.
        blends: Number of requests for a second model.
    """

    file: Path | None = None
    before: Path | None = None
    auditioned: Path | None = None
    blended: Path | None = None
    loads: int = 0
    auditions: int = 0
    blends: int = 0

    def play(self, file: Path | None) -> None:
        """Notes the file of the model that plays now, and of the model before."""
        if file != self.file:
            self.before = self.file or self.before
        self.file = file


@dataclass(frozen=True, slots=True)
class LoadedPredictor:
    """Predictor that is ready to play.

    Attributes:
        predictor: Predictor.
        file: File of its model.
        remark: Remark about the loading for the performer; empty for none.
    """

    predictor: AnyPredictor
    file: Path
    remark: str


class PlayerModels:
    """Loads and changes the predictors of players.

    Attributes:
        ensembles: Loader of ensembles.

    Args:
        options: Options of the engine.
        folders: Folders of models and agents.
        random: Random generator of the predictors.
        notify: Reports to the performer.
    """

    def __init__(
        self, options: EngineOptions, folders: ModelFolders, random: np.random.Generator, notify: Notify
    ) -> None:
        self.ensembles = EnsembleLoader(options, random, notify)
        self._loading = ""
        self._options = options
        self._folders = folders
        self._agents = folders.beside(AGENT_SUFFIX)
        self._all = folders.beside(*SUFFIXES, AGENT_SUFFIX)
        self._random = random
        self._notify = notify
        self._files: dict[str, _ModelFiles] = {}
        self._origins: dict[Path, str] = {}
        """Folder of each file that was opened, in words; empty if no other folder has a model of its name."""

    def origin(self, player: Player) -> str:
        """Returns the folder of a player's model, if another folder has another model of its name; else empty."""
        file = self.file_of(player)
        return "" if file is None else self._origins.get(file, "")

    def previous(self, player: Player) -> Path:
        """Returns the file of the model that a player had before.

        Raises:
            UserError: No model played before.
        """
        before = self._files_of(player.name).before
        if before is None:
            raise UserError("no model played before this one: load NAME loads another")
        return before

    def plays(self, player: Player, name: str) -> bool:
        """Returns True if a player plays the model of a name.

        Raises:
            UserError: There is no such model.
        """
        return self.file_of(player) == self._find(player, name)

    @property
    def loading(self) -> str:
        """Name of the model that is loaded now, empty for none."""
        return self._loading or self.ensembles.loading

    def file_of(self, player: Player) -> Path | None:
        """Returns the file of a player's model, None for the dummy."""
        return self._files_of(player.name).file

    def files(self, players: Collection[Player]) -> list[Path]:
        """Returns the files of all models that these players play, blend or audition."""
        both = (self._files_of(player.name) for player in players)
        found = [file for files in both for file in (files.file, files.auditioned)]
        return [file for file in (*found, *map(self.blended_file, players)) if file is not None]

    def _files_of(self, name: str) -> _ModelFiles:
        return self._files.setdefault(name, _ModelFiles())

    async def first(self, name: str, kind: str, wanted: str, routing: Routing, dimension: int) -> AnyPredictor:
        """Returns the initial predictor of a player; a dummy if the model cannot be loaded.

        Args:
            name: Name of the player.
            kind: Kind of player.
            wanted: File or name of the model, empty for none.
            routing: Values and channels that the player hears and plays.
            dimension: Dimension of the dummy; 0 if not configured.
        """
        if not wanted:
            return self._first_dummy(name, "no model file is given", dimension)
        file: Path | None = None
        try:
            file = self._find_first(wanted, self._agents if kind == AGENT else self._folders)
            predictor, remark = await self._open(file, quiet=True)
        except UserError as problem:
            return self._first_dummy(name, f"{wanted}: {problem}", dimension, wanted, file)
        except Exception as error:
            # A damaged file may raise any error, and the engine must start.
            why = f"{wanted}: cannot be opened: {describe_error(error)}"
            return self._first_dummy(name, why, dimension, wanted, file)
        if predictor.kind != kind:
            return self._first_dummy(name, f'{predictor.name} is no player of kind "{kind}"', dimension)
        if why := routing.refuses(predictor.dimension):
            return self._first_dummy(name, f"{predictor.name} has dimension {predictor.dimension}: {why}", dimension)
        self._files_of(name).file = file
        if remark:
            self._notify("warning", "player", f"{predictor.name} is {remark}")
        return predictor

    def find(self, wanted: str, dimension: int) -> Path:
        """Returns the file of a name, a part of a name, a size or ``newest``, which prefer a dimension.

        Raises:
            UserError: There is no such model.
        """
        return self._all.find(wanted, dimension=dimension)

    async def open_new(self, name: str, file: Path) -> "LoadedPredictor":
        """Returns the predictor of a player that is added.

        Raises:
            UserError: The model cannot be loaded.
        """
        try:
            predictor, remark = await self._open(file)
        except UserError as problem:
            raise UserError(f"{file.stem}: {problem}; {name} is not added") from None
        return LoadedPredictor(predictor, file, remark)

    def dummy(self, dimension: int) -> DummyPredictor:
        """Returns a dummy of a dimension."""
        return DummyPredictor(dimension, self._random)

    def settings_of_new(self, name: str) -> PlayerSettings:
        """Returns the parameters of a player that is added."""
        return configured_settings(self._options.config, PlayerTable(name=name))

    def configured_kind(self, name: str) -> str:
        """Returns the kind of the player with a name in the configuration; empty for none."""
        tables = self._options.config.player or (PlayerTable(name=MAIN),)
        return next((table.kind for table in tables if table.name == name), "")

    def written_file(self, player: Player) -> str:
        """Returns the file of a player's model as a configuration names it; empty for the dummy."""
        return self._all.written_file(self.file_of(player))

    def begin(self, name: str, file: Path | None) -> None:
        """Notes the file of the model with which a player begins."""
        self._files[name] = _ModelFiles(file)

    async def load(self, player: Player, name: str, file: Path | None = None, routing: Routing | None = None) -> str:
        """Loads a model for a player; returns the reply.

        Args:
            player: Player of the model.
            name: Name of the model.
            file: File of the model, None to find the model by name. A configuration may name a file outside the
                folders of models.
            routing: Values that the player must be able to play with the model; None for those that it plays.

        Raises:
            UserError: The model cannot be loaded; the model before plays on.
        """
        file, files = file or self._find(player, name), self._files_of(player.name)
        files.loads += 1
        if file == files.auditioned and (predictor := player.end_audition()) is not None:
            # The auditioned model keeps its memory.
            files.auditioned = None
            player.change_predictor(predictor)
            files.play(file)
            return f"{predictor.name} plays, as auditioned"
        if file == self.blended_file(player) and (second := blended_predictor(player.behaviour)) is not None:
            # The second model keeps its memory, too.
            player.change_predictor(second)
            files.play(file)
            return f"{second.name} plays alone"
        number = files.loads
        predictor, remark = await self._open_beside(player, file)
        if number != files.loads:
            if file == files.file:
                return f"{predictor.name} plays"  # the later request asked for the same model
            raise UserError(f"{predictor.name} does not play: another model was requested during loading")
        dimension = predictor.dimension
        if dimension != player.dimension and (why := player.refuses(dimension, routing)):
            raise UserError(f"{predictor.name} has dimension {dimension}: {why}")
        player.change_predictor(predictor)
        files.play(file)
        if player.auditioned is None:  # a change of dimension ends the audition
            files.auditioned = None
        return f"{predictor.name} plays, dimension {dimension}" + (f" ({remark})" if remark else "")

    def end_audition(self, player: Player) -> None:
        """Ends the audition.

        Raises:
            UserError: No model is auditioned.
        """
        self._forget_audition(player)
        if player.end_audition() is None:
            raise UserError("no model is auditioned")

    async def audition(self, player: Player, name: str) -> str:
        """Auditions a model, which listens and plays unheard; returns the reply.

        Raises:
            UserError: The model cannot be loaded, or has another dimension than the player.
        """
        files = self._files_of(player.name)
        file = self._find(player, name)
        files.auditions += 1
        number = files.auditions
        predictor, _ = await self._open_beside(player, file)
        if number != files.auditions:
            raise UserError(f"{predictor.name} is not auditioned: something else was requested during loading")
        if predictor.dimension != player.dimension:
            raise UserError(
                f"{predictor.name} has dimension {predictor.dimension}, {player.dimension} is played: load it instead"
            )
        player.audition(predictor)
        files.auditioned = file
        return f"{predictor.name} listens and plays in silence; load {predictor.name} lets it be heard"

    async def blend(self, player: Player, name: str, file: Path | None = None) -> str:
        """Lets a second model play with the first, and returns its name; a model that plays already plays on.

        Args:
            player: Player of the model.
            name: Name of the second model.
            file: File of the second model, None to find the model by name.

        Raises:
            UserError: The model cannot be loaded, or does not fit the first.
        """
        file, files = file or self._find(player, name), self._files_of(player.name)
        files.blends += 1
        if (second := blended_predictor(player.behaviour)) is not None and file == files.blended:
            return second.name
        number = files.blends
        predictor, _ = await self._open_beside(player, file)
        if number != files.blends:
            raise UserError(f"{predictor.name} is not blended: something else was requested during loading")
        behaviour = player.behaviour
        if not isinstance(predictor, MdrnnPredictor) or not isinstance(behaviour, MdrnnBehaviour):
            raise UserError(f"{predictor.name} cannot be blended: only models that answer events can")
        if predictor.dimension != player.dimension:
            raise UserError(
                f"{predictor.name} has dimension {predictor.dimension}, {player.dimension} is played: "
                "both models of a blend need the same dimension"
            )
        behaviour.blend(predictor)
        files.blended = file
        return predictor.name

    def blended_file(self, player: Player) -> Path | None:
        """Returns the file of the second model, None for none."""
        return None if blended_predictor(player.behaviour) is None else self._files_of(player.name).blended

    def unload(self, player: Player) -> None:
        """Replaces the model by the dummy."""
        files = self._files_of(player.name)
        files.loads += 1
        files.play(None)
        self._forget_audition(player)
        player.end_audition()
        player.change_predictor(DummyPredictor(player.dimension, self._random))

    def stay(self, player: Player) -> None:
        """Cancels a running load, so the current model plays on."""
        files = self._files_of(player.name)
        files.loads += 1
        files.blends += 1

    def _forget_audition(self, player: Player) -> None:
        """Forgets the auditioned model and a running load for an audition."""
        files = self._files_of(player.name)
        files.auditioned = None
        files.auditions += 1

    def _first_dummy(
        self, name: str, why: str, dimension: int, wanted: str = "", file: Path | None = None
    ) -> AnyPredictor:
        source = "player" if name == MAIN else name
        self._notify("warning", source, f"{why}: the DUMMY player plays random values")
        if not dimension:
            known = 0 if file is None else shape_of_file(file)[0]
            dimension = known if known in ranges.DIMENSION else usual_dimension(self._options.config, wanted)
            self._notify(
                "warning", source, f"[model] dimension is not set: the DUMMY player plays {dimension - 1} values"
            )
        return DummyPredictor(dimension, self._random)

    def _find_first(self, name: str, folders: ModelFolders) -> Path:
        """Returns the model file of a path from here or from the configuration, or of a name."""
        file = configured_file(self._options, name)
        return file or folders.find(Path(name).name, exact=True)

    def _find(self, player: Player, name: str) -> Path:
        """Returns the model file of a name, a size, ``newest`` or ``previous``."""
        if name == choices.PREVIOUS:
            return self.previous(player)
        return self.find(name, player.dimension)

    async def _open(self, file: Path, *, quiet: bool = False) -> tuple[AnyPredictor, str]:
        """Returns a new predictor and a remark for the performer."""
        self._loading = file.stem
        try:
            own = REPLACES_SHIPPED if await asyncio.to_thread(replaces_shipped, file) else ""
            self._origins[file] = await asyncio.to_thread(self._all.origin, file)
            if file.suffix == AGENT_SUFFIX:
                agent = await asyncio.get_running_loop().run_in_executor(None, AgentPredictor, file, self._random)
                return agent, own
            loaded = await load_model(file, quiet=quiet)
        finally:
            self._loading = ""
        notes = loaded.notes
        fitted = notes.pi_temperature, notes.sigma_temperature
        predictor = MdrnnPredictor(loaded.network, loaded.name, self._random, notes.max_gap, fitted, notes.cell_nats)
        return predictor, loaded.remark or own

    async def _open_beside(self, player: Player, file: Path) -> tuple[AnyPredictor, str]:
        try:
            return await self._open(file)
        except UserError as problem:
            raise UserError(f"{file.stem}: {problem}; {player.behaviour.predictor.name} plays on") from None
