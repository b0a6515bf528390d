"""Undo and redo of the changes that lines made to parameters, scenes, models and files."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from impsy_tui.engine.performance.cues import Cues, Place
from impsy_tui.engine.performance.line_result import LineResult, Reversal
from impsy_tui.engine.performance.scenes.scene import Scene, SceneKeeper
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.engine.performance.session_state.pending_lines import PendingLine
from impsy_tui.language import Call, Change, Program
from impsy_tui.language.command_schema import ArgumentKind
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.language.program import Step

_DEEPEST: Final = 200
_AS_ONE: Final = 1.0
"""Seconds within which repeated steps of the same parameter count as one line."""
_NUMBERS: Final = ("linear", "log")
"""Scalings of numeric parameters. Steps through scenes are not merged: each is a separate line."""


@dataclass(frozen=True, slots=True)
class UndoStep:
    """State before a line.

    Attributes:
        scene: all parameters.
        place: place in the set list.
        pending: pending lines.
        at: time on the scheduler's clock, in seconds.
        undone: number of lines that were taken back.
    """

    scene: Scene
    place: Place
    pending: tuple[PendingLine, ...]
    at: float
    undone: int


@dataclass(slots=True)
class DoneLine:
    """Line that was carried out.

    Attributes:
        program: the line.
        before: state before the line, None if the line changed no parameter.
        numbers: numbers of the pending commands that the line left.
        at: time on the scheduler's clock, in seconds.
        reversals: reversals of its changes to files.
        cancelled: pending lines that the line cancelled.
    """

    program: Program
    before: UndoStep | None
    numbers: Sequence[int]
    at: float
    reversals: Sequence[Reversal] = ()
    cancelled: tuple[PendingLine, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoneLine:
    """Line that was taken back.

    Attributes:
        program: the line.
        before: state that is restored, None if the line changed no parameter.
        cancelled: numbers of the pending commands of the line, which are cancelled.
        resumed: lines that the line had cancelled, and that must be pending again.
        awaited: awaitables of the changes that take time.
    """

    program: Program
    before: UndoStep | None
    cancelled: tuple[int, ...]
    resumed: tuple[PendingLine, ...]
    awaited: list[Awaitable[str]]


class UndoHistory:
    """Lines that can be taken back, and lines that can be carried out again.

    Args:
        scheduled: pending commands.
        scene_keeper: captures and restores scenes.
        cues: set list.
        now: returns the time in seconds, on any clock.
    """

    def __init__(
        self, scheduled: ScheduledCommands, scene_keeper: SceneKeeper, cues: Cues, now: Callable[[], float]
    ) -> None:
        self._scheduled = scheduled
        self._scene_keeper = scene_keeper
        self._cues = cues
        self._now = now
        self._done: deque[DoneLine] = deque(maxlen=_DEEPEST)
        self._undone: list[DoneLine] = []

    def before(self, program: Program) -> UndoStep | None:
        """Returns the state before a line, or None if the line cannot be taken back."""
        return self.capture() if _can_be_undone(program) else None

    def capture(self) -> UndoStep:
        """Returns the present state."""
        now = self._now()
        pending = pending_lines.capture(self._scheduled)
        return UndoStep(self._scene_keeper.capture(), self._cues.place, pending, now, len(self._undone))

    def note_result(self, program: Program, before: UndoStep | None, result: LineResult) -> None:
        """Notes a line if it changed anything; a refused line, or one without effect, is not taken back.

        Args:
            program: the line.
            before: state before the line, None if it cannot be taken back.
            result: its result.
        """
        changed = before is not None and self._is_changed(before, result.all_numbers)
        if changed or result.reversals:
            self.note(program, before if changed else None, result, result.reversals)

    def _is_changed(self, before: UndoStep, numbers: Sequence[int]) -> bool:
        """Returns True if a line that left pending commands with these numbers changed anything."""
        return (
            bool(numbers)
            or before.place != self._cues.place
            or bool(self._cancelled(before))
            or before.scene != self._scene_keeper.capture()
        )

    def _cancelled(self, before: UndoStep) -> tuple[PendingLine, ...]:
        """Lines that are not pending any more, and ramps that have lost parameters."""
        there = {pending.number: pending for pending in self._scheduled.all()} if before.pending else {}

        def is_cut(one: PendingLine) -> bool:
            pending = there.get(one.saved.number)
            mover = None if pending is None else pending.mover
            return pending is None or (mover is not None and len(mover.tracks) < len(one.saved.starts))

        return tuple(filter(is_cut, before.pending))

    def note(
        self, program: Program, before: UndoStep | None, result: LineResult, reversals: Sequence[Reversal] = ()
    ) -> None:
        """Notes a line that was carried out; see ``DoneLine``."""
        now = self._now()
        if before is not None and result.takes_back:
            # The line takes back what these lines did: to take them back again, it must be taken back first.
            self._done.extend(reversed(self._undone[before.undone :]))
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and now - last.at < _AS_ONE and _is_same_parameter(last.program, program):
            last.program, last.at = program, now
            return
        cancelled = () if before is None else self._cancelled(before)
        self._done.append(DoneLine(program, before, result.all_numbers, now, reversals, cancelled))

    def undo(self) -> UndoneLine | None:
        """Takes back the last line; returns None if there is none."""
        if not self._done:
            return None
        done = self._done.pop()
        self._undone.append(done)
        left = self._scheduled.left_by(done.numbers)
        cancelled = tuple(number for number in done.numbers if self._scheduled.cancel_if_there(number))
        for number in left:
            self._scheduled.cancel_if_there(number)
        awaited: list[Awaitable[str]] = []
        if done.before is not None:
            for one in done.cancelled:
                self._scheduled.cancel_if_there(one.saved.number)
            self._cues.place = done.before.place
            awaited += self._scene_keeper.restore(done.before.scene)
        awaited += [reverse() for reverse in reversed(done.reversals)]
        return UndoneLine(done.program, done.before, cancelled, done.cancelled, awaited)

    def redo(self) -> Program | None:
        """Returns the line that was taken back last, to carry it out again; None if there is none."""
        return self._undone.pop().program if self._undone else None

    @property
    def undone(self) -> list[DoneLine]:
        """Lines that were taken back and can be carried out again, the next one last."""
        return self._undone

    @undone.setter
    def undone(self, lines: Sequence[DoneLine]) -> None:
        self._undone = list(lines)


def _can_be_undone(program: Program) -> bool:
    return any(_step_can(step) for step in program.steps)


def _step_can(step: Step) -> bool:
    if isinstance(step, Call):
        return _can_be_undone(step.program)
    return step.command.undo or step.command.takes_rest


def _is_same_parameter(one: Program, other: Program) -> bool:
    """Returns True if both lines set the same parameter of the same player and dimensions."""
    if len(one.steps) != 1 or len(other.steps) != 1:
        return False
    first, second = one.steps[0], other.steps[0]
    if isinstance(first, Call) or isinstance(second, Call) or first.command.takes_rest:
        return False
    if first.command is not second.command or first.player != second.player or first.command.ramp not in _NUMBERS:
        return False
    if any(isinstance(value, CyclicPattern) for step in (first, second) for value in step.values.values()):
        return False
    if any(isinstance(value, Change) for value in second.values.values()):
        return False  # redo carries out each change again
    dimensions = [argument.name for argument in first.command.arguments if argument.kind is ArgumentKind.DIMENSIONS]
    return all(first.values.get(name) == second.values.get(name) for name in dimensions)
