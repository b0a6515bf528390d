"""The stage manager: calls what was planned, keeps scenes, cues and recordings, and takes lines back."""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance import ramp_targets
from impsy_tui.engine.performance.command_log import CommandLog
from impsy_tui.engine.performance.cues import Cues
from impsy_tui.engine.performance.executor_interface import Carried, CommandExecutor, Done, Lines, NotUndone
from impsy_tui.engine.performance.ramps import RampTrack
from impsy_tui.engine.performance.replay import RecordedPerformance, Replayer, performance_of
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.engine.performance.scenes.scene import Scene, SceneKeeper
from impsy_tui.engine.performance.scheduled_commands import ResumedRamp, ScheduledCommands
from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.engine.performance.set_recording import ReplayNumbers, SetRecording
from impsy_tui.engine.performance.undo import UndoHistory, UndoStep
from impsy_tui.engine.players.base import AnyPlayer, Tell
from impsy_tui.engine.players.kinds import agents_of
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import without_parameter
from impsy_tui.engine.runtime.subprocesses import ask_helper
from impsy_tui.errors import UserError
from impsy_tui.language import Call, Command, Invocation, Program, Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ManagerInterface:
    """What the stage manager works with.

    Attributes:
        session: the performance.
        casting: who plays.
        library: the user's files.
        random: source of all chance.
        scenes: the file of scenes.
        sets: folders of set lists.
        begin_log: begins another log; its file to be.
    """

    session: Session
    casting: PlayerModels
    library: UserFiles
    random: np.random.Generator
    scenes: Path
    sets: Sequence[Path]
    begin_log: Callable[[], Path]


_ENDS_JOBS = ("cancel job", "keep job")
"""Commands that another job would meet if they were done again."""


class PerformanceManager:
    """Everything of a set that has a plan.

    Args:
        rooms: what it works with.
        doer: carries out lines.
        recorder: writes commands down.
        tell: says things to the performer.
    """

    def __init__(self, rooms: ManagerInterface, doer: CommandExecutor, recorder: CommandLog, tell: Tell) -> None:
        self._rooms = rooms
        self._doer = doer
        self._tell = tell
        self.recorder = recorder
        session, scheduler = rooms.session, rooms.session.scheduler
        self.conductor = ScheduledCommands(scheduler, doer.run, lambda: session.last_input_at, lambda: session.holds)
        self.conductor.wants_bars = self._want_bars
        self._end_bars: Callable[[], None] | None = None
        session.witness = self.conductor
        self.stagehand = SceneKeeper(session, rooms.session.tempo, rooms.casting)
        self.book = SceneFile(rooms.scenes)
        self.recording = SetRecording(recorder, session, self.conductor, self.stagehand, doer.macros)
        self._numbers = ReplayNumbers()
        self._rows: deque[str] = deque()
        """Of a recording that is replayed, what is being carried out and what waits for it."""
        self.cues = Cues(rooms.sets, self._cue, scheduler.work)
        self.history = UndoHistory(self.conductor, self.stagehand, self.cues, scheduler.now)
        self._cued: Lines = iter(())
        """Of the cue that was reached last, the lines that are still to be done."""
        self.replayer = Replayer(
            scheduler,
            self._replayed,
            session.resounded,
            self._carry_out_again,
            lambda name: tell("info", "replay", f"{name} is over"),
        )

    def close(self) -> None:
        """Nothing more is called, or written down."""
        self.replayer.stop()
        self.conductor.cancel_all()
        self.recorder.end()

    # Before a command is carried out

    def claim(self, invocation: Invocation) -> None:
        """A command sets something at once: what glides it lets go of it."""
        command = invocation.command
        if command.undo and not command.takes_rest and len(self.conductor):
            players = self._whom(command, invocation.player)
            self.conductor.let_go(ramp_targets.keys_of(invocation, players, self._rooms.session.dimension - 1))

    def _whom(self, command: Command, player: str) -> Sequence[AnyPlayer]:
        """Whom a command is for; nobody where it is about no player, whoever has the focus."""
        return self._rooms.session.whom(player, command.about) if command.player else ()

    @property
    def from_file(self) -> bool:
        """Whether the line that is carried out now comes from a set list or a recording."""
        return self._doer.from_file

    def _cue(self, source: str, lines: Sequence[str]) -> Awaitable[str] | None:
        """Lines of a set list; what is still to be waited for."""
        # What is left of the cue before, because it waits for a scene, does not come after this one.
        self._cued = itertools.chain(self._cued, ((source, line, self.note) for line in lines))
        return self._doer.carry_out_all(self._cued)

    def note(self, carried: Carried) -> None:
        """A line was carried out, or a part of it: where a recording goes on it is written down."""
        self.recording.line(*carried.piece())

    def _want_bars(self, wanted: bool) -> None:
        if wanted and self._end_bars is None:
            self._end_bars = self._rooms.session.tempo.on_bar(self.conductor.bar)
        elif not wanted and self._end_bars is not None:
            self._end_bars()
            self._end_bars = None

    def done(self, program: Program, before: UndoStep | None, carried: Carried) -> None:
        """A line of the performer's was carried out.

        Args:
            program: what it was.
            before: how things were, if it can be taken back.
            carried: what became of it.
        """
        # A line that was refused, or says what is so already, is none to be taken back.
        changed = before is not None and self.history.is_changed(before, carried.left)
        if changed or carried.reversals:
            self.history.note(program, before if changed else None, carried.left, carried.reversals)
        self.note(carried)

    # Gliding

    def glide(
        self,
        text: str,
        seconds: float,
        settings: Program,
        player: str,
        *,
        eased: bool,
        resumed: ResumedRamp | None = None,
    ) -> str | Awaitable[str]:
        """Let settings glide; with a scene among them, once its file is read."""
        steps = [step for step in settings.steps if not isinstance(step, Call)]
        if any(step.command.ramp == "scene" for step in steps):
            number = self.conductor.reserve() if resumed is None else resumed.number
            return self._glide_with_scenes(text, seconds, steps, player, eased, number, resumed)
        return self._glide(text, seconds, self._tracks(steps, player), [], eased, resumed=resumed)

    async def _glide_with_scenes(
        self,
        text: str,
        seconds: float,
        steps: list[Invocation],
        player: str,
        eased: bool,
        number: int,
        resumed: ResumedRamp | None,
    ) -> str:
        tracks: list[RampTrack] = []
        last: list[Scene] = []
        for step in steps:
            if step.command.ramp != "scene":
                tracks += self._tracks([step], player)
                continue
            scene = await self._in_thread(self.book.find, str(step.values["scene"]))
            if "now" in step.values and resumed is None:
                await self.settle(self.stagehand.switch(scene))
            elif "now" not in step.values:
                last.append(scene)
            tracks += self.stagehand.tracks(scene)
        return self._glide(text, seconds, tracks, last, eased, number, resumed)

    def _glide(
        self,
        text: str,
        seconds: float,
        tracks: list[RampTrack],
        last: list[Scene],
        eased: bool,
        number: int = 0,
        resumed: ResumedRamp | None = None,
    ) -> str:
        def arrived() -> None:
            for scene in last:
                self._doer.wait_for("scene", self.stagehand.switch(scene))

        pending = self.conductor.glide(
            text,
            seconds,
            tracks,
            eased=eased,
            arrived=arrived if last else None,
            number=number,
            resumed=resumed,
        )
        return f"{pending.number}  {pending.text}"

    def _tracks(self, steps: Sequence[Invocation], player: str) -> list[RampTrack]:
        session = self._rooms.session
        tracks: list[RampTrack] = []
        for step in steps:
            numbers = step.values.get("dimensions", ())
            if isinstance(numbers, tuple) and (beyond := [one for one in numbers if one >= session.dimension]):
                raise UserError(f"there is no x{beyond[0]}: the last is x{session.dimension - 1}")
            players, parameter = self._whom(step.command, player), step.command.parameter
            found = list(ramp_targets.tracks_of(step, players, session.tempo))
            if not found and parameter is not None:
                raise UserError(without_parameter(players, parameter))
            tracks += found
        return tracks

    # Scenes

    async def set_up(self, name: str) -> str:
        """Everything as a scene has it, at once."""
        scene = await self._in_thread(self.book.find, name)
        self.conductor.let_go(track.key for track in self.stagehand.tracks(scene))
        await self.settle(self.stagehand.restore(scene))
        return f"scene {name}"

    # Taking back

    async def undo(self) -> str:
        """Take back the last line."""
        found = self.history.undo()
        if found is None:
            raise UserError("there is nothing to take back")
        await self.settle(found.awaited)
        if found.before is not None:
            now = self._rooms.session.scheduler.now
            away = now() - found.before.at
            for problem in await pending_lines.resume(found.resumed, away, now, self._doer.read, self):
                self._tell("warning", "undo", problem)
        scene = None if found.before is None else found.before.scene
        self.recording.taken_back(scene, found.cancelled, [one.number for one in found.resumed])
        return f"taken back: {found.program}"

    async def redo(self) -> str:
        """Do again what was taken back."""
        rest = self.history.undone[:-1]
        program = self.history.redo()
        if program is None:
            raise UserError("nothing was taken back")
        if any(each.command.ends for each in program.walk()):
            raise UserError(f"redo deletes nothing: type {program} again")
        if any(each.command.name in _ENDS_JOBS for each in program.walk()):
            raise UserError(f"redo ends no job: type {program} again")
        before, numbers = self.history.capture(), list[int]()

        def done(carried: Carried) -> None:
            self.note(carried)
            numbers[:] = carried.left

        problem = await self._doer.carry_out_setting(str(program), done)
        self.history.note(program, before, numbers)
        self.history.put_back(rest)
        if problem:
            raise UserError(problem)
        return f"again: {program}"

    # Replaying and recording

    async def replay(self, log: str, speed: float, through: str) -> str:
        """Play a log; the reply when it begins."""
        rooms = self._rooms
        file = rooms.library.find("log", log)
        printed = await ask_helper("impsy_tui.workers.read_log", str(file))
        performance = performance_of(file.stem, printed)
        for refused in performance.refused:
            self._tell("warning", "replay", refused)
        return await self.play_again(performance, speed, through)

    async def play_again(self, performance: RecordedPerformance, speed: float = 1.0, through: str = "") -> str:
        """Play a performance; the reply when it begins."""
        session = self._rooms.session
        width, wanted = session.dimension - 1, performance.values.shape[1]
        if len(performance.times) and width != wanted:
            raise UserError(f"{performance.name} has {wanted} values an event, {width} are played")
        if len(performance.frames) and not any(agents_of(seat.parts) for seat in session.seats.values()):
            if not len(performance.times):
                raise UserError(f"{performance.name} is sound alone, and no agent is here to hear it")
            self._tell("warning", "replay", "no agent is here to hear the sound")
        self._numbers, self._rows = ReplayNumbers(), deque()
        for time, row in performance.commands:
            if time <= 0.0:
                line, done = self._read_row(row)
                if problem := await self._doer.carry_out_setting(line, done, Source.FILE):
                    self._tell("warning", "replay", f"{line}: {problem}")
        if through:
            if (seat := session.only_seat) is None:
                raise UserError(f"who is to play {through}? player NAME says it")
            await self._rooms.casting.load(seat, through)
        self.replayer.start(performance, speed)
        minutes, seconds = divmod(round(performance.seconds / speed), 60)
        return f"{performance.name} is replayed: {performance}, {minutes}:{seconds:02d}"

    def cancel_replay(self) -> str:
        """End a replay, with what its commands left pending; the name of what was replayed, empty for nothing."""
        name = self.replayer.stop()
        for number in self._numbers.now if name else ():
            self.conductor.cancel_if_there(number)
        return name

    def _replayed(self, values: Sequence[float], at: float) -> None:
        session = self._rooms.session
        if len(values) == session.dimension - 1:
            session.replayed(values, at)
            return
        name = self.replayer.stop()  # a model of another dimension was loaded meanwhile
        text = f"{name} is over: it has {len(values)} values an event, {session.dimension - 1} are played now"
        self._tell("warning", "replay", text)

    def record(self, on: bool) -> str:
        """Write commands down from now on, in a new log; or no more."""
        if not on:
            if self.recorder.file is None:
                raise UserError("commands are not written down: record on begins")
            file, name = self.recorder.file, self.recorder.file.name
            self.recorder.end()
            return f"commands up to here are in {name} in {file.parent.name}/"
        file = self.recorder.begin(self._rooms.begin_log())
        self.seed(self.recording.begin())
        for player in self._rooms.session.everybody.values():
            player.reset()
        return f"recording: commands go into {file.name}, beside a new log"

    def _carry_out_again(self, row: str) -> None:
        """A row of a recording that is replayed; the next ones wait for a scene, as they came after it."""
        self._rows.append(row)
        if len(self._rows) > 1:
            return
        settling = self._doer.carry_out_all(self._in_turn())
        if settling is not None:
            self._doer.wait_for("replay", [settling])

    def _in_turn(self) -> Lines:
        rows = self._rows
        while rows:
            yield "replay", *self._read_row(rows[0])
            rows.popleft()

    def _read_row(self, row: str) -> tuple[str, Done]:
        """A row: its line, and what keeps account of the numbers of what that leaves pending."""
        line, then = self._numbers.read(row)
        numbers = self._numbers
        return line, lambda carried: numbers.note(then, carried.numbers)

    @property
    def replays_set(self) -> bool:
        """Whether a recording is replayed: cues come from it, and not from the set list."""
        return self.replayer.has_commands

    def seed(self, number: int) -> str:
        """The same chances from now on as after the same number before."""
        self._rooms.random.bit_generator.state = np.random.default_rng(number).bit_generator.state
        for player in self._rooms.session.everybody.values():
            player.discard_drawn_numbers()
        return f"seed {number}"

    # Waiting

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)

    async def settle(self, awaited: Sequence[Awaitable[str]]) -> None:
        """Wait for models, for all of them: one that is missing keeps no other player from its own."""
        problems = []
        for each in awaited:
            try:
                await each
            except (UserError, NotUndone) as problem:
                problems.append(str(problem))
        if problems:
            raise UserError("\n".join(problems))
