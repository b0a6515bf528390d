"""Models that grow with the set: attempts to learn in the background, an audition, a load at a bar.

The worker judges a new model on the newest playing, see ``workers.training.evolve``. A better one listens in silence,
so that it knows the music, and is then heard from a bar on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from impsy_tui.control.remote_address import RemoteAddress
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.line_result import LineCallables, OnDone
from impsy_tui.engine.performance.pending_command import PendingCommand
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.runtime.scheduler import Timer
from impsy_tui.errors import UserError
from impsy_tui.language.program import quoted
from impsy_tui.mdrnn.model import check_growth
from impsy_tui.model_files.shape import shape_of_file
from impsy_tui.workers.client import Job, JobRunner
from impsy_tui.workers.requests import EvolveRequest

KIND: Final = "evolve"
"""Kind of the jobs, and name of the command."""
TONIGHT: Final = 12 * 3600.0
"""Seconds: playing in older logs is not of tonight."""
LISTENING: Final = 10.0
"""Seconds in which a new model listens before it is heard from the next bar on."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Attempt that the performer wants.

    Attributes:
        host: machine that learns, in the form of ``RemoteAddress``; empty for this one.
        size: size of the network that learns; empty for that of the model.
        new: True for a new network, False for one that begins with what the model knows.
        ask: True if the performer loads a better model.
    """

    host: str = ""
    size: str = ""
    new: bool = False
    ask: bool = False


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Running attempt: player, its model, whether the performer loads the new one, whether attempts repeat."""

    player: str
    file: Path
    ask: bool
    repeats: bool


class Evolution:
    """Attempts to let the models of players learn.

    Args:
        session: session of the players.
        models: models of the players.
        library: folders of logs, datasets and models.
        jobs: runs the workers.
        scheduled: pending commands; repeated attempts are among them.
        callables: carry out the line that loads a model.
        note: records that line.
        notify: reports to the performer.
    """

    def __init__(
        self,
        session: Session,
        models: PlayerModels,
        library: UserFiles,
        jobs: JobRunner,
        scheduled: ScheduledCommands,
        callables: LineCallables,
        note: OnDone,
        notify: Notify,
    ) -> None:
        self._session = session
        self._models = models
        self._library = library
        self._jobs = jobs
        self._scheduled = scheduled
        self._callables = callables
        self._note = note
        self._notify = notify
        self._attempts: dict[int, _Attempt] = {}
        self._listening: dict[str, tuple[str, Timer]] = {}
        """New model of each player that listens, and the timer of its load."""
        self._end_bars: dict[str, Callable[[], None]] = {}

    def check(self, player: Player, wanted: Attempt) -> Path:
        """Returns the model of a player that can evolve.

        Raises:
            UserError: The player has no model, or the model is larger than the size.
        """
        file = self._models.file_of(player)
        if file is None:
            raise UserError(f"{player.name} has no model that can evolve: train makes one, load NAME loads one")
        if wanted.size and not wanted.new:
            check_growth(shape_of_file(file)[1], wanted.size)
        return file

    async def begin(self, player: Player, wanted: Attempt) -> str:
        """Starts an attempt in the background; returns the reply.

        Raises:
            UserError: The model cannot evolve, or too many jobs run.
        """
        file = self.check(player, wanted)
        for number, attempt in self._attempts.items():
            if attempt.player == player.name:
                return f"job {number} still learns"
        if player.name in self._listening:
            return f"{self._listening[player.name][0]} still listens"
        library = self._library
        where = RemoteAddress.parse(wanted.host).host if wanted.host else ""
        request = EvolveRequest(
            library.own_models,
            file,
            library.logs,
            library.datasets,
            time.time() - TONIGHT,
            wanted.size,
            wanted.new,
            host=wanted.host,
        )
        job = await self._jobs.start(KIND, f"{file.stem} on {where}" if where else file.stem, request)
        if job.running:
            self._attempts[job.number] = _Attempt(player.name, file, wanted.ask, bool(self.pending))
        return f"job {job.number} lets {file.stem} learn from tonight{f' on {where}' if where else ''}"

    @property
    def pending(self) -> list[PendingCommand]:
        """Pending commands that begin attempts."""
        return [
            one
            for one in self._scheduled.all()
            if one.program is not None and any(step.command.name == KIND for step in one.program.walk())
        ]

    def end_repeats(self, player: Player) -> None:
        """Ends repeated attempts of a player."""
        name = "" if self._session.alone else player.name
        for one in self.pending:
            if one.period and one.line.player == name and one.program and len(one.program.steps) == 1:
                self._scheduled.cancel_if_there(one.number)

    def end(self) -> str:
        """Ends repeated and running attempts, and auditions of new models; returns the reply."""
        pending, attempts, listening = self.pending, list(self._attempts), list(self._listening)
        for one in pending:
            self._scheduled.cancel_if_there(one.number)
        self._attempts.clear()
        for number in attempts:
            try:
                self._jobs.stop(number, keep=False)
            except UserError:
                pass  # it ends at this moment
        for name in listening:
            self._stop_listening(name)
            try:
                self._models.end_audition(self._session.players[name])
            except UserError:
                pass  # the performer has ended it
        return "models no longer evolve" if pending or attempts or listening else "no model evolves"

    def close(self) -> None:
        """Ends waiting for bars."""
        for name in tuple(self._listening):
            self._stop_listening(name)

    def ended(self, job: Job) -> None:
        """Auditions the new model of an attempt that has ended, if there is one."""
        attempt = self._attempts.pop(job.number, None)
        if attempt is None or job.state != "finished" or not job.file:
            return
        player, name = self._session.players[attempt.player], Path(job.file).stem
        by_hand = f"load {quoted(name)} lets it be heard"
        if self._models.file_of(player) != attempt.file:
            self._notify("info", KIND, f"{name} waits, because another model was loaded meanwhile: {by_hand}")
        elif attempt.repeats and not self.pending:
            self._notify("info", KIND, f"{name} waits, because models no longer evolve: {by_hand}")
        else:
            self._callables.wait_for(KIND, [self._audition(player, name, attempt)])

    async def _audition(self, player: Player, name: str, attempt: _Attempt) -> str:
        try:
            await self._models.audition(player, name)
        except UserError as problem:
            raise UserError(f"{problem}; load {quoted(name)} tries again") from None
        scheduler = self._session.scheduler
        if attempt.ask:
            text = f"{name} listens in silence: load {quoted(name)} lets it be heard, audition off drops it"
        else:
            timer = scheduler.at(scheduler.now() + LISTENING, self._wait_for_bar, player)
            self._listening[player.name] = name, timer
            text = f"{name} listens in silence for {LISTENING:g} s, and is heard from the next bar on"
        self._notify("info", KIND, text)
        return ""

    def _wait_for_bar(self, player: Player) -> None:
        self._end_bars[player.name] = self._session.tempo.on_bar(lambda: self._load(player))

    def _load(self, player: Player) -> None:
        name = self._listening[player.name][0]
        self._stop_listening(player.name)
        auditioned = player.auditioned
        if auditioned is None or auditioned.predictor.name != name:
            return  # the performer has ended the audition, or loaded a model
        at = "" if self._session.alone else f"@{player.name} "
        line = f"{at}load {quoted(name)}"
        settling = self._callables.carry_out_all(iter([(KIND, line, self._note)]), None)
        if settling is not None:
            self._callables.wait_for(KIND, [settling])

    def _stop_listening(self, name: str) -> None:
        _, timer = self._listening.pop(name)
        timer.cancel()
        if (end_bars := self._end_bars.pop(name, None)) is not None:
            end_bars()
