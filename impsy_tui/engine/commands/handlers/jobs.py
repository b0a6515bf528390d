"""Handlers of jobs, files and settings."""

from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any

from impsy_tui import choices, ranges
from impsy_tui.agent.descriptors.names import descriptor_indices
from impsy_tui.agent.file import PREFIX as AGENT_PREFIX
from impsy_tui.agent.file import SUFFIX as AGENT_SUFFIX
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.performance.evolution import Attempt
from impsy_tui.engine.performance.line_result import Reversal
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.errors import UserError
from impsy_tui.language import COMMANDS, Invocation, Program
from impsy_tui.language.program import Value
from impsy_tui.mdrnn.weights import KERAS_SUFFIXES
from impsy_tui.paths import log_name
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers import requests

_END_OR_DISCARD = "keep job ends and saves the training, cancel job discards it"


def _final(ended: str) -> Reversal:
    """Returns the reversal of a command that cannot be undone."""

    async def refuse() -> str:
        raise UserError(f"{ended}: undo cannot restore this. The next undo takes back the line before")

    return refuse


class JobHandlers(Handlers):
    """Handlers of jobs, files and settings."""

    async def _dataset(self, dimension: float | None = None, **options: Any) -> str:
        user_files = self._host.user_files
        low, high = options.get("low", 0.0), options.get("high")
        if (high is None and low) or (high is not None and high <= low):
            raise UserError("low must be below high: they are the range of raw values, such as low 0 high 127")
        request = requests.DatasetRequest(
            user_files.logs,
            user_files.datasets,
            int(dimension or 0),
            low=low,
            high=high,
            patterns="with" in options,
        )
        name = f"{request.dimension}d" if dimension else "of every dimension"
        job = await self._host.jobs.start("dataset", name, request)
        return f"job {job.number} builds a dataset from the logs"

    async def _train(self, size: str = "", on: str = "", **options: float | str) -> str:
        user_files = self._host.user_files
        if size == choices.RESUME:
            if "as" in options:
                raise UserError("the interrupted training keeps the name of its model: rename changes it afterwards")
            resumed = requests.TrainRequest(user_files.own_models)
            job = await self._host.jobs.start("train", "the interrupted training", resumed)
            return f"job {job.number} trains {job.name}; {_END_OR_DISCARD}"
        begun_from = self._begun_from(str(options.pop("from", "")))
        named = user_files.new_model_name(str(options.pop("as", "")))
        dataset = user_files.find("dataset", on) if on else user_files.newest_dataset(self._dimension)
        request: WorkerRequest
        if size == choices.AUTO:
            if begun_from is not None:
                raise UserError("auto and from cannot be combined: auto trains new models of several sizes")
            budget = float(options.pop("budget", ranges.BUDGET.default))
            seeds = (int(options.pop("seed", ranges.SEED.default)),)
            # In one process: next to the music there is no memory and no core for more.
            request = requests.SweepRequest(
                user_files.own_models,
                (dataset,),
                seeds=seeds,
                budget_ms=budget,
                processes=1,
                name=named,
                **_whole(options),
            )
        else:
            if "budget" in options:
                raise UserError("budget is only for train auto: it excludes sizes that are too slow")
            size = size or self._host.training_size
            request = requests.TrainRequest(
                user_files.own_models, dataset, size, begun_from, named, self._playing, **_whole(options)
            )
        name = f"{size if begun_from is None else begun_from.stem} on {dataset.stem}{f' as {named}' if named else ''}"
        job = await self._host.jobs.start("train", name, request)
        return f"job {job.number} trains {job.name}; {_END_OR_DISCARD}"

    def _evolve(
        self, players: Sequence[AnyPlayer], how: str = "", every: float | None = None, **options: str
    ) -> str | Awaitable[str]:
        if how == "off":
            if every is not None or options:
                raise UserError("evolve off ends every attempt: type it without other words")
            return self._host.live_set.evolution.end()
        values: dict[str, Value] = {**({"how": how} if how else {}), **options}
        chosen = [player for player in players if isinstance(player, Player)]
        wanted = Attempt(
            options.get("on", ""),
            options.get("size", ""),
            new="size" in options and "from" not in options,
            ask=bool(how),
        )
        for player in chosen:
            self._host.live_set.evolution.check(player, wanted)
        if every is None:
            return self._attempt(chosen, wanted)
        scheduled = self._host.live_set.scheduled
        replies = []
        for player in chosen:
            name = "" if self._session.alone else player.name
            program = Program((Invocation(COMMANDS["evolve"], values),))
            self._host.live_set.evolution.end_repeats(player)
            line = Invocation(COMMANDS["every"], {"time": every, "commands": program}, name)
            pending = scheduled.every(line, every, program)
            replies.append(f"{pending.number}  {pending.text}")
        return "\n".join(replies)

    async def _attempt(self, players: Sequence[Player], wanted: Attempt) -> str:
        evolution = self._host.live_set.evolution
        return "\n".join([await evolution.begin(player, wanted) for player in players])

    async def _train_gestures(self, **options: float | str) -> str:
        user_files = self._host.user_files
        request = requests.TrainGesturesRequest(user_files.own_models, (user_files.logs,), **_whole(options))
        # A separate kind: the job has nothing to save before it ends.
        job = await self._host.jobs.start("gestures", "recordings", request)
        return f"job {job.number} trains a classifier of gestures; cancel job discards it"

    async def _train_ensemble(self, on: str = "", **options: float | str) -> str:
        user_files = self._host.user_files
        scores = user_files.scores_folder(on)
        request = requests.TrainEnsembleRequest(user_files.own_models, (scores,), **_whole(options))
        job = await self._host.jobs.start("ensemble", scores.name, request)
        return f"job {job.number} trains an ensemble on {job.name}; {_END_OR_DISCARD}"

    async def _train_agent(
        self,
        table: str = "",
        corpus: str = "",
        hear: str = "",
        match: str = "",
        targets: str = "",
        algorithm: str = choices.ALGORITHMS[0],
        **options: float | str,
    ) -> str:
        user_files = self._host.user_files
        found = user_files.table(table)
        name = found.name.split(".")[0]
        request = requests.TrainAgentRequest(
            found,
            user_files.own_models / f"{AGENT_PREFIX}{name}{AGENT_SUFFIX}",
            numbered=True,
            heard=_descriptors(hear),
            judged=_descriptors(match),
            targets=targets or (choices.WITH_CORPUS if corpus else ""),
            corpus=(user_files.corpus(corpus),) if corpus else (),
            algorithm=algorithm,
            **_whole(options),
        )
        job = await self._host.jobs.start("agent", name, request, self._host.agent_python)
        return f"job {job.number} trains an agent on {name}; {_END_OR_DISCARD}"

    def _begun_from(self, name: str) -> Path | None:
        """Returns the model from which a training starts, None for a new model."""
        if not name:
            return None
        if name != choices.CURRENT:
            return self._host.user_files.find("model", name, dimension=self._dimension)
        if (playing := self._playing) is None:
            raise UserError("no player has a model to continue with: from NAME names one")
        return playing

    def _model(self, name: str) -> Path:
        """Returns the model of a name, a size, ``newest`` or ``previous``."""
        if name != choices.PREVIOUS or (player := self._session.only_player) is None:
            return self._host.user_files.find("model", name, dimension=self._dimension)
        return self._host.player_models.previous(player)

    @property
    def _dimension(self) -> int:
        """Dimension of the only player or the one with the focus, otherwise of the instrument."""
        player = self._session.only_player
        return self._session.dimension if player is None else player.dimension

    @property
    def _playing(self) -> Path | None:
        """Model file of that player."""
        player = self._session.only_player
        return None if player is None else self._host.player_models.file_of(player)

    async def _convert(self, model: str) -> str:
        found = self._host.user_files.find("model", model, dimension=self._dimension)
        # The library finds the TFLite file first.
        others = (found.with_suffix(suffix) for suffix in KERAS_SUFFIXES)
        file = next((other for other in others if other.is_file()), found)
        if file.suffix == ".tflite":
            raise UserError(f"{file.name} is a TFLite file already")
        request = requests.ConvertRequest(file, self._host.user_files.own_models)
        job = await self._host.jobs.start("convert", file.stem, request)
        return f"job {job.number} converts {job.name}"

    async def _evaluate(self, model: str = "", against: str = "", on: str = "") -> str:
        user_files = self._host.user_files
        models = [self._model(name) for name in (model, against) if name]
        if not models:
            if (playing := self._playing) is None:
                raise UserError("no player has a model: name one, as in evaluate m")
            models = [playing]
        dataset = user_files.find("dataset", on) if on else user_files.newest_dataset(self._dimension)
        name = f"{' and '.join(file.stem for file in models)} on {dataset.stem}"
        request = requests.EvaluateRequest(dataset, tuple(models), user_files.datasets)
        job = await self._host.jobs.start("evaluate", name, request)
        return f"job {job.number} evaluates {job.name}"

    async def _plot(self, name: str = "") -> str:
        user_files = self._host.user_files
        file = user_files.find_any(name) if name else user_files.newest_log()
        request = requests.PictureRequest(file, user_files.plots / f"{file.stem}.svg", user_files.datasets)
        job = await self._host.jobs.start("plot", file.stem, request)
        return f"job {job.number} draws {file.stem}"

    async def _import(self, midi: str) -> str:
        user_files, mapping = self._host.user_files, self._host.file_mapping
        if not mapping.input:
            raise UserError(
                "the configuration has no MIDI mapping: add input to [midi], or learn it and keep mapping"
            )
        file = user_files.midi_file(midi)
        request = requests.ImportRequest(
            file, user_files.logs, self._session.dimension, mapping.input, mapping.output
        )
        job = await self._host.jobs.start("import", file.stem, request)
        return f"job {job.number} makes a log of {file.name}"

    async def _export(self, log: str = "", **options: str) -> str:
        user_files, mapping = self._host.user_files, self._host.file_mapping
        found = user_files.find("log", log) if log else user_files.newest_log()
        file = user_files.exchange / f"{log_name(found)}.{options.get('as', choices.EXPORTS[0])}"
        request = requests.ExportRequest(found, file, True, self._session.dimension, mapping.input, mapping.output)
        job = await self._host.jobs.start("export", log_name(found), request)
        return f"job {job.number} writes {file.name} into {user_files.exchange}"

    def _cancel_job(self, number: float | None = None) -> str:
        job = self._host.jobs.stop(None if number is None else int(number), keep=False)
        self._reversals.append(_final(f"job {job.number} ({job.kind}) was cancelled"))
        return f"job {job.number} ({job.kind}) is cancelled"

    def _keep_job(self, number: float | None = None) -> str:
        job = self._host.jobs.stop(None if number is None else int(number), keep=True)
        ended = f"job {job.number} ({job.kind}) has ended; train resume continues a training"
        self._reversals.append(_final(ended))
        return f"job {job.number} ({job.kind}) ends and saves its result so far"

    def _rename(self, kind: str, name: str, to: str) -> Awaitable[str]:
        if kind == "model" and name == choices.PREVIOUS:
            name = self._model(name).name
        return self._host.user_files.rename(kind, name, to, dimension=self._dimension)

    def _delete(self, kind: str, name: str) -> Awaitable[str]:
        return self._put_in_trash(kind, name, self._reversals)

    async def _put_in_trash(self, kind: str, name: str, reversals: list[Reversal]) -> str:
        user_files = self._host.user_files
        text, trashed = await user_files.delete(kind, name)
        reversals.append(lambda: user_files.trash.bring_back(trashed))
        return text

    def _restore(self, name: str = "") -> Awaitable[str]:
        return self._host.user_files.trash.restore(name)

    def _trash(self) -> Awaitable[str]:
        return self._host.user_files.trash.listing()

    def _trash_empty(self) -> Awaitable[str]:
        return self._empty_trash(self._reversals)

    async def _empty_trash(self, reversals: list[Reversal]) -> str:
        text = await self._host.user_files.trash.empty()
        reversals.append(_final("the files in the trash are deleted"))
        return text

    def _set(self, key: str, value: str) -> Awaitable[str]:
        return self._host.change_setting(key, value)

    def _ports(self) -> Awaitable[str]:
        return self._host.ports.in_words()


def _whole(options: dict[str, float | str]) -> dict[str, Any]:
    """Returns keyword arguments that are whole numbers."""
    return {name: int(value) for name, value in options.items()}


def _descriptors(words: str) -> tuple[str, ...]:
    """Returns the typed descriptors and categories.

    Raises:
        UserError: One of them is unknown.
    """
    descriptor_indices(typed := words.replace(",", " ").split())
    return tuple(typed)
