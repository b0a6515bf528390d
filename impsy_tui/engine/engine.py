"""Engine: start and end of channels, session, log and control socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui.channels.base import Channel
from impsy_tui.channels.midi.file_mapping import FileMapping, file_mapping
from impsy_tui.control.messages import CommandRequest, EditSet, Event, Reply, Request, Snapshot, level_of
from impsy_tui.control.status_text import status_lines
from impsy_tui.engine import set_state
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.commands.dispatch import CommandDispatcher
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.commands.external import ExternalCommands
from impsy_tui.engine.housekeeping import Housekeeping
from impsy_tui.engine.initial_players import InitialPlayer, saved_session
from impsy_tui.engine.initial_session import SessionParts, make_session
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.midi_learn import MidiLearn
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.monitoring import Monitoring
from impsy_tui.engine.options import EngineOptions, model_folders
from impsy_tui.engine.performance.command_log import CommandLog
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.performance.session_state import last_session
from impsy_tui.engine.performance.session_state.autosave import Autosave
from impsy_tui.engine.players.ensemble.gesture_recording import GestureRecording
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.ready_line import greeting, ready_line
from impsy_tui.engine.runtime.loop import EngineLoop, describe_loop_error
from impsy_tui.engine.runtime.pd_patch import PdPatch
from impsy_tui.engine.saved_session import SessionRestore
from impsy_tui.engine.server.control_server import ControlServer
from impsy_tui.engine.server.mapping_keeper import MappingKeeper
from impsy_tui.engine.server.player_keeper import changes_nothing, needed_dimension, player_tables
from impsy_tui.engine.server.ports import PortLister
from impsy_tui.engine.server.queries import Queries
from impsy_tui.engine.server.rig_check import RigChecker
from impsy_tui.engine.server.set_timer import SetTimer
from impsy_tui.engine.server.settings import SettingsEditor
from impsy_tui.engine.server.snapshot import SnapshotMaker
from impsy_tui.engine.shutdown import close_channels, stop_session
from impsy_tui.engine.startup import open_channels
from impsy_tui.errors import UserError
from impsy_tui.key_actions import KeysInForce
from impsy_tui.workers.client import Job, JobRunner


class Engine:
    """Running engine.

    Args:
        options: Options of the engine.
        loop: Event loop of the engine.
        say: Prints the reports that clients receive: level, source, text.
    """

    session: Session

    def __init__(self, options: EngineOptions, loop: EngineLoop, say: Callable[[str, str, str], None]) -> None:
        self._options = options
        self._loop = loop
        self._say = say
        self._random = np.random.default_rng(options.seed)
        self._outputs = Outputs(loop.scheduler)
        self._log = PerformanceLog(options.logs, self._notify_from("log"), loop.scheduler.now)
        self._channels: list[Channel] = []
        self.set_timer = SetTimer(loop.time)
        self.jobs = JobRunner(options.logs.absolute() / "jobs", self._job_ended)
        self.user_files = UserFiles(options.logs, options.datasets, model_folders(options), self._files_in_use)
        self.ports = PortLister(options.config)
        self._settings_editor = SettingsEditor(options.loaded)
        self._control = ControlServer(
            options.socket,
            loop.scheduler,
            self.carry_out,
            self.answer,
            self._edit_set,
            self.snapshot,
            greeting(options),
        )
        self.midi_learn = MidiLearn(
            self._learned_line,
            self._carry_out_learned,
            self._notify_from("learn"),
            loop.scheduler,
            self._apply_learned,
        )
        self._autosave = Autosave(loop.scheduler, options.logs, self._state, self._in_background, self.notify)
        self._saved = SessionRestore(options, self._autosave, self.notify)
        self._ends_on_purpose = True
        self.executor = Executor(
            CommandDispatcher(self).carry_out,
            self._random,
            self.notify,
            self._autosave.changed,
            self._in_background,
            loop.scheduler.work,
        )
        self.bindings = Bindings(self.executor.read, KeysInForce(options.config.console.keys).keys["panic"])
        self._incoming = ExternalCommands(
            self.bindings, self.midi_learn, self.executor, self.notify, loop.scheduler.work
        )
        self.player_models = PlayerModels(options, self.user_files.models, self._random, self.notify)
        self._sound = PdPatch(options.sound, self._notify_from("sound")) if options.sound else None
        self._tasks: set[asyncio.Task[object]] = set()
        self._housekeeping = Housekeeping(
            options.config.log, self._log, self.user_files.trash, loop.scheduler, self._in_background, self.notify
        )
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Loads models, opens channels and begins to play.

        Raises:
            UserError: The engine cannot start, or the control socket cannot be opened.
        """
        config = self._options.config
        self._loop.set_exception_handler(self._loop_error)
        self._control.take()
        last = self._saved.choose()
        wanted = await self._make_session(last)
        self.live_set = self.executor.live_set = self._open_live_set()
        self._monitoring = Monitoring(
            config, self.session, self.snapshot, self.executor, self.live_set, self.user_files
        )
        self._incoming.bind_all(config.bind, "[bind]")
        self._incoming.map_all(config.map)
        self._mapping_keeper = MappingKeeper(
            self._settings_editor, self.bindings, self.live_set.mappings, config.channel_tables
        )
        self._log.enabled = last.log if last else True
        self._log.open()
        self._begin_logs()
        self._channels = await open_channels(config, self.session, self.session.dimension, self.notify)
        self._outputs.open(self._channels)
        self._open_queries()
        if self._sound is not None:
            await self._sound.start()
        for initial in wanted:
            if initial.paused:
                self.session.players[initial.name].pause()
        self._loop.prepare(realtime=config.realtime)
        self.session.start()
        self._housekeeping.begin(self._begin_logs, self.live_set, self.session)
        self.live_set.follow_clock(self._housekeeping.clock_set)
        # The control socket opens last: an engine that answers has opened its channels.
        await self._control.open()
        if last:
            await self._resume(last)
        else:
            await set_state.begin_set(config.start.do, self.executor, self.notify)
        await self._monitoring.start(self._channels)

    async def _make_session(self, last: last_session.SessionFile | None) -> list[InitialPlayer]:
        """Makes the session with its players; returns the initial players of values."""
        self.session, wanted = await make_session(
            self._options,
            last,
            SessionParts(self._loop.scheduler, self._outputs, self._log, self._random, self.user_files.scores),
            self.player_models,
            self.notify,
            self._incoming.addressed,
        )
        self.session.message_handler = self._incoming.message
        self.session.osc_handler = self._incoming.osc_message
        self.session.dimension_handler = self._incoming.dimensions
        self.session.gesture_recording = GestureRecording(
            self._loop.scheduler, self._log, self._notify_from("record"), self._outputs.show
        )
        return wanted

    def _open_queries(self) -> None:
        self._observer = SnapshotMaker(
            self._loop,
            self.session,
            self._channels,
            self._log,
            self.set_timer,
            self.jobs,
            self._options.config,
            self.live_set,
            self.executor.macros,
            self.bindings,
            self.player_models.origin,
        )
        rig = RigChecker(
            self.session,
            self._channels,
            self._log,
            self._control.path,
            lambda: self.snapshot().lateness,
            self._loop.priority,
        )
        self._answers = Queries(self.user_files, self._settings_editor, self.session, rig, self.ports, self.live_set)

    async def run(self) -> None:
        """Plays until ``shut_down``."""
        await self._stopping.wait()

    def shut_down(self, *, on_purpose: bool = True) -> None:
        """Ends ``run`` soon; if not ``on_purpose``, the next engine resumes the session."""
        self._ends_on_purpose = on_purpose
        # The delay lets the reply to the command be sent.
        self._loop.call_later(0.02, self._stopping.set)

    async def close(self) -> None:
        """Ends in under a second. Channels close first, so notes end even if a disk does not answer."""
        state = self._state() if hasattr(self, "_answers") else None
        if hasattr(self, "live_set"):
            self.live_set.close()
            self._monitoring.close()
            stop_session(self.session)
        close_channels(self._channels, self.notify)
        for task in self._tasks:
            task.cancel()
        await self._log.close()
        await self.jobs.close()
        if self._sound is not None:
            await self._sound.close()
        await self._control.close()
        if state is not None:
            await self._saved.end(lambda: state, on_purpose=self._ends_on_purpose)
        if hasattr(self, "live_set"):
            await self._loop.run_in_executor(None, self.live_set.recording.command_log.close)

    def ready_line(self) -> str:
        """Returns the line that ``run`` prints when the engine accepts input."""
        return ready_line(self.session, self._channels, self.player_models.origin)

    def carry_out(self, command: CommandRequest) -> Reply | Awaitable[Reply]:
        """Carries out a line of a client; returns the reply, or an awaitable of the reply."""
        return self.executor.begin(command.line, command.id, forced=command.force)

    def _edit_set(self, client: object, edits: EditSet) -> None:
        self.live_set.set_texts.edit(client, edits)

    async def answer(self, ask: Request) -> bytes:
        """Answers a query or writes a new configuration; returns the answer as a message."""
        return await self._answers.answer(ask)

    async def change_setting(self, key: str, value: str) -> str:
        """Changes a setting in the file, and at once if possible; returns the reply."""
        text, line = await self._settings_editor.change(key, value)
        if not line:
            return f"{text}; active from the next start"
        if problem := await self.executor.carry_out_line(line):
            raise UserError(f"{text}; not active: {problem}")
        return f"{text}; active now"

    async def keep_mapping(self) -> str:
        """Writes learned, bound and mapped controls into the configuration file; returns the reply."""
        return await self._mapping_keeper.keep()

    async def keep_players(self) -> str:
        """Writes the players into the configuration file; returns the reply."""
        tables, config = player_tables(self.session, self.player_models), self._options.config
        if changes_nothing(config, tables):
            return "the configuration has these players already"
        said = await self._settings_editor.keep_players(tables, needed_dimension(config, self.session))
        self.session.configured = {name: player.routing for name, player in self.session.all_players.items()}
        return said

    def _learned_line(self, name: str, number: int, source: str) -> str:
        return self.live_set.mappings.inputs.learned_line(name, number, source)

    def _carry_out_learned(self, line: str) -> Reply:
        reply = self.executor.begin(line, 0, "learn")
        assert isinstance(reply, Reply)  # mapping takes no time
        return reply

    def _apply_learned(self, channel: str, updates: list[tuple[int, float]], at: float) -> None:
        self.session.updated(channel, updates, at)

    async def _resume(self, last: last_session.SessionFile) -> None:
        """Resumes a set."""
        saved = last.live_set
        for macro in saved.macros:
            self.executor.carry_out_here("resume", f"def {macro}")
        for line in saved.other_lines:
            self.executor.carry_out_here("resume", line)
        self._incoming.bind_all(saved.bindings, "bindings,")
        settings = not self._options.given
        problems = await set_state.resume_set(saved, last.away, self.live_set, self.executor, settings=settings)
        if not self._options.config.start.keep_paused:
            await self.executor.carry_out_line("@all resume")
        self._saved.report(last, self.session, problems)

    @property
    def tempo(self) -> Tempo:
        """Musical time of the session."""
        return self.session.tempo

    @property
    def training_size(self) -> str:
        """Default size of trained models."""
        return self._options.config.model.size

    @property
    def file_mapping(self) -> FileMapping:
        """MIDI mapping of the configuration, for MIDI files of logs."""
        return file_mapping(self._options.config)

    @property
    def agent_python(self) -> str:
        """Python that trains agents; empty for the engine's Python."""
        return self._options.config.training.agent_python

    def set_log(self, what: str) -> str:
        """Turns the log on or off, or begins a new file; returns the reply."""
        gesture_recording, said = self.session.gesture_recording, ""
        if what == "off" and gesture_recording is not None and gesture_recording.runs:
            said = f"; {gesture_recording.end()}"  # the recording needs the log
        self._log.enabled = what != "off"
        if what == "new":
            self._begin_logs()
        return f"log {what}{said}"

    def _begin_logs(self) -> None:
        for player in self.session.all_players.values():
            player.begin_log()

    def status_text(self) -> str:
        """Returns the status of the engine as text."""
        return "\n".join(status_lines(self.snapshot()))

    def snapshot(self) -> Snapshot:
        """Returns the state that a console shows."""
        return self._observer.snapshot(self.player_models.loading)

    def notify(self, level: str, source: str, text: str) -> None:
        """Reports to all clients and to the terminal."""
        self._control.publish(Event(time.time(), level_of(level), source, text))
        self._say(level, source, text)

    def _open_live_set(self) -> LiveSet:
        def notify(level: str, text: str) -> None:
            self._loop.call_soon_threadsafe(self.notify, level, "record", text)

        return LiveSet(
            self.session,
            self.player_models,
            self.user_files,
            self._random,
            self._options.logs.absolute().parent / "scenes.toml",
            CommandLog(self._log.wall, notify),
            self._begin_log,
            self.executor.macros,
            self.executor.callables,
            self.notify,
            self.jobs,
        )

    def _begin_log(self) -> Path:
        self.set_log("new")
        # Only the player main has the log without a name.
        return next(page.named for page in self._log.pages if page.named.name)

    # Callbacks

    def _in_background(self, work: Coroutine[Any, Any, object]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _notify_from(self, source: str) -> Callable[[str, str], None]:
        return lambda level, text: self.notify(level, source, text)

    def _loop_error(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.notify("error", "engine", describe_loop_error(context))

    def _job_ended(self, job: Job) -> None:
        self._autosave.changed()
        level = "error" if job.state == "failed" else "info"
        self.notify(level, "job", f"{job.number} {job.kind} {job.name}: {job.text}".replace("  ", " "))
        self.live_set.job_ended(job)

    def _files_in_use(self) -> list[Path]:
        models, ensembles = self.player_models, list(self.session.ensembles.values())
        return [*models.files(self.session.players.values()), *models.ensembles.files(ensembles), *self._log.files]

    def _state(self) -> last_session.SessionFile:
        jobs = [f"{job.kind} {job.name}" for job in self.jobs.jobs if job.running]
        live_set = set_state.capture(self.live_set, self.session, self.executor.macros, self.bindings, jobs)
        kept = saved_session(self.session, self.player_models, live_set, log=self._log.enabled)
        return replace(kept, config=self._saved.config, saved=time.time())
