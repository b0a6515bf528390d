"""Undo and redo of the changes that lines made to parameters, scenes, models and files."""

import asyncio
import bisect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
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
    """

    scene: Scene
    place: Place
    pending: tuple[PendingLine, ...]
    at: float


@dataclass(slots=True, eq=False)
class DoneLine:
    """Line that was carried out, or that has begun.

    Attributes:
        number: place among all lines, by their beginning.
        first: number of the line that carries out this line; the same number if that is this line.
        program: the line.
        before: state before the line, None if the line changed no parameter.
        at: time of its end on the scheduler's clock, in seconds.
        numbers: numbers of the pending commands that the line left.
        reversals: reversals of its changes to files.
        cancelled: pending lines that the line cancelled.
        ended: set at the end of the line.
    """

    number: int
    first: int
    program: Program
    before: UndoStep | None
    at: float
    numbers: Sequence[int] = ()
    reversals: Sequence[Reversal] = ()
    cancelled: tuple[PendingLine, ...] = ()
    ended: asyncio.Event = field(default_factory=asyncio.Event)


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
        self._lines: list[DoneLine] = []
        """Lines that can be taken back, in the order in which they began."""
        self._undone: list[DoneLine] = []
        self._number = 0

    def begin(self, program: Program) -> DoneLine | None:
        """Notes that a line begins; returns None if the line cannot be taken back."""
        return self.begin_again(program) if _can_be_undone(program) else None

    def begin_again(self, program: Program, within: DoneLine | None = None) -> DoneLine:
        """Notes that a line begins that is carried out again, by a line that has ``redo``."""
        line = self._new(program, self.capture())
        if within is not None:
            line.first = within.first
        self._insert(line)
        return line

    def capture(self) -> UndoStep:
        """Returns the present state."""
        pending = pending_lines.capture(self._scheduled)
        return UndoStep(self._scene_keeper.capture(), self._cues.place, pending, self._now())

    def _new(self, program: Program, before: UndoStep | None) -> DoneLine:
        self._number += 1
        return DoneLine(self._number, self._number, program, before, self._now())

    def _insert(self, line: DoneLine) -> None:
        bisect.insort(self._lines, line, key=_number)
        del self._lines[:-_DEEPEST]

    def end(self, program: Program, line: DoneLine | None, result: LineResult) -> None:
        """Notes the end of a line if it changed anything; a refused line, or one without effect, is not taken back.

        Args:
            program: the line.
            line: the line since its beginning, None if it cannot be taken back.
            result: its result.
        """
        if line is not None and not self._is_changed(line, result):
            self.drop(line)
            line = None
        if line is None and result.reversals:
            line = self._new(program, None)
            self._insert(line)
        if line is not None:
            self.end_again(line, result)

    def end_again(self, line: DoneLine, result: LineResult) -> None:
        """Notes the end of a line that was carried out again; see ``end``."""
        # The line takes back what these lines did: to take them back again, it must be taken back first.
        for one in result.all_taken_back:
            if line.before is not None and one.number < line.number:
                self._insert(one)
        self._undone.clear()
        line.at = self._now()
        line.numbers, line.reversals = result.all_numbers, result.reversals
        line.cancelled = () if line.before is None else self._cancelled(line.before)
        line.ended.set()
        self._merge(line)

    def drop(self, line: DoneLine) -> None:
        """Forgets a line without effect."""
        line.ended.set()
        if line in self._lines:
            self._lines.remove(line)

    def _merge(self, line: DoneLine) -> None:
        """Lets repeated steps of the same parameter be one line."""
        index = self._lines.index(line) if line in self._lines else 0
        last = self._lines[index - 1] if index else None
        if last is None or not last.ended.is_set() or line.at - last.at >= _AS_ONE:
            return
        if _is_same_parameter(last.program, line.program):
            last.program, last.at = line.program, line.at
            self._lines.remove(line)

    def _is_changed(self, line: DoneLine, result: LineResult) -> bool:
        """Returns True if a line changed parameters, the place in the set list, or pending commands."""
        before = line.before
        return before is not None and (
            bool(result.all_numbers)
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

    def last(self, own: DoneLine | None = None) -> DoneLine | None:
        """Returns the line that ``undo`` takes back, None if there is none.

        Args:
            own: the line that has ``undo``, which takes back a line that began before. Otherwise two lines with
                ``undo`` could wait for each other.
        """
        return next((line for line in reversed(self._lines) if own is None or line.number < own.first), None)

    def cancel(self, line: DoneLine) -> tuple[int, ...]:
        """Cancels what a line left pending, also through its pending commands.

        Returns:
            Numbers of the pending commands of the line itself.
        """
        left = self._scheduled.left_by(line.numbers)
        cancelled = tuple(number for number in line.numbers if self._scheduled.cancel_if_there(number))
        for number in left:
            self._scheduled.cancel_if_there(number)
        return cancelled

    def undo(self, line: DoneLine) -> list[Awaitable[str]]:
        """Takes back a line whose pending commands are cancelled; returns the changes that take time."""
        self.drop(line)
        self._undone.append(line)
        awaited: list[Awaitable[str]] = []
        if line.before is not None:
            for one in line.cancelled:
                self._scheduled.cancel_if_there(one.saved.number)
            self._cues.place = line.before.place
            awaited += self._scene_keeper.restore(line.before.scene)
        return [*awaited, *(reverse() for reverse in reversed(line.reversals))]

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


def _number(line: DoneLine) -> int:
    return line.number


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
