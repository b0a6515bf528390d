"""Lines carried out: read, looked at for what their sender may not do, and done step by step."""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from impsy_tui.control.messages import Reply
from impsy_tui.engine.commands.dispatch import Commands
from impsy_tui.engine.commands.result import Result
from impsy_tui.engine.performance.executor_interface import Done, Lines, Reversal
from impsy_tui.engine.performance.manager import PerformanceManager
from impsy_tui.engine.performance.set_recording import is_written, stands_apart
from impsy_tui.engine.performance.undo import UndoStep
from impsy_tui.engine.players.base import Tell
from impsy_tui.engine.runtime.work_queue import WorkQueue
from impsy_tui.errors import UserError
from impsy_tui.language import (
    ArgumentKind,
    Call,
    Chance,
    Invocation,
    Macro,
    Mistake,
    Program,
    Source,
    first_refused,
    parse,
)
from impsy_tui.language.command_schema import KEYBOARD
from impsy_tui.language.program import Step, Value, only_looks

_SETTLE_FIRST = ("scene", "undo", "redo", "cue", "next", "back", "goto")
"""Commands that may take a moment, and set what the rest of their line goes on from."""


_Steps = Iterator[tuple[Invocation, Step | None]]
"""Commands, each with how it is written down: as itself, by the word that it begins, or with that."""


@dataclass(slots=True)
class _Done:
    """A line of the performer's: as it was typed, what it means, what became of it, and how things were before."""

    line: str
    program: Program
    outcome: Result
    before: UndoStep | None = None


class Executor:
    """Carries out lines.

    Args:
        commands: do single commands.
        random: draws what is left to chance.
        tell: says things to the performer.
        changed: called when something may have been changed.
        background: does something beside everything else.
        work: Lets a long line, or many lines, go on in the next turns of the event loop.
    """

    def __init__(
        self,
        commands: Commands,
        random: np.random.Generator,
        tell: Tell,
        changed: Callable[[], None],
        background: Callable[[Coroutine[Any, Any, object]], None],
        work: WorkQueue,
    ) -> None:
        self.macros: dict[str, Macro] = {}
        """Words of the performer's own."""
        self.manager: PerformanceManager | None = None
        """Who is told of lines before and after they are carried out, once there is somebody."""
        self._outcome: Result | None = None
        """Of what is being carried out now."""
        self._commands = commands
        self._random = random
        self._tell = tell
        self._changed = changed
        self._background = background
        self._work = work

    @property
    def reversals(self) -> list[Reversal]:
        """How to undo what the line that is carried out now does to files: its commands add to this list."""
        return [] if self._outcome is None else self._outcome.reversals

    @property
    def from_file(self) -> bool:
        """Whether the line that is carried out now comes from a set list or a recording."""
        return self._outcome is not None and self._outcome.from_file

    def read(self, line: str) -> Program | Mistake:
        """A line, as it is understood now."""
        return parse(line, self.macros)

    async def carry_out(self, line: str, number: int) -> Reply:
        """Do what a client's line says; the reply carries the number."""
        reply = self.begin(line, number)
        return reply if isinstance(reply, Reply) else await reply

    def begin(self, line: str, number: int) -> Reply | Awaitable[Reply]:
        """Carries out a client's line as far as it can be done at once.

        Returns:
            The reply, or an awaitable of the reply if something in the line takes time.
        """
        program = self.read(line)
        if isinstance(program, Mistake):
            return Reply(number, False, program.message, program.start, program.end)
        if console := next((each.command.name for each in program.walk() if each.command.console), ""):
            return Reply(number, False, f"{console} is typed in a console")
        done = self._carry_out(line, program)
        return self._reply_later(done, number) if done.outcome.awaited else self._reply(done, number)

    async def _reply_later(self, done: _Done, number: int) -> Reply:
        await done.outcome.settle()
        return self._reply(done, number)

    def _reply(self, done: _Done, number: int) -> Reply:
        self._note("command", done)
        outcome = done.outcome
        return Reply(number, not outcome.problems, "\n".join((*outcome.replies, *outcome.problems)))

    async def carry_out_setting(self, line: str, done: Done | None = None, source: Source = KEYBOARD) -> str:
        """Carry out a line that the performer did not type now, and wait for it.

        Args:
            line: to carry out.
            done: see ``Result``.
            source: where the line comes from.

        Returns:
            What is wrong with it, empty if nothing is.
        """
        program = self._read_untyped(line, source)
        if isinstance(program, str):
            return program
        outcome = self.perform(program, outcome=Result(done=done, from_file=source is Source.FILE))
        await outcome.settle()
        if done is not None:
            done(outcome)
        return "; ".join(outcome.problems)

    def carry_out_for(self, channel: str, address: str, line: str, source: Source = Source.CHANNEL) -> str:
        """Do what a line says that came by a channel.

        Args:
            channel: its name.
            address: of the message.
            line: to carry out.
            source: where the message comes from: a channel, or another machine.

        Returns:
            What is wrong with it, empty if nothing is. What of that takes time to find is told.
        """
        program = self.read(line)
        if isinstance(program, Mistake):
            return f"{address}: {program.message}"
        if name := first_refused(program, source, self.macros):
            if source is Source.NETWORK:
                return refused_from_network(channel, f"{address}: {name}")
            return f"{address}: {name} is not taken from {channel}"
        done = self._carry_out(line, program)
        problems = "; ".join(f"{address}: {problem}" for problem in done.outcome.problems)
        if done.outcome.awaited:
            self._background(self._finish(channel, done))
        else:
            self._note(channel, done)
        return problems

    def carry_out_here(self, source: str, line: str) -> None:
        """Do a line of the performer's own that was kept; what is wrong with it is told."""
        if (settling := self.carry_out_all(iter([(source, line, None)]), KEYBOARD)) is not None:
            self.wait_for(source, [settling])

    def carry_out_all(self, lines: Lines, whence: Source = Source.FILE) -> Awaitable[str] | None:
        """Do lines of a set list or a recording, one after the other: what comes after a scene waits for it.

        What is wrong with them is told.

        Returns:
            What is to be waited for until the last is done, or begun if it takes time; None if it is.
        """
        around = self._outcome
        settling = self._until_one_settles(lines, around, whence)
        return None if settling is None else self._go_on(settling, lines, around, whence)

    async def _go_on(
        self, settling: Awaitable[str] | None, lines: Lines, around: Result | None, whence: Source
    ) -> str:
        while settling is not None:
            await settling
            settling = self._until_one_settles(lines, around, whence)
        return ""

    def _until_one_settles(self, lines: Lines, around: Result | None, whence: Source) -> Awaitable[str] | None:
        """Do these lines up to one that the others have to wait for, or as many as one turn of the loop may take."""
        begun = self._work.now()
        for source, line, done in lines:
            program = self._read_untyped(line, whence)
            if isinstance(program, str):
                self._tell("error", source, f"{line}: {program}")
                if self._work.over(begun):
                    return self._next_turn()
                continue
            into = Result(done=done, from_file=whence is Source.FILE)
            outcome = self._begin(program, "", source, into, waits=True)
            if around is not None:
                around.cued.append(outcome)
            self._tell("info", source, line.strip())
            if outcome.settles:
                return self._settled(source, outcome)
            if done is not None:
                done(outcome)
            if self._work.over(begun):
                return self._next_turn()
        return None

    async def _next_turn(self) -> str:
        await self._work.turn(self)
        return ""

    def _read_untyped(self, line: str, source: Source) -> Program | str:
        """A line that was not typed now, or what is wrong with it. It may not end or delete anything."""
        program = self.read(line)
        if isinstance(program, Mistake):
            return program.message
        at_prompt = (each.command for each in program.walk() if each.command.ends or each.command.console)
        if name := next((command.name for command in at_prompt), ""):
            return f"{name} is not repeated: type it at the prompt"
        if name := first_refused(program, source, self.macros):
            return f"{name} is not allowed in a set list or a recording: type it at the prompt"
        return program

    def run(self, program: Program, player: str, source: str) -> None:
        """Do a program that nobody waits for; what is wrong with it is told."""
        self._begin(program, player, source, Result(), waits=False)

    def _begin(self, program: Program, player: str, source: str, into: Result, *, waits: bool) -> Result:
        """Do a program, and tell what is wrong with it; somebody waits where it has to settle, or nobody ever."""
        outcome = self.perform(program, player, into)
        self._tell_problems(source, outcome)
        if outcome.awaited and not (waits and outcome.settles):
            self._background(self._tell_wrong(source, outcome))
        return outcome

    def wait_for(self, source: str, awaited: Sequence[Awaitable[str]]) -> None:
        """Wait, beside everything else, for what takes time, and tell what is wrong with it."""
        if awaited:
            self._background(self._tell_wrong(source, Result(awaited=list(awaited))))

    def _tell_problems(self, source: str, outcome: Result) -> None:
        while outcome.problems:
            self._tell("error", source, outcome.problems.pop(0))

    async def _tell_wrong(self, source: str, outcome: Result) -> None:
        await outcome.settle()
        self._tell_problems(source, outcome)
        self._changed()

    async def _settled(self, source: str, outcome: Result) -> str:
        await self._tell_wrong(source, outcome)
        if outcome.done is not None:
            outcome.done(outcome)
        return ""

    async def _finish(self, channel: str, done: _Done) -> None:
        outcome = done.outcome
        told = len(outcome.problems)
        await outcome.settle()
        for reply in outcome.replies:
            self._tell("info", channel, reply)
        for problem in outcome.problems[told:]:
            self._tell("error", channel, problem)
        self._remember(done)

    def _carry_out(self, line: str, program: Program) -> _Done:
        """Do a line of the performer's."""
        manager = self.manager
        if manager is None:
            return _Done(line, program, self.perform(program))
        before = manager.history.before(program)
        return _Done(line, program, self.perform(program, outcome=Result(done=manager.note)), before)

    def _remember(self, done: _Done) -> None:
        """A line of the performer's has been carried out."""
        self._changed()
        if self.manager is not None:
            self.manager.done(done.program, done.before, done.outcome)

    def perform(self, program: Program, player: str = "", outcome: Result | None = None) -> Result:
        """Do every step, now, between two events; what takes time is begun by waiting for the outcome.

        Args:
            program: the steps.
            player: whom they are for, where they do not say themselves.
            outcome: To be filled; a new one by default.
        """
        outcome = outcome or Result()
        self._do(self._steps(program.steps, player), outcome)
        return outcome

    def _do(self, steps: _Steps, outcome: Result) -> None:
        """Do these steps, one after the other."""
        around, self._outcome = self._outcome, outcome
        try:
            self._do_each(steps, outcome)
        finally:
            self._outcome = around

    def _do_each(self, steps: _Steps, outcome: Result) -> None:
        begun = self._work.now()
        for step, shown in steps:
            if self._work.over(begun):
                outcome.settles = True
                outcome.awaited.append(self._in_next_turn(chain([(step, shown)], steps), outcome))
                return
            if shown is not None:
                if outcome.done is not None and (stands_apart(step) or any(map(_ends_line, outcome.steps))):
                    outcome.done(outcome)
                if is_written(step):
                    outcome.steps.append(shown)
            invocation = self._drawn(step)
            try:
                answer = self._carry_out_step(invocation, outcome)
            except UserError as problem:
                outcome.problems.append(str(problem))
                continue
            if isinstance(answer, str):
                outcome.replies.append(answer)
                continue
            outcome.awaited.append(answer)
            if invocation.command.name in _SETTLE_FIRST:
                outcome.settles = True
                outcome.awaited.append(self._after(steps, outcome))
                return

    def _carry_out_step(self, invocation: Invocation, outcome: Result) -> str | Awaitable[str]:
        """Do one; what it leaves pending is noted."""
        if self.manager is None:
            return self._commands.carry_out(invocation)
        conductor = self.manager.conductor
        newest = conductor.newest
        try:
            self.manager.claim(invocation)
            return self._commands.carry_out(invocation)
        finally:
            # Now: while something takes time, other lines may leave something pending.
            cued = {number for each in outcome.cued for number in each.left}
            outcome.numbers += (number for number in range(newest + 1, conductor.newest + 1) if number not in cued)

    async def _in_next_turn(self, steps: _Steps, outcome: Result) -> str:
        """Goes on with a line that takes longer than one turn of the event loop may."""
        await self._work.turn(id(outcome))
        self._do(steps, outcome)
        return ""

    async def _after(self, steps: _Steps, outcome: Result) -> str:
        """Do the rest of a line once what came before has settled."""
        self._do(steps, outcome)
        return ""

    def _steps(self, steps: tuple[Step, ...], player: str) -> _Steps:
        for step in steps:
            if not isinstance(step, Call):
                addressed = replace(step, player=step.player or player) if step.command.player else step
                yield addressed, addressed
                continue
            word, apart = replace(step, player=step.player or player), stands_apart(step)
            for number, (inner, shown) in enumerate(self._steps(word.program.steps, word.player)):
                yield inner, shown if apart else word if number == 0 else None

    def _drawn(self, step: Invocation) -> Invocation:
        """A command with its chances taken: also of what it lets glide, and not yet of what it does later."""
        values: dict[str, Value] = {}
        for name, value in step.values.items():
            if isinstance(value, Chance):
                low, high = sorted((value.low, value.high))
                value = float(self._random.uniform(low, high))
            elif isinstance(value, Program) and step.command.argument(name).kind is ArgumentKind.SETTINGS:
                steps = (one if isinstance(one, Call) else self._drawn(one) for one in value.steps)
                value = Program(tuple(steps))
            values[name] = value
        return replace(step, values=values)

    def _note(self, source: str, done: _Done) -> None:
        self._remember(done)
        if not done.outcome.problems and not only_looks(done.program):
            self._tell("info", source, done.line.strip())


def _ends_line(step: Step) -> bool:
    """Whether nothing can be written down behind a step."""
    return not isinstance(step, Call) and (step.command.takes_rest or stands_apart(step))


def refused_from_network(channel: str, what: str, setting: str = "remote_commands") -> str:
    """Returns the message about something that another machine sent, and that the configuration does not allow.

    Args:
        channel: name of the channel by which it came.
        what: it is.
        setting: switch that allows it.
    """
    return f"{what} from another machine is refused: [{channel.partition(' ')[0]}] {setting} = true allows it"
