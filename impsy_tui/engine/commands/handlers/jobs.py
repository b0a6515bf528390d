"""Handlers of jobs, files and settings."""

from collections.abc import Awaitable
from pathlib import Path

from impsy_tui import choices
from impsy_tui.agent.descriptors.names import descriptor_indices
from impsy_tui.agent.file import PREFIX as AGENT_PREFIX
from impsy_tui.agent.file import SUFFIX as AGENT_SUFFIX
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.performance.line_result import Reversal
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.weights import KERAS_SUFFIXES

_END_OR_DISCARD = "keep job ends and saves the training, cancel job discards it"


def _final(ended: str) -> Reversal:
    """Returns the reversal of a command that cannot be undone."""

    async def refuse() -> str:
        raise UserError(f"{ended}: undo cannot restore this. The next undo takes back the line before")

    return refuse


class JobHandlers(Handlers):
    """Handlers of jobs, files and settings."""

    async def _dataset(self, dimension: float | None = None, low: float = 0.0, high: float | None = None) -> str:
        user_files = self._host.user_files
        if (high is None and low) or (high is not None and high <= low):
            raise UserError("low must be below high: they are the range of raw values, such as low 0 high 127")
        wanted = str(int(dimension)) if dimension else "all"
        arguments = [str(user_files.logs), str(user_files.datasets), wanted]
        arguments += [] if high is None else [f"--low={low!r}", f"--high={high!r}"]
        name = f"{wanted}d" if dimension else "of every dimension"
        job = await self._host.jobs.start("dataset", name, "impsy_tui.workers.dataset", arguments)
        return f"job {job.number} builds a dataset from the logs"

    async def _train(self, size: str = "", on: str = "", **options: float | str) -> str:
        user_files = self._host.user_files
        folder, module = str(user_files.own_models), "impsy_tui.workers.training.train"
        if size == choices.RESUME:
            name, arguments = "the interrupted training", [folder, "--resume"]
        else:
            begun_from = self._begun_from(str(options.pop("from", "")))
            dataset = user_files.find("dataset", on) if on else user_files.newest_dataset(self._dimension)
            arguments = [folder, str(dataset)]
            if size == choices.AUTO:
                if begun_from is not None:
                    raise UserError("auto and from cannot be combined: auto trains new models of several sizes")
                module = "impsy_tui.workers.training.sweep"
                # In one process: next to the music there is no memory and no core for more.
                arguments += ["--processes", "1"]
                arguments += _options(options, {"budget": "budget-ms", "seed": "seeds"})
            elif "budget" in options:
                raise UserError("budget is only for train auto: it excludes sizes that are too slow")
            else:
                size = size or self._host.training_size
                arguments += ["--size", size, *_options(options, {})]
            name = f"{size} on {dataset.stem}"
            if begun_from is not None:
                arguments += ["--from", str(begun_from)]
                name = f"{begun_from.stem} on {dataset.stem}"
            if size != choices.AUTO and self._playing is not None:
                arguments += ["--plays", str(self._playing)]
        job = await self._host.jobs.start("train", name, module, arguments)
        return f"job {job.number} trains {job.name}; {_END_OR_DISCARD}"

    async def _train_gestures(self, **options: float | str) -> str:
        user_files = self._host.user_files
        arguments = [str(user_files.own_models), str(user_files.logs), *_options(options, {})]
        # A separate kind: the job has nothing to save before it ends.
        job = await self._host.jobs.start(
            "gestures", "recordings", "impsy_tui.workers.training.train_gestures", arguments
        )
        return f"job {job.number} trains a classifier of gestures; cancel job discards it"

    async def _train_ensemble(self, on: str = "", **options: float | str) -> str:
        user_files = self._host.user_files
        scores = user_files.scores_folder(on)
        arguments = [str(user_files.own_models), str(scores), *_options(options, {})]
        module = "impsy_tui.workers.training.train_ensemble"
        job = await self._host.jobs.start("ensemble", scores.name, module, arguments)
        return f"job {job.number} trains an ensemble on {job.name}; {_END_OR_DISCARD}"

    async def _train_agent(self, table: str = "", corpus: str = "", **options: float | str) -> str:
        user_files = self._host.user_files
        found = user_files.table(table)
        name = found.name.split(".")[0]
        arguments = [str(found), str(user_files.own_models / f"{AGENT_PREFIX}{name}{AGENT_SUFFIX}"), "--numbered"]
        if corpus:
            arguments += ["--corpus", str(user_files.corpus(corpus))]
            options.setdefault("targets", choices.WITH_CORPUS)
        for option, argument in (("hear", "--heard"), ("match", "--judged")):
            if words := str(options.pop(option, "")).replace(",", " ").split():
                descriptor_indices(words)  # checked here, because a word may look like an option of the worker
                arguments += [argument, *words]
        arguments += _options(options, {})
        module, python = "impsy_tui.workers.training.train_agent", self._host.agent_python
        job = await self._host.jobs.start("agent", name, module, arguments, python)
        return f"job {job.number} trains an agent on {name}; {_END_OR_DISCARD}"

    def _begun_from(self, name: str) -> Path | None:
        """Returns the model from which a training starts, None for a new model."""
        if not name:
            return None
        if name != choices.CURRENT:
            return self._host.user_files.find("model", name)
        if (playing := self._playing) is None:
            raise UserError("no player has a model to continue with: from NAME names one")
        return playing

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
        found = self._host.user_files.find("model", model)
        # The library finds the TFLite file first.
        others = (found.with_suffix(suffix) for suffix in KERAS_SUFFIXES)
        file = next((other for other in others if other.is_file()), found)
        if file.suffix == ".tflite":
            raise UserError(f"{file.name} is a TFLite file already")
        arguments = (str(file), str(self._host.user_files.own_models))
        job = await self._host.jobs.start("convert", file.stem, "impsy_tui.workers.training.convert", arguments)
        return f"job {job.number} converts {job.name}"

    async def _evaluate(self, model: str = "", against: str = "", on: str = "") -> str:
        user_files = self._host.user_files
        models = [user_files.find("model", name) for name in (model, against) if name]
        if not models:
            if (playing := self._playing) is None:
                raise UserError("no player has a model: name one, as in evaluate m")
            models = [playing]
        dataset = user_files.find("dataset", on) if on else user_files.newest_dataset(self._dimension)
        name = f"{' and '.join(file.stem for file in models)} on {dataset.stem}"
        arguments = (*map(str, models), str(dataset), "--reports", str(user_files.datasets))
        job = await self._host.jobs.start("evaluate", name, "impsy_tui.workers.training.evaluate", arguments)
        return f"job {job.number} evaluates {job.name}"

    async def _plot(self, name: str = "") -> str:
        user_files = self._host.user_files
        file = user_files.find_any(name) if name else user_files.newest_log()
        picture = user_files.plots / f"{file.stem}.svg"
        arguments = (str(file), str(picture), str(user_files.datasets))
        job = await self._host.jobs.start("plot", file.stem, "impsy_tui.workers.plot", arguments)
        return f"job {job.number} draws {file.stem}"

    def _cancel_job(self, number: float | None = None) -> str:
        job = self._host.jobs.stop(None if number is None else int(number), keep=False)
        self._reversals.append(_final(f"job {job.number} ({job.kind}) was cancelled"))
        return f"job {job.number} ({job.kind}) is cancelled"

    def _keep_job(self, number: float | None = None) -> str:
        job = self._host.jobs.stop(None if number is None else int(number), keep=True)
        ended = f"job {job.number} ({job.kind}) has ended; train resume continues a training"
        self._reversals.append(_final(ended))
        return f"job {job.number} ({job.kind}) ends and saves what it has"

    def _rename(self, kind: str, name: str, to: str) -> Awaitable[str]:
        return self._host.user_files.rename(kind, name, to)

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


def _options(options: dict[str, float | str], names: dict[str, str]) -> list[str]:
    """Returns keyword arguments as options of a worker, some under another name."""
    shown = {name: value if isinstance(value, str) else f"{value:.15g}" for name, value in options.items()}
    return [part for name, value in shown.items() for part in (f"--{names.get(name, name)}", value)]
