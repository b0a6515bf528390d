"""Pending lines in the saved session: captured with their times, and pending again after a restart.

Ramps and times continue as if the engine had run in between.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from impsy_tui.engine.performance.patterns.player import PatternPlayer
from impsy_tui.engine.performance.patterns.targets import pattern_of
from impsy_tui.engine.performance.pending_command import PendingCommand, ResumedRamp
from impsy_tui.engine.performance.ramp_starter import RampStarter
from impsy_tui.engine.performance.ramps import Key
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation, Mistake, Moment, Program

MOST_SAVED: Final = 500
"""Largest number of pending lines in a saved session: the newest."""
_NOT_PENDING: Final = "only over, after, every, at, whenever and patterns can be pending"


@dataclass(frozen=True, slots=True)
class SavedPending:
    """One pending line.

    Attributes:
        number: number for ``cancel``.
        line: text of the line.
        seconds: for ``over``, seconds since the start; for ``after`` and ``every``, seconds until the line is due.
        cycles: for patterns, position in cycles; below 0 before the start.
        left: for the moment ``event``, events until the line is due.
        due: for a time of day, next time in seconds since 1970.
        starts: for ``over`` and patterns, each parameter: player, parameter, index of the dimension, start value.
    """

    number: int
    line: str
    seconds: float = 0.0
    left: int = 0
    starts: tuple[tuple[str, str, int, float], ...] = ()
    due: float = 0.0
    cycles: float = 0.0


@dataclass(frozen=True, slots=True)
class PendingLine:
    """Pending line, and its state for the saved session."""

    line: Invocation
    saved: SavedPending

    def without(self, released: Collection[Key]) -> "PendingLine | None":
        """Returns the line without parameters that other commands have set; None if none is left of a ramp."""
        starts = tuple(start for start in self.saved.starts if start[:3] not in released)
        if self.saved.starts and not starts:
            return None
        return replace(self, saved=replace(self.saved, starts=starts))


def capture(scheduled: ScheduledCommands) -> tuple[PendingLine, ...]:
    """Returns the newest pending lines, the oldest of them first."""
    return tuple(PendingLine(one.line, _saved(scheduled, one)) for one in scheduled.all()[-MOST_SAVED:])


def _saved(scheduled: ScheduledCommands, pending: PendingCommand) -> SavedPending:
    if pending.ramp is not None:
        starts = tuple((*track.key, track.start) for track in pending.ramp.tracks.values())
        return SavedPending(pending.number, pending.text, scheduled.now - pending.ramp.began, starts=starts)
    if (run := pending.pattern) is not None:
        tracks = tuple((*key, 0.0) for key in run.tracks)
        return SavedPending(pending.number, pending.text, starts=tracks, cycles=run.position(scheduled.now))
    if pending.kind in ("after", "every"):
        return SavedPending(pending.number, pending.text, scheduled.seconds_left(pending) or 0.0)
    return SavedPending(pending.number, pending.text, left=pending.left, due=scheduled.daily.due(pending.number))


def read_pending(raw: Mapping[str, Any]) -> SavedPending:
    """Returns a pending line from the saved session.

    Raises:
        KeyError, TypeError, ValueError: The entry is damaged.
    """
    starts = tuple(
        (str(player), str(parameter), int(index), float(value))
        for player, parameter, index, value in raw.get("starts", ())
    )
    number, left = int(raw["number"]), int(raw.get("left", 0))
    seconds, due, cycles = (float(raw.get(key, 0.0)) for key in ("seconds", "due", "cycles"))
    return SavedPending(number, str(raw["line"]), seconds, left, starts, due, cycles)


async def resume_saved(
    saved: Sequence[SavedPending],
    away: float,
    read: Callable[[str], Program | Mistake],
    ramps: RampStarter,
    patterns: PatternPlayer,
) -> list[str]:
    """Makes lines of a saved session pending again.

    Args:
        saved: lines.
        away: seconds since they were saved.
        read: parses a line.
        ramps: starts ramps, and has the pending commands.
        patterns: starts patterns.

    Returns:
        A message for each line that could not be resumed.
    """
    problems, lines = [], []
    for one in saved:
        program = read(one.line)
        if isinstance(program, Mistake):
            problems.append(f"{one.line}: {program.message}")
        elif len(program.steps) != 1 or not isinstance(step := program.steps[0], Invocation):
            problems.append(f"{one.line}: {_NOT_PENDING}")
        else:
            lines.append(PendingLine(step, one))
    return problems + await resume(lines, away, ramps, patterns)


async def resume(lines: Sequence[PendingLine], away: float, ramps: RampStarter, patterns: PatternPlayer) -> list[str]:
    """Makes lines pending again that were captured ``away`` seconds ago; see ``resume_saved``."""
    problems = []
    for one in lines:
        try:
            await _resume(one.line, one.saved, away, ramps, patterns)
        except (UserError, OSError) as problem:
            problems.append(f"{one.saved.line}: {problem}")
    ramps.scheduled.daily.clock_set()  # makes up for the times of day that passed meanwhile
    return problems


async def _resume(
    line: Invocation, saved: SavedPending, away: float, ramps: RampStarter, patterns: PatternPlayer
) -> None:
    scheduled = ramps.scheduled
    match line.command.name, line.values:
        case "over", {"time": float(seconds), "settings": Program() as targets}:
            starts = {(player, parameter, index): value for player, parameter, index, value in saved.starts}
            resumed = ResumedRamp(saved.number, scheduled.now - saved.seconds - away, starts)
            started = ramps.start(line, seconds, targets, eased="ease" in line.values, resumed=resumed)
            if not isinstance(started, str):
                await started
        case "after", {"commands": Program() as commands}:
            scheduled.after(line, max(0.0, saved.seconds - away), commands, number=saved.number)
        case "every", {"time": float(period), "commands": Program() as commands}:
            first = saved.seconds - away if saved.seconds > away else (saved.seconds - away) % period
            scheduled.every(line, period, commands, number=saved.number, first=first)
        case "at" | "whenever", {"moment": Moment() as moment, "commands": Program() as commands}:
            scheduled.at(line, moment, commands, number=saved.number, due=saved.due).left = saved.left
        case _ if pattern_of(line) is not None:
            keys = {(player, parameter, index) for player, parameter, index, _ in saved.starts}
            patterns.start(line, number=saved.number, resumed=(saved.cycles, away), keys=keys)
        case _:
            raise UserError(_NOT_PENDING)
