"""Replay of a performance log into the session, with its recorded commands."""

import math
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.line_result import LineCallables, Lines, OnDone
from impsy_tui.engine.performance.replaying.replay import RecordedPerformance, Replayer, performance_of
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.performance.set_recording import ReplayNumbers
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.players.behaviours import agent_behaviours
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.runtime.subprocesses import ask_worker
from impsy_tui.errors import UserError
from impsy_tui.paths import log_name
from impsy_tui.text import counted
from impsy_tui.workers import read_log


class SessionReplay:
    """Replays logs into the session, one at a time.

    Args:
        session: session that hears the recorded input.
        models: loads the model of ``replay ... through``.
        library: finds logs by name.
        scheduled: pending commands; those of the replay are cancelled with the replay.
        callables: carry out the recorded commands.
        notify: reports to the performer.
    """

    def __init__(
        self,
        session: Session,
        models: PlayerModels,
        library: UserFiles,
        scheduled: ScheduledCommands,
        callables: LineCallables,
        notify: Notify,
    ) -> None:
        self._session = session
        self._models = models
        self._library = library
        self._scheduled = scheduled
        self._callables = callables
        self._notify = notify
        self._numbers = ReplayNumbers()
        self._reading: Path | None = None
        """Log that is read now; None for none, or if its replay was cancelled meanwhile."""
        self._rows: deque[str] = deque()
        """Recorded command rows: the one that is being carried out, then those that wait for it."""
        self.replayer = Replayer(
            session.scheduler,
            self._play_event,
            session.resounded,
            self._carry_out_row,
            self._over,
        )

    async def open(self, log: str, speed: float, through: str) -> str:
        """Starts the replay of a log; returns the reply.

        Args:
            log: name of the log.
            speed: factor of the recorded speed.
            through: name of the model that the only player loads first, empty for none.

        Raises:
            UserError: The log is missing or does not fit the session, or the replay was cancelled during reading.
        """
        file = self._reading = self._library.find("log", log)
        try:
            printed = await ask_worker(read_log.Request(file))
            if self._reading is not file:
                raise UserError(f"{log_name(file)} is not replayed: something else was requested during reading")
        finally:
            if self._reading is file:
                self._reading = None
        performance = performance_of(log_name(file), printed)
        for refused in performance.refused:
            self._notify("warning", "replay", refused)
        return await self.start(performance, speed, through)

    async def start(self, performance: RecordedPerformance, speed: float = 1.0, through: str = "") -> str:
        """Starts the replay of a performance that was read; see ``open``."""
        self._check(performance)
        self._numbers, self._rows = ReplayNumbers(), deque()
        for time, row in performance.commands:
            if time <= 0.0:
                line, on_done = self._read_row(row)
                if problem := await self._callables.carry_out_line(line, on_done):
                    self._notify("warning", "replay", f"{line}: {problem}")
        if through:
            if (player := self._session.only_player) is None:
                raise UserError(f"{through} needs a player: set the focus first, as in player NAME")
            await self._models.load(player, through)
        self.replayer.start(performance, speed)
        minutes, seconds = divmod(round(performance.seconds / speed), 60)
        return f"{performance.name} is replayed: {performance}, {minutes}:{seconds:02d}"

    async def again(self, seconds: float, rounds: float = 0.0) -> str:
        """Plays the musician's last input again; returns the reply.

        Args:
            seconds: length of the input that is played.
            rounds: number of rounds of a loop of exactly this length; infinite for a loop without end. 0 plays the
                input once, from its first event.

        Raises:
            UserError: Nothing was played in this time.
        """
        session = self._session
        now = session.scheduler.now()
        times, values = session.recent.since(now - seconds, session.dimension - 1)
        name = f"last {seconds:g}s"
        if not len(times):
            raise UserError(f"nothing was played in the {name}: loop and replay play your own playing again")
        self._reading = None
        if not rounds:
            return await self.start(RecordedPerformance(name, times - times[0], values))
        loop = RecordedPerformance(name, times - (now - seconds), values, length=seconds, rounds=rounds)
        await self.start(loop)
        until = "until cancel replay" if math.isinf(rounds) else counted(int(rounds), "time")
        return f"{name}: {counted(len(times), 'event')}, {until}"

    def _check(self, performance: RecordedPerformance) -> None:
        session = self._session
        width, recorded = session.dimension - 1, performance.values.shape[1]
        if len(performance.times) and width != recorded:
            raise UserError(f"{performance.name} has {recorded} values per event, the session has {width}")
        if len(performance.frames) and not any(
            agent_behaviours(player.behaviours) for player in session.players.values()
        ):
            if not len(performance.times):
                raise UserError(f"{performance.name} has only sound, and the session has no agent that listens")
            self._notify("warning", "replay", "the recorded sound is ignored: the session has no agent that listens")

    def cancel(self) -> str:
        """Ends a replay and cancels its pending commands; returns the name of the log, empty without a replay.

        A log that is still read is not replayed.
        """
        reading, self._reading = self._reading, None
        name = self.replayer.stop()
        for number in self._numbers.now if name else ():
            self._scheduled.cancel_if_there(number)
        if name:
            self._session.end_thru()
        return name or (log_name(reading) if reading is not None else "")

    def silenced(self) -> None:
        """Ends a replay without commands; one with commands is ended and resumed by its own commands."""
        if not self.replayer.has_commands:
            self.cancel()

    def _over(self, name: str) -> None:
        self._session.end_thru()  # the last notes of a log have no end
        self._notify("info", "replay", f"{name} is over")

    def _play_event(self, values: Sequence[float], at: float) -> None:
        session = self._session
        if len(values) == session.dimension - 1:
            session.replayed(values, at)
            return
        name = self.replayer.stop()  # a model of another dimension was loaded meanwhile
        text = f"{name} is over: it has {len(values)} values per event, the session now has {session.dimension - 1}"
        self._notify("warning", "replay", text)

    def _carry_out_row(self, row: str) -> None:
        # Rows that follow a scene wait until the scene is set up.
        self._rows.append(row)
        if len(self._rows) > 1:
            return
        settling = self._callables.carry_out_all(self._lines(), None)
        if settling is not None:
            self._callables.wait_for("replay", [settling])

    def _lines(self) -> Lines:
        rows = self._rows
        while rows:
            yield "replay", *self._read_row(rows[0])
            rows.popleft()

    def _read_row(self, row: str) -> tuple[str, OnDone]:
        line, recorded = self._numbers.read(row)
        numbers = self._numbers
        return line, lambda result: numbers.note(recorded, result.numbers)
