"""Handlers of ``undo`` and ``redo``."""

import asyncio
from collections.abc import Awaitable

from impsy_tui.engine.commands.handlers.base import EngineInterface, Handlers
from impsy_tui.engine.performance.line_result import LineResult, settle
from impsy_tui.engine.performance.session_state import pending_lines
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
        self._host.executor.current.took_back = True
        return self._take_back_in_turn()

    async def _take_back_in_turn(self) -> str:
        async with self._in_turn:
            return await self._take_back()

    async def _take_back(self) -> str:
        live_set = self._host.live_set
        before = {name: player.routing for name, player in self._session.all_players.items()}
        undone = live_set.history.undo()
        if undone is None:
            raise UserError("there is nothing to undo")
        await settle(undone.awaited)
        if undone.before is not None:
            away = self._session.scheduler.now() - undone.before.at
            for problem in await pending_lines.resume(undone.resumed, away, live_set.ramps, live_set.patterns):
                self._session.notify("warning", "undo", problem)
        scene = None if undone.before is None else undone.before.scene
        live_set.recording.note_undo(scene, undone.cancelled, [one.saved.number for one in undone.resumed], before)
        return f"undone: {undone.program}"

    async def _redo(self) -> str:
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
        before, done = history.capture(), LineResult()

        def on_done(result: LineResult) -> None:
            nonlocal done
            live_set.recording.note(result)
            done = result

        problem = await self._host.executor.carry_out_program(program, on_done)
        history.note(program, before, done)
        history.undone = remaining
        if problem:
            raise UserError(problem)
        return f"redone: {program}"
