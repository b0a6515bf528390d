"""What who plans needs of who carries out."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Protocol

from impsy_tui.language import Macro, Mistake, Program, Source
from impsy_tui.language.command_schema import KEYBOARD


class NotUndone(Exception):
    """What cannot be taken back; the message says why."""


class Carried(Protocol):
    """What became of a line; see ``result.Outcome``."""

    numbers: list[int]
    reversals: list["Reversal"]

    def piece(self) -> tuple[Program, list[int]]:
        """What was done of it since this was asked last, and the numbers of what that left pending."""

    @property
    def left(self) -> list[int]:
        """The numbers of everything that it left pending, also by the lines of cues."""


Reversal = Callable[[], Awaitable[str]]
"""Undoes what a command did to a file; the reply."""
Done = Callable[[Carried], None]
"""Is told of a line once it has been carried out, and before something in it that is written down in its place."""
Lines = Iterator[tuple[str, str, Done | None]]
"""Lines, each with what calls for it before it, and behind it who is told once it is done."""


class CommandExecutor(Protocol):
    """Carries out lines and programs; see ``executor.Orders``."""

    @property
    def macros(self) -> Mapping[str, Macro]:
        """Words of the performer's own."""

    @property
    def from_file(self) -> bool:
        """Whether the line that is carried out now comes from a set list or a recording."""

    def read(self, line: str) -> Program | Mistake:
        """A line, as it is understood now."""

    def carry_out_all(self, lines: Lines) -> Awaitable[str] | None:
        """Do lines, of which what comes after a scene waits for it; what is still to be waited for."""

    async def carry_out_setting(self, line: str, done: Done | None = None, source: Source = KEYBOARD) -> str:
        """Do a line, and wait until it is done; what is wrong with it, empty if nothing is."""

    def run(self, program: Program, player: str, source: str) -> None:
        """Do a program that nobody waits for."""

    def wait_for(self, source: str, awaited: Sequence[Awaitable[str]]) -> None:
        """Wait, beside everything else, for what takes time, and tell what is wrong with it."""
