"""Execution of lines: parsed, checked against the rights of their source, and carried out step by step."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from impsy_tui.control.messages import Reply
from impsy_tui.engine.commands.refusals import refused, refused_from_network
from impsy_tui.engine.commands.steps import Steps, drawn, ends_recorded_line, expanded
from impsy_tui.engine.commands.unfinished import UnfinishedPrograms
from impsy_tui.engine.performance.line_result import LineCallables, LineResult, Lines, OnDone
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.performance.set_recording import is_recorded, needs_own_line
from impsy_tui.engine.performance.undo import DoneLine
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.runtime.work_queue import WorkQueue
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation, Macro, Mistake, Program, Source, first_refused, parse
from impsy_tui.language.command_schema import KEYBOARD
from impsy_tui.language.program import only_looks

_SETTLE_FIRST = ("scene", "player add", "undo", "redo", "cue", "next", "back", "goto")
"""Commands that may take time; the rest of their line waits until they are done."""


@dataclass(slots=True)
class _TypedLine:
    line: str
    program: Program
    result: LineResult


class Executor:
    """Carries out lines of commands.

    Args:
        carry_out_command: carries out a single command; returns the reply, or an awaitable of the reply.
        random: draws random values of commands.
        notify: reports to the performer.
        changed: called when a line may have changed the session.
        background: runs a coroutine in the background.
        work: spreads long lines, and many lines, over several turns of the event loop.
    """

    def __init__(
        self,
        carry_out_command: Callable[[Invocation], str | Awaitable[str]],
        random: np.random.Generator,
        notify: Notify,
        changed: Callable[[], None],
        background: Callable[[Coroutine[Any, Any, object]], None],
        work: WorkQueue,
    ) -> None:
        self.macros: dict[str, Macro] = {}
        """Macros of the performer, by name."""
        self.live_set: LiveSet | None = None
        """History, recording and pending commands of the session; None before the session starts."""
        self.unfinished = UnfinishedPrograms()
        self._current: LineResult | None = None
        """Result of the program that is being carried out now."""
        self._carry_out_command = carry_out_command
        self._random = random
        self._notify = notify
        self._changed = changed
        self._background = background
        self._work = work

    @property
    def current(self) -> LineResult:
        """Result of the program that is being carried out now. Commands add the reversals of changes to files."""
        return self._current or LineResult()

    @property
    def callables(self) -> LineCallables:
        """Callables with which pending commands, cues and replays are carried out."""
        return LineCallables(
            self.run,
            lambda line, on_done: self.carry_out_line(line, on_done, Source.FILE),
            self.carry_out_all,
            self._step,
            self.wait_for,
        )

    def read(self, line: str) -> Program | Mistake:
        """Parses a line with the macros of the performer."""
        return parse(line, self.macros)

    async def carry_out(self, line: str, number: int, source: str = "command") -> Reply:
        """Carries out a line of a client; returns the reply with this number."""
        reply = self.begin(line, number, source)
        return reply if isinstance(reply, Reply) else await reply

    def begin(
        self, line: str, number: int, source: str = "command", *, forced: bool = False
    ) -> Reply | Awaitable[Reply]:
        """Carries out a line of a client as far as possible without waiting.

        Args:
            line: line to carry out.
            number: number of the reply.
            source: source that the performer sees next to the line.
            forced: True if the stage lock refuses nothing.

        Returns:
            The reply, or an awaitable of the reply if a command takes time.
        """
        program = self.read(line)
        if isinstance(program, Mistake):
            return Reply(number, False, program.message, program.start, program.end)
        if console := next((each.command.name for each in program.walk() if each.command.console), ""):
            return Reply(number, False, f"{console} is a console command: type it in a console")
        typed = self._carry_out(line, program, forced=forced)
        return (
            self._reply_later(typed, number, source) if typed.result.awaited else self._reply(typed, number, source)
        )

    async def _reply_later(self, typed: _TypedLine, number: int, source: str) -> Reply:
        await typed.result.settle()
        return self._reply(typed, number, source)

    def _reply(self, typed: _TypedLine, number: int, source: str) -> Reply:
        self._finish(source, typed)
        result = typed.result
        text = "\n".join((*result.replies, *result.problems))
        return Reply(number, not result.problems, text, pending=tuple(result.numbers))

    async def carry_out_line(self, line: str, on_done: OnDone | None = None, source: Source = KEYBOARD) -> str:
        """Carries out a line that the performer did not type now, and waits for the line.

        Args:
            line: line to carry out.
            on_done: see ``LineResult``.
            source: source of the line.

        Returns:
            The problems, empty without any.
        """
        program = self._read_untyped(line, source)
        return program if isinstance(program, str) else await self.carry_out_program(program, on_done, source)

    async def carry_out_program(
        self,
        program: Program,
        on_done: OnDone | None = None,
        source: Source = KEYBOARD,
        began: DoneLine | None = None,
        left_by: int = 0,
    ) -> str:
        """Carries out a parsed line, and waits for the line; see ``carry_out_line`` and ``LineResult``."""
        result = LineResult(on_done=on_done, from_file=source is Source.FILE, began=began, left_by=left_by)
        self.perform(program, result=result)
        await result.settle()
        if on_done is not None:
            on_done(result)
        return "; ".join(result.problems)

    def carry_out_for(
        self, channel: str, address: str, line: str, source: Source = Source.CHANNEL, *, reported: bool = True
    ) -> str:
        """Carries out a line that a channel received.

        Args:
            channel: name of the channel.
            address: address of the message.
            line: line to carry out.
            source: source of the message: a channel, or another machine.
            reported: True if the performer sees the line among the events.

        Returns:
            The problems, empty without any. Problems that take time to find are reported to the performer.
        """
        program = self.read(line)
        if isinstance(program, Mistake):
            return f"{address}: {program.message}"
        if name := first_refused(program, source, self.macros):
            if source is Source.NETWORK:
                return refused_from_network(channel, f"{address}: {name}")
            return f"{address}: {name} is not allowed from {channel}: type it at the prompt"
        typed = self._carry_out(line, program)
        problems = "; ".join(f"{address}: {problem}" for problem in typed.result.problems)
        if typed.result.awaited:
            self._background(self._finish_later(channel, typed))
        else:
            self._finish(channel, typed, reported=reported)
        return problems

    def carry_out_here(self, source: str, line: str) -> None:
        """Carries out a saved line of the performer; problems are reported to the performer."""
        if (settling := self.carry_out_all(iter([(source, line, None)]), None, KEYBOARD)) is not None:
            self.wait_for(source, [settling])

    def carry_out_all(
        self, lines: Lines, within: LineResult | None = None, origin: Source = Source.FILE
    ) -> Awaitable[str] | None:
        """Carries out lines of files in order; see ``LineCallables``. Problems are reported to the performer.

        Returns:
            An awaitable that ends when the last line is done, or started if the line takes time; None if all
            lines are done already.
        """
        parent = within or self._current
        settling = self._until_one_settles(lines, parent, origin)
        return None if settling is None else self._continue(settling, lines, parent, origin)

    async def _continue(
        self, settling: Awaitable[str] | None, lines: Lines, parent: LineResult | None, origin: Source
    ) -> str:
        while settling is not None:
            await settling
            settling = self._until_one_settles(lines, parent, origin)
        return ""

    def _until_one_settles(self, lines: Lines, parent: LineResult | None, origin: Source) -> Awaitable[str] | None:
        """Carries out lines until one settles, or until the turn of the event loop is over."""
        begun = self._work.now()
        for source, line, on_done in lines:
            program = self._read_untyped(line, origin)
            if isinstance(program, str):
                self._notify("error", source, f"{line}: {program}")
                if self._work.over(begun):
                    return self._next_turn()
                continue
            left_by, began = (0, None) if parent is None else (parent.left_by, parent.began)
            result = LineResult(on_done=on_done, from_file=origin is Source.FILE, left_by=left_by, began=began)
            self._begin(program, "", source, result, waits=True)
            if parent is not None:
                parent.cued.append(result)
            self._notify("info", source, line.strip())
            if result.settles:
                return self._settled(source, result)
            if on_done is not None:
                on_done(result)
            if self._work.over(begun):
                return self._next_turn()
        return None

    async def _next_turn(self) -> str:
        await self._work.turn(self)
        return ""

    def _read_untyped(self, line: str, source: Source) -> Program | str:
        """Parses a line that was not typed now; returns the problem if the source may not give its commands."""
        program = self.read(line)
        return program.message if isinstance(program, Mistake) else refused(program, source, self.macros) or program

    def run(self, program: Program, player: str, source: str, left_by: int = 0) -> None:
        """Carries out a pending program; problems are reported to the performer."""
        self._begin(program, player, source, LineResult(left_by=left_by), waits=False)

    def _begin(self, program: Program, player: str, source: str, result: LineResult, *, waits: bool) -> None:
        """Carries out a program; if the caller does not wait for the rest, the background does."""
        self.perform(program, player, result)
        self._report_problems(source, result)
        if result.awaited and not (waits and result.settles):
            self.unfinished.add(result)
            self._background(self._settle_and_report(source, result))

    def wait_for(self, source: str, awaited: Sequence[Awaitable[str]]) -> None:
        """Waits in the background for awaitables, and reports problems under this source."""
        if awaited:
            self._background(self._settle_and_report(source, LineResult(awaited=list(awaited))))

    def _report_problems(self, source: str, result: LineResult) -> None:
        while result.problems:
            self._notify("error", source, result.problems.pop(0))

    async def _settle_and_report(self, source: str, result: LineResult) -> None:
        try:
            await result.settle()
        finally:
            self.unfinished.end(result)
        self._report_problems(source, result)
        self._changed()

    async def _settled(self, source: str, result: LineResult) -> str:
        await self._settle_and_report(source, result)
        if result.on_done is not None:
            result.on_done(result)
        return ""

    async def _finish_later(self, channel: str, typed: _TypedLine) -> None:
        result = typed.result
        reported = len(result.problems)
        await typed.result.settle()
        for reply in result.replies:
            self._notify("info", channel, reply)
        for problem in result.problems[reported:]:
            self._notify("error", channel, problem)
        self._note(typed)

    def _finish(self, source: str, typed: _TypedLine, *, reported: bool = True) -> None:
        self._note(typed)
        if reported and not typed.result.problems and not only_looks(typed.program):
            self._notify("info", source, typed.line.strip())

    def _carry_out(self, line: str, program: Program, *, forced: bool = False) -> _TypedLine:
        live_set = self.live_set
        if live_set is None:
            return _TypedLine(line, program, self.perform(program))
        began = live_set.history.begin(program)
        typed = _TypedLine(line, program, LineResult(on_done=live_set.recording.note, forced=forced, began=began))
        self.perform(program, result=typed.result)
        if typed.result.awaited:
            live_set.history.note_first_part(began)
        return typed

    def _note(self, typed: _TypedLine) -> None:
        self._changed()
        if self.live_set is not None:
            self.live_set.history.end(typed.program, typed.result.began, typed.result)
            self.live_set.recording.note(typed.result)

    def perform(self, program: Program, player: str = "", result: LineResult | None = None) -> LineResult:
        """Carries out every step now, between two events.

        Args:
            program: steps.
            player: player of the steps that name none, empty for the focus.
            result: result to fill; a new one by default. Wait for the result to end what takes time.
        """
        result = result or LineResult()
        self._do(expanded(program.steps, player), result)
        return result

    def _do(self, steps: Steps, result: LineResult) -> None:
        outer, self._current = self._current, result
        try:
            self._do_each(steps, result)
        except Exception:
            result.fail()
            raise
        finally:
            self._current = outer

    def _do_each(self, steps: Steps, result: LineResult) -> None:
        begun = self._work.now()
        for step, recorded in steps:
            if self._work.over(begun):
                result.settles = True
                result.awaited.append(self._in_next_turn(chain([(step, recorded)], steps), result))
                return
            if recorded is not None:
                if result.on_done is not None and (
                    needs_own_line(step) or any(map(ends_recorded_line, result.steps))
                ):
                    result.on_done(result)
                if is_recorded(step):
                    result.steps.append(recorded)
            invocation = drawn(step, self._random)
            try:
                answer = self._carry_out_step(invocation, result)
            except UserError as problem:
                result.problems.append(str(problem))
                continue
            if isinstance(answer, str):
                result.replies.append(answer)
                continue
            result.awaited.append(answer)
            if invocation.command.name in _SETTLE_FIRST:
                result.settles = True
                result.awaited.append(self._after(steps, result))
                return

    def _carry_out_step(self, invocation: Invocation, result: LineResult) -> str | Awaitable[str]:
        """Carries out one command, and notes the numbers of the pending commands that it leaves."""
        if self.live_set is None:
            return self._carry_out_command(invocation)
        if not result.forced:
            self.live_set.check_lock(invocation.command)
        scheduled = self.live_set.scheduled
        newest = scheduled.newest
        try:
            self.live_set.ramps.release(invocation)
            return self._carry_out_command(invocation)
        finally:
            # Noted now: while a command takes time, other lines may leave pending commands.
            cued = {number for each in result.cued for number in each.all_numbers}
            numbers = [number for number in range(newest + 1, scheduled.newest + 1) if number not in cued]
            result.numbers += numbers
            scheduled.note_left(numbers, result.left_by)

    def _step(self, invocation: Invocation) -> str:
        try:
            self._carry_out_command(invocation)
        except UserError as problem:
            return str(problem)
        return ""

    async def _in_next_turn(self, steps: Steps, result: LineResult) -> str:
        await self._work.turn(id(result))
        self._do(steps, result)
        return ""

    async def _after(self, steps: Steps, result: LineResult) -> str:
        self._do(steps, result)
        return ""
