"""Pending command, and the state of a ramp that continues after a restart."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from impsy_tui.control.states import PendingState
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


@dataclass(slots=True)
class ReservedCommand:
    """Command that is pending once its files are read.

    Attributes:
        line: command with its arguments.
        released: parameters that later commands have set meanwhile.
    """

    line: Invocation
    released: set[Key] = field(default_factory=set)


class ReservedCommands:
    """Commands that are pending once their files are read, by number."""

    def __init__(self) -> None:
        self._commands: dict[int, ReservedCommand] = {}

    def __len__(self) -> int:
        return len(self._commands)

    def __iter__(self) -> Iterator[int]:
        return iter(self._commands)

    def __contains__(self, number: int) -> bool:
        return number in self._commands

    def add(self, number: int, line: Invocation) -> None:
        """Reserves a number for a command."""
        self._commands[number] = ReservedCommand(line)

    def claim(self, number: int) -> ReservedCommand | None:
        """Ends the reservation of a number; returns None if its command was cancelled meanwhile."""
        return self._commands.pop(number, None)

    def release(self, keys: Iterable[Key], number: int) -> None:
        """Takes parameters away; commands after the one with a reserved number keep them, 0 for a command now."""
        for other, command in self._commands.items():
            if not 0 < number < other:
                command.released.update(keys)

    def cancel(self, which: Callable[[Invocation], bool]) -> int:
        """Cancels the commands that ``which`` returns True for; returns their number."""
        numbers = [number for number, command in self._commands.items() if which(command.line)]
        for number in numbers:
            del self._commands[number]
        return len(numbers)


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


def when(state: PendingState) -> str:
    """Returns the place of a pending command in time, as ``what`` lists it."""
    if state.due < 0:
        is_pattern = state.kind == "pattern"
        return f"  (cycle {state.cycle + state.share:.2f}: {state.step})" if is_pattern else ""
    due = f"{state.due:.1f}s" if state.due < 60 else str(timedelta(seconds=round(state.due)))
    return f"  ({state.share:.0%}, {due} left)" if state.kind == "over" else f"  (in {due})"
