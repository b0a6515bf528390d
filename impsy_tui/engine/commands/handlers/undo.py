"""Handlers of ``undo`` and ``redo``."""

import asyncio
from collections.abc import Awaitable

from impsy_tui.engine.commands.handlers.base import EngineInterface, Handlers
from impsy_tui.engine.performance.line_result import LineResult, settle
from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.engine.performance.session_state.pending_lines import PendingLine
from impsy_tui.engine.performance.undo import DoneLine, TakenBack
from impsy_tui.errors import UserError

_ENDS_JOBS = ("cancel job", "keep job")
"""Commands that ``redo`` refuses, because they would end another job."""


class UndoHandlers(Handlers):
    """Handlers of ``undo`` and ``redo``."""

    def __init__(self, host: EngineInterface) -> None:
        super().__init__(host)
        # Otherwise an undo could be over before the one before it has resumed the lines that it must cancel.
        self._in_turn = asyncio.Lock()

    def _undo(self) -> Awaitable[str]:
        result = self._host.executor.current
        return self._take_back_in_turn(result, self._host.live_set.history.place_of_undo(result.began))

    async def _take_back_in_turn(self, result: LineResult, place: int) -> str:
        history = self._host.live_set.history
        self._host.executor.unfinished.end_all(result.left_by)  # it may wait for a line that waits for it
        while True:
            # Outside the lock: the line may wait for the lock itself.
            if (last := history.last(place)) is not None:
                await last.ended.wait()
            async with self._in_turn:
                last = history.last(place)
                if last is None:
                    raise UserError("there is nothing to undo")
                if last.ended.is_set():
                    result.taken_back.append(last)
                    return await self._take_back(last, place)

    async def _take_back(self, line: DoneLine, place: int) -> str:
        live_set = self._host.live_set
        before = {name: player.routing for name, player in self._session.all_players.items()}
        cancelled = live_set.history.cancel(line)
        while await self._host.executor.unfinished.one_ended(line.numbers):
            cancelled += live_set.history.cancel(line)
        taken = live_set.history.undo(line, place)
        resumed = await self._after(taken)
        live_set.history.note_late_changes(place)
        if taken.state is not None:
            away = self._session.scheduler.now() - taken.state.at
            for problem in await pending_lines.resume(resumed, away, live_set.ramps, live_set.patterns):
                self._session.notify("warning", "undo", problem)
        scene = None if taken.state is None else taken.state.scene
        live_set.recording.note_undo(scene, cancelled, [one.saved.number for one in resumed], before)
        return f"undone: {line.program}"

    async def _after(self, taken: TakenBack) -> list[PendingLine]:
        """Waits for the changes of an undo; returns the lines to resume, without what newer lines ended meanwhile."""
        scheduled = self._host.live_set.scheduled
        for line in taken.cancelled:
            scheduled.reserve(line.line, line.saved.number)
        try:
            await settle(taken.awaited)
        finally:
            reserved = [(line, scheduled.reserved.claim(line.saved.number)) for line in taken.cancelled]
        left = [line.without(one.released) for line, one in reserved if one is not None]
        return [line for line in left if line is not None]

    def _redo(self) -> Awaitable[str]:
        return self._carry_out_again(self._host.executor.current)

    async def _carry_out_again(self, within: LineResult) -> str:
        live_set = self._host.live_set
        history = live_set.history
        remaining = history.undone[:-1]
        program = history.redo()
        if program is None:
            raise UserError("there is nothing to redo")
        if any(each.command.ends for each in program.walk()):
            raise UserError(f"redo does not delete files: type {program} again")
        if any(each.command.name in _ENDS_JOBS for each in program.walk()):
            raise UserError(f"redo does not end jobs: type {program} again")
        # What a pending command changes belongs to the line that left the command. Otherwise each undo of `every 1s
        # redo` would take back only what the redo before it did.
        began = None if within.left_by else history.begin_again(program, within.began)
        done = LineResult()

        def on_done(result: LineResult) -> None:
            nonlocal done
            live_set.recording.note(result)
            done = result

        try:
            problem = await self._host.executor.carry_out_program(
                program, on_done, began=began, left_by=within.left_by
            )
        finally:
            if began is not None:
                history.end_again(began, done)
            history.undone = remaining
        if problem:
            raise UserError(problem)
        return f"redone: {program}"
