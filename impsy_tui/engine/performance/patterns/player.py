"""Player of patterns: starts them, and wakes up for the next step of all of them."""

import hashlib
import math
from collections.abc import Callable, Collection
from typing import Final

from impsy_tui.engine.clock.beats import BAR
from impsy_tui.engine.performance.patterns.cycles import BarCycles, CycleClock, SecondCycles
from impsy_tui.engine.performance.patterns.run import PatternRun
from impsy_tui.engine.performance.patterns.targets import pattern_of, targets_of
from impsy_tui.engine.performance.pending_command import PendingCommand
from impsy_tui.engine.performance.ramps import Key
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.players.base import PATTERN
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.runtime.scheduler import Timer
from impsy_tui.language import Invocation
from impsy_tui.language.patterns.pattern import CyclicPattern

_PAUSE: Final = 0.002
"""Seconds between two turns of the event loop that compute steps."""
_NEAR: Final = 1e-6
"""Rounding error of a position, in cycles."""


class PatternPlayer:
    """Plays all patterns of a session.

    Args:
        session: session that the patterns move.
        scheduled: pending commands, patterns among them.
        step: carries out a command with the value of a step; returns the problem, empty without one.
    """

    def __init__(self, session: Session, scheduled: ScheduledCommands, step: Callable[[Invocation], str]) -> None:
        self.seed = 0
        """Seed of the random choices in patterns."""
        self._session = session
        self._scheduled = scheduled
        self._step = step
        self._runs: list[PatternRun] = []
        self._alarm = session.tempo.alarm(self._wake, self._relaid)
        self._timer: Timer | None = None
        self._held: dict[Player, set[int]] = {}
        self._played: dict[int, float] = {}
        self._played_at = 0.0
        self._rests: set[int] = set()
        self._uncomputed: list[PatternRun] = []
        """Patterns whose next steps are computed in another turn of the event loop."""
        self._problem = ""

    # Commands

    def start(
        self,
        line: Invocation,
        *,
        number: int = 0,
        resumed: tuple[float, float] | None = None,
        keys: Collection[Key] | None = None,
        released: Collection[Key] = (),
    ) -> PendingCommand:
        """Starts the pattern of a command; another pattern of the same parameter ends.

        Args:
            line: command with a pattern.
            number: number of the pending command; 0 for a new one.
            resumed: position in cycles of a saved pattern, and seconds since then; None for the beginning.
            keys: parameters that a saved pattern still moved; None for all.
            released: parameters that later commands have set.

        Raises:
            UserError: The pattern does not fit the session.
        """
        found = pattern_of(line)
        assert found is not None
        _, pattern = found
        targets = targets_of(line, self._session, self)
        moved = (targets.keys() if keys is None else targets.keys() & keys) - set(released)
        tracks = {key: target for key, target in targets.items() if key in moved}
        now = self._session.scheduler.now()
        clock, first = self._cycles(pattern, now, resumed)
        key = f"{line.command.name} {line.values.get('dimensions', '')} {pattern.text}"
        run = PatternRun(pattern, clock, first, tracks, lambda: _mixed(self.seed, key), self._end)
        pending = self._scheduled.add_pattern(line, run, number=number)
        pending.released |= {name for _, name, _ in targets.keys() - tracks.keys()}
        self._runs.append(run)
        run.begin(now)
        self._sound_dimensions()
        self._wait()
        if not tracks:
            self._scheduled.cancel_if_there(pending.number)
        return pending

    def _cycles(
        self, pattern: CyclicPattern, now: float, resumed: tuple[float, float] | None
    ) -> tuple[CycleClock, int]:
        """Returns the cycles of a pattern, and the number of its first one."""
        position, away = resumed or (0.0, 0.0)
        if seconds := pattern.cycle.seconds:
            return SecondCycles(now - away - position * seconds, seconds), 0
        clock = BarCycles(self._session.tempo, pattern.cycle.bars * BAR)
        here = clock.position(now)
        if resumed is not None:
            return clock, round(clock.position(now - away) - position)
        return clock, math.floor(here + _NEAR) if pattern.now else math.ceil(here - _NEAR)

    def hush(self) -> int:
        """Ends all patterns; returns their number."""
        reserved = self._scheduled.reserved.cancel(lambda line: pattern_of(line) is not None)
        return reserved + self._scheduled.cancel_patterns(lambda run: True)

    def play_now(self, indices: list[int], value: float) -> None:
        """Plays dimensions once, as the musician."""
        at = self._session.scheduler.now()
        for index in indices:
            self.play(index, value, at)
        self._sound_dimensions()

    # StepOutput

    def hold(self, player: Player, index: int) -> None:
        """Sends a held dimension when all due steps are set."""
        self._held.setdefault(player, set()).add(index)

    def play(self, index: int, value: float, at: float) -> None:
        """Plays a dimension when all due steps are set."""
        self._played[index] = value
        self._played_at = max(self._played_at, at)

    def rest(self, index: int) -> None:
        """Ends the note of a dimension when all due steps are set."""
        self._rests.add(index)

    def carry_out(self, invocation: Invocation) -> None:
        """Carries out a command; reports a problem once."""
        problem = self._step(invocation)
        if problem and problem != self._problem:
            self._session.notify("error", "pattern", f"{invocation}: {problem}")
        self._problem = problem

    def _sound_dimensions(self) -> None:
        """Sends what the due steps have set: one vector of each player, and one event of the musician."""
        for player, indices in self._held.items():
            player.sound_held(frozenset(indices))
        self._held.clear()
        if rests := self._rests.difference(self._played):
            self._session.released(PATTERN, frozenset(rests))
        self._rests.clear()
        if self._played:
            updates = sorted(self._played.items())
            self._played.clear()
            self._session.updated(PATTERN, updates, self._played_at)

    # Time

    def _end(self, run: PatternRun) -> None:
        if run in self._runs:
            self._runs.remove(run)
            self._sound_dimensions()
            self._wait()

    def _wake(self) -> None:
        now = self._session.scheduler.now()
        for run in tuple(self._runs):
            run.sound(now)
        self._sound_dimensions()
        self._compute(now)
        self._wait()

    def _compute(self, now: float) -> None:
        """Computes next steps for the time of a turn; the patterns that are left come first in the next turn."""
        work = self._session.scheduler.work
        begun, left = work.now(), [run for run in self._uncomputed if run in self._runs]
        left += [run for run in self._runs if run not in left]
        while left and not work.over(begun):
            left.pop(0).compute(now)
        self._uncomputed = left

    def _wait(self) -> None:
        """Sets the alarm for the next step in bars, and the timer for the next one in seconds and the next sample."""
        now = self._session.scheduler.now()
        beats: list[float] = []
        times: list[float] = []
        for run in self._runs:
            step = run.next_step
            if isinstance(run.clock, BarCycles):
                beats.append((float(step) + run.first) * run.clock.length)
            else:
                times.append(run.time_of(step))
            if (sample := run.next_sample(now)) is not None:
                times.append(sample)
        if not beats:
            self._alarm.clear()
        elif not self._alarm.is_set or self._alarm.beat != min(beats):
            self._alarm.set(min(beats))
        if self._uncomputed:
            times.append(now + _PAUSE)
        due = min(times, default=None)
        if self._timer is not None and self._timer.deadline != due:
            self._timer.cancel()
            self._timer = None
        if due is not None and (self._timer is None or not self._timer.pending):
            self._timer = self._session.scheduler.at(due, self._wake)

    def _relaid(self, beat: float, jumped: bool) -> None:
        """Moves patterns in bars with a jump of the beat; they continue in the nearest cycle."""
        now, tempo = self._session.scheduler.now(), self._session.tempo
        for run in tuple(self._runs) if jumped else ():
            if isinstance(run.clock, BarCycles):
                run.move_to(run.position(now) - tempo.jumped_by / run.clock.length, now)
        self._sound_dimensions()
        self._wait()


def _mixed(seed: int, text: str) -> int:
    """Returns the seed of one line."""
    return int.from_bytes(hashlib.blake2b(f"{seed} {text}".encode(), digest_size=8).digest(), "big")
