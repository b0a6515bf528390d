"""Snapshots of everything that a console shows."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from impsy_tui.channels.base import Channel, RemappableOutput
from impsy_tui.config import Config
from impsy_tui.control.messages import MOST_SCENES, Snapshot
from impsy_tui.control.states import ChannelState, JobState, LogState, MachineState, PlayerState, TargetState
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.behaviours import PlayerBehaviour, agent_behaviours, blended_predictor, outlook_of
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import present, trained_parameters
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.engine.server.agent_snapshot import agent_state
from impsy_tui.engine.server.machine_health import MachineHealth, read_health
from impsy_tui.engine.server.set_timer import SetTimer
from impsy_tui.language import Macro
from impsy_tui.workers.client import Job, JobRunner

_SLOW_FACTS = 5.0
"""Seconds between readings of slow values that need a system call."""
_CURVE_POINTS = 40
MOST_TARGETS = 64
"""Targets of a channel in a snapshot: as many as a large window shows."""


class SnapshotMaker:
    """Source of snapshots.

    Load and lateness are those of the last requested second, so that a console with twenty snapshots a second shows
    steady figures.
    """

    def __init__(
        self,
        loop: EngineLoop,
        session: Session,
        channels: Sequence[Channel],
        log: PerformanceLog,
        set_timer: SetTimer,
        jobs: JobRunner,
        config: Config,
        live_set: LiveSet,
        macros: Mapping[str, Macro],
        bindings: Bindings,
        origin: Callable[[Player], str],
    ) -> None:
        self._loop = loop
        self._session = session
        self._channels = channels
        self._log = log
        self._set_timer = set_timer
        self._jobs = jobs
        self._live_set = live_set
        self._macros = macros
        self._bindings = bindings
        self._origin = origin
        self._title = config.title
        self._names = config.model.names
        self._health = MachineHealth()
        self._began = loop.time()
        self._second = self._began
        self._load = 0.0
        self._lateness = 0.0
        self._disk_free = -1
        self._memory = memory_in_use()
        self._slow_at = -_SLOW_FACTS
        self._read_at = self._began
        self._reading: asyncio.Future[None] | None = None

    def snapshot(self, loading: str) -> Snapshot:
        """Returns the current state of everything."""
        now = self._loop.time()
        self._roll(now)
        session = self._session
        focused = session.players.get(session.focus)
        understudy = None if focused is None else focused.auditioned
        return Snapshot(
            time=time.time(),
            uptime=now - self._began,
            title=self._title,
            dimension=session.dimension,
            input=session.last_input,
            input_age=-1.0 if session.last_input_at is None else now - session.last_input_at,
            received=session.received_events,
            players=tuple(self._player(name, now) for name in session.all_players),
            channels=tuple(
                _channel_state(channel, now, session.outputs.nudges.get(channel.name, 0.0))
                for channel in self._channels
            ),
            log=self._log_state(),
            load=self._load,
            lateness=max(self._lateness, self._loop.scheduler.worst_lateness),
            memory=self._memory,
            loading=loading,
            names=self._names,
            marks=() if focused is None else focused.shaping.marks(session.dimension - 1),
            audition=None if focused is None or understudy is None else _player_state(focused, understudy, now),
            tempo=session.tempo.state(),
            timer=self._set_timer.seconds,
            timer_runs=self._set_timer.runs,
            machine=MachineState(self._health.temperature, self._health.undervoltage, self._health.throttled),
            jobs=tuple(_job_state(job, now) for job in self._jobs.jobs),
            focus=session.focus,
            macros=tuple(map(str, self._macros.values())),
            keys=self._bindings.keys,
            pending=self._live_set.scheduled.states(),
            cue=self._live_set.cues.state(),
            replay=self._live_set.replay.replayer.state(),
            recording=self._live_set.recording.runs,
            edited=self._live_set.set_texts.states(),
            gesture_recording=session.gesture_recording.state(now) if session.gesture_recording is not None else None,
            held=session.held_notes.words,
            locked=self._live_set.locked,
            scenes=self._live_set.scene_file.known[:MOST_SCENES],
            scene=self._live_set.scene_keeper.active,
            parameters=present(session.parameters),
        )

    def _player(self, name: str, now: float) -> PlayerState:
        if ensemble := self._session.ensembles.get(name):
            return ensemble.state(now)
        player = self._session.players[name]
        return _player_state(player, player.behaviour, now, self._origin(player))

    def _roll(self, now: float) -> None:
        if now - self._second >= 1.0:
            self._second = now
            self._load = self._loop.take_load()
            self._lateness = self._loop.scheduler.worst_lateness
            self._loop.scheduler.worst_lateness = 0.0
        if now - self._slow_at >= _SLOW_FACTS and (self._reading is None or self._reading.done()):
            self._slow_at = now
            # In a thread, one at a time: on a card that is busy writing, even these calls may wait.
            self._reading = self._loop.run_in_executor(None, self._read_slow_facts)

        if now - self._read_at > 3 * _SLOW_FACTS:
            # No client has asked since then, or the disk does not answer: the last reading may be old.
            self._disk_free, self._health = -1, MachineHealth()

    def _read_slow_facts(self) -> None:
        self._disk_free = free_space(self._log.folder)
        self._memory = memory_in_use()
        self._health = read_health()
        self._live_set.scene_file.look()
        self._read_at = self._loop.time()

    def _log_state(self) -> LogState:
        log = self._log
        return LogState(log.enabled, str(log.file or ""), log.rows, log.written, log.problem, self._disk_free)


def _player_state(player: Player, behaviour: PlayerBehaviour, now: float, origin: str = "") -> PlayerState:
    auditioned = behaviour is player.auditioned
    predictor, upcoming = behaviour.predictor, behaviour.upcoming
    outlook, surprise = outlook_of(behaviour)
    return PlayerState(
        name="audition" if auditioned else player.name,
        kind=predictor.kind,
        model=predictor.name,
        runtime=predictor.runtime,
        origin=origin,
        mode=behaviour.mode.name,
        turn=behaviour.turn.value,
        paused=behaviour.paused,
        parameters=present(behaviour),
        trained=trained_parameters(behaviour),
        max_gap=behaviour.max_gap,
        output=behaviour.last_output or () if auditioned else player.sounding,
        output_age=-1.0 if behaviour.last_output is None else now - behaviour.last_output_at,
        upcoming=upcoming[1] if upcoming else (),
        upcoming_in=max(0.0, upcoming[0] - now) if upcoming else 0.0,
        played=behaviour.played,
        skipped=behaviour.skipped,
        replaced=behaviour.replaced,
        hears=() if player.hears_all else player.hears,
        plays=() if player.plays_all else player.plays,
        spread=() if outlook is None else tuple([round(each, 3) for each in outlook.spread]),
        weights=() if outlook is None else tuple([round(each, 2) for each in outlook.weights]),
        surprise=None if surprise is None else round(surprise, 1),
        blended="" if (second := blended_predictor(behaviour)) is None else second.name,
        agent=next((agent_state(each, now) for each in agent_behaviours([behaviour])), None),
    )


def _channel_state(channel: Channel, now: float, nudge: float) -> ChannelState:
    status = channel.status()
    targets = channel.played() if isinstance(channel, RemappableOutput) else ()
    return ChannelState(
        name=status.name,
        state=status.state,
        bound=status.bound,
        received=status.received,
        sent=status.sent,
        received_rate=status.received_rate,
        sent_rate=status.sent_rate,
        last_received=status.last_received,
        last_sent=status.last_sent,
        problem=status.problem,
        problem_age=now - status.problem_at if status.problem else -1.0,
        problems=status.problems,
        nudge=nudge,
        expects=status.expects,
        targets=tuple(TargetState(*one) for one in targets[:MOST_TARGETS]),
        more_targets=max(0, len(targets) - MOST_TARGETS),
    )


def _job_state(job: Job, now: float) -> JobState:
    progress = job.progress
    # after the end the metadata of the model has the curve, and no console shows it
    curve = tuple(job.curve) if job.running else ()
    if len(curve) > _CURVE_POINTS:
        step = len(curve) / _CURVE_POINTS
        curve = tuple(curve[int((point + 1) * step) - 1] for point in range(_CURVE_POINTS))
    return JobState(
        number=job.number,
        kind=job.kind,
        name=job.name,
        state=job.state,
        stage=progress.stage,
        done=progress.done,
        of=progress.of,
        loss=progress.loss,
        validation=progress.validation,
        left=progress.left,
        age=(now if job.ended is None else job.ended) - job.began,
        curve=curve,
        text=job.text,
        file=job.file,
        unit=progress.unit,
    )


def free_space(folder: Path) -> int:
    """Returns the free bytes for this user at the place of a folder; -1 if unknown."""
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    try:
        found = os.statvfs(folder)
    except OSError:
        return -1
    return found.f_bavail * found.f_frsize


def memory_in_use() -> int:
    """Returns the resident bytes of this process; without /proc, their maximum so far."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
