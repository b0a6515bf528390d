"""Undo and redo of what lines did to settings, scenes, models and files."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from impsy_tui.engine.performance.cues import Cues, Place
from impsy_tui.engine.performance.executor_interface import Reversal
from impsy_tui.engine.performance.scenes.scene import Scene, SceneKeeper
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.engine.performance.session_state.pending_lines import LastPending
from impsy_tui.language import Call, Program
from impsy_tui.language.command_schema import ArgumentKind
from impsy_tui.language.program import Step

_DEEPEST: Final = 200
_AS_ONE: Final = 1.0
"""Seconds within which a key pressed again and again counts as one line."""
_NUMBERS: Final = ("linear", "log")
"""How ``over`` glides what a key steps through: a scene is no such thing, each is a line of its own."""


@dataclass(frozen=True, slots=True)
class UndoStep:
    """How things were before a line.

    Attributes:
        scene: all settings.
        place: place in the set list.
        pending: pending lines.
        at: when it was, on the scheduler's clock.
    """

    scene: Scene
    place: Place
    pending: tuple[LastPending, ...]
    at: float


@dataclass(slots=True)
class _Done:
    """A line that was carried out: what there was before, what it left pending, and what it cancelled."""

    program: Program
    before: UndoStep | None
    numbers: Sequence[int]
    at: float
    reversals: Sequence[Reversal] = ()
    cancelled: tuple[LastPending, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoneLine:
    """A line that was taken back.

    Attributes:
        program: what it was.
        before: how everything is again, None if the line changed no setting.
        cancelled: numbers of what was pending from it.
        resumed: lines that it had cancelled, which are to be pending again.
        awaited: what is to be waited for.
    """

    program: Program
    before: UndoStep | None
    cancelled: tuple[int, ...]
    resumed: tuple[LastPending, ...]
    awaited: list[Awaitable[str]]


class UndoHistory:
    """What can be taken back.

    Args:
        conductor: what lines left pending is taken back with them.
        stagehand: takes scenes and sets them up.
        cues: the set list.
        now: seconds, on any clock.
    """

    def __init__(
        self, conductor: ScheduledCommands, stagehand: SceneKeeper, cues: Cues, now: Callable[[], float]
    ) -> None:
        self._conductor = conductor
        self._stagehand = stagehand
        self._cues = cues
        self._now = now
        self._done: deque[_Done] = deque(maxlen=_DEEPEST)
        self._undone: list[_Done] = []

    def before(self, program: Program) -> UndoStep | None:
        """How things are before a line, if it is one that can be taken back."""
        return self.capture() if _can_be_undone(program) else None

    def capture(self) -> UndoStep:
        """How things are now."""
        now = self._now()
        pending = pending_lines.capture(self._conductor, now)
        return UndoStep(self._stagehand.capture(), self._cues.place, pending, now)

    def is_changed(self, before: UndoStep, numbers: Sequence[int]) -> bool:
        """True if a line that left these numbers pending changed anything."""
        return (
            bool(numbers)
            or before.place != self._cues.place
            or bool(self._cancelled(before))
            or before.scene != self._stagehand.capture()
        )

    def _cancelled(self, before: UndoStep) -> tuple[LastPending, ...]:
        """Lines that were pending before and are not any more, or ramps that some parameters have left."""
        there = {pending.number: pending for pending in self._conductor.all()} if before.pending else {}

        def is_cut(one: LastPending) -> bool:
            pending = there.get(one.number)
            return pending is None or (pending.glide is not None and len(pending.glide.tracks) < len(one.starts))

        return tuple(filter(is_cut, before.pending))

    def note(
        self, program: Program, before: UndoStep | None, numbers: Sequence[int], reversals: Sequence[Reversal] = ()
    ) -> None:
        """A line was carried out.

        Args:
            program: what it was.
            before: how things were, None if it changed no setting.
            numbers: the conductor's, of what it left pending.
            reversals: how to undo what it did to files.
        """
        now = self._now()
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and now - last.at < _AS_ONE and _is_same_knob(last.program, program):
            last.program, last.at = program, now
            return
        cancelled = () if before is None else self._cancelled(before)
        self._done.append(_Done(program, before, numbers, now, reversals, cancelled))

    def undo(self) -> UndoneLine | None:
        """Take back the last line; None if there is none."""
        if not self._done:
            return None
        done = self._done.pop()
        self._undone.append(done)
        cancelled = tuple(number for number in done.numbers if self._conductor.cancel_if_there(number))
        awaited: list[Awaitable[str]] = []
        if done.before is not None:
            for one in done.cancelled:
                self._conductor.cancel_if_there(one.number)
            self._cues.place = done.before.place
            awaited += self._stagehand.restore(done.before.scene)
        awaited += [reverse() for reverse in reversed(done.reversals)]
        return UndoneLine(done.program, done.before, cancelled, done.cancelled, awaited)

    def redo(self) -> Program | None:
        """The line that was taken back last, to be carried out again; None if there is none."""
        return self._undone.pop().program if self._undone else None

    def put_back(self, undone: list["_Done"]) -> None:
        """Lines that may still be done again, after one of them was."""
        self._undone = undone

    @property
    def undone(self) -> list["_Done"]:
        """Lines that may be done again, the next one last."""
        return list(self._undone)


def _can_be_undone(program: Program) -> bool:
    return any(_steps_can(step) for step in program.steps)


def _steps_can(step: Step) -> bool:
    if isinstance(step, Call):
        return _can_be_undone(step.program)
    return step.command.undo or step.command.takes_rest


def _is_same_knob(one: Program, other: Program) -> bool:
    """Whether both lines are one and the same single command for the same dimensions, with other numbers."""
    if len(one.steps) != 1 or len(other.steps) != 1:
        return False
    first, second = one.steps[0], other.steps[0]
    if isinstance(first, Call) or isinstance(second, Call) or first.command.takes_rest:
        return False
    if first.command is not second.command or first.player != second.player or first.command.ramp not in _NUMBERS:
        return False
    dimensions = [argument.name for argument in first.command.arguments if argument.kind is ArgumentKind.DIMENSIONS]
    return all(first.values.get(name) == second.values.get(name) for name in dimensions)
