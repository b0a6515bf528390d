"""Requests to the engine, and the interface of the app for the command palette."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, runtime_checkable

from impsy_tui.console.exit import console_name
from impsy_tui.control.link import Link
from impsy_tui.control.messages import About, Answer, EditSet, Reply
from impsy_tui.errors import UserError
from impsy_tui.setup_questions import Answers

_Answer = TypeVar("_Answer")


class EngineRequests:
    """Requests of screens to the engine; each returns an answer, or a reply with the reason why there is none.

    Args:
        link: connection to the engine.
        is_locked: returns True while the stage lock is on.
        say: writes a line to the event log.
    """

    def __init__(
        self,
        link: Link,
        is_locked: Callable[[], bool],
        say: Callable[[str, str], None],
    ) -> None:
        self.say = say
        self._link = link
        self._is_locked = is_locked
        self.editor = console_name()
        """User, machine and terminal of this console, for other consoles."""

    @property
    def locked(self) -> bool:
        """True if the stage lock is on."""
        return self._is_locked()

    async def carry_out(self, line: str) -> Reply:
        """Sends a line to the engine."""
        return await answered(self._link.command(line))

    async def ask(self, about: About, name: str = "", columns: int = 0) -> Answer | Reply:
        """Sends a query to the engine."""
        return await answered(self._link.ask(about, name, columns))

    async def set_up(self, answers: Answers) -> Reply:
        """Requests a new configuration file from the engine."""
        return await answered(self._link.set_up(answers))

    async def open_set(self, name: str) -> Answer | Reply:
        """Requests the text of a set list."""
        return await answered(self._link.open_set(name))

    async def save_set(self, name: str, text: str, version: str) -> Answer | Reply:
        """Saves the text of a set list, if its file still has the version that was read or saved last."""
        return await answered(self._link.save_set(name, text, version))

    async def edit_set(self, name: str) -> None:
        """Tells the engine which set list this console edits; an empty name is for none."""
        await self._link.edit_set(EditSet(name, self.editor))


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
