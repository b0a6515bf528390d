"""Pending commands: ramps, patterns, and commands that are due later, repeatedly or at a moment."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from impsy_tui.control.states import PendingState
from impsy_tui.engine.performance.daily_times import DailyTimes
from impsy_tui.engine.performance.patterns.run import PatternRun
from impsy_tui.engine.performance.pending_command import PendingCommand, ReservedCommands, ResumedRamp, when
from impsy_tui.engine.performance.ramps import Key, Ramp, RampTrack, tracks_by_key
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation, Moment, Program
from impsy_tui.language.program import MOMENTS, TIME_OF_DAY

MOST: Final = 250
"""Largest number of pending commands. All of their timers may be due in the same turn of the event loop."""
_MOST_NOTED: Final = 4 * MOST
"""Largest number of notes of which command left a command. Cancelled ones keep theirs: ``undo`` resumes them."""

Run = Callable[[Program, str, str, int], None]
"""Carries out a program; arguments: program, player (empty for the focus), source that messages name, and the number
for ``ScheduledCommands.note_left``."""


class ScheduledCommands:
    """Pending commands of a session, carried out when they are due.

    The session reports musical moments: see ``received`` and ``turned``.

    Args:
        scheduler: calls back at due times.
        run: carries out a program that is due.
        last_received: returns the time of the musician's last input, None before the first.
        held: returns True while the musician holds keys down, which is not silence.
        on_bar: starts calls at every bar; returns a callable that ends them.
        wall: returns the seconds since 1970.

    Attributes:
        reserved: commands that are pending once their files are read.
        daily: times of day.
        end_replay: ends a replay when all is silenced.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        run: Run,
        last_received: Callable[[], float | None],
        held: Callable[[], bool],
        on_bar: Callable[[Callable[[], None]], Callable[[], None]],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._scheduler = scheduler
        self._run = run
        self._last_received = last_received
        self._held = held
        self._pending: dict[int, PendingCommand] = {}
        self.reserved = ReservedCommands()
        self._movers: dict[int, PendingCommand] = {}
        """Pending ramps and patterns, by number."""
        self._at_moments: dict[str, dict[int, PendingCommand]] = {word: {} for word in (*MOMENTS, TIME_OF_DAY)}
        """Commands that wait for a moment, by its word. A search through all pending commands would take too long."""
        self._left_by: dict[int, int] = {}
        """Numbers of pending commands that a pending command left, and the number of the one that a line left."""
        self.daily = DailyTimes(scheduler, lambda number: self._schedule_now(self._pending[number]), wall)
        self.end_replay: Callable[[], None] = lambda: None
        self._number = 0
        self._on_bar = on_bar
        self._end_bars: Callable[[], None] | None = None

    def __len__(self) -> int:
        return len(self._pending) + len(self.reserved)

    @property
    def listens(self) -> bool:
        """True if a command waits for a musical moment."""
        return any(self._at_moments.values())

    @property
    def now(self) -> float:
        """Time on the scheduler's clock, in seconds."""
        return self._scheduler.now()

    @property
    def newest(self) -> int:
        """Highest number so far."""
        return self._number

    # Adding

    def over(
        self,
        line: Invocation,
        seconds: float,
        tracks: Sequence[RampTrack],
        *,
        eased: bool = False,
        at_end: Callable[[], None] | None = None,
        number: int = 0,
        resumed: ResumedRamp | None = None,
    ) -> PendingCommand:
        """Starts a ramp; other ramps release its parameters.

        Args:
            line: command with its arguments.
            seconds: duration.
            tracks: parameters with their start and end values.
            eased: True if the ramp starts and ends slowly.
            at_end: called when the ramp has ended.
            number: reserved number, 0 for a new one.
            resumed: state of the ramp before a restart.
        """
        by_key = tracks_by_key(tracks)
        began = self._scheduler.now()
        if resumed is not None:
            number, began, starts = resumed.number, resumed.began, resumed.starts
            by_key = {key: replace(track, start=starts[key]) for key, track in by_key.items() if key in starts}
        self.release(by_key, number)
        pending = self._add(line, number=number)

        def end() -> None:
            self._pending.pop(pending.number, None)
            self._movers.pop(pending.number, None)
            if at_end is not None:
                at_end()

        pending.left = 0 if at_end is None else 1
        self._movers[pending.number] = pending
        pending.ramp = Ramp(self._scheduler, began, seconds, eased, by_key, end)
        pending.ramp.start()
        return pending

    def add_pattern(self, line: Invocation, run: PatternRun, *, number: int = 0) -> PendingCommand:
        """Adds a pattern; ramps and other patterns release its parameters."""
        self.release(run.tracks, number)
        pending = self._add(line, number=number)
        pending.pattern = run
        self._movers[pending.number] = pending
        return pending

    def after(self, line: Invocation, seconds: float, program: Program, *, number: int = 0) -> PendingCommand:
        """Schedules a program once, after a delay in seconds."""
        pending = self._add(line, program, number=number)
        pending.timer = self._scheduler.at(self._scheduler.now() + seconds, self._do, pending)
        return pending

    def every(
        self,
        line: Invocation,
        seconds: float,
        program: Program,
        *,
        number: int = 0,
        first: float | None = None,
    ) -> PendingCommand:
        """Schedules a program every ``seconds``, first after ``first`` seconds (default: after one period)."""
        pending = self._add(line, program, number=number)
        pending.period = seconds
        due = self._scheduler.now() + (seconds if first is None else first)
        pending.timer = self._scheduler.at(due, self._repeat, pending, due)
        return pending

    def at(
        self, line: Invocation, moment: Moment, program: Program, *, number: int = 0, due: float = 0.0
    ) -> PendingCommand:
        """Schedules a program at the next such moment (``at``), or at every one (``whenever``, times of day).

        Args:
            line, moment, program: command with its arguments.
            number: reserved number, 0 for a new one.
            due: next time of a time of day, see ``DailyTimes``.
        """
        pending = self._add(line, program, number=number)
        pending.moment = moment
        pending.left = int(moment.number)
        self._at_moments[moment.word][pending.number] = pending
        if moment.word == "silence":
            self._wait_for_silence(pending, self._scheduler.now())
        elif moment.daily:
            self.daily.add(pending.number, int(moment.number), due)
        elif moment.word == "bar" and self._end_bars is None:
            self._end_bars = self._on_bar(lambda: self.reached("bar"))
        return pending

    def reserve(self, line: Invocation, number: int = 0) -> int:
        """Reserves a number, 0 for a new one, for a command that is pending once its files are read."""
        self._number = max(self._number, number or self._number + 1)
        self.reserved.add(number := number or self._number, line)
        return number

    def note_left(self, numbers: Iterable[int], by: int) -> None:
        """Notes that a pending command, 0 for none, left these pending commands; see ``left_by``."""
        if by:
            self._left_by.update(dict.fromkeys(numbers, by))
        while len(self._left_by) > _MOST_NOTED:
            del self._left_by[next(iter(self._left_by))]

    def left_by(self, numbers: Sequence[int]) -> list[int]:
        """Returns the numbers of the commands that these commands have left since they became due."""
        return [number for number, by in self._left_by.items() if by in numbers]

    def _add(self, line: Invocation, program: Program | None = None, *, number: int = 0) -> PendingCommand:
        if len(self._pending) >= MOST:
            raise UserError(f"{MOST} commands are pending, no more are possible: cancel all removes them")
        pending = PendingCommand(number or self._number + 1, line, str(line), program)
        self._number = max(self._number, pending.number)
        self._pending[pending.number] = pending
        return pending

    # Cancelling

    def release(self, keys: Iterable[Key], number: int = 0) -> None:
        """Takes parameters away from all ramps and patterns, because another command sets them.

        Args:
            keys: the parameters.
            number: reserved number of this command, 0 for none. Reserved commands with higher numbers keep them.
        """
        if not len(self):
            return
        keys = tuple(keys)
        self.reserved.release(keys, number)
        for pending in tuple(self._movers.values()):
            if (mover := pending.mover) is not None and mover.tracks:
                before = set(mover.tracks)
                mover.release(keys)
                pending.released |= {name for _, name, _ in before.difference(mover.tracks)}
                if not (mover.tracks or pending.left):
                    self._forget(pending)

    def cancel(self, number: int) -> str:
        """Cancels a pending or reserved command; changes that it made so far stay.

        Returns:
            The text of the command.

        Raises:
            UserError: No pending command has this number.
        """
        if (reserved := self.reserved.claim(number)) is not None:
            return str(reserved.line)
        pending = self._pending.get(number)
        if pending is None:
            raise UserError(f"no pending command has number {number}: what lists them")
        self._forget(pending)
        return pending.text

    def cancel_if_there(self, number: int) -> bool:
        """Cancels a command if it is still pending or reserved; returns True if it was."""
        if (pending := self._pending.get(number)) is None:
            return self.reserved.claim(number) is not None
        self._forget(pending)
        return True

    def cancel_all(self) -> int:
        """Cancels all pending and reserved commands; returns their number."""
        return sum(map(self.cancel_if_there, (*self._pending, *self.reserved)))

    def cancel_patterns(self, which: Callable[[PatternRun], bool]) -> int:
        """Cancels the patterns that ``which`` returns True for; returns their number."""
        patterns = [pending for pending in self._movers.values() if pending.pattern and which(pending.pattern)]
        for each in patterns:
            self._forget(each)
        return len(patterns)

    def _forget(self, pending: PendingCommand) -> None:
        self._pending.pop(pending.number, None)
        self._movers.pop(pending.number, None)
        if pending.timer is not None:
            pending.timer.cancel()
        if pending.mover is not None:
            pending.mover.cancel()
        if pending.moment is not None:
            waiting = self._at_moments[pending.moment.word]
            waiting.pop(pending.number, None)
            self.daily.remove(pending.number)
            if pending.moment.word == "bar" and not waiting and self._end_bars is not None:
                self._end_bars()
                self._end_bars = None

    # Moments

    def received(self, began: bool) -> None:
        """Handles input of the musician; ``began`` is True if a call begins with this event."""
        for pending in self._waiting("event"):
            pending.left -= 1
            if pending.left <= 0:
                assert pending.moment is not None
                pending.left = int(pending.moment.number)
                self._schedule_now(pending)
        for pending in self._waiting("call") if began else ():
            self._schedule_now(pending)
        for pending in self._waiting("silence"):
            if pending.timer is None:
                self._wait_for_silence(pending, self._scheduler.now())

    def turned(self, player: str) -> None:
        """Handles the start of a player's turn."""
        for pending in self._waiting("response"):
            if pending.line.player in ("", "all", player):
                self._schedule_now(pending)

    def reached(self, word: str) -> None:
        """Handles a bar, or the end of a training ("trained")."""
        for pending in self._waiting(word):
            self._schedule_now(pending)

    def silenced(self) -> None:
        """Ends the patterns and the replay that play as the musician."""
        self.cancel_patterns(lambda run: run.plays)
        self.end_replay()

    def _waiting(self, word: str) -> list[PendingCommand]:
        return list(self._at_moments[word].values())

    def _schedule_now(self, pending: PendingCommand) -> None:
        # In the next turn of the event loop: the music goes first.
        self._scheduler.at(self._scheduler.now(), self._at_moment, pending)

    def _at_moment(self, pending: PendingCommand) -> None:
        if self._pending.get(pending.number) is pending:
            self._do(pending)

    def _wait_for_silence(self, pending: PendingCommand, since: float) -> None:
        assert pending.moment is not None
        pending.timer = self._scheduler.at(since + pending.moment.number, self._check_silence, pending, since)

    def _check_silence(self, pending: PendingCommand, since: float) -> None:
        # Events do not move the timer: the time of the last input says how long the silence was.
        assert pending.moment is not None
        now = self._scheduler.now()
        broken = now if self._held() else max(since, self._last_received() or since)
        if now < broken + pending.moment.number:
            self._wait_for_silence(pending, broken)
            return
        pending.timer = None  # until the musician has played again
        self._at_moment(pending)

    def _repeat(self, pending: PendingCommand, due: float) -> None:
        # Times that have passed are left out, so that there is no burst.
        missed = int((self._scheduler.now() - due) / pending.period)
        following = due + (missed + 1) * pending.period
        pending.timer = self._scheduler.at(following, self._repeat, pending, following)
        self._do(pending)

    def _do(self, pending: PendingCommand) -> None:
        """Carries out a command now, or when the turn has time. Until then the command does not become due again."""
        if not pending.waits:
            pending.waits = True
            self._scheduler.work.do(self, self._carry_out, pending)

    def _carry_out(self, pending: PendingCommand) -> None:
        pending.waits = False
        if self._pending.get(pending.number) is not pending:
            return  # it was cancelled
        assert pending.program is not None
        left_by = self._left_by.get(pending.number, pending.number)
        if pending.once:
            self._forget(pending)
        self._run(pending.program, pending.line.player, f"{pending.number} {pending.kind}", left_by)

    # Listing

    def all(self) -> tuple[PendingCommand, ...]:
        """Returns all pending commands, the oldest first."""
        return tuple(self._pending.values())

    def seconds_left(self, pending: PendingCommand) -> float | None:
        """Returns the seconds until a command is due or a ramp ends; None if the time is not known."""
        if pending.moment is not None and pending.moment.daily:
            return self.daily.seconds_left(pending.number)
        due = pending.ramp.ends if pending.ramp is not None else pending.timer.deadline if pending.timer else None
        return None if due is None else max(0.0, due - self._scheduler.now())

    def list(self) -> list[str]:
        """Returns the pending commands as text, the oldest first."""
        return [f"{state.number}  {state.text}{when(state)}" for state in self.states()]

    def states(self) -> tuple[PendingState, ...]:
        """Returns the pending commands for a snapshot, the oldest first."""
        return tuple(map(self._state, self._pending.values()))

    def _state(self, pending: PendingCommand) -> PendingState:
        if (run := pending.pattern) is not None:
            position = run.position(self.now)
            due = max(0.0, run.time_of(0) - self.now) if position < 0.0 else -1.0
            cycle, share = divmod(max(position, 0.0), 1.0)
            return PendingState(pending.number, pending.shown, pending.kind, due, share, int(cycle), run.shown)
        left = self.seconds_left(pending)
        share = pending.ramp.share if pending.ramp is not None else 0.0
        return PendingState(pending.number, pending.shown, pending.kind, -1.0 if left is None else left, share)
