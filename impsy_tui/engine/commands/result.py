"""Result of a line of commands."""

from collections.abc import Awaitable
from dataclasses import dataclass, field

from impsy_tui.engine.performance.executor_interface import Done, Reversal
from impsy_tui.errors import UserError
from impsy_tui.language import Program
from impsy_tui.language.program import Step


@dataclass(slots=True)
class Result:
    """What became of a program.

    Attributes:
        replies: of what has been done.
        problems: why something could not be done.
        awaited: replies to come, of what takes time.
        numbers: the conductor's, of what it left pending itself, rising.
        reversals: how to undo what it did to files, in the order of its commands.
        cued: what became of the lines of the cues that it stepped to.
        settles: whether something in it has to settle before what comes after it.
        done: who is told when it is done, and before something in it whose lines are written down in its place.
        steps: what was done since.
        from_file: Whether it is of a set list or a recording.
        told: how many of its numbers were left by what was done before.
    """

    replies: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    awaited: list[Awaitable[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    reversals: list[Reversal] = field(default_factory=list)
    cued: list["Result"] = field(default_factory=list)
    settles: bool = False
    done: Done | None = None
    steps: list[Step] = field(default_factory=list)
    from_file: bool = False
    told: int = 0

    def piece(self) -> tuple[Program, list[int]]:
        """What was done since this was asked last, and the numbers of what that left pending."""
        piece = Program(tuple(self.steps)), self.numbers[self.told :]
        self.steps, self.told = [], len(self.numbers)
        return piece

    @property
    def left(self) -> list[int]:
        """The numbers of everything that it left pending."""
        return [*self.numbers, *(number for each in self.cued for number in each.left)]

    async def settle(self) -> None:
        """Wait for what takes time."""
        while self.awaited:
            try:
                if reply := await self.awaited.pop(0):
                    self.replies.append(reply)
            except UserError as problem:
                self.problems.append(str(problem))
