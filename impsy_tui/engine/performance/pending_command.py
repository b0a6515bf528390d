"""Pending command, and the state of a ramp that continues after a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from impsy_tui.engine.performance.patterns.run import PatternRun
from impsy_tui.engine.performance.ramps import Key, Ramp
from impsy_tui.engine.runtime.scheduler import Timer
from impsy_tui.language import Invocation, Moment, Program


@dataclass(slots=True, eq=False)
class PendingCommand:
    """One pending command.

    Attributes:
        number: number for ``cancel``.
        line: "over", "after", "every", "at", "whenever", or a command with a pattern, with its arguments.
        text: text of the line.
        program: program to carry out, None for "over" and patterns.
        period: seconds, for "every".
        moment: for "at" and "whenever".
        left: for the moment "event", number of events until the command is due; for "over", 1 if a scene is
            switched at the end.
        timer: timer of the due time, None if the time is not known.
        ramp: for "over".
        pattern: for a command with a pattern.
        released: for "over" and patterns, names of the parameters that another command took over.
        waits: True while the command is due and waits for a turn of the event loop.
    """

    number: int
    line: Invocation
    text: str
    program: Program | None = None
    period: float = 0.0
    moment: Moment | None = None
    left: int = 0
    timer: Timer | None = None
    ramp: Ramp | None = None
    pattern: PatternRun | None = None
    waits: bool = False
    released: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        """Name of the command: "over", "after", "every", "at" or "whenever"; "pattern" for a pattern."""
        return self.line.command.name if self.pattern is None else "pattern"

    @property
    def mover(self) -> Ramp | PatternRun | None:
        """Ramp or pattern of the command, None for other commands."""
        return self.ramp or self.pattern

    @property
    def once(self) -> bool:
        """True if the command is carried out once."""
        return self.kind in ("after", "at") and not self.line.repeats

    @property
    def shown(self) -> str:
        """Line, with the parameters that it does not move any more."""
        return f"{self.text}, not {' '.join(sorted(self.released))}" if self.released else self.text


@dataclass(frozen=True, slots=True)
class ResumedRamp:
    """Ramp that continues after a restart.

    Attributes:
        number: number of the pending command.
        began: start time on the scheduler's clock, in seconds.
        starts: start values; parameters that are missing here ramp no more.
    """

    number: int
    began: float
    starts: Mapping[Key, float]
