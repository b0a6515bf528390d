"""What became of a line, and what may go wrong in one."""

from collections.abc import Awaitable
from dataclasses import dataclass, field

from impsy_tui.engine.band_casting import CastingProblem
from impsy_tui.engine.bindings import BindingProblem
from impsy_tui.engine.commands import CommandProblem
from impsy_tui.engine.company import UnknownPlayer
from impsy_tui.engine.conductor import ConductingProblem
from impsy_tui.engine.cues import CueProblem
from impsy_tui.engine.doer import Done, Reversal
from impsy_tui.engine.guided_recording import GuidedProblem
from impsy_tui.engine.helpers import HelperProblem
from impsy_tui.engine.library import LibraryProblem
from impsy_tui.engine.replay import ReplayProblem
from impsy_tui.engine.scenes import SceneProblem
from impsy_tui.engine.settings import SettingProblem
from impsy_tui.engine.trash import TrashProblem
from impsy_tui.jobs.runner import JobProblem
from impsy_tui.language import Program
from impsy_tui.language.program import Step

PROBLEMS = (
    BindingProblem,
    CommandProblem,
    CastingProblem,
    ConductingProblem,
    CueProblem,
    GuidedProblem,
    HelperProblem,
    JobProblem,
    LibraryProblem,
    ReplayProblem,
    SceneProblem,
    SettingProblem,
    TrashProblem,
    UnknownPlayer,
)
"""What a command may meet; each tells the performer why."""


@dataclass(slots=True)
class Outcome:
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
    cued: list["Outcome"] = field(default_factory=list)
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
            except PROBLEMS as problem:
                self.problems.append(str(problem))
