"""Result of a line of commands, and the callables with which pending and recorded lines are carried out."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from impsy_tui.errors import UserError
from impsy_tui.language import Invocation, Program
from impsy_tui.language.program import Step

if TYPE_CHECKING:
    from impsy_tui.engine.performance.undo import DoneLine

Reversal = Callable[[], Awaitable[str]]
"""Undoes the change that a command made to a file; returns the reply."""


@dataclass(slots=True)
class LineResult:
    """Result of one program, filled while its steps are carried out.

    Attributes:
        replies: replies of the commands that are done.
        problems: messages of the commands that failed.
        awaited: awaitables of the replies that take time.
        numbers: rising numbers of the pending commands that the program itself left.
        reversals: reversals of the changes to files, in the order of the commands.
        cued: results of the lines of the cues that the program stepped to.
        settles: True if later lines must wait until ``awaited`` is done.
        on_done: called when the program is done, and before each step whose lines are recorded in its place.
        steps: steps that were carried out since the last ``take_steps``.
        from_file: True if the program comes from a set list or a recording.
        forced: True if the stage lock refuses no command of the program.
        began: line of the undo history since its beginning; None for lines that the history does not have.
        taken_back: lines of the undo history that the program itself took back.
        left_by: number of the line's pending command that carries out the program; 0 for none.
    """

    replies: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    awaited: list[Awaitable[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    reversals: list[Reversal] = field(default_factory=list)
    cued: list["LineResult"] = field(default_factory=list)
    settles: bool = False
    on_done: "OnDone | None" = None
    steps: list[Step] = field(default_factory=list)
    from_file: bool = False
    forced: bool = False
    began: "DoneLine | None" = None
    taken_back: "list[DoneLine]" = field(default_factory=list)
    left_by: int = 0
    _taken_numbers: int = 0

    def take_steps(self) -> tuple[Program, list[int]]:
        """Returns the steps since the last call, and the numbers of the pending commands that these steps left."""
        taken = Program(tuple(self.steps)), self.numbers[self._taken_numbers :]
        self.steps, self._taken_numbers = [], len(self.numbers)
        return taken

    @property
    def all_numbers(self) -> list[int]:
        """Numbers of all pending commands that the program left, also through the lines of cues."""
        return [*self.numbers, *(number for each in self.cued for number in each.all_numbers)]

    @property
    def all_taken_back(self) -> "list[DoneLine]":
        """Lines that the program took back, also through the lines of cues."""
        return [*self.taken_back, *(line for each in self.cued for line in each.all_taken_back)]

    async def settle(self) -> None:
        """Waits for the replies that take time."""
        while self.awaited:
            try:
                if reply := await self.awaited.pop(0):
                    self.replies.append(reply)
            except UserError as problem:
                self.problems.append(str(problem))
            except BaseException:
                self.fail()
                raise

    def fail(self) -> None:
        """Lets ``undo`` not wait for the line: an error of the program has ended the line."""
        if self.began is not None:
            self.began.ended.set()


OnDone = Callable[[LineResult], None]
Lines = Iterator[tuple[str, str, OnDone | None]]
"""Lines, each with the source that messages name, and with the callable for its result."""


@dataclass(frozen=True, slots=True)
class LineCallables:
    """Callables with which pending commands, cues and replays are carried out.

    Attributes:
        run: carries out a pending program; see ``scheduled_commands.Run``.
        carry_out_line: carries out one line from a file; the awaitable returns the problem, empty without one.
        carry_out_all: carries out lines from files in order, for the line with a result; returns an awaitable if a
            line takes time.
        step: carries out one command at once, without undo and recording; returns the problem, empty without one.
        wait_for: waits in the background for awaitables, and reports problems under a source.
    """

    run: Callable[[Program, str, str, int], None]
    carry_out_line: Callable[[str, OnDone], Awaitable[str]]
    carry_out_all: Callable[[Lines, LineResult | None], Awaitable[str] | None]
    step: Callable[[Invocation], str]
    wait_for: Callable[[str, Sequence[Awaitable[str]]], None]


async def settle(awaited: Sequence[Awaitable[str]]) -> None:
    """Waits for all awaitables, also after one of them fails.

    Raises:
        UserError: One or more failed; the text has the message of each.
    """
    problems = []
    for each in awaited:
        try:
            await each
        except UserError as problem:
            problems.append(str(problem))
    if problems:
        raise UserError("\n".join(problems))
