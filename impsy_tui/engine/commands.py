"""Carrying out commands: one handler for each entry of the table."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from impsy_tui import terms
from impsy_tui.engine.bindings import Bindings
from impsy_tui.engine.casting import Casting
from impsy_tui.engine.learning import Learner
from impsy_tui.engine.library import Library
from impsy_tui.engine.ports import PortsDesk
from impsy_tui.engine.session import Session
from impsy_tui.engine.stopwatch import Stopwatch
from impsy_tui.jobs.runner import JobRunner
from impsy_tui.language import COMMANDS, Invocation


class CommandProblem(Exception):
    """A command that cannot be carried out now; the message says why."""


class Host(Protocol):
    """What commands need of the engine besides the session."""

    session: Session
    stopwatch: Stopwatch
    jobs: JobRunner
    library: Library
    casting: Casting
    bindings: Bindings
    ports: PortsDesk
    learner: Learner

    def keep_mapping(self) -> Awaitable[str]:
        """Write what was learned and bound into the configuration file; the reply."""

    @property
    def training_size(self) -> str:
        """The size that is trained unless one is named."""

    def change_setting(self, key: str, value: str) -> Awaitable[str]:
        """Change a setting in the configuration file; the reply, or ``SettingProblem``."""

    def set_log(self, what: str) -> str:
        """Switch the log on or off, or begin a new file; the reply."""

    def status_text(self) -> str:
        """What the engine is doing, in lines."""

    def shut_down(self) -> None:
        """End the engine, soon."""


class Commands:
    """Handlers by command name. Each takes the values of its arguments and gives the reply."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._handlers: dict[str, Callable[..., str | Awaitable[str]]] = {
            name: getattr(self, f"_{name.replace(' ', '_')}")
            for name, command in COMMANDS.items()
            if not command.console
        }

    def carry_out(self, invocation: Invocation) -> str | Awaitable[str]:
        """Do it.

        Returns:
            The reply, or for what takes time, the reply to come.

        Raises:
            CommandProblem: it cannot be done.
        """
        return self._handlers[invocation.command.name](**invocation.values)

    @property
    def _session(self) -> Session:
        return self._host.session

    def _mode(self, mode: str) -> str:
        session = self._session
        if mode == terms.FILTER:
            session.set_thru(False)
            for part in session.parts:
                part.set_mode("polyphony")
            return "filter: polyphony with thru off, only the predictions are heard"
        for part in session.parts:
            part.set_mode(mode)
        return f"{mode}: {terms.MODES[mode].help}"

    def _temp(self, temperature: float) -> str:
        for part in self._session.parts:
            part.set_temperature(pi=temperature)
        return f"temp {temperature:g}"

    def _sigma(self, temperature: float) -> str:
        for part in self._session.parts:
            part.set_temperature(sigma=temperature)
        return f"sigma {temperature:g}"

    def _timescale(self, factor: float) -> str:
        for part in self._session.parts:
            part.set_timescale(factor)
        return f"timescale {factor:g}"

    def _speed(self, factor: float) -> str:
        for part in self._session.parts:
            part.set_timescale(1.0 / factor)
        return f"speed {factor:g} (timescale {1.0 / factor:g})"

    def _threshold(self, silence: float) -> str:
        for part in self._session.parts:
            part.set_threshold(silence)
        return f"threshold {silence:g}s"

    def _max_response(self, time: float | str) -> str:
        limit = time if isinstance(time, float) else None
        for part in self._session.parts:
            part.set_max_response(limit)
        return "max_response off" if limit is None else f"max_response {limit:g}s"

    def _take(self) -> str:
        self._need_turns("take")
        for part in self._session.parts:
            part.take()
        return "your turn: the player listens until you have played and fall silent"

    def _give(self) -> str:
        self._need_turns("give")
        if self._session.part.paused:
            raise CommandProblem("the player is paused: resume lets it play")
        for part in self._session.parts:
            part.give()
        return "the player's turn"

    def _need_turns(self, word: str) -> None:
        mode = self._session.part.mode
        if not mode.takes_turns:
            raise CommandProblem(f"there are no turns to {word} in {mode.name}, only in callresponse")

    def _pause(self) -> str:
        self._session.pause()
        return "paused: the player is silent and listens"

    def _resume(self) -> str:
        self._session.resume()
        return "the player may play"

    def _reset(self) -> str:
        for part in self._session.parts:
            part.reset()
        return "the player has forgotten what it heard"

    def _thru(self, switch: bool | None = None) -> str:
        thru = not self._session.settings.thru if switch is None else switch
        self._session.set_thru(thru)
        return f"thru {'on' if thru else 'off'}"

    def _log(self, switch: str) -> str:
        return self._host.set_log(switch)

    def _load(self, model: str) -> Awaitable[str]:
        return self._host.casting.load(model)

    def _unload(self) -> str:
        self._host.casting.unload()
        return "DUMMY: no model is loaded, the dummy player wanders at random"

    def _audition(self, model: str) -> Awaitable[str]:
        return self._host.casting.audition(model)

    def _mute(self, dimensions: tuple[int, ...]) -> str:
        self._session.shaping.muted.update(self._indices(dimensions))
        self._session.end_muted()
        return f"{_named(dimensions)} muted"

    def _solo(self, dimensions: tuple[int, ...]) -> str:
        shaping = self._session.shaping
        shaping.soloed = set(self._indices(dimensions))
        shaping.muted -= shaping.soloed
        self._session.end_muted()
        return f"only {_named(dimensions)} played"

    def _hold(self, dimensions: tuple[int, ...], value: float) -> str:
        self._session.shaping.held.update(dict.fromkeys(self._indices(dimensions), value))
        return f"{_named(dimensions)} held at {value:g}"

    def _range(self, dimensions: tuple[int, ...], low: float, high: float) -> str:
        self._session.shaping.ranged.update(dict.fromkeys(self._indices(dimensions), (low, high)))
        return f"{_named(dimensions)} played from {low:g} to {high:g}"

    def _invert(self, dimensions: tuple[int, ...]) -> str:
        self._session.shaping.inverted ^= set(self._indices(dimensions))
        return f"{_named(dimensions)} turned over"

    def _release(self, dimensions: tuple[int, ...] | None = None) -> str:
        if dimensions is None:
            self._session.shaping.clear()
            return "everything is played as it is"
        self._session.shaping.release(self._indices(dimensions))
        self._session.end_muted()  # a solo that ends beside others
        return f"{_named(dimensions)} played as it is"

    def _indices(self, dimensions: tuple[int, ...]) -> list[int]:
        most = self._session.dimension - 1
        if beyond := [number for number in dimensions if number > most]:
            raise CommandProblem(f"there is no x{beyond[0]}: the last is x{most}")
        return [number - 1 for number in dimensions]

    def _learn(self, dimensions: tuple[int, ...] | str) -> str:
        if dimensions == "off":
            return self._host.learner.end()
        if isinstance(dimensions, str):
            return self._host.learner.begin(range(self._session.dimension - 1))
        return self._host.learner.begin(self._indices(dimensions))

    def _bind(self, trigger: str, which: str) -> str:
        return self._host.bindings.bind(trigger, which)

    def _unbind(self, trigger: str, which: str) -> str:
        return self._host.bindings.unbind(trigger, which)

    def _bindings(self) -> str:
        return str(self._host.bindings)

    def _keep_mapping(self) -> Awaitable[str]:
        return self._host.keep_mapping()

    def _timer(self, what: str) -> str:
        getattr(self._host.stopwatch, what)()
        return f"timer {what}"

    async def _dataset(self, dimension: float | None = None) -> str:
        library = self._host.library
        wanted = str(int(dimension)) if dimension else "all"
        arguments = (str(library.logs), str(library.datasets), wanted)
        name = f"{wanted}d" if dimension else "of every dimension"
        job = await self._host.jobs.start("dataset", name, "impsy_tui.jobs.dataset", arguments)
        return f"job {job.number} collects the logs"

    async def _train(self, size: str = "", on: str = "", **options: float | str) -> str:
        library = self._host.library
        folder, module = str(library.own_models), "impsy_tui.training.worker"
        if size == terms.RESUME:
            name, arguments = "what was interrupted", [folder, "--resume"]
        else:
            begun_from = self._begun_from(str(options.pop("from", "")))
            dataset = library.find("dataset", on) if on else library.newest_dataset(self._session.dimension)
            arguments = [folder, str(dataset)]
            if size == terms.AUTO:
                if begun_from is not None:
                    raise CommandProblem("auto trains new models of several sizes: leave it out, or from")
                module = "impsy_tui.training.sweep_worker"
                # In one process: beside the music there is neither memory nor a core for more.
                arguments += ["--processes", "1"]
                arguments += _options(options, {"budget": "budget-ms", "seed": "seeds"})
            elif "budget" in options:
                raise CommandProblem("budget is for train auto: it says which sizes are too slow")
            else:
                size = size or self._host.training_size
                arguments += ["--size", size, *_options(options, {})]
            name = f"{size} on {dataset.stem}"
            if begun_from is not None:
                arguments += ["--from", str(begun_from)]
                name = f"{begun_from.stem} on {dataset.stem}"
        job = await self._host.jobs.start("train", name, module, arguments)
        return f"job {job.number} trains {job.name}; keep job ends it early, cancel job throws it away"

    async def _train_ensemble(self, on: str = "", **options: float | str) -> str:
        library = self._host.library
        scores = library.scores_folder(on)
        arguments = [str(library.own_models), str(scores), *_options(options, {})]
        module = "impsy_tui.training.ensemble_worker"
        job = await self._host.jobs.start("train", f"a band on {scores.name}", module, arguments)
        return f"job {job.number} trains {job.name}; keep job ends it early, cancel job throws it away"

    def _begun_from(self, name: str) -> Path | None:
        """The model that a training begins with, if it does with one."""
        if not name:
            return None
        if name != terms.CURRENT:
            return self._host.library.find("model", name)
        if (playing := self._host.casting.file) is None:
            raise CommandProblem("no model plays that could be trained on")
        return playing

    async def _convert(self, model: str) -> str:
        found = self._host.library.find("model", model)
        # Of a name, the file that plays comes first.
        others = (found.with_suffix(suffix) for suffix in (".keras", ".h5"))
        file = next((other for other in others if other.is_file()), found)
        if file.suffix == ".tflite":
            raise CommandProblem(f"{file.name} is a .tflite already")
        arguments = (str(file), str(self._host.library.own_models))
        job = await self._host.jobs.start("convert", file.stem, "impsy_tui.training.convert_worker", arguments)
        return f"job {job.number} converts {job.name}"

    async def _evaluate(self, model: str = "", against: str = "", on: str = "") -> str:
        library = self._host.library
        models = [library.find("model", name) for name in (model, against) if name]
        if not models:
            if self._host.casting.file is None:
                raise CommandProblem("no model plays: name one, as in evaluate m")
            models = [self._host.casting.file]
        dataset = library.find("dataset", on) if on else library.newest_dataset(self._session.dimension)
        name = f"{' and '.join(file.stem for file in models)} on {dataset.stem}"
        arguments = (*map(str, models), str(dataset), "--reports", str(library.datasets))
        job = await self._host.jobs.start("evaluate", name, "impsy_tui.training.evaluation_worker", arguments)
        return f"job {job.number} evaluates {job.name}"

    async def _plot(self, name: str) -> str:
        library = self._host.library
        file = library.find_any(name)
        picture = library.plots / f"{file.stem}.svg"
        arguments = (str(file), str(picture), str(library.datasets))
        job = await self._host.jobs.start("plot", file.stem, "impsy_tui.jobs.plot", arguments)
        return f"job {job.number} draws {file.stem}"

    def _cancel_job(self, number: float | None = None) -> str:
        job = self._host.jobs.stop(None if number is None else int(number), keep=False)
        return f"job {job.number} ({job.kind}) is cancelled"

    def _keep_job(self, number: float | None = None) -> str:
        job = self._host.jobs.stop(None if number is None else int(number), keep=True)
        return f"job {job.number} ({job.kind}) ends and saves what it has"

    def _rename(self, kind: str, name: str, to: str) -> Awaitable[str]:
        return self._host.library.rename(kind, name, to)

    def _delete(self, kind: str, name: str) -> Awaitable[str]:
        return self._host.library.delete(kind, name)

    def _set(self, key: str, value: str) -> Awaitable[str]:
        return self._host.change_setting(key, value)

    def _panic(self) -> str:
        self._session.panic()
        return "everything off; paused: resume lets the player play"

    def _fade(self, time: float = terms.FADE.default) -> str:
        self._session.fade(time, lambda: None)
        return f"fading for {time:g}s; resume lets the player play"

    def _ports(self) -> Awaitable[str]:
        return self._host.ports.in_words()

    def _status(self) -> str:
        return self._host.status_text()

    def _help(self, command: str | None = None) -> str:
        if command is not None:
            entry = COMMANDS[command]
            return f"{entry.usage}\n  {entry.help}\n  for example: {entry.example}"
        width = max(len(entry.usage) for entry in COMMANDS.values() if len(entry.usage) <= 30)
        return "\n".join(
            f"{entry.usage:<{width}}  {entry.help}"
            if len(entry.usage) <= width
            else f"{entry.usage}\n{'':<{width}}  {entry.help}"
            for entry in COMMANDS.values()
        )

    def _shutdown(self) -> str:
        self._host.shut_down()
        return "the engine ends"


def _named(dimensions: tuple[int, ...]) -> str:
    return " ".join(f"x{number}" for number in dimensions)


def _options(options: dict[str, float | str], names: dict[str, str]) -> list[str]:
    """Keyword arguments as a worker takes them, some by another name."""
    return [part for name, value in options.items() for part in (f"--{names.get(name, name)}", f"{value:.15g}")]
