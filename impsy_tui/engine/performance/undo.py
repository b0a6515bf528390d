"""Undo and redo of the changes that lines made to parameters, scenes, models and files."""

import asyncio
import bisect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from impsy_tui.engine.io.mappings import MappingState
from impsy_tui.engine.performance.cues import Cues, Place
from impsy_tui.engine.performance.line_result import LineResult, Reversal
from impsy_tui.engine.performance.scenes.player import PlayerScene
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
_GONE: Final = object()
"""Stands for a part that a state does not have."""
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
        after: state at its end, or after its first part while the line waits for a file.
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
    after: UndoStep | None = None
    numbers: Sequence[int] = ()
    reversals: Sequence[Reversal] = ()
    cancelled: tuple[PendingLine, ...] = ()
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Result of an ``undo``.

    Attributes:
        awaited: changes that take time.
        state: state that is restored, None if no parameter changes.
        cancelled: lines that the undone line had cancelled, to be pending again.
    """

    awaited: list[Awaitable[str]]
    state: UndoStep | None
    cancelled: tuple[PendingLine, ...]


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
        if line is not None:
            after = self.note_late_changes(line.number)
            if self._is_changed(line, result, after):
                self._end(line, result, after)
                return
            self.drop(line)
        if result.reversals:
            line = self._new(program, None)
            self._insert(line)
            self.end_again(line, result)

    def end_again(self, line: DoneLine, result: LineResult) -> None:
        """Notes the end of a line that was carried out again; see ``end``."""
        self._end(line, result, self.note_late_changes(line.number))

    def note_first_part(self, line: DoneLine | None) -> None:
        """Notes that a line waits for a file; what changes meanwhile is not its own."""
        if line is not None:
            line.after = self.capture()

    def _end(self, line: DoneLine, result: LineResult, after: UndoStep) -> None:
        # The line takes back what these lines did: to take them back again, it must be taken back first.
        for one in result.all_taken_back:
            if line.before is not None and one.number < line.number:
                self._insert(one)
        self._undone.clear()
        line.at, line.after = self._now(), after
        line.numbers, line.reversals = result.all_numbers, result.reversals
        line.cancelled = () if line.before is None else self._cancelled(line.before)
        line.ended.set()
        self._merge(line)

    def note_late_changes(self, place: int) -> UndoStep:
        """Notes that the line or the ``undo`` at a place ends; the states of newer lines get its late changes.

        Returns:
            The present state, without the changes of newer lines.
        """
        after = self.capture()
        for newer in reversed(self._lines):
            if newer.first > place and newer.before is not None and newer.after is not None:
                before = _with_changes_of(newer.before, newer.after, after)
                newer.before, newer.after, after = before, after, before
        return after

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
            last.program, last.at, last.after = line.program, line.at, line.after
            self._lines.remove(line)

    def _is_changed(self, line: DoneLine, result: LineResult, after: UndoStep) -> bool:
        """Returns True if a line changed parameters, the place in the set list, or pending commands."""
        before = line.before
        return before is not None and (
            bool(result.all_numbers)
            or before.place != after.place
            or bool(self._cancelled(before))
            or before.scene != after.scene
        )

    def _cancelled(self, before: UndoStep) -> tuple[PendingLine, ...]:
        """Lines that are not pending any more, and ramps that have lost parameters."""
        there = {pending.number: pending for pending in self._scheduled.all()} if before.pending else {}

        def is_cut(one: PendingLine) -> bool:
            pending = there.get(one.saved.number)
            mover = None if pending is None else pending.mover
            return pending is None or (mover is not None and len(mover.tracks) < len(one.saved.starts))

        return tuple(filter(is_cut, before.pending))

    def place_of_undo(self, own: DoneLine | None) -> int:
        """Returns the place among all lines of an ``undo`` that begins, in a line of the history or outside."""
        if own is not None:
            return own.first
        self._number += 1
        return self._number

    def last(self, place: int) -> DoneLine | None:
        """Returns the line that the ``undo`` at a place takes back, None if there is none.

        Such a line began before the ``undo``. Otherwise two lines with ``undo`` could wait for each other.
        """
        return next((line for line in reversed(self._lines) if line.number < place), None)

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

    def undo(self, line: DoneLine, place: int) -> TakenBack:
        """Takes back a line whose pending commands are cancelled, and keeps the changes of newer lines.

        Args:
            line: the line.
            place: place of the ``undo`` among all lines; lines behind it are newer.
        """
        self.drop(line)
        self._undone.append(line)
        state, awaited = line.before, list[Awaitable[str]]()
        cancelled = () if state is None else line.cancelled
        if state is not None:
            for newer in self._lines:
                if newer.first > place and newer.before is not None:
                    gone = {one.saved.number for one in newer.cancelled}
                    cancelled = tuple(one for one in cancelled if one.saved.number not in gone)
                    state = _rebase(newer, newer.before, state, line.numbers)
            for one in cancelled:
                self._scheduled.cancel_if_there(one.saved.number)
            self._cues.place = state.place
            awaited += self._scene_keeper.restore(state.scene, loads_go_on=True)
        return TakenBack([*awaited, *(reverse() for reverse in reversed(line.reversals))], state, cancelled)

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


def _rebase(line: DoneLine, before: UndoStep, base: UndoStep, gone: Sequence[int]) -> UndoStep:
    """Takes an older line out of the states of a line.

    Args:
        line: the line, whose states change.
        before: state before the line.
        base: state before the older line.
        gone: numbers of the pending commands of the older line.

    Returns:
        The state before the older line, with the changes of the line.
    """
    pending = tuple(one for one in before.pending if one.saved.number not in gone)
    line.before = replace(before, scene=base.scene, place=base.place, pending=pending)
    line.cancelled = tuple(one for one in line.cancelled if one.saved.number not in gone)
    if line.after is None:
        return base
    line.after = _with_changes_of(base, before, line.after)
    return line.after


def _with_changes_of(base: UndoStep, before: UndoStep, after: UndoStep) -> UndoStep:
    """Returns ``base`` with the changes of parameters and of the place in the set list that lead to ``after``."""
    scene = _with_changes(base.scene, before.scene, after.scene)
    return replace(base, scene=scene, place=base.place if before.place == after.place else after.place)


def _with_changes(base: Any, before: Any, after: Any) -> Any:
    """Returns ``base`` with the changes that lead from ``before`` to ``after``, part by part."""
    three = base, before, after
    if before == after or (base is _GONE and before is not _GONE):
        return base
    if all(isinstance(one, Mapping) for one in three):
        parts = {key: _with_changes(*(one.get(key, _GONE) for one in three)) for key in {**base, **after}}
        return {key: part for key, part in parts.items() if part is not _GONE}
    if isinstance(base, (Scene, PlayerScene, MappingState)) and type(base) is type(before) is type(after):
        changes = {one.name: _with_changes(*(getattr(each, one.name) for each in three)) for one in fields(base)}
        return replace(base, **changes)
    return after


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
