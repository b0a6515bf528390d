"""Pending lines in the saved session: captured with their times, and pending again after a restart.

Ramps and times go on as if the engine had run meanwhile: the set keeps its own clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from impsy_tui.engine.performance.ramp_starter import RampStarter
from impsy_tui.engine.performance.scheduled_commands import PendingCommand, ResumedRamp, ScheduledCommands
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation, Mistake, Moment, Program

MOST_KEPT: Final = 500
"""Pending lines that a saved session holds: the newest."""


@dataclass(frozen=True, slots=True)
class SavedPending:
    """One pending line.

    Attributes:
        number: number for ``cancel``.
        line: the line as it would be typed.
        seconds: for ``over``, seconds since it began; for ``after`` and ``every``, seconds until it is due.
        left: for the moment ``event``, events until it is due.
        starts: for ``over``, where each parameter began: player, parameter, index of the dimension, value.
    """

    number: int
    line: str
    seconds: float = 0.0
    left: int = 0
    starts: tuple[tuple[str, str, int, float], ...] = ()


def capture(scheduled: ScheduledCommands) -> tuple[SavedPending, ...]:
    """Returns the newest pending lines, the oldest of them first."""
    return tuple(_captured(scheduled, pending) for pending in scheduled.all()[-MOST_KEPT:])


def _captured(scheduled: ScheduledCommands, pending: PendingCommand) -> SavedPending:
    if pending.ramp is not None:
        starts = tuple((*track.key, track.start) for track in pending.ramp.tracks.values())
        return SavedPending(pending.number, pending.text, scheduled.now - pending.ramp.began, starts=starts)
    if pending.kind in ("after", "every"):
        return SavedPending(pending.number, pending.text, scheduled.seconds_left(pending) or 0.0)
    return SavedPending(pending.number, pending.text, left=pending.left)


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
    return SavedPending(number, str(raw["line"]), float(raw.get("seconds", 0.0)), left, starts)


async def resume(
    kept: Sequence[SavedPending],
    away: float,
    read: Callable[[str], Program | Mistake],
    ramps: RampStarter,
) -> list[str]:
    """Makes lines pending again.

    Args:
        kept: the lines.
        away: seconds since they were saved.
        read: parses a line.
        ramps: starts ramps, and has the pending commands.

    Returns:
        What could not be resumed, each as a message.
    """
    problems = []
    for one in kept:
        try:
            await _resume(one, away, read, ramps)
        except (UserError, OSError) as problem:
            problems.append(f"{one.line}: {problem}")
    return problems


async def _resume(
    one: SavedPending,
    away: float,
    read: Callable[[str], Program | Mistake],
    ramps: RampStarter,
) -> None:
    program = read(one.line)
    if isinstance(program, Mistake):
        raise UserError(program.message)
    step = program.steps[0] if len(program.steps) == 1 else None
    if not isinstance(step, Invocation):
        raise UserError("this is not a pending line")
    scheduled = ramps.scheduled
    match step.command.name, step.values:
        case "over", {"time": float(seconds), "settings": Program() as settings}:
            starts = {(player, parameter, index): value for player, parameter, index, value in one.starts}
            resumed = ResumedRamp(one.number, scheduled.now - one.seconds - away, starts)
            eased = "ease" in step.values
            started = ramps.start(one.line, seconds, settings, step.player, eased=eased, resumed=resumed)
            if not isinstance(started, str):
                await started
        case "after", {"commands": Program() as commands}:
            scheduled.after(one.line, max(0.0, one.seconds - away), commands, step.player, number=one.number)
        case "every", {"time": float(period), "commands": Program() as commands}:
            first = one.seconds - away if one.seconds > away else (one.seconds - away) % period
            scheduled.every(one.line, period, commands, step.player, number=one.number, first=first)
        case ("at" | "whenever") as word, {"moment": Moment() as moment, "commands": Program() as commands}:
            pending = scheduled.at(
                one.line, moment, commands, step.player, always=word == "whenever", number=one.number
            )
            pending.left = one.left
        case _:
            raise UserError("this is not a pending line")
