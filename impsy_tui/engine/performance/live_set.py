"""Everything that plans, records and takes back the commands of one session."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui import choices
from impsy_tui.engine.io.mappings import Mappings
from impsy_tui.engine.io.parameter_map import MappedParameter
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.command_log import CommandLog
from impsy_tui.engine.performance.cues import Cues
from impsy_tui.engine.performance.evolution import Evolution
from impsy_tui.engine.performance.line_result import LineCallables
from impsy_tui.engine.performance.patterns.player import PatternPlayer
from impsy_tui.engine.performance.ramp_starter import RampStarter
from impsy_tui.engine.performance.replaying.session_replay import SessionReplay
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.engine.performance.scenes.scene import SceneKeeper
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.performance.set_recording import SetRecording
from impsy_tui.engine.performance.set_texts import SetTexts
from impsy_tui.engine.performance.undo import UndoHistory
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import present_number
from impsy_tui.engine.runtime.clock_changes import ClockChanges
from impsy_tui.errors import UserError
from impsy_tui.language import Command, Macro
from impsy_tui.parameters import DIMENSION, ENGINE
from impsy_tui.workers.client import Job, JobRunner


class LiveSet:
    """Pending commands, ramps, scenes, cues, undo history, recording and replay of one session.

    Args:
        session: session that the commands change.
        models: models of the players.
        library: files of the user.
        random: source of all random numbers.
        scene_file: file with the saved scenes.
        command_log: writes recorded commands.
        begin_log: starts a new log; returns its file.
        macros: macros of the performer.
        callables: carry out lines.
        notify: reports to the performer.
        jobs: runs the workers.
    """

    def __init__(
        self,
        session: Session,
        models: PlayerModels,
        library: UserFiles,
        random: np.random.Generator,
        scene_file: Path,
        command_log: CommandLog,
        begin_log: Callable[[], Path],
        macros: Mapping[str, Macro],
        callables: LineCallables,
        notify: Notify,
        jobs: JobRunner,
    ) -> None:
        self.locked = False
        """True while the stage lock is on."""
        scheduler = session.scheduler
        self.scheduled = ScheduledCommands(
            scheduler,
            callables.run,
            lambda: session.last_input_at,
            lambda: session.holds,
            session.tempo.on_bar,
        )
        session.observer = self.scheduled
        session.tempo.link.on_transport = self._follow_transport
        self._session = session
        self._clock_changes: ClockChanges | None = None
        self._end_waiting: Callable[[], None] = lambda: None
        """Ends the wait for the bar on which the players resume."""
        self.mappings = Mappings(
            scheduler,
            self._present,
            lambda: [output.channel for output in session.outputs.channel_outputs],
            lambda: session.dimension - 1,
        )
        self.scene_keeper = SceneKeeper(session, models, self.mappings)
        self.scene_file = SceneFile(scene_file)
        self.ramps = RampStarter(session, self.scheduled, self.scene_keeper, self.scene_file, callables.wait_for)
        self.patterns = PatternPlayer(session, self.scheduled, callables.step)
        self.recording = SetRecording(
            command_log, session, self.scheduled, self.patterns, self.scene_keeper, macros, random, begin_log
        )
        self.cues = Cues(library.sets, callables.carry_out_all, self.recording.note, scheduler.work)
        self.set_texts = SetTexts(library.sets, self.cues.renew)
        self.history = UndoHistory(self.scheduled, self.scene_keeper, self.cues, scheduler.now)
        self.replay = SessionReplay(session, models, library, self.scheduled, callables, notify)
        self.scheduled.end_replay = self.replay.silenced
        self.evolution = Evolution(
            session, models, library, jobs, self.scheduled, callables, self.recording.note, notify
        )

    def _present(self, mapped: MappedParameter) -> Any:
        parameter = mapped.parameter
        if ENGINE in parameter.scope:
            return present_number(self._session.parameters, parameter)
        name = mapped.player or self._session.focus
        if DIMENSION in parameter.scope:
            player = self._session.players.get(name)
            return None if player is None else player.shaping.values(parameter).get(mapped.dimensions[0] - 1)
        owner = self._session.all_players.get(name)
        return None if owner is None else present_number(owner, parameter)

    def _follow_transport(self, plays: bool) -> None:
        """Pauses all players at once, or lets them play from the next bar."""
        self._end_waiting()

        def resume() -> None:
            self._end_waiting()
            self._session.resume()

        if plays:
            self._end_waiting = self._session.tempo.on_bar(resume)
        else:
            self._session.pause()

    def follow_clock(self, clock_set: Callable[[], None]) -> None:
        """Follows changes of the clock of the machine until ``close``.

        Args:
            clock_set: also called after a change.
        """

        def changed() -> None:
            clock_set()
            self.scheduled.daily.clock_set()

        self._clock_changes = ClockChanges(asyncio.get_running_loop(), changed)

    def check_lock(self, command: Command) -> None:
        """Refuses a command that the stage lock forbids.

        Raises:
            UserError: The stage lock is on.
        """
        if self.locked and command.is_lockable:
            raise UserError(f"the stage lock is on: type unlock before {command.name}, or use impsy-tui send --force")

    def job_ended(self, job: Job) -> None:
        """Handles the end of a job."""
        if job.state == "finished" and job.file and job.kind in choices.TRAINING_JOBS:
            self.scheduled.reached("trained")
        self.evolution.ended(job)

    def close(self) -> None:
        """Ends the replay, all pending commands and the recording."""
        if self._clock_changes is not None:
            self._clock_changes.close()
        self.replay.replayer.stop()
        self.evolution.close()
        self.scheduled.cancel_all()
        self.recording.command_log.end()
