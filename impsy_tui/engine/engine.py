"""The engine: channels, session, log and control socket, put together and taken apart."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui.channels import Channel, ChannelProblem
from impsy_tui.control.messages import Ask, ConsoleWishes, Event, Level, Reply, Snapshot
from impsy_tui.control.status_text import status_lines
from impsy_tui.engine import resume
from impsy_tui.engine.answers import Answers
from impsy_tui.engine.commands import CommandProblem, Commands
from impsy_tui.engine.control_server import ControlServer
from impsy_tui.engine.library import Library, LibraryProblem
from impsy_tui.engine.loop import EngineLoop, describe_loop_error
from impsy_tui.engine.models import LoadedModel, load_model
from impsy_tui.engine.outputs import Outputs
from impsy_tui.engine.performance_log import PerformanceLog
from impsy_tui.engine.rig import RigCheck
from impsy_tui.engine.session import Session
from impsy_tui.engine.settings import SettingProblem, SettingsDesk
from impsy_tui.engine.setup import Setup, StartProblem, first_settings, make_channels, model_folders
from impsy_tui.engine.snapshots import Observer
from impsy_tui.engine.sound import SoundPatch
from impsy_tui.engine.stopwatch import Stopwatch
from impsy_tui.jobs.runner import Job, JobProblem, JobRunner
from impsy_tui.language import Mistake, parse
from impsy_tui.language.osc import ANY_COMMAND, PREFIX, command_line
from impsy_tui.networks import ModelProblem
from impsy_tui.players import Player
from impsy_tui.players.dummy import DummyPlayer
from impsy_tui.players.mdrnn import MdrnnPlayer

_KEEP_AFTER = 0.5
"""Seconds after a command before the state for ``--resume`` is kept: a turned knob is kept once."""


class Engine:
    """One running engine; see ``Setup``.

    Args:
        setup: how to start.
        loop: the loop it runs in.
        say: is told everything that clients are told, for a terminal: level, source, text.
    """

    def __init__(self, setup: Setup, loop: EngineLoop, say: Callable[[str, str, str], None]) -> None:
        self._setup = setup
        self._loop = loop
        self._say = say
        self._random = np.random.default_rng(setup.seed)
        self._outputs = Outputs(loop.scheduler)
        self._log = PerformanceLog(setup.logs, self._tell_of("log"), loop.scheduler.now)
        self._channels: list[Channel] = []
        self.stopwatch = Stopwatch(loop.time)
        self.jobs = JobRunner(setup.logs.absolute() / "jobs", self._job_ended)
        self.library = Library(setup.logs, setup.datasets, model_folders(setup), self._files_in_use)
        self._settings_desk = SettingsDesk(setup.loaded)
        self._control = ControlServer(
            setup.socket,
            loop.scheduler,
            self.carry_out,
            self.answer,
            self.snapshot,
            self._tell_of("control"),
            _wishes(setup),
        )
        self._commands = Commands(self)
        self._model_file: Path | None = None
        self._understudy_file: Path | None = None
        self._loading = ""
        self._keep_planned = False
        self._sound = SoundPatch(setup.sound, self._tell_of("sound")) if setup.sound else None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Load, open, begin to play.

        Raises:
            StartProblem: it cannot be started.
            SocketTaken, PlaceProblem: the control socket cannot be had.
        """
        config, setup = self._setup.config, self._setup
        self._loop.set_exception_handler(self._loop_error)
        last = resume.recall(setup.logs) if setup.resume else None
        player = await self._first_player(last)
        part, settings = first_settings(setup, last)
        self.session = Session(
            self._loop.scheduler,
            self._outputs,
            self._log,
            self.tell,
            self._addressed,
            player,
            part,
            settings,
            self._random,
        )
        self._log.enabled = last.log if last else True
        await self._control.open()
        self._log.open(player.dimension)
        await self._open_channels(player.dimension)
        self._observer = Observer(
            self._loop, self.session, self._channels, self._log, self.stopwatch, self.jobs, config
        )
        rig = RigCheck(self.session, self._channels, self._log, setup.socket, lambda: self.snapshot().lateness)
        self._answers = Answers(self.library, self._settings_desk, self.session, rig)
        if self._sound is not None:
            await self._sound.start()
        if last and last.paused:
            self.session.pause()
        self.session.part.start()

    async def run(self) -> None:
        """Play until ``shut_down``."""
        await self._stopping.wait()

    def shut_down(self) -> None:
        """End ``run``, soon."""
        # After the reply to the command that asked for it.
        self._loop.call_later(0.02, self._stopping.set)

    async def close(self) -> None:
        """Silence, let go of channels, log and socket. Takes well under a second."""
        if hasattr(self, "session"):
            self.session.part.stop()
            self._outputs.cancel_fade()
        for channel in self._channels:
            try:
                channel.close()
            except OSError as error:
                self.tell("error", channel.name, f"could not be closed: {error}")
        for task in self._tasks:
            task.cancel()
        await self.jobs.close()
        if self._sound is not None:
            await self._sound.close()
        await self._log.close()
        await self._control.close()

    def ready_line(self) -> str:
        """One line that begins with ``ready``: what plays, where, and what is not as it should be."""
        player = self.session.part.player
        if player.kind == "dummy":
            who = f"DUMMY player (no model), dimension {player.dimension}"
        else:
            who = f"{player.name} ({player.runtime}), dimension {player.dimension}"
        parts = [who, self.session.part.mode.name]
        for channel in self._channels:
            status = channel.status()
            state = "" if status.state == "open" else f" {status.state.upper()}"
            parts.append(f"{status.name}{state} {status.bound}")
        return "ready: " + " · ".join(parts)

    # For commands

    async def carry_out(self, line: str, number: int) -> Reply:
        """Do what a line says; the reply carries the number."""
        invocation = parse(line)
        if isinstance(invocation, Mistake):
            return Reply(number, False, invocation.message, invocation.start, invocation.end)
        if invocation.command.console:
            return Reply(number, False, f"{invocation.command.name} is typed in a console")
        try:
            answer = self._commands.carry_out(invocation)
            text = answer if isinstance(answer, str) else await answer
        except (CommandProblem, JobProblem, LibraryProblem, SettingProblem) as problem:
            return Reply(number, False, str(problem))
        self._changed()
        if invocation.command.name not in ("status", "help"):
            self.tell("info", "command", str(invocation))
        return Reply(number, True, text)

    async def answer(self, ask: Ask) -> bytes:
        """Answer a question, as a message."""
        return await self._answers.answer(ask)

    async def change_setting(self, key: str, value: str) -> str:
        """Change a setting in the file, and at once where that can be; the reply."""
        text, line = await self._settings_desk.change(key, value)
        if not line:
            return f"{text}; in force from the next start"
        invocation = parse(line)
        if isinstance(invocation, Mistake):
            raise CommandProblem(f"{text}, and not in force: {invocation.message}")
        try:
            answer = self._commands.carry_out(invocation)
            if not isinstance(answer, str):
                await answer
        except CommandProblem as problem:
            raise CommandProblem(f"{text}, and not in force: {problem}") from None
        return f"{text}; in force now"

    async def load(self, name: str) -> str:
        """Load a model by name and let it play."""
        file = self._find(name)
        if file == self._understudy_file and (player := self.session.end_audition()) is not None:
            # It has listened: it goes on with what it has heard.
            self._understudy_file = None
            self.session.change_player(player)
            self._model_file = file
            return f"{player.name} plays, as auditioned"
        loaded = await self._load_beside(file)
        dimension = loaded.network.shape.dimension
        if dimension != self.session.dimension and (why := self.session.refuses(dimension)):
            raise CommandProblem(f"{loaded.name} has dimension {dimension}: {why}")
        self.session.change_player(self._mdrnn(loaded))
        self._model_file = file
        if self.session.understudy is None:  # one of another dimension is sent away
            self._understudy_file = None
        remark = f" ({loaded.remark})" if loaded.remark else ""
        return f"{loaded.name} plays, dimension {dimension}{remark}"

    async def audition(self, name: str) -> str:
        """Let another model listen and play in silence; ``off`` ends that."""
        if name == "off":
            self._understudy_file = None
            if self.session.end_audition() is None:
                raise CommandProblem("nothing is auditioned")
            return "the audition is over"
        file = self._find(name)
        loaded = await self._load_beside(file)
        dimension = loaded.network.shape.dimension
        if dimension != self.session.dimension:
            raise CommandProblem(
                f"{loaded.name} has dimension {dimension}, {self.session.dimension} is played: load it instead"
            )
        self.session.audition(self._mdrnn(loaded))
        self._understudy_file = file
        return f"{loaded.name} listens and plays in silence; load {loaded.name} lets it be heard"

    def _find(self, name: str) -> Path:
        try:
            return self.library.shelf.find(name)
        except ModelProblem as problem:
            raise CommandProblem(str(problem)) from None

    async def _load_beside(self, file: Path) -> LoadedModel:
        try:
            return await self._load(file)
        except ModelProblem as problem:
            raise CommandProblem(f"{file.stem}: {problem}; {self.session.part.player.name} plays on") from None

    def unload(self) -> None:
        """Let the dummy play."""
        self._model_file = self._understudy_file = None
        self.session.end_audition()
        self.session.change_player(DummyPlayer(self.session.dimension, self._random))

    def set_log(self, what: str) -> str:
        """Switch the log on or off, or begin a new file."""
        self._log.enabled = what != "off"
        if what == "new":
            self._log.begin(self.session.dimension)
        return f"log {what}"

    def status_text(self) -> str:
        """What the engine is doing, in lines."""
        return "\n".join(status_lines(self.snapshot()))

    def snapshot(self) -> Snapshot:
        """Everything a console shows."""
        return self._observer.snapshot(self._loading)

    def tell(self, level: str, source: str, text: str) -> None:
        """Say something to the performer, wherever they are."""
        self._control.publish(Event(time.time(), _level(level), source, text))
        self._say(level, source, text)

    # Parts of starting

    async def _first_player(self, last: resume.LastSession | None) -> Player:
        model = self._setup.config.model
        name = model.file
        if last is not None and "model.file" not in self._setup.given:
            name = last.model
        if name:
            try:
                file = self._find_first(name)
                loaded = await self._load(file, quiet=True)
            except ModelProblem as problem:
                return self._first_dummy(f"{name}: {problem}")
            self._model_file = file
            dimension = loaded.network.shape.dimension
            if model.dimension and model.dimension != dimension:
                self.tell(
                    "warning",
                    "config",
                    f"[model] dimension is {model.dimension}, the model's is {dimension}: that is used",
                )
            if loaded.remark:
                self.tell("warning", "player", f"{loaded.name} is {loaded.remark}")
            return self._mdrnn(loaded)
        return self._first_dummy("no model file is given")

    def _first_dummy(self, why: str) -> Player:
        dimension = self._setup.config.model.dimension
        if not dimension:
            raise StartProblem(f"{why}, and no [model] dimension to play without one: set one of them")
        self.tell("warning", "player", f"{why}: the DUMMY player plays, wandering at random")
        return DummyPlayer(dimension, self._random)

    def _find_first(self, name: str) -> Path:
        """The model file of a configuration: a path from here or from the configuration, or a name."""
        path = Path(name).expanduser()
        beside = self._setup.config_file.parent / path if self._setup.config_file else path
        for candidate in (path, beside):
            if candidate.is_file():
                return candidate.absolute()
        return self.library.shelf.find(name if path.name == name else path.name)

    async def _load(self, file: Path, *, quiet: bool = False) -> LoadedModel:
        self._loading = file.stem
        try:
            return await load_model(file, quiet=quiet)
        finally:
            self._loading = ""

    def _mdrnn(self, loaded: LoadedModel) -> Player:
        return MdrnnPlayer(loaded.network, loaded.name, self._random, loaded.notes.max_gap)

    async def _open_channels(self, dimension: int) -> None:
        channels = make_channels(self._setup.config)
        for name in ("midi", "websocket", "serial", "serialmidi"):
            if getattr(self._setup.config, name):
                self.tell("warning", name, f"[{name}] is understood but cannot be played yet")
        problems = []
        for channel in channels:
            try:
                await channel.open(self.session, dimension)
            except ChannelProblem as problem:
                problems.append(f"{channel.name}: {problem}")
                self.tell("error", channel.name, str(problem))
        if channels and len(problems) == len(channels):
            raise StartProblem("; ".join(problems))
        self._channels = channels
        self._outputs.open(channels)

    # Being told things

    def _addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        """A control message came in by a channel. It may not end or delete anything."""
        if address == ANY_COMMAND:
            if not trusted:
                return f"{address} from another host is refused: [osc] remote_commands allows it"
            line = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        else:
            found = command_line(address, arguments) if address.startswith(PREFIX) else None
            if found is None:
                return f"{address[:80]} means nothing here"
            line = found
            if not line:
                return ""
        invocation = parse(line)
        if isinstance(invocation, Mistake):
            return f"{address}: {invocation.message}"
        if invocation.command.console:
            return f"{address}: {invocation.command.name} is a command of consoles"
        if invocation.command.ends or invocation.command.files:
            return f"{address}: {invocation.command.name} is not taken from {channel}"
        try:
            answer = self._commands.carry_out(invocation)
        except (CommandProblem, JobProblem) as problem:
            return f"{address}: {problem}"
        if isinstance(answer, str):
            self._changed()
            self.tell("info", channel, str(invocation))
        else:
            self._in_background(self._finish(channel, answer))
        return ""

    async def _finish(self, channel: str, answer: Awaitable[str]) -> None:
        try:
            self.tell("info", channel, await answer)
            self._changed()
        except CommandProblem as problem:
            self.tell("error", channel, str(problem))

    def _in_background(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell_of(self, source: str) -> Callable[[str, str], None]:
        return lambda level, text: self.tell(level, source, text)

    def _loop_error(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.tell("error", "engine", describe_loop_error(context))

    def _job_ended(self, job: Job) -> None:
        level = "error" if job.state == "failed" else "info"
        self.tell(level, "job", f"{job.number} {job.kind} {job.name}: {job.text}".replace("  ", " "))

    def _files_in_use(self) -> list[Path]:
        return [file for file in (self._log.file, self._model_file, self._understudy_file) if file is not None]

    # Keeping the state for --resume

    def _changed(self) -> None:
        if not self._keep_planned:
            self._keep_planned = True
            self._loop.scheduler.at(self._loop.time() + _KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._keep_planned = False
        part = self.session.part
        state = resume.LastSession(
            model=str(self._model_file or ""),
            mode=part.settings.mode,
            pi_temperature=part.settings.pi_temperature,
            sigma_temperature=part.settings.sigma_temperature,
            timescale=part.settings.timescale,
            threshold=part.settings.threshold,
            max_response=part.settings.max_response or 0.0,
            paused=part.paused,
            thru=self.session.settings.thru,
            log=self._log.enabled,
        )
        self._in_background(self._keep_in_thread(state))

    async def _keep_in_thread(self, state: resume.LastSession) -> None:
        try:
            await self._loop.run_in_executor(None, resume.keep, self._setup.logs, state)
        except OSError as error:
            self.tell("warning", "engine", f"what --resume needs could not be kept: {error.strerror}")


def _level(level: str) -> Level:
    return "error" if level == "error" else "warning" if level == "warning" else "info"


def _wishes(setup: Setup) -> ConsoleWishes:
    console = setup.config.console
    return ConsoleWishes(console.theme, console.lean, console.mouse, console.animation, dict(console.keys))
