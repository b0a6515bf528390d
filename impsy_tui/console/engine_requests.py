"""What screens ask of the app: commands, questions, and to be told how it went."""

from typing import Protocol, runtime_checkable

from impsy_tui.control.messages import About, Answer, Reply
from impsy_tui.setup_questions import Answers


class EngineRequests(Protocol):
    """The app, as screens know it."""

    async def carry_out(self, line: str) -> Reply:
        """Have the engine carry out a line; without an engine the reply says so."""

    async def ask(self, about: About, name: str = "", columns: int = 0) -> Answer | Reply:
        """Ask the engine; a reply says why there is no answer."""

    async def set_up(self, answers: Answers) -> Reply:
        """Have the engine write a new configuration."""

    def say(self, level: str, text: str) -> None:
        """Write a line to the event log."""

    @property
    def locked(self) -> bool:
        """Whether the stage lock is on."""


@runtime_checkable
class CommandChooser(Protocol):
    """The app, as the command palette knows it."""

    def choose(self, line: str, *, whole: bool) -> None:
        """A line was chosen: carry it out if it is whole, else let it be gone on with."""

    def key_of(self, line: str) -> str:
        """The key that does what a line does; empty if none does."""
