"""Loader of networks, classifiers and clips of ensembles."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from impsy_tui import choices, ranges
from impsy_tui.config.schema import PlayerTable
from impsy_tui.engine.models.configured_settings import ensemble_settings, routing_of
from impsy_tui.engine.models.loader import ModelFolders, load_ensemble
from impsy_tui.engine.options import EngineOptions, configured_file, model_folders
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.players.ensemble.followers import EnsembleModels
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer, EnsembleRouting
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import EnsembleSettings
from impsy_tui.engine.runtime.loop import describe_error
from impsy_tui.ensemble import classifier, clips
from impsy_tui.ensemble.arrays import SUFFIX
from impsy_tui.ensemble.network import SHIPPED
from impsy_tui.ensemble.predictor import EnsemblePredictor, GestureNetwork, RandomEnsemble, Tuning, primed
from impsy_tui.ensemble.tuning import read_tuning
from impsy_tui.errors import UserError
from impsy_tui.parameters import ENSEMBLE
from impsy_tui.paths import REPLACES_SHIPPED, replaces_shipped, shipped_folder

T = TypeVar("T")

_DUMMY: Final = "a DUMMY ensemble plays random gestures"


class EnsembleLoader:
    """Finds, loads and changes the models of ensembles.

    Attributes:
        loading: Name of the model that is loaded now, empty for none.

    Args:
        options: Options of the engine.
        random: Random generator.
        notify: Reports to the performer.
    """

    def __init__(self, options: EngineOptions, random: np.random.Generator, notify: Notify) -> None:
        self.loading = ""
        self._options = options
        self._random = random
        self._notify = notify
        self._models = ModelFolders(model_folders(options), ensembles=True)
        self._classifiers = self._models.beside(SUFFIX, arrays=classifier.ARRAYS)
        self._loads: dict[str, int] = {}
        self._auditions: dict[str, int] = {}
        self._hearings: dict[str, int] = {}
        """Number of requests by ensemble: a model that was loaded for an earlier request is dropped."""

    # Initial models

    async def first(self, table: PlayerTable) -> EnsembleModels:
        """Returns the initial models of an ensemble; files that cannot be read are replaced by shipped ones.

        Raises:
            UserError: A shipped file cannot be read.
        """
        file = self._first_model(table)
        network: GestureNetwork = RandomEnsemble() if file is None else await self._first_network(table.name, file)
        return await self._models_with(network, file, table)

    async def open_new(self, table: PlayerTable, file: Path | None) -> EnsembleModels:
        """Returns the models of an ensemble that is added, with random gestures if there is no file.

        Raises:
            UserError: The network cannot be played.
        """
        if file is None:
            return await self._models_with(RandomEnsemble(), None, table)
        self.loading = file.stem
        try:
            return await self._models_with(await load_ensemble(file), file, table)
        except UserError as problem:
            raise UserError(f"{file.stem}: {problem}; {table.name} is not added") from None
        finally:
            self.loading = ""

    def table_of(self, name: str) -> PlayerTable:
        """Returns the table of an ensemble in the configuration; one with the defaults if there is none."""
        tables = (one for one in self._options.config.player if one.name == name and one.kind == ENSEMBLE)
        return next(tables, PlayerTable(name=name, kind=ENSEMBLE))

    def settings_of_new(self, name: str) -> EnsembleSettings:
        """Returns the parameters of an ensemble that is added."""
        return ensemble_settings(self._options.config, self.table_of(name))

    def make(
        self, table: PlayerTable, models: EnsembleModels, session: Session, routing: Routing | None = None
    ) -> EnsemblePlayer:
        """Returns a new ensemble; without a routing, with that of its table."""
        return EnsemblePlayer(
            table.name,
            models,
            ensemble_settings(self._options.config, table),
            routing_of(table) if routing is None else routing,
            EnsembleRouting(
                lead=table.lead or "",
                destinations=table.destinations,
                midi_channels=table.midi_channels or tuple(range(1, len(choices.FOLLOWERS) + 1)),
            ),
            session.make_score_log(table.name),
            session,
            self._random,
        )

    async def _models_with(self, network: GestureNetwork, file: Path | None, table: PlayerTable) -> EnsembleModels:
        """Returns a network with classifier and clips of a table; a network without a file plays random gestures."""
        name = table.name
        loaded, loaded_from = await self._first_of(
            name, table.classifier, classifier.SHIPPED, classifier.read_classifier
        )
        library, _ = await self._first_of(name, table.clip_file, clips.SHIPPED, clips.read_clips)
        dummy = EnsembleModels(network, "dummy", loaded, library, "dummy", classifier_name=loaded_from.stem)
        if file is None or isinstance(network, RandomEnsemble):
            return dummy
        return replace(dummy, model=file.stem, kind=ENSEMBLE, tunings=await _in_thread(_tunings, file), file=file)

    def _first_model(self, table: PlayerTable) -> Path | None:
        """Returns the file of the network; reports a missing file and returns None."""
        if not table.file:
            return shipped_folder("models") / f"{SHIPPED}.tflite"
        try:
            return configured_file(self._options, table.file) or self._models.find(Path(table.file).name, exact=True)
        except (UserError, OSError) as problem:
            self._notify("warning", table.name, f"{problem}: {_DUMMY}")
            return None

    async def _first_network(self, name: str, file: Path) -> GestureNetwork:
        if await _in_thread(replaces_shipped, file):
            self._notify("warning", name, f"{file.stem} is {REPLACES_SHIPPED}")
        try:
            return await load_ensemble(file, quiet=True)
        except UserError as problem:
            self._notify("warning", name, f"{file.name}: {problem}: {_DUMMY}")
        except Exception as error:
            # A damaged file may raise any error, and the engine must start.
            self._notify("warning", name, f"{file.name}: cannot be opened: {describe_error(error)}: {_DUMMY}")
        return RandomEnsemble()

    async def _first_of(
        self, name: str, wanted: str | None, shipped: str, read: Callable[[Path], T]
    ) -> tuple[T, Path]:
        """Reads a wanted file, or else the shipped file; returns the content and the file."""
        if wanted:
            file = self._options.models / wanted
            try:
                file = configured_file(self._options, wanted) or file
                return await _in_thread(read, file), file
            except UserError as problem:
                self._notify("warning", name, f"{problem}: {shipped}, which ships, is used")
            except Exception as error:
                why = f"{file}: cannot be opened: {describe_error(error)}"
                self._notify("warning", name, f"{why}: {shipped}, which ships, is used")
        file = shipped_folder("models") / shipped
        return await _in_thread(read, file), file

    # Changes while ensembles play

    def find(self, name: str) -> Path:
        """Returns the file of a model of ensembles.

        Raises:
            UserError: There is no such model.
        """
        return self._models.find(name)

    def written_file(self, ensemble: EnsemblePlayer) -> str:
        """Returns the file of an ensemble's model as a configuration names it; empty for random gestures."""
        return self._models.written_file(ensemble.behaviour.models.file)

    def files(self, ensembles: Sequence[EnsemblePlayer]) -> list[Path]:
        """Returns the files of all played and auditioned models."""
        played = (
            models for ensemble in ensembles for models in (ensemble.behaviour.models, ensemble.behaviour.auditioned)
        )
        return [models.file for models in played if models is not None and models.file is not None]

    async def load(self, ensemble: EnsemblePlayer, name: str, file: Path | None = None) -> str:
        """Loads a model, by file or by name, that continues from the last minute; returns the reply.

        Raises:
            UserError: The model cannot be loaded; the model before plays on.
        """
        file, behaviour = file or self._find(ensemble, name), ensemble.behaviour
        number = _count(self._loads, ensemble)
        if behaviour.auditioned is not None and behaviour.auditioned.file == file:
            behaviour.end_audition(plays=True)
            return f"{file.stem} plays, as auditioned"
        models, heard = await self._prepare(ensemble, file)
        if number != self._loads[ensemble.name]:
            if file == behaviour.models.file:
                return f"{file.stem} plays"  # the later request asked for the same model
            raise UserError(f"{file.stem} does not play: another model was requested during loading")
        behaviour.change(models, heard)
        return f"{file.stem} plays"

    def unload(self, ensemble: EnsemblePlayer) -> None:
        """Replaces the network by random gestures."""
        _count(self._loads, ensemble)
        _count(self._auditions, ensemble)
        ensemble.behaviour.end_audition()
        models = ensemble.behaviour.models
        ensemble.behaviour.change(
            replace(models, network=RandomEnsemble(), model="dummy", kind="dummy", tunings={}, file=None)
        )

    def stay(self, ensemble: EnsemblePlayer) -> None:
        """Cancels a running load, so the current model plays on."""
        _count(self._loads, ensemble)

    async def audition(self, ensemble: EnsemblePlayer, name: str) -> str:
        """Auditions a model, which listens and answers unheard; returns the reply.

        Raises:
            UserError: The model cannot be loaded.
        """
        file = self._find(ensemble, name)
        number = _count(self._auditions, ensemble)
        models, heard = await self._prepare(ensemble, file)
        if number != self._auditions[ensemble.name]:
            raise UserError(f"{file.stem} is not auditioned: something else was requested during loading")
        ensemble.behaviour.audition(models, heard)
        return f"{file.stem} listens and answers in silence; load {file.stem} lets it be heard"

    def end_audition(self, ensemble: EnsemblePlayer) -> None:
        """Ends the audition.

        Raises:
            UserError: No model is auditioned.
        """
        _count(self._auditions, ensemble)
        if not ensemble.behaviour.end_audition():
            raise UserError("no model is auditioned")

    async def hear_by(self, ensemble: EnsemblePlayer, name: str) -> str:
        """Changes the classifier of the lead's gestures; returns the reply.

        Raises:
            UserError: The classifier cannot be read; the classifier before stays.
        """
        stays = f"{ensemble.behaviour.models.classifier_name} stays the classifier"
        number = _count(self._hearings, ensemble)
        try:
            file = self._classifiers.find(name)
        except UserError as problem:
            raise UserError(f"{str(problem).replace('model', 'classifier', 1)}; {stays}") from None
        try:
            loaded = await _in_thread(classifier.read_classifier, file)
        except UserError as problem:
            raise UserError(f"{problem}; {stays}") from None
        if number != self._hearings[ensemble.name]:
            raise UserError(f"{file.stem} is not used: another classifier was requested during reading")
        ensemble.behaviour.models = replace(ensemble.behaviour.models, classifier=loaded, classifier_name=file.stem)
        return f"{file.stem} classifies your gestures"

    def _find(self, ensemble: EnsemblePlayer, name: str) -> Path:
        try:
            return self.find(name)
        except UserError as problem:
            raise UserError(f"{problem}; {ensemble.behaviour.models.model} plays on") from None

    async def _prepare(self, ensemble: EnsemblePlayer, file: Path) -> tuple[EnsembleModels, EnsemblePredictor]:
        """Loads a network; returns the models and a predictor that has heard the last minute."""
        behaviour = ensemble.behaviour
        self.loading = file.stem
        try:
            network = await load_ensemble(file)
            models = replace(
                behaviour.models,
                network=network,
                model=file.stem,
                kind=ENSEMBLE,
                tunings=await _in_thread(_tunings, file),
                file=file,
            )
            seconds, followers = tuple(behaviour.seconds), behaviour.followers(models)
            return models, await _in_thread(lambda _: primed(followers, seconds), file)
        except UserError as problem:
            raise UserError(f"{file.stem}: {problem}; {behaviour.models.model} plays on") from None
        finally:
            self.loading = ""


def _count(requests: dict[str, int], ensemble: EnsemblePlayer) -> int:
    """Counts a request of an ensemble; returns its number."""
    requests[ensemble.name] = number = requests.get(ensemble.name, 0) + 1
    return number


async def _in_thread(work: Callable[[Path], T], file: Path) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, work, file)


def _tunings(file: Path) -> Mapping[int, Tuning]:
    sizes = range(int(ranges.ENSEMBLE_PLAYERS.low), int(ranges.ENSEMBLE_PLAYERS.high) + 1)
    return {players: read_tuning(file, players) for players in sizes}
