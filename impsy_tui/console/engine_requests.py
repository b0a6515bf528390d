"""Interface of the app for screens and for the command palette."""

from collections.abc import Awaitable
from typing import Protocol, TypeVar, runtime_checkable

from impsy_tui.control.messages import About, Answer, Reply
from impsy_tui.errors import UserError
from impsy_tui.setup_questions import Answers

_Answer = TypeVar("_Answer")


class EngineRequests(Protocol):
    """Interface of the app for screens."""

    async def carry_out(self, line: str) -> Reply:
        """Sends a line to the engine; returns its reply, or the reason why no engine answers."""

    async def ask(self, about: About, name: str = "", columns: int = 0) -> Answer | Reply:
        """Sends a request to the engine; returns its answer, or a reply with the reason why there is none."""

    async def set_up(self, answers: Answers) -> Reply:
        """Requests a new configuration file from the engine."""

    def say(self, level: str, text: str) -> None:
        """Writes a line to the event log."""

    @property
    def locked(self) -> bool:
        """True if the stage lock is on."""


@runtime_checkable
class CommandChooser(Protocol):
    """Interface of the app for the command palette."""

    def choose(self, line: str, *, whole: bool) -> None:
        """Runs a chosen line if it is complete, otherwise puts it into the prompt."""

    def key_of(self, line: str) -> str:
        """Returns the key for a line; empty if there is none."""


async def answered(request: Awaitable[_Answer]) -> _Answer | Reply:
    """Returns the answer to a request, or a reply with the reason why the link failed."""
    try:
        return await request
    except UserError as problem:
        return Reply(0, False, str(problem))
