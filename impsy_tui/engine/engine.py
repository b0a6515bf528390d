"""The engine: channels, session, log and control socket, put together and taken apart."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui.channels import Channel, ChannelProblem, Learns
from impsy_tui.channels.mapping import in_words
from impsy_tui.config.kinds import written
from impsy_tui.control.messages import Ask, ConsoleWishes, Event, Level, Reply, SetUp, Snapshot
from impsy_tui.control.status_text import status_lines
from impsy_tui.engine import resume
from impsy_tui.engine.answers import Answers
from impsy_tui.engine.bindings import BindingProblem, Bindings
from impsy_tui.engine.casting import Casting, CastingProblem
from impsy_tui.engine.commands import CommandProblem, Commands
from impsy_tui.engine.control_server import ControlServer
from impsy_tui.engine.helpers import HelperProblem
from impsy_tui.engine.learning import Learner
from impsy_tui.engine.library import Library, LibraryProblem
from impsy_tui.engine.loop import EngineLoop, describe_loop_error
from impsy_tui.engine.outputs import Outputs
from impsy_tui.engine.performance_log import PerformanceLog
from impsy_tui.engine.ports import PortsDesk
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

_KEEP_AFTER = 0.5
"""Seconds after a command before the state for ``--resume`` is kept: a turned knob is kept once."""


_PROBLEMS = (
    BindingProblem,
    CommandProblem,
    CastingProblem,
    HelperProblem,
    JobProblem,
    LibraryProblem,
    SettingProblem,
)
"""What a command may meet; each tells the performer why."""


class Engine:
    """One running engine; see ``Setup``.

    Args:
        setup: how to start.
        loop: the loop it runs in.
        say: is told everything that clients are told, for a terminal: level, source, text.
    """

    session: Session

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
        self.ports = PortsDesk(setup.config)
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
        self.bindings = Bindings()
        self.learner = Learner(self._learning_channels, lambda text: self.tell("info", "learn", text))
        self._commands = Commands(self)
        self.casting = Casting(setup, self.library.shelf, self._random, self.tell, lambda: self.session)
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
        player = await self.casting.first(last.model if last else None)
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
        self.session.taker = self._message
        self._bind_configured()
        self._log.enabled = last.log if last else True
        await self._control.open()
        self._log.open(player.dimension)
        await self._open_channels(player.dimension)
        self._observer = Observer(
            self._loop, self.session, self._channels, self._log, self.stopwatch, self.jobs, config
        )
        rig = RigCheck(
            self.session,
            self._channels,
            self._log,
            setup.socket,
            lambda: self.snapshot().lateness,
            self._loop.precedence,
        )
        self._answers = Answers(self.library, self._settings_desk, self.session, rig, self.ports)
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
        except _PROBLEMS as problem:
            return Reply(number, False, str(problem))
        self._changed()
        if invocation.command.name not in ("status", "help"):
            self.tell("info", "command", str(invocation))
        return Reply(number, True, text)

    async def answer(self, ask: Ask | SetUp) -> bytes:
        """Answer a question, or write a new configuration; the answer as a message."""
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
        except _PROBLEMS as problem:
            raise CommandProblem(f"{text}, and not in force: {problem}") from None
        return f"{text}; in force now"

    async def keep_mapping(self) -> str:
        """Write what was learned and bound into the configuration file; the reply."""
        kept = []
        for channel in self._learning_channels():
            for key, entries in channel.learned().items():
                kept.append((await self._settings_desk.change(key, written(entries)))[0])
        for trigger, line in self.bindings.table.items():
            kept.append((await self._settings_desk.change(f'bind."{trigger}"', written(line)))[0])
        return "\n".join(kept) or "nothing was learned or bound"

    def _learning_channels(self) -> list[Learns]:
        return [channel for channel in self._channels if isinstance(channel, Learns)]

    def _bind_configured(self) -> None:
        for trigger, line in self._setup.config.bind.items():
            kind, _, which = trigger.partition(" ")
            try:
                self.bindings.bind(kind, f"{which} {line}")
            except BindingProblem as problem:
                self.tell("warning", "config", f'[bind] "{trigger}": {problem}')

    @property
    def training_size(self) -> str:
        """The size that is trained unless one is named."""
        return self._setup.config.model.size

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
        return self._observer.snapshot(self.casting.loading)

    def tell(self, level: str, source: str, text: str) -> None:
        """Say something to the performer, wherever they are."""
        self._control.publish(Event(time.time(), _level(level), source, text))
        self._say(level, source, text)

    # Parts of starting

    async def _open_channels(self, dimension: int) -> None:
        channels = make_channels(self._setup.config)
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
        bound = self.bindings.of_address(address, tuple(arguments))
        if bound is not None:
            return self._carry_out_for(channel, address, bound) if bound else ""
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
        return self._carry_out_for(channel, address, line)

    def _message(self, channel: str, device: str, message: bytes) -> bool:
        """A MIDI message came in by a channel; whether it is taken, and means nothing else."""
        if self.learner.take(channel, device, message):
            return True
        bound, line = self.bindings.of_message(f"{channel} {device}", message)
        if line and (problem := self._carry_out_for(channel, in_words(message), line)):
            self.tell("warning", channel, problem)
        return bound

    def _carry_out_for(self, channel: str, address: str, line: str) -> str:
        """Carry out a line that came by a channel; what is wrong with it, empty if nothing is."""
        invocation = parse(line)
        if isinstance(invocation, Mistake):
            return f"{address}: {invocation.message}"
        if invocation.command.console:
            return f"{address}: {invocation.command.name} is a command of consoles"
        if invocation.command.ends or invocation.command.files:
            return f"{address}: {invocation.command.name} is not taken from {channel}"
        try:
            answer = self._commands.carry_out(invocation)
        except _PROBLEMS as problem:
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
        except _PROBLEMS as problem:
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
        return [file for file in (self._log.file, self.casting.file, self.casting.auditioned) if file is not None]

    # Keeping the state for --resume

    def _changed(self) -> None:
        if not self._keep_planned:
            self._keep_planned = True
            self._loop.scheduler.at(self._loop.time() + _KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._keep_planned = False
        part = self.session.part
        state = resume.LastSession(
            model=str(self.casting.file or ""),
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
