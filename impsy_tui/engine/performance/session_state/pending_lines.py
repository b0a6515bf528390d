"""Pending lines in the saved session: captured with their times, and pending again after a restart.

Ramps and times go on as if the engine had run meanwhile: the set keeps its own clock.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from impsy_tui.engine.performance.scheduled_commands import PendingCommand, ResumedRamp, ScheduledCommands
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation, Mistake, Moment, Program

MOST_KEPT: Final = 500
"""Pending lines that a saved session holds: the newest."""


@dataclass(frozen=True, slots=True)
class LastPending:
    """One pending line.

    Attributes:
        number: number by which ``cancel`` knows it.
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


class Ramps(Protocol):
    """Starts ramps; see ``StageManager``."""

    conductor: ScheduledCommands

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
        """Start a ramp, or go on with one."""


def capture(conductor: ScheduledCommands, now: float) -> tuple[LastPending, ...]:
    """Returns the newest pending lines, the oldest of them first. ``now`` is the scheduler's time in seconds."""
    return tuple(_captured(conductor, pending, now) for pending in conductor.all()[-MOST_KEPT:])


def _captured(conductor: ScheduledCommands, pending: PendingCommand, now: float) -> LastPending:
    if pending.glide is not None:
        starts = tuple((*track.key, track.start) for track in pending.glide.tracks.values())
        return LastPending(pending.number, pending.text, now - pending.glide.began, starts=starts)
    if pending.kind in ("after", "every"):
        return LastPending(pending.number, pending.text, conductor.seconds_left(pending) or 0.0)
    return LastPending(pending.number, pending.text, left=pending.left)


def read_pending(raw: Mapping[str, Any]) -> LastPending:
    """Returns a pending line from the saved session.

    Raises:
        KeyError, TypeError, ValueError: it is damaged.
    """
    starts = tuple(
        (str(player), str(parameter), int(index), float(value))
        for player, parameter, index, value in raw.get("starts", ())
    )
    number, left = int(raw["number"]), int(raw.get("left", 0))
    return LastPending(number, str(raw["line"]), float(raw.get("seconds", 0.0)), left, starts)


async def resume(
    kept: Sequence[LastPending],
    away: float,
    now: Callable[[], float],
    read: Callable[[str], Program | Mistake],
    ramps: Ramps,
) -> list[str]:
    """Makes lines pending again.

    Args:
        kept: the lines.
        away: seconds since they were saved.
        now: the scheduler's time, in seconds.
        read: reads a line.
        ramps: starts ramps, and has the conductor.

    Returns:
        What could not be resumed, each as a message.
    """
    problems = []
    for one in kept:
        try:
            await _resume(one, away, now(), read, ramps)
        except (UserError, OSError) as problem:
            problems.append(f"{one.line}: {problem}")
    return problems


async def _resume(
    one: LastPending, away: float, now: float, read: Callable[[str], Program | Mistake], ramps: Ramps
) -> None:
    program = read(one.line)
    if isinstance(program, Mistake):
        raise UserError(program.message)
    step = program.steps[0] if len(program.steps) == 1 else None
    if not isinstance(step, Invocation):
        raise UserError("this is not a pending line")
    values, conductor = step.values, ramps.conductor
    match step.command.name, values:
        case "over", {"time": float(seconds), "settings": Program() as settings}:
            starts = {(player, parameter, index): value for player, parameter, index, value in one.starts}
            resumed = ResumedRamp(one.number, now - one.seconds - away, starts)
            eased = "ease" in values
            started = ramps.glide(one.line, seconds, settings, step.player, eased=eased, resumed=resumed)
            if not isinstance(started, str):
                await started
        case "after", {"commands": Program() as commands}:
            conductor.after(one.line, max(0.0, one.seconds - away), commands, step.player, number=one.number)
        case "every", {"time": float(period), "commands": Program() as commands}:
            first = one.seconds - away if one.seconds > away else (one.seconds - away) % period
            conductor.every(one.line, period, commands, step.player, number=one.number, first=first)
        case ("at" | "whenever") as word, {"moment": Moment() as moment, "commands": Program() as commands}:
            pending = conductor.at(
                one.line, moment, commands, step.player, always=word == "whenever", number=one.number
            )
            pending.left = one.left
        case _:
            raise UserError("this is not a pending line")
